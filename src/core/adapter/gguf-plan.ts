import { UsageError } from "../errors.ts";
import { type AdapterConfig, rankOf, scaleOf } from "./config.ts";
import { type FloatDtype, isFloatDtype } from "./floats.ts";
import type { GgufBase } from "./gguf-base.ts";
import { type GgufPlace, ggufPlace } from "./gguf-names.ts";
import { mergeAdvice, mergeOnly, refuseUnconvertible } from "./gguf-refusal.ts";
import type { SafetensorsTensor } from "./safetensors.ts";
import { parseTensorName } from "./tensor-name.ts";

/** One tensor of the GGUF adapter, and what becomes of the source's values on the way, in this order. */
export interface PlannedTensor {
  readonly name: string;
  /** The dimension that varies fastest first. */
  readonly shape: readonly [number, number];
  readonly source: SafetensorsTensor;
  readonly dtype: FloatDtype;
  /** The source's rows are brought into the engine's order for so many heads; null: they stay. */
  readonly permuteHeads: number | null;
  /** Whether rows become columns. */
  readonly isTransposed: boolean;
  /** What all values are multiplied by. */
  readonly factor: number;
}

/** What a GGUF adapter is made of. */
export interface AdapterPlan {
  readonly architecture: string;
  /** `adapter.lora.alpha`: the engine multiplies B times A by alpha / rank. */
  readonly alpha: number;
  /** The modules that are changed, in the order of their names. */
  readonly modules: readonly string[];
  readonly tensors: readonly PlannedTensor[];
}

/** The two matrices of a module, checked against each other and against the base. */
interface Pair {
  readonly module: string;
  readonly place: GgufPlace;
  readonly a: SafetensorsTensor;
  readonly b: SafetensorsTensor;
  readonly rank: number;
  /** The alpha with which the engine applies this module as strongly as it was trained. */
  readonly alpha: number;
}

/**
 * Plans a GGUF adapter from a PEFT adapter: which tensor becomes which, and how. `adapter.lora.alpha` is one number for
 * all modules; where the strengths differ (`alpha_pattern`, or rank-stabilised LoRA of several ranks) their ratio goes
 * into B. Source: `llama-adapter.cpp` and `get_scale` in `llama-adapter.h` of llama.cpp.
 * @throws UsageError when a GGUF adapter cannot stand for it, or it does not fit the base, naming the first such tensor
 */
export function planAdapter(config: AdapterConfig, tensors: readonly SafetensorsTensor[], base: GgufBase): AdapterPlan {
  refuseUnconvertible(config);
  const pairs = pairUp(tensors, base).map(([module, a, b]) => checkPair(config, base, module, a, b));
  const alpha = pairs.find((pair) => pair.alpha !== 0)?.alpha;
  if (alpha === undefined)
    throw new UsageError(
      pairs.length === 0
        ? "it holds no LoRA matrices (copy it again)"
        : "lora_alpha: is 0, so the adapter changes nothing (an engine would apply it at full strength: measure the base)",
    );
  return {
    architecture: base.family,
    alpha,
    modules: pairs.map(({ module }) => module),
    tensors: pairs.flatMap((pair) => planPair(pair, alpha, base)),
  };
}

function pairUp(
  tensors: readonly SafetensorsTensor[],
  base: GgufBase,
): [module: string, a: SafetensorsTensor, b: SafetensorsTensor][] {
  const found = new Map<string, { A?: SafetensorsTensor; B?: SafetensorsTensor }>();
  for (const tensor of tensors) {
    const name = parseTensorName(tensor.name);
    if (name.kind === "magnitude") throw refusal(tensor, `DoRA's magnitudes (${mergeOnly})`);
    if (name.kind === "other") {
      if (isUntrainedCopy(tensor, base)) continue;
      throw refusal(tensor, `weights that are no LoRA (${mergeOnly})`);
    }
    if (name.isBias) throw refusal(tensor, `a bias (${mergeOnly})`);
    const pair = found.get(name.module) ?? {};
    if (pair[name.matrix] !== undefined)
      throw refusal(tensor, `a second adapter for ${name.module} (save one adapter alone)`);
    found.set(name.module, { ...pair, [name.matrix]: tensor });
  }
  return [...found]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([module, { A, B }]) => {
      if (A !== undefined && B !== undefined) return [module, A, B];
      throw new UsageError(`module "${module}": has lora_${A === undefined ? "B" : "A"} only (save the adapter again)`);
    });
}

