import { accessSync, constants, realpathSync } from "node:fs";
import { isFile } from "../../../io/readable.ts";

/** Whether two paths lead to the same file or folder of this machine, be it through links; false where one leads nowhere. */
export function isSamePlace(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

/** Whether there is a file of this machine that this process may read. */
export function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return isFile(file);
  } catch {
    return false;
  }
}
