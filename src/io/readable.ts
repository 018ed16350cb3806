import { statSync } from "node:fs";
import { UsageError } from "../core/errors.ts";

/** Whether a path leads to a file, be it through links; a folder, a pipe or a device is none. @throws as `whatIs` */
export function isFile(path: string): boolean {
  return whatIs(`"${path}"`, path) === "file";
}

/** Whether a path leads to a folder, be it through links. @throws as `whatIs` */
export function isFolder(path: string): boolean {
  return whatIs(`"${path}"`, path) === "folder";
}

/**
 * What a path leads to, be it through links; null where nothing is there.
 * @param subject as messages name it
 * @throws UsageError where the way to it is barred, which says nothing of whether it is there
 */
export function whatIs(subject: string, path: string): "file" | "folder" | "no file" | null {
  const found = reading(subject, () => statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return null;
  return found.isFile() ? "file" : found.isDirectory() ? "folder" : "no file";
}

/**
 * Reads something that the user named. What the system refuses (no permission, a damaged disk) is the user's to mend.
 * @param subject as messages name it, such as `prompt "review.md"`
 * @throws UsageError in place of an error of the system; any other error as it is
 */
export function reading<T>(subject: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new UsageError(`${subject}: cannot read it (${error.message}; mend its permissions or name another)`);
    throw error;
  }
}

/**
 * Asks for a file that the user named.
 * @param subject as messages name it, such as `prompt "review.md"`
 * @param advice how to mend it
 * @throws UsageError that says what is there in its place, or that the way to it is barred
 */
export function requireFile(subject: string, path: string, advice: string): void {
  const found = whatIs(subject, path);
  if (found === "file") return;
  const got = found === null ? "no such file" : found === "folder" ? "is a folder" : "is no file";
  throw new UsageError(`${subject}: ${got} (${advice})`);
}
