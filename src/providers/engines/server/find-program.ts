import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { isFile } from "../../../io/readable.ts";

/** The path of a program in the folders of PATH; null where none of them has it. */
export function findProgram(name: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, file)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}
