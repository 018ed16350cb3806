import { createHash } from "node:crypto";
import { linkSync, rmSync, symlinkSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { makeFolder } from "../../../io/folder.ts";

const folder = join(".nitbench", "adapters");

/**
 * How a llama-server that is started from this folder is to be told an adapter's file: newer ones take what follows a comma
 * for another file. Where no path of it is without one, it is linked under a name that has none.
 * @throws what the system says
 */
export function pathForLora(file: string): string {
  if (!file.includes(",")) return file;
  const fromHere = relative(process.cwd(), file);
  if (!fromHere.includes(",")) return fromHere;
  const name = createHash("sha256").update(resolve(file)).digest("hex").slice(0, 12);
  const link = join(folder, `linked-${name}.gguf`);
  makeFolder(resolve(folder));
  rmSync(link, { force: true });
  try {
    symlinkSync(resolve(file), link);
  } catch {
    // Windows lets few people make those.
    linkSync(file, link);
  }
  return link;
}
