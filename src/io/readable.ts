import { statSync } from "node:fs";
import { UsageError } from "../core/errors.ts";

/** Whether a path leads to a file, be it through links; a folder, a pipe or a device is none. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Whether a path leads to a folder, be it through links. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
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
