import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseModelJson } from "../core/adapter/python-json.ts";
import { UsageError } from "../core/errors.ts";
import { explainIssues } from "../core/explain.ts";
import { isFile } from "../io/readable.ts";
import { readModelText } from "./model-json.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { displayPath } from "./suite.ts";

/** A model as transformers saves it: its headers were read and agree, its weights were not looked through. */
export interface MergedModel {
  folder: string;
  /** Such as `Qwen2ForCausalLM`; null where config.json does not say. */
  architecture: string | null;
  /** The files with its tensors, by name, sorted. */
  files: readonly string[];
  tensors: number;
  parameters: number;
  bytes: number;
  dtypes: readonly string[];
  /** The format of its weights, such as `gptq`, where they are packed; null where they are not. */
  quantisation: string | null;
}

const ModelConfig = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  quantization_config: z.looseObject({ quant_method: z.string().nullish() }).nullish(),
});

const ShardIndex = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * Reads a model folder's configuration and the headers of all its weights files.
 * @throws UsageError where one is missing, damaged, or not the one that the index names
 */
export async function openMergedModel(folder: string): Promise<MergedModel> {
  const config = readJson(ModelConfig, join(folder, "config.json"));
  const index = join(folder, "model.safetensors.index.json");
  const placed = isFile(index) ? readJson(ShardIndex, index).weight_map : null;
  const files = [...new Set(placed === null ? weightsFiles(folder) : Object.values(placed))].sort();
  const names = new Map<string, string>();
  let parameters = 0;
  let bytes = 0;
  const dtypes = new Set<string>();
  for (const file of files) {
    const path = join(folder, file);
    if (/[/\\]|^\.\.$/.test(file) || !isFile(path))
      throw new UsageError(
        `${displayPath(index)}: names ${file}, which is not there (copy it there; the model is not whole)`,
      );
    const { tensors } = await readSafetensorsHeader(path);
    bytes += statSync(path).size;
    for (const { name, dtype, shape } of tensors) {
      names.set(name, file);
      dtypes.add(dtype);
      parameters += shape.reduce((product, size) => product * size, 1);
    }
  }
  const lost = Object.entries(placed ?? {}).find(([name, file]) => names.get(name) !== file);
  if (lost !== undefined)
    throw new UsageError(`${displayPath(index)}: ${lost[1]} has no tensor "${lost[0]}" (copy all files from one save)`);
  return {
    folder,
    architecture: config.architectures?.[0] ?? null,
    files,
    tensors: names.size,
    parameters,
    bytes,
    dtypes: [...dtypes].sort(),
    quantisation: config.quantization_config?.quant_method ?? null,
  };
}

function weightsFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".safetensors") && isFile(join(folder, name)));
}

function readJson<T extends z.ZodType>(schema: T, path: string): z.infer<T> {
  const place = displayPath(path);
  const json = parseModelJson(readModelText(path), place);
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new UsageError(`${place}: ${explainIssues(result.error.issues, schema, json)} (save it again)`);
}
