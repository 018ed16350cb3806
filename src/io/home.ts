import { join } from "node:path";

/** A path whose `~/` is written out, which no shell does within a word; as it is where no home is known. */
export function atHome(path: string, home: string | undefined): string {
  return path.startsWith("~/") && home !== undefined ? join(home, path.slice(2)) : path;
}
