import { z } from "zod";
import { UsageError } from "../errors.ts";
import { type GgufFamily, ggufFamily } from "./gguf-names.ts";

/** What a conversion must know of the base model that the adapter was trained on. */
export interface GgufBase {
  readonly family: GgufFamily;
  /** The shapes of its tensors by their GGUF names, the dimension that varies fastest first. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** How many heads a layer has, as its query and as its key. */
  readonly heads: (layer: number) => { readonly query: number; readonly key: number };
}

type Metadata = ReadonlyMap<string, unknown>;

/**
 * Reads the base from the header of its GGUF file.
 * @throws UsageError when it is an adapter itself, of an unknown architecture, or does not say its heads
 */
export function baseFromGguf(
  metadata: Metadata,
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
): GgufBase {
  const type = metadata.get("general.type") ?? "model";
  if (type !== "model")
    throw new UsageError(`general.type: expected the base model, got ${JSON.stringify(type)} (name the model's file)`);
  const family = ggufFamily(String(metadata.get("general.architecture")));
  const query = metadata.get(`${family}.attention.head_count`);
  const key = metadata.get(`${family}.attention.head_count_kv`) ?? query;
  return {
    family,
    shapes: new Map(tensors.map(({ name, shape }) => [name, shape])),
    heads: (layer) => ({
      query: headsOf(query, layer, `${family}.attention.head_count`),
      key: headsOf(key, layer, `${family}.attention.head_count_kv`),
    }),
  };
}

/** A number for all layers, or one for each. */
function headsOf(value: unknown, layer: number, name: string): number {
  const heads: unknown = Array.isArray(value) ? value[layer] : value;
  if (typeof heads === "number" && Number.isSafeInteger(heads) && heads > 0) return heads;
  throw new UsageError(`expected ${name} to say the heads of layer ${layer}, got ${JSON.stringify(heads)}`);
}

/** The GGUF architecture of each `model_type`, and what its configuration class says where a file does not. */
const modelTypes: Readonly<Record<string, { family: GgufFamily; isTied: boolean; headSize?: number }>> = {
  llama: { family: "llama", isTied: false },
  mistral: { family: "llama", isTied: false },
  qwen2: { family: "qwen2", isTied: false },
  qwen3: { family: "qwen3", isTied: false, headSize: 128 },
  gemma: { family: "gemma", isTied: true, headSize: 256 },
  gemma2: { family: "gemma2", isTied: true, headSize: 256 },
  gemma3_text: { family: "gemma3", isTied: true, headSize: 256 },
};

const size = z.int().min(1);
const ModelConfig = z.looseObject({
  model_type: z.string(),
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  vocab_size: size,
  tie_word_embeddings: z.boolean().nullish(),
});

/**
 * Works out the base from a Hugging Face `config.json`, for a base file that lies on another machine.
 * @param config the parsed file
 * @throws UsageError when a field is missing, or no architecture is known for its `model_type`
 */
export function baseFromConfig(config: unknown): GgufBase {
  const parsed = ModelConfig.safeParse(config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`${issue?.path.join(".")}: ${issue?.message} (name the base's GGUF file instead)`);
  }
  const model = parsed.data;
  const kind = Object.hasOwn(modelTypes, model.model_type) ? modelTypes[model.model_type] : undefined;
  if (kind === undefined)
    throw new UsageError(
      `model_type: got "${model.model_type}", known: ${Object.keys(modelTypes).join(", ")} (name the base's GGUF file instead)`,
    );
  const query = model.num_attention_heads;
  const key = model.num_key_value_heads ?? query;
  const headSize = model.head_dim ?? kind.headSize ?? model.hidden_size / query;
  const { hidden_size: hidden, intermediate_size: inner, vocab_size: vocabulary } = model;
  const outer: [string, number[]][] = [["token_embd.weight", [hidden, vocabulary]]];
  if (!(model.tie_word_embeddings ?? kind.isTied)) outer.push(["output.weight", [hidden, vocabulary]]);
  const layers = Array.from({ length: model.num_hidden_layers }, (_, layer): [string, number[]][] => [
    [`blk.${layer}.attn_q.weight`, [hidden, query * headSize]],
    [`blk.${layer}.attn_k.weight`, [hidden, key * headSize]],
    [`blk.${layer}.attn_v.weight`, [hidden, key * headSize]],
    [`blk.${layer}.attn_output.weight`, [query * headSize, hidden]],
    [`blk.${layer}.ffn_gate.weight`, [hidden, inner]],
    [`blk.${layer}.ffn_up.weight`, [hidden, inner]],
    [`blk.${layer}.ffn_down.weight`, [inner, hidden]],
  ]);
  return { family: kind.family, shapes: new Map([...outer, ...layers.flat()]), heads: () => ({ query, key }) };
}
