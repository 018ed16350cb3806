import { baseFromConfig, baseFromGguf, type GgufBase } from "../../core/adapter/gguf-base.ts";
import { parseModelJson } from "../../core/adapter/python-json.ts";
import { UsageError } from "../../core/errors.ts";
import { readModelText } from "../model-json.ts";
import { displayPath } from "../suite.ts";
import { readGgufModel } from "./parts.ts";

/**
 * Reads what a conversion must know of a base: from its GGUF file (or the first of its parts), or from the `config.json`
 * of the Hugging Face model where the file lies on another machine.
 * @throws UsageError with one line that begins with the file's name
 */
export async function readBase(file: string): Promise<GgufBase> {
  const place = displayPath(file);
  try {
    if (file.endsWith(".json")) return baseFromConfig(parseModelJson(readModelText(file), place));
    const { metadata, tensors } = await readGgufModel(file);
    return baseFromGguf(metadata, tensors);
  } catch (error) {
    if (!(error instanceof UsageError) || error.message.startsWith(place)) throw error;
    throw new UsageError(`${place}: ${error.message}`);
  }
}
