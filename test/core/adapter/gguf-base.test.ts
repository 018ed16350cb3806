import { describe, expect, test } from "vitest";
import { baseFromConfig, baseFromGguf } from "../../../src/core/adapter/gguf-base.ts";

describe("baseFromGguf", () => {
  test("reads family, shapes and heads, for all layers or each", () => {
    const metadata = new Map<string, unknown>([
      ["general.architecture", "llama"],
      ["llama.attention.head_count", 8],
      ["llama.attention.head_count_kv", [2, 4]],
    ]);
    const base = baseFromGguf(metadata, [{ name: "output.weight", shape: [4, 9] }]);
    expect(base.family).toBe("llama");
    expect(base.shapes.get("output.weight")).toEqual([4, 9]);
    expect(base.heads(1)).toEqual({ query: 8, key: 4 });
    expect(() => base.heads(2)).toThrow("expected llama.attention.head_count_kv to say the heads of layer 2");
  });

  test("takes as many heads for the key as for the query where only these are said", () => {
    const metadata = new Map<string, unknown>([
      ["general.architecture", "llama"],
      ["llama.attention.head_count", 8],
    ]);
    expect(baseFromGguf(metadata, []).heads(0)).toEqual({ query: 8, key: 8 });
  });

  test("refuses an adapter in place of the base", () => {
    expect(() => baseFromGguf(new Map([["general.type", "adapter"]]), [])).toThrow(
      'general.type: expected the base model, got "adapter" (name the model\'s file)',
    );
  });
});

describe("baseFromConfig", () => {
  const sizes = {
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    vocab_size: 100,
  };

  test("works out the shapes of a model with fewer heads for keys", () => {
    const { family, shapes, heads } = baseFromConfig({ ...sizes, model_type: "mistral", num_key_value_heads: 2 });
    expect(family).toBe("llama");
    expect(heads(0)).toEqual({ query: 4, key: 2 });
    expect(Object.fromEntries(shapes)).toMatchObject({
      "token_embd.weight": [32, 100],
      "output.weight": [32, 100],
      "blk.1.attn_q.weight": [32, 32],
      "blk.1.attn_k.weight": [32, 16],
      "blk.1.attn_v.weight": [32, 16],
      "blk.1.attn_output.weight": [32, 32],
      "blk.1.ffn_gate.weight": [32, 48],
      "blk.1.ffn_up.weight": [32, 48],
      "blk.1.ffn_down.weight": [48, 32],
    });
    expect(shapes.has("blk.2.attn_q.weight")).toBe(false);
  });

  test("knows what the configuration classes say where a file does not", () => {
    const gemma = baseFromConfig({ ...sizes, model_type: "gemma2" });
    expect(gemma.shapes.get("blk.0.attn_q.weight")).toEqual([32, 4 * 256]);
    expect(gemma.shapes.has("output.weight")).toBe(false);
    expect(baseFromConfig({ ...sizes, model_type: "qwen3" }).shapes.get("blk.0.attn_k.weight")).toEqual([32, 4 * 128]);
    const tied = baseFromConfig({ ...sizes, model_type: "qwen2", tie_word_embeddings: true, head_dim: null });
    expect(tied.shapes.has("output.weight")).toBe(false);
    expect(tied.shapes.get("blk.0.attn_q.weight")).toEqual([32, 32]);
  });

  test("refuses a model type that is not known, and a field that is missing", () => {
    expect(() => baseFromConfig({ ...sizes, model_type: "mixtral" })).toThrow(
      'model_type: got "mixtral", known: llama, mistral, qwen2',
    );
    expect(() => baseFromConfig({ ...sizes, model_type: "toString" })).toThrow('model_type: got "toString"');
    expect(() => baseFromConfig({ ...sizes, model_type: "llama", hidden_size: undefined })).toThrow(/^hidden_size: /);
  });
});
