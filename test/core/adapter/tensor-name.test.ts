import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLanguageModule, layerOf, parseTensorName, shortModule } from "../../../src/core/adapter/tensor-name.ts";

const plain = { isEmbedding: false, isBias: false, adapter: null };

describe("the name of a tensor", () => {
  test.each([
    [
      "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
      { kind: "lora", module: "model.layers.0.self_attn.q_proj", matrix: "A", ...plain },
    ],
    [
      "base_model.model.model.layers.11.mlp.up_proj.lora_B.default.weight",
      { kind: "lora", module: "model.layers.11.mlp.up_proj", matrix: "B", ...plain, adapter: "default" },
    ],
    [
      "base_model.model.model.embed_tokens.lora_embedding_A",
      { kind: "lora", module: "model.embed_tokens", matrix: "A", ...plain, isEmbedding: true },
    ],
    [
      "base_model.model.model.embed_tokens.lora_embedding_B.default",
      { kind: "lora", module: "model.embed_tokens", matrix: "B", ...plain, isEmbedding: true, adapter: "default" },
    ],
    ["base_model.model.lm_head.lora_B.bias", { kind: "lora", module: "lm_head", matrix: "B", ...plain, isBias: true }],
    [
      "model.layers.0.mlp.experts.3.down_proj.lora_A.weight",
      { kind: "lora", module: "model.layers.0.mlp.experts.3.down_proj", matrix: "A", ...plain },
    ],
    [
      "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector",
      { kind: "magnitude", module: "model.layers.0.self_attn.q_proj", adapter: null },
    ],
    [
      "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector.default.weight",
      { kind: "magnitude", module: "model.layers.0.self_attn.q_proj", adapter: "default" },
    ],
    ["base_model.model.lm_head.weight", { kind: "other", module: "lm_head" }],
    [
      "base_model.model.model.layers.0.self_attn.q_proj.bias",
      { kind: "other", module: "model.layers.0.self_attn.q_proj" },
    ],
    ["lora_unet_down_blocks_0.lora_up.weight", { kind: "other", module: "lora_unet_down_blocks_0.lora_up" }],
    ["lora_A.weight", { kind: "other", module: "lora_A" }],
    ["", { kind: "other", module: "" }],
  ])("%s", (name, expected) => {
    expect(parseTensorName(name)).toEqual(expected);
  });

  test("gives back the module and matrix that PEFT made it of", () => {
    const part = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.constantFrom("A", "B"), (parts, matrix) => {
        const module = parts.join(".");
        const parsed = parseTensorName(`base_model.model.${module}.lora_${matrix}.weight`);
        expect(parsed).toEqual({ kind: "lora", module, matrix, ...plain });
      }),
    );
  });

  test("is not taken apart where it is absurdly long", () => {
    expect(parseTensorName(`${"a.lora_A.".repeat(20_000)}weight`).kind).toBe("other");
  });
});

test.each([
  ["model.layers.12.mlp.up_proj", 12],
  ["transformer.h.3", 3],
  ["model.layers.0.mlp.experts.7.down_proj", 0],
  ["lm_head", null],
  ["model.layers2.up", null],
])("the layer of %s is %s", (module, layer) => {
  expect(layerOf(module)).toBe(layer);
});

test.each([
  ["model.layers.0.self_attn.q_proj", true],
  ["model.language_model.layers.0.self_attn.q_proj", true],
  ["model.visual.blocks.0.attn.qkv", false],
  ["vision_tower.encoder.layers.0.q_proj", false],
  ["audio_tower.layers.0.fc1", false],
  ["model.visualizer.q_proj", true],
])("that %s is of the language model: %s", (module, isLanguage) => {
  expect(isLanguageModule(module)).toBe(isLanguage);
});

test("target_modules call a module by its last name", () => {
  expect(["model.layers.0.self_attn.q_proj", "lm_head"].map(shortModule)).toEqual(["q_proj", "lm_head"]);
});
