import { existsSync, readFileSync } from "node:fs";
import { baseFromConfig, baseFromGguf, type GgufBase } from "../../core/adapter/gguf-base.ts";
import { UsageError } from "../../core/errors.ts";
import { reading } from "../../io/readable.ts";
import { displayPath } from "../suite.ts";
import { readGgufHeader } from "./read.ts";

/**
 * Reads what a conversion must know of a base: from its GGUF file (or the first of its parts), or from the `config.json`
 * of the Hugging Face model where the file lies on another machine.
 * @throws UsageError with one line that begins with the file's name
 */
export async function readBase(file: string): Promise<GgufBase> {
  const place = displayPath(file);
  try {
    if (file.endsWith(".json")) return baseFromConfig(parseJson(reading(place, () => readFileSync(file, "utf8"))));
    const [first, ...rest] = partsOf(file);
    const { metadata, tensors } = await readGgufHeader(first);
    const all = [...tensors];
    for (const part of rest) all.push(...(await readGgufHeader(part)).tensors);
    return baseFromGguf(metadata, all);
  } catch (error) {
    if (!(error instanceof UsageError) || error.message.startsWith(place)) throw error;
    throw new UsageError(`${place}: ${error.message}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError("is not JSON (name the config.json of the base, or its GGUF file)");
  }
}

/** A model may lie in parts, as `llama-gguf-split` names them: `name-00001-of-00003.gguf`. */
function partsOf(file: string): [first: string, ...rest: string[]] {
  const [, stem = "", digits] = /^(.*)-00001-of-(\d{5})\.gguf$/.exec(file) ?? [];
  if (digits === undefined) return [file];
  const rest = Array.from({ length: Math.max(0, Number(digits) - 1) }, (_, index) => {
    return `${stem}-${String(index + 2).padStart(5, "0")}-of-${digits}.gguf`;
  });
  const missing = rest.find((part) => !existsSync(part));
  if (missing !== undefined) throw new UsageError(`its part ${displayPath(missing)} is missing (copy it there)`);
  return [file, ...rest];
}
