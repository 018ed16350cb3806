import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isFolder } from "./readable.ts";

/**
 * Makes a folder with those on the way to it; one that is there already is left as it is. Level by level, since Node
 * makes the levels all at once only, and then never returns, where the system lets none be made, as below `/proc`.
 * @throws what the system says, or an Error that names what is in the way
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let nearest = path;
  for (; statSync(nearest, { throwIfNoEntry: false }) === undefined; nearest = dirname(nearest)) missing.push(nearest);
  if (!isFolder(nearest)) throw new Error(`${nearest} is no folder`);
  accessSync(nearest, constants.W_OK | constants.X_OK);
  for (const folder of missing.toReversed()) makeLevel(folder);
}

/** Another process may be making the same folder. */
function makeLevel(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}
