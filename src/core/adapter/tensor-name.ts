/** Which of a module's matrices a tensor is: the update of the module's weight is B times A, whatever it adapts. */
export type LoraMatrix = "A" | "B";

/** What the name of an adapter's tensor says. */
export type TensorName =
  /** `isEmbedding`: stored transposed and without `.weight`, as PEFT does for embeddings. `isBias`: the bias of a matrix. */
  | { kind: "lora"; module: string; matrix: LoraMatrix; isEmbedding: boolean; isBias: boolean; adapter: string | null }
  /** The vector of lengths that DoRA learns beside the matrices. */
  | { kind: "magnitude"; module: string; adapter: string | null }
  /** Whatever is no part of a LoRA: weights that were trained whole (`modules_to_save`), biases, and the unknown. */
  | { kind: "other"; module: string };

/** No model has longer ones; what a file holds might take the expression below for ever. */
const longestName = 1000;

/** Parts of a model beside its language model, as the names of their modules begin or go on. */
const otherTowers: ReadonlySet<string> = new Set([
  "visual",
  "vision_tower",
  "vision_model",
  "vision_encoder",
  "audio_tower",
  "audio_model",
  "audio_encoder",
  "multi_modal_projector",
  "mm_projector",
]);

/**
 * Reads the name of a tensor of a PEFT adapter, such as `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`.
 * The module is named as in the base model: `model.layers.0.self_attn.q_proj`. A name between matrix and `weight` is
 * that of the adapter (`lora_A.default.weight`), which PEFT leaves out when it saves by itself.
 */
export function parseTensorName(name: string): TensorName {
  if (name.length > longestName) return { kind: "other", module: name };
  const own = name.replace(/^base_model\.model\./, "");
  const [, module, part = "", adapter, ending] =
    /^(.+)\.(lora_(?:embedding_)?[AB]|lora_magnitude_vector)(?:\.(.+?))??(?:\.(weight|bias))?$/.exec(own) ?? [];
  if (module === undefined) return { kind: "other", module: own.replace(/\.(?:weight|bias)$/, "") };
  if (part === "lora_magnitude_vector") return { kind: "magnitude", module, adapter: adapter ?? null };
  return {
    kind: "lora",
    module,
    matrix: part.endsWith("A") ? "A" : "B",
    isEmbedding: part.startsWith("lora_embedding"),
    isBias: ending === "bias",
    adapter: adapter ?? null,
  };
}

/** The layer that a module belongs to: 12 for `model.layers.12.mlp.up_proj`, null where its name holds no number. */
export function layerOf(module: string): number | null {
  const [, digits] = /(?:^|\.)(\d+)\./.exec(`${module}.`) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Whether a module belongs to the language model, not to what sees or hears for it. */
export function isLanguageModule(module: string): boolean {
  return !module.split(".").some((part) => otherTowers.has(part));
}

/** What `target_modules` calls a module: its last name, `q_proj` for `model.layers.0.self_attn.q_proj`. */
export function shortModule(module: string): string {
  return module.slice(module.lastIndexOf(".") + 1);
}
