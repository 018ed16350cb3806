import { UsageError } from "../errors.ts";

/**
 * The GGUF architectures whose adapters can be converted, and whether their models keep the rows of Q and K in another
 * order than Hugging Face does: llama.cpp rotates neighbouring pairs there, Hugging Face pairs the halves of a head.
 * Source: `undo_permute` in `conversion/llama.py` and the rope types in `src/llama-model.cpp` of llama.cpp.
 */
const families = {
  llama: { isPermuted: true },
  mistral3: { isPermuted: true },
  qwen2: { isPermuted: false },
  qwen3: { isPermuted: false },
  gemma: { isPermuted: false },
  gemma2: { isPermuted: false },
  gemma3: { isPermuted: false },
} as const;

/** A GGUF architecture whose adapters can be converted. */
export type GgufFamily = keyof typeof families;

/** @throws UsageError for an architecture whose tensors are not known here */
export function ggufFamily(architecture: string): GgufFamily {
  if (Object.hasOwn(families, architecture)) return architecture as GgufFamily;
  throw new UsageError(
    `no adapter can be converted for the architecture "${architecture}" ` +
      `(known: ${Object.keys(families).join(", ")}; convert it with llama.cpp's convert_lora_to_gguf.py instead)`,
  );
}

/** The modules of a layer as Hugging Face names them, with their tensors in a GGUF file. Source: `gguf-py`'s tensor map. */
const layerModules: ReadonlyMap<string, string> = new Map([
  ["self_attn.q_proj", "attn_q"],
  ["self_attn.k_proj", "attn_k"],
  ["self_attn.v_proj", "attn_v"],
  ["self_attn.o_proj", "attn_output"],
  ["mlp.gate_proj", "ffn_gate"],
  ["mlp.up_proj", "ffn_up"],
  ["mlp.down_proj", "ffn_down"],
]);

const outerModules: ReadonlyMap<string, string> = new Map([
  ["embed_tokens", "token_embd"],
  ["lm_head", "output"],
]);

/** The language model alone, as a model's own attribute, or as a part of one that sees too. */
const languageModel = /^(?:model\.)?(?:(?:language_model|text_model)\.)?(?:model\.)?/;

/** Where a module's weight stands in a GGUF model. */
export interface GgufPlace {
  /** Such as `blk.0.attn_q.weight`. */
  readonly tensor: string;
  /** The layer that it belongs to; null for the embedding and the output. */
  readonly layer: number | null;
  /** Whose number of heads orders its rows anew; null where they stay as they are. */
  readonly permutedBy: "query" | "key" | null;
  /** Whether the engine looks rows up in it by token instead of multiplying with it. */
  readonly isEmbedding: boolean;
}

/**
 * Finds the GGUF tensor of a module that an adapter changes.
 * @param module as the base model names it, such as `model.layers.0.self_attn.q_proj`
 * @throws UsageError for a module that has no tensor of its own in such a model
 */
export function ggufPlace(module: string, family: GgufFamily): GgufPlace {
  const own = module.replace(languageModel, "");
  const outer = outerModules.get(own);
  if (outer !== undefined)
    return { tensor: `${outer}.weight`, layer: null, permutedBy: null, isEmbedding: own === "embed_tokens" };
  const [, digits, part = ""] = /^layers\.(\d+)\.(.+)$/.exec(own) ?? [];
  const name = layerModules.get(part);
  if (digits === undefined || name === undefined) {
    const known = [...layerModules.keys(), ...outerModules.keys()].map((key) => key.replace(/.*\./, ""));
    throw new UsageError(
      `module "${module}": no tensor of a ${family} model is known for it (known: ${known.join(", ")}; ` +
        "train the adapter on these, or merge it into its base and convert the whole)",
    );
  }
  const permutedBy = part === "self_attn.q_proj" ? "query" : part === "self_attn.k_proj" ? "key" : null;
  return {
    tensor: `blk.${digits}.${name}.weight`,
    layer: Number(digits),
    permutedBy: families[family].isPermuted ? permutedBy : null,
    isEmbedding: false,
  };
}

/**
 * Brings the rows of a matrix from Hugging Face's order into that of llama.cpp: within each head the two halves are
 * interleaved, row `i` of the first half becoming row `2i` and row `i` of the second half row `2i + 1`. Of a LoRA's
 * matrices only B has the rows of the weight, so A stays. Source: `LlamaModel.permute` in llama.cpp's `conversion/llama.py`.
 * @param values row by row
 * @throws an Error when the rows do not divide into heads of an even size
 */
export function permuteRows(values: Float32Array, rows: number, heads: number): Float32Array<ArrayBuffer> {
  const half = rows / heads / 2;
  if (!Number.isInteger(half)) throw new Error(`${rows} rows do not divide into ${heads} heads of an even size`);
  const columns = values.length / rows;
  const permuted = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    const head = Math.floor(row / (2 * half));
    const within = row % (2 * half);
    const target = head * 2 * half + (within < half ? 2 * within : 2 * (within - half) + 1);
    permuted.set(values.subarray(row * columns, (row + 1) * columns), target * columns);
  }
  return permuted;
}

/** Turns the rows of a matrix into columns. @param values row by row */
export function transpose(values: Float32Array, rows: number): Float32Array<ArrayBuffer> {
  const columns = values.length / rows;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = values[row * columns + column] as number;
  }
  return turned;
}
