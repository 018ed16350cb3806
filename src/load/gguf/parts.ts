import { existsSync } from "node:fs";
import { UsageError } from "../../core/errors.ts";
import { partsOf } from "../../core/gguf-parts.ts";
import { displayPath } from "../suite.ts";
import { type GgufHeader, readGgufHeader } from "./read.ts";

/**
 * Reads the header of a GGUF model, with the tensors of all its parts; their offsets are those in the own file of each.
 * @throws UsageError where a part is missing, or as `readGgufHeader` does
 */
export async function readGgufModel(file: string): Promise<GgufHeader> {
  const [first, ...rest] = partsOf(file);
  const missing = rest.find((part) => !existsSync(part));
  if (missing !== undefined)
    throw new UsageError(`${displayPath(file)}: its part ${displayPath(missing)} is missing (copy it there)`);
  const header = await readGgufHeader(first);
  let { tensors } = header;
  for (const part of rest) tensors = tensors.concat((await readGgufHeader(part)).tensors);
  return { ...header, tensors };
}
