import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const home = process.env["NITBENCH_DATA"] ?? resolve(import.meta.dirname, "../../../shared/data");

/** The local copy of a public benchmark; null where there is none, and its conformance test is skipped. */
export function dataFolder(name: string): string | null {
  const folder = join(home, name);
  return existsSync(folder) ? folder : null;
}
