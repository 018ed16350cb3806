import { describe, expect, test } from "vitest";
import { parseAdapterConfig } from "../../../src/core/adapter/config.ts";
import type { Dtype } from "../../../src/core/adapter/dtype.ts";
import { baseFromConfig } from "../../../src/core/adapter/gguf-base.ts";
import { planAdapter } from "../../../src/core/adapter/gguf-plan.ts";
import type { SafetensorsTensor } from "../../../src/core/adapter/safetensors.ts";
import { adapterConfig } from "../../fixtures/peft.ts";

const sizes = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 2, num_attention_heads: 2, vocab_size: 20 };
const baseOf = (fields: Record<string, unknown> = {}) => baseFromConfig({ model_type: "llama", ...sizes, ...fields });

function tensor(name: string, shape: number[], dtype: Dtype = "BF16"): SafetensorsTensor {
  return { name: `base_model.model.${name}`, dtype, shape, begin: 0, end: 0 };
}

const pair = (module: string, rows: number, columns: number, rank = 4) => [
  tensor(`${module}.lora_A.weight`, [rank, columns]),
  tensor(`${module}.lora_B.weight`, [rows, rank]),
];
const queries = pair("model.layers.0.self_attn.q_proj", 8, 8);

function plan(tensors: SafetensorsTensor[], config: Record<string, unknown> = {}, base = baseOf()) {
  return planAdapter(parseAdapterConfig(JSON.stringify(adapterConfig(config)), "adapter_config.json"), tensors, base);
}

