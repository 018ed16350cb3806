import { readFloats } from "../../core/adapter/floats.ts";
import { permuteRows, transpose } from "../../core/adapter/gguf-names.ts";
import { type AdapterPlan, planAdapter, type PlannedTensor } from "../../core/adapter/gguf-plan.ts";
import { UsageError } from "../../core/errors.ts";
import { openAdapter } from "../adapter.ts";
import { readSafetensorsHeader, readTensor } from "../safetensors.ts";
import { displayPath } from "../suite.ts";
import { readBase } from "./base.ts";
import { writeGguf } from "./write.ts";

/** What was written. */
export interface ConvertedAdapter {
  /** The architecture of the base that it applies to. */
  readonly architecture: string;
  /** The alpha that the engine divides by the rank. */
  readonly alpha: number;
  /** The modules that it changes, as the base model names them. */
  readonly modules: readonly string[];
}

/**
 * Converts a PEFT LoRA folder into a GGUF adapter that llama.cpp applies to a base, one tensor in memory at a time. Values
 * are written as 32-bit floats, which hold BF16 and F16 exactly and keep the engine from rounding activations. The same
 * adapter and base give the same bytes.
 * @param folder with `adapter_config.json` and `adapter_model.safetensors`
 * @param base the base's GGUF file, or the `config.json` of its Hugging Face model
 * @throws UsageError with one line when the adapter has no GGUF form, or does not fit the base; nothing is written then
 */
export async function convertAdapter(folder: string, base: string, file: string): Promise<ConvertedAdapter> {
  const { config, weights } = openAdapter(folder);
  const { tensors } = await readSafetensorsHeader(weights);
  const known = await readBase(base);
  const { architecture, alpha, modules, tensors: planned } = planFor(folder, () => planAdapter(config, tensors, known));
  await writeGguf(
    file,
    {
      "general.architecture": { type: "string", value: architecture },
      "general.type": { type: "string", value: "adapter" },
      "adapter.type": { type: "string", value: "lora" },
      "adapter.lora.alpha": { type: "f32", value: alpha },
    },
    planned.map((tensor) => ({
      name: tensor.name,
      type: "F32",
      shape: tensor.shape,
      data: async () => await convertValues(weights, tensor),
    })),
  );
  return { architecture, alpha, modules };
}

function planFor(folder: string, plan: () => AdapterPlan): AdapterPlan {
  try {
    return plan();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${displayPath(folder)}: ${error.message}`);
    throw error;
  }
}

async function convertValues(weights: string, tensor: PlannedTensor): Promise<Uint8Array> {
  const { source, dtype, permuteHeads, isTransposed, factor } = tensor;
  const [rows = 0] = source.shape;
  let values = readFloats(dtype, await readTensor(weights, source));
  if (permuteHeads !== null) values = permuteRows(values, rows, permuteHeads);
  if (isTransposed) values = transpose(values, rows);
  if (factor !== 1) values = values.map((value) => value * factor);
  return new Uint8Array(values.buffer);
}