function refusal({ name }: SafetensorsTensor, what: string): UsageError {
  return new UsageError(`tensor "${name}": a GGUF adapter has no place for ${what}`);
}

/** PEFT saves the frozen weights of an adapted embedding with the adapter; other sizes say that tokens were added. */
function isUntrainedCopy({ name, shape }: SafetensorsTensor, base: GgufBase): boolean {
  const [, module] = /^(?:base_model\.model\.)?(.+)\.base_layer\.weight$/.exec(name) ?? [];
  if (module === undefined) return false;
  const { tensor } = ggufPlace(module, base.family);
  return isSame(base.shapes.get(tensor), shape.toReversed());
}

function checkPair(
  config: AdapterConfig,
  base: GgufBase,
  module: string,
  a: SafetensorsTensor,
  b: SafetensorsTensor,
): Pair {
  const place = ggufPlace(module, base.family);
  const expected = base.shapes.get(place.tensor);
  if (expected === undefined)
    throw new UsageError(`module "${module}": the base has no tensor ${place.tensor} (${missingAdvice(place, base)})`);
  const isOwnOutput = base.shapes.has("output.weight");
  if (place.isEmbedding && !isOwnOutput)
    throw new UsageError(
      `module "${module}": the base's output is its embedding, over which llama.cpp ends its process (${mergeAdvice})`,
    );
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[0] !== b.shape[1])
    throw new UsageError(
      `module "${module}": lora_A [${a.shape.join(", ")}] and lora_B [${b.shape.join(", ")}] share no rank (save it again)`,
    );
  const [rank = 0, columns = 0] = a.shape;
  const [rows = 0] = b.shape;
  const isFit = isSame(expected, place.isEmbedding ? [rows, columns] : [columns, rows]);
  if (!isFit)
    throw new UsageError(
      `module "${module}": the adapter changes a weight of [${(place.isEmbedding ? [columns, rows] : [rows, columns]).join(", ")}], ` +
        `the base's ${place.tensor} is [${expected.toReversed().join(", ")}] (name the base that it was trained on)`,
    );
  const said = rankOf(config, module);
  if (said !== rank)
    throw new UsageError(
      `module "${module}": its matrices have rank ${rank}, adapter_config.json says ${said} (copy both from one save)`,
    );
  return { module, place, a, b, rank, alpha: scaleOf(config, module) * rank };
}

function missingAdvice({ tensor }: GgufPlace, { shapes }: GgufBase): string {
  if (tensor === "output.weight") return `its output is its embedding: ${mergeAdvice}`;
  if (shapes.has("blk.0.attn_qkv.weight")) return "its Q, K and V are one tensor: convert the base without fusing them";
  return "name the base that the adapter was trained on";
}

function isSame(shape: readonly number[] | undefined, other: readonly number[]): boolean {
  return shape?.length === other.length && shape.every((length, index) => length === other[index]);
}

/** An embedding's A is looked up by token, so its columns become rows; all else is laid out as PEFT does. */
function planPair({ module, place, a, b, rank, alpha }: Pair, common: number, base: GgufBase): PlannedTensor[] {
  const { tensor, layer, permutedBy, isEmbedding } = place;
  const heads = permutedBy === null || layer === null ? null : base.heads(layer)[permutedBy];
  const [, columns = 0] = a.shape;
  const [rows = 0] = b.shape;
  if (heads !== null && rows % (2 * heads) !== 0)
    throw new UsageError(
      `module "${module}": ${rows} rows do not divide into the base's ${heads} heads of an even size`,
    );
  return [
    {
      name: `${tensor}.lora_a`,
      shape: isEmbedding ? [rank, columns] : [columns, rank],
      source: a,
      dtype: floatDtype(a),
      permuteHeads: null,
      isTransposed: isEmbedding,
      factor: 1,
    },
    {
      name: `${tensor}.lora_b`,
      shape: [rank, rows],
      source: b,
      dtype: floatDtype(b),
      permuteHeads: heads,
      isTransposed: false,
      factor: alpha / common,
    },
  ];
}

function floatDtype({ name, dtype }: SafetensorsTensor): FloatDtype {
  if (isFloatDtype(dtype)) return dtype;
  throw new UsageError(`tensor "${name}": expected F32, F16 or BF16, got ${dtype} (save the adapter in one of these)`);
}