describe("planAdapter", () => {
  test("names, orders and shapes the tensors as the engine wants them", () => {
    const { alpha, architecture, modules, tensors } = plan([
      ...pair("model.layers.1.mlp.down_proj", 8, 12),
      ...queries,
    ]);
    expect({ alpha, architecture }).toEqual({ alpha: 8, architecture: "llama" });
    expect(modules).toEqual(["model.layers.0.self_attn.q_proj", "model.layers.1.mlp.down_proj"]);
    expect(tensors.map(({ name, shape, permuteHeads }) => [name, shape, permuteHeads])).toEqual([
      ["blk.0.attn_q.weight.lora_a", [8, 4], null],
      ["blk.0.attn_q.weight.lora_b", [4, 8], 2],
      ["blk.1.ffn_down.weight.lora_a", [12, 4], null],
      ["blk.1.ffn_down.weight.lora_b", [4, 8], null],
    ]);
  });

  test("does not care for the adapter's own name", () => {
    const named = queries.map((one) => ({ ...one, name: one.name.replace(".weight", ".default.weight") }));
    expect(plan(named).tensors.map(({ name }) => name)).toEqual(plan(queries).tensors.map(({ name }) => name));
  });

  test("leaves out the frozen embedding that PEFT saves beside its LoRA, and only that", () => {
    const embedding = [
      tensor("model.embed_tokens.lora_embedding_A", [4, 20]),
      tensor("model.embed_tokens.lora_embedding_B", [8, 4]),
    ];
    const frozen = tensor("model.embed_tokens.base_layer.weight", [20, 8]);
    const { tensors } = plan([...embedding, frozen]);
    expect(tensors.map(({ name, shape, isTransposed }) => [name, shape, isTransposed])).toEqual([
      ["token_embd.weight.lora_a", [4, 20], true],
      ["token_embd.weight.lora_b", [4, 8], false],
    ]);
    const grown = tensor("model.embed_tokens.base_layer.weight", [21, 8]);
    expect(() => plan([...embedding, grown])).toThrow(/embed_tokens\.base_layer\.weight": .* weights that are no LoRA/);
  });

  test("puts what differs in strength into B, by the first module whose alpha is not 0", () => {
    const values = pair("model.layers.0.self_attn.v_proj", 8, 8, 2);
    const config = { rank_pattern: { v_proj: 2 }, alpha_pattern: { q_proj: 16 }, use_rslora: true };
    const { alpha, tensors } = plan([...queries, ...values], config);
    expect(alpha).toBe(16 * Math.sqrt(4));
    expect(tensors.slice(0, 3).map(({ factor }) => factor)).toEqual([1, 1, 1]);
    expect(tensors[3]?.factor).toBeCloseTo((8 * Math.sqrt(2)) / 32, 12);
    expect(plan([...queries, ...values], { ...config, alpha_pattern: { q_proj: 0 } }).alpha).toBeCloseTo(
      8 * Math.sqrt(2),
      12,
    );
  });
});

describe("planAdapter refuses", () => {
  test.each([
    [{ peft_type: "LOHA" }, /^peft_type: expected LORA, got LOHA \(merge it/],
    [{ use_dora: true }, /^use_dora true: a GGUF adapter has no place for DoRA/],
    [{ use_qalora: true }, /^use_qalora true: .* QALoRA/],
    [{ modules_to_save: ["lm_head"] }, /^modules_to_save \["lm_head"\]: .* modules that were trained whole/],
    [{ bias: "all" }, /^bias "all": a GGUF adapter has no place for biases/],
    [{ lora_bias: true }, /^lora_bias true: /],
    [{ layer_replication: [[0, 2]] }, /^layer_replication \[\[0,2\]\]: /],
    [{ alora_invocation_tokens: [1, 2] }, /^alora_invocation_tokens \[1,2\]: .* a part of the text only/],
    [{ target_parameters: ["experts.gate"] }, /^target_parameters/],
    [{ trainable_token_indices: { embed_tokens: [3] } }, /^trainable_token_indices/],
    [{ init_lora_weights: "pissa_niter_16" }, /^init_lora_weights "pissa_niter_16": it changed the base's weights/],
    [{ init_lora_weights: "loftq" }, /^init_lora_weights "loftq"/],
    [{ alpha_pattern: { "(q_proj": 2 } }, /^rank_pattern or alpha_pattern "\(q_proj": cannot be told here/],
    [{ lora_alpha: 0 }, /^lora_alpha: is 0, so the adapter changes nothing/],
    [{ r: 8 }, /^module ".*q_proj": its matrices have rank 4, adapter_config\.json says 8/],
  ])("the setting %j in one line", (config, message) => {
    expect(() => plan(queries, config)).toThrow(message);
  });

  test.each([
    [{ init_lora_weights: true }],
    [{ init_lora_weights: "gaussian" }],
    [{ modules_to_save: [], use_dora: false, bias: "none", layer_replication: null, target_parameters: null }],
    [{ alpha_pattern: { "^model.layers.0.self_attn.q_proj": 4, ".*[01].mlp.up_proj": 2 } }],
  ])("nothing in %j", (config) => {
    expect(plan(queries, config).tensors).toHaveLength(2);
  });

  test.each([
    ["an adapter without matrices", [], /^it holds no LoRA matrices/],
    ["A without B", queries.slice(0, 1), /^module ".*q_proj": has lora_A only/],
    ["B without A", queries.slice(1), /^module ".*q_proj": has lora_B only/],
    ["magnitudes", [tensor("model.layers.0.mlp.up_proj.lora_magnitude_vector", [12])], /DoRA's magnitudes/],
    ["whole weights", [tensor("lm_head.weight", [20, 8])], /lm_head\.weight": .* weights that are no LoRA/],
    ["the bias of a matrix", [tensor("model.layers.0.mlp.up_proj.lora_B.bias", [12])], /has no place for a bias/],
    [
      "two adapters in one file",
      [...queries, tensor("model.layers.0.self_attn.q_proj.lora_A.other.weight", [4, 8])],
      /lora_A\.other\.weight": .* a second adapter for model\.layers\.0/,
    ],
    [
      "matrices that share no rank",
      [tensor("lm_head.lora_A.weight", [4, 8]), tensor("lm_head.lora_B.weight", [20, 2])],
      /^module "lm_head": lora_A \[4, 8\] and lora_B \[20, 2\] share no rank/,
    ],
    [
      "8-bit floats",
      [{ ...queries[0], dtype: "F8_E4M3" }, queries[1]] as SafetensorsTensor[],
      /q_proj\.lora_A\.weight": expected F32, F16 or BF16, got F8_E4M3/,
    ],
    [
      "a layer that the base lacks",
      pair("model.layers.2.mlp.up_proj", 12, 8),
      /base has no tensor blk\.2\.ffn_up\.weight/,
    ],
    [
      "a module of another size",
      pair("model.layers.0.mlp.up_proj", 14, 8),
      /the adapter changes a weight of \[14, 8\], the base's blk\.0\.ffn_up\.weight is \[12, 8\]/,
    ],
    [
      "an embedding of another size",
      [tensor("model.embed_tokens.lora_embedding_A", [4, 21]), tensor("model.embed_tokens.lora_embedding_B", [8, 4])],
      /the adapter changes a weight of \[21, 8\], the base's token_embd\.weight is \[20, 8\]/,
    ],
  ])("%s", (_, tensors, message) => {
    expect(() => plan(tensors)).toThrow(message);
  });

  test("an embedding or an output of a base whose output is its embedding", () => {
    const tied = baseOf({ tie_word_embeddings: true });
    const embedding = [
      tensor("model.embed_tokens.lora_embedding_A", [4, 20]),
      tensor("model.embed_tokens.lora_embedding_B", [8, 4]),
    ];
    expect(() => plan(embedding, {}, tied)).toThrow(/the base's output is its embedding, over which llama\.cpp ends/);
    expect(() => plan(pair("lm_head", 20, 8), {}, tied)).toThrow(/no tensor output\.weight \(its output is its embed/);
  });

  test("a base whose Q, K and V are one tensor", () => {
    const base = baseOf();
    const shapes = new Map([["blk.0.attn_qkv.weight", [8, 24]]]);
    expect(() => plan(queries, {}, { ...base, shapes })).toThrow(/its Q, K and V are one tensor: convert the base/);
  });
});
