import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ggufFamily, ggufPlace, permuteRows, transpose } from "../../../src/core/adapter/gguf-names.ts";

describe("ggufPlace", () => {
  test.each([
    ["self_attn.q_proj", "attn_q"],
    ["self_attn.k_proj", "attn_k"],
    ["self_attn.v_proj", "attn_v"],
    ["self_attn.o_proj", "attn_output"],
    ["mlp.gate_proj", "ffn_gate"],
    ["mlp.up_proj", "ffn_up"],
    ["mlp.down_proj", "ffn_down"],
  ])("finds %s of a layer as %s", (module, tensor) => {
    expect(ggufPlace(`model.layers.17.${module}`, "qwen2")).toEqual({
      tensor: `blk.17.${tensor}.weight`,
      layer: 17,
      permutedBy: null,
      isEmbedding: false,
    });
  });

  test("finds the embedding and the output", () => {
    expect(ggufPlace("model.embed_tokens", "llama")).toMatchObject({ tensor: "token_embd.weight", isEmbedding: true });
    expect(ggufPlace("lm_head", "llama")).toMatchObject({ tensor: "output.weight", isEmbedding: false, layer: null });
  });

  test.each(["layers.0", "model.layers.0", "model.language_model.layers.0", "language_model.model.layers.0"])(
    "finds a layer that is called %s",
    (layer) => {
      expect(ggufPlace(`${layer}.mlp.up_proj`, "gemma3").tensor).toBe("blk.0.ffn_up.weight");
    },
  );

  test.each([
    ["llama", "query", "key"],
    ["mistral3", "query", "key"],
    ["qwen2", null, null],
    ["qwen3", null, null],
    ["gemma2", null, null],
  ] as const)("orders the rows of Q and K of %s by the heads of %s and %s, and no others", (family, query, key) => {
    const permutedBy = (name: string) => ggufPlace(`model.layers.0.self_attn.${name}`, family).permutedBy;
    expect(["q_proj", "k_proj", "v_proj", "o_proj"].map(permutedBy)).toEqual([query, key, null, null]);
  });

  test.each([
    "model.visual.blocks.0.attn.q_proj",
    "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj",
    "model.layers.0.self_attn.qkv_proj",
    "model.layers.0.block_sparse_moe.gate",
    "model.layers.0.mlp.experts.0.up_proj",
    "model.layers.0.input_layernorm",
    "model.layers.x.mlp.up_proj",
    "score",
    "constructor",
  ])("refuses %s, naming it and the family", (module) => {
    expect(() => ggufPlace(module, "llama")).toThrow(
      `module "${module}": no tensor of a llama model is known for it (known: q_proj, k_proj, v_proj, o_proj, gate_proj, `,
    );
  });
});

test("ggufFamily refuses an architecture that is not known, naming those that are", () => {
  expect(ggufFamily("qwen3")).toBe("qwen3");
  expect(() => ggufFamily("phi3")).toThrow(/architecture "phi3" \(known: llama, mistral3, qwen2, .*gemma3; convert it/);
  expect(() => ggufFamily("toString")).toThrow(/architecture "toString"/);
});

describe("permuteRows", () => {
  test("interleaves the two halves of each head", () => {
    const rows = Float32Array.from([0, 1, 2, 3, 10, 11, 12, 13], (row) => row);
    expect([...permuteRows(rows, 8, 2)]).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
    const wide = Float32Array.from([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
    expect([...permuteRows(wide, 4, 1)]).toEqual([0, 0.5, 2, 2.5, 1, 1.5, 3, 3.5]);
  });

  test("keeps every row, within its head", () => {
    const shapes = fc.record({ heads: fc.integer({ min: 1, max: 5 }), half: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(shapes, ({ heads, half }) => {
        const rows = heads * 2 * half;
        const numbers = Float32Array.from({ length: rows }, (_, row) => row);
        const permuted = permuteRows(numbers, rows, heads);
        expect(permuted.toSorted()).toEqual(numbers);
        expect([...permuted].map((row) => Math.floor(row / (2 * half)))).toEqual(
          [...numbers].map((row) => Math.floor(row / (2 * half))),
        );
      }),
    );
  });

  test("refuses heads of an odd size", () => {
    expect(() => permuteRows(new Float32Array(6), 6, 2)).toThrow("6 rows do not divide into 2 heads of an even size");
  });
});

test("transpose turns rows into columns", () => {
  expect([...transpose(Float32Array.from([1, 2, 3, 4, 5, 6]), 2)]).toEqual([1, 4, 2, 5, 3, 6]);
});
