import type { Dtype, ValueScan } from "./dtype.ts";
import { isLanguageModule, layerOf, parseTensorName, shortModule } from "./tensor-name.ts";

/** One tensor of an adapter: its name, shape and what its values are. */
export interface AdapterTensor extends ValueScan {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
}

/** The matrices that change one module; null for one that is not there. */
export interface AdaptedModule {
  module: string;
  a: AdapterTensor | null;
  b: AdapterTensor | null;
}

/** An adapter's tensors by what they are for. */
export interface AdapterLayout {
  modules: readonly AdaptedModule[];
  magnitudes: readonly AdapterTensor[];
  /** Tensors that are no part of a LoRA, and the biases of its matrices. */
  others: readonly AdapterTensor[];
}

/** Sorts an adapter's tensors by the modules that they change. */
export function layOut(tensors: readonly AdapterTensor[]): AdapterLayout {
  const modules = new Map<string, AdaptedModule>();
  const magnitudes: AdapterTensor[] = [];
  const others: AdapterTensor[] = [];
  for (const tensor of tensors) {
    const name = parseTensorName(tensor.name);
    if (name.kind === "magnitude") magnitudes.push(tensor);
    else if (name.kind === "other" || name.isBias) others.push(tensor);
    else {
      const key = `${name.module} ${name.adapter ?? ""}`;
      const found = modules.get(key) ?? { module: name.module, a: null, b: null };
      modules.set(key, { ...found, [name.matrix === "A" ? "a" : "b"]: tensor });
    }
  }
  return { modules: [...modules.values()], magnitudes, others };
}

/** What an adapter holds, in numbers. */
export interface AdapterSummary {
  tensors: number;
  parameters: number;
  dtypes: readonly Dtype[];
  /** The ranks of its matrices, ascending. */
  ranks: readonly number[];
  /** The modules it changes, by their last names, sorted. */
  targets: readonly string[];
  /** How many layers of the model it changes. */
  layers: number;
  /** How many of its tensors belong to the language model, and how many to what sees or hears for it. */
  placement: { language: number; other: number };
}

/** Sums up an adapter's tensors. */
export function summariseAdapter(tensors: readonly AdapterTensor[]): AdapterSummary {
  const { modules } = layOut(tensors);
  const placed = tensors.map(({ name }) => isLanguageModule(parseTensorName(name).module));
  const language = placed.filter(Boolean).length;
  return {
    tensors: tensors.length,
    parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    ranks: [...new Set(modules.flatMap(({ a, b }) => a?.shape[0] ?? b?.shape[1] ?? []))].sort((x, y) => x - y),
    targets: [...new Set(modules.map(({ module }) => shortModule(module)))].sort(),
    layers: new Set(modules.flatMap(({ module }) => layerOf(module) ?? [])).size,
    placement: { language, other: placed.length - language },
  };
}
