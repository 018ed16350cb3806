import { describe, expect, test } from "vitest";
import { alphaOf, parseAdapterConfig, rankOf, scaleOf } from "../../../src/core/adapter/config.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { adapterConfig, lfsPointer } from "../../fixtures/peft.ts";

const read = (fields: Record<string, unknown>) => parseAdapterConfig(JSON.stringify(adapterConfig(fields)), "a.json");

describe("adapter_config.json", () => {
  test("is read with what PEFT leaves null, and lets unknown fields through", () => {
    expect(read({ rank_pattern: null, use_dora: null, corda_config: { a: 1 } })).toMatchObject({
      r: 4,
      rank_pattern: {},
      use_dora: false,
      modules_to_save: [],
      corda_config: { a: 1 },
    });
  });

  test("may hold what Python writes for numbers that JSON does not know", () => {
    const text = '{"r": 4, "lora_dropout": NaN, "note": "NaN stays", "x": -Infinity}';
    expect(parseAdapterConfig(text, "a.json")).toMatchObject({ r: 4, lora_dropout: null, note: "NaN stays", x: null });
  });

  test.each([
    ['{"r": "16"}', /^a\.json: r: expected .*number.*, got .*16.* \(mend it, or save the adapter again\)$/],
    ['{"r": 0}', /^a\.json: r: /],
    ['{"target_modules": 3}', /^a\.json: target_modules: /],
    ['{"rank_pattern": {"q_proj": "8"}}', /^a\.json: rank_pattern\.q_proj: /],
    ["[]", /^a\.json: expected a mapping, got a list/],
    ["{", /^a\.json: is not JSON \(copy or save it again\)$/],
    [
      JSON.stringify({ rank_pattern: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`^${index}`, 8])) }),
      /^a\.json: rank_pattern: expected at most 100 keys that are regular expressions \(/,
    ],
    [
      JSON.stringify({ base_model_name_or_path: `${"/".repeat(200_000)}x` }),
      /^a\.json: base_model_name_or_path: expected at most 4096 characters, got /,
    ],
    [lfsPointer, /^a\.json: is a Git LFS pointer, .* \(run "git lfs pull" in its repository\)$/],
  ])("%s is refused in one line", (text, says) => {
    let message = "";
    try {
      parseAdapterConfig(text, "a.json");
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      message = (error as Error).message;
    }
    expect(message).toMatch(says);
    expect(message).not.toContain("\n");
  });
});

describe("rank, alpha and scale of a module", () => {
  const config = read({ rank_pattern: { q_proj: 16 }, alpha_pattern: { "layers.0.self_attn.q_proj": 64 } });

  test("are those of the first pattern that means it, else of the config", () => {
    const modules = [
      "model.layers.0.self_attn.q_proj",
      "model.layers.1.self_attn.q_proj",
      "model.layers.0.mlp.up_proj",
    ];
    expect(modules.map((module) => [rankOf(config, module), alphaOf(config, module), scaleOf(config, module)])).toEqual(
      [
        [16, 64, 4],
        [16, 8, 0.5],
        [4, 8, 2],
      ],
    );
  });

  test("are PEFT's own where the config is silent", () => {
    const silent = parseAdapterConfig("{}", "a.json");
    expect([rankOf(silent, "x"), alphaOf(silent, "x"), scaleOf(silent, "x")]).toEqual([8, 8, 1]);
  });

  test("are those of the pattern that stands first, be it a name or an expression", () => {
    const patterns = { "layers.[0-3].mlp.up_proj": 2, up_proj: 3, "mlp.gate_proj": 4, ".*gate_proj": 5 };
    const both = read({ rank_pattern: patterns });
    const modules = ["layers.0.mlp.up_proj", "layers.9.mlp.up_proj", "layers.0.mlp.gate_proj", "layers.0.x.gate_proj"];
    expect(modules.map((module) => rankOf(both, module))).toEqual([2, 3, 4, 5]);
  });

  test("rank-stabilised, the scale falls with the root of the rank", () => {
    expect(scaleOf(read({ use_rslora: true, r: 16, lora_alpha: 8 }), "x")).toBe(2);
  });
});
