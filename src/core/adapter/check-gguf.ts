import { checkMatrices } from "./check.ts";
import type { PreflightFinding } from "./finding.ts";
import type { AdaptedModule, AdapterTensor } from "./layout.ts";

/**
 * The pre-flight of an adapter in a GGUF file, whose matrices are named `blk.0.attn_q.weight.lora_a`: values, pairs, and
 * whether it does anything. Its alpha is no matter: llama.cpp leaves the scale out where it is 0.
 * @param file as messages name it
 */
export function checkGgufAdapter(tensors: readonly AdapterTensor[], file: string): PreflightFinding[] {
  const modules = new Map<string, AdaptedModule>();
  const others: AdapterTensor[] = [];
  for (const tensor of tensors) {
    const [, module, matrix] = /^(.+)\.lora_([ab])$/.exec(tensor.name) ?? [];
    if (module === undefined) others.push(tensor);
    else modules.set(module, { ...(modules.get(module) ?? { module, a: null, b: null }), [matrix ?? ""]: tensor });
  }
  return checkMatrices(tensors, { modules: [...modules.values()], magnitudes: [], others }, file);
}
