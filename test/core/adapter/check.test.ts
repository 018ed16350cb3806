import { describe, expect, test } from "vitest";
import { checkAdapter } from "../../../src/core/adapter/check.ts";
import { checkGgufAdapter } from "../../../src/core/adapter/check-gguf.ts";
import { parseAdapterConfig } from "../../../src/core/adapter/config.ts";
import { scanValues } from "../../../src/core/adapter/dtype.ts";
import { type AdapterTensor, summariseAdapter } from "../../../src/core/adapter/layout.ts";
import {
  adapterConfig,
  type AdapterOptions,
  adapterTensors,
  encode,
  matrixName,
  type NewTensors,
  usualModules,
} from "../../fixtures/peft.ts";

function scanned(tensors: NewTensors): AdapterTensor[] {
  return Object.entries(tensors).map(([name, { dtype = "F32", shape, values = [0] }]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const all = Array.from({ length: size }, (_, index) => values[index % values.length] ?? 0);
    return { name, dtype, shape, ...scanValues(dtype, encode(dtype, all)) };
  });
}

function check(options: AdapterOptions = {}, servedBase?: string) {
  const config = parseAdapterConfig(JSON.stringify(adapterConfig(options.config)), "adapter_config.json");
  return checkAdapter(config, scanned(adapterTensors(options)), { file: "w.safetensors", servedBase });
}

function briefly(options: AdapterOptions, servedBase?: string): string[] {
  return check(options, servedBase).map(({ level, code, message }) => `${level} ${code}: ${message}`);
}

const [first = "", second = ""] = usualModules;
const visual = ["model.visual.blocks.0.attn.q_proj", "model.visual.blocks.0.attn.v_proj"];

describe("a sound adapter", () => {
  test("has no findings", () => {
    expect(check()).toEqual([]);
    expect(check({ dtype: "BF16" })).toEqual([]);
  });

  test("may adapt an embedding, whose lora_embedding_A has the rank first too", () => {
    const tensors = {
      "base_model.model.model.embed_tokens.lora_embedding_A": { shape: [4, 32], values: [0.5] },
      "base_model.model.model.embed_tokens.lora_embedding_B": { shape: [8, 4], values: [1] },
    };
    expect(check({ config: { target_modules: ["q_proj", "v_proj", "embed_tokens"] }, tensors })).toEqual([]);
  });

  test("may have the ranks of a rank_pattern", () => {
    const patterns = { rank_pattern: { "layers.[0-9].self_attn.[qv]_proj": 2 } };
    expect(check({ rank: 2, config: patterns }).map(({ code }) => code)).toEqual(["rank-pattern"]);
  });

  test("may stack the experts of a parameter along the rank", () => {
    const tensors = {
      [matrixName("model.layers.0.mlp.experts", "A")]: { shape: [12, 8], values: [1] },
      [matrixName("model.layers.0.mlp.experts", "B")]: { shape: [6, 12], values: [1] },
    };
    expect(check({ config: { target_parameters: ["mlp.experts.gate_up_proj"] }, tensors })).toEqual([]);
  });

  test("may have had its name kept by the one who saved it", () => {
    const named = Object.entries(adapterTensors()).map(([name, tensor]) => [
      name.replace(".weight", ".default.weight"),
      tensor,
    ]);
    const config = parseAdapterConfig(JSON.stringify(adapterConfig()), "c");
    expect(checkAdapter(config, scanned(Object.fromEntries(named)), { file: "w" })).toEqual([]);
  });
});

describe("an adapter that cannot be used", () => {
  test.each(["pissa", "pissa_niter_16", "olora", "corda", "loftq", { some: "start" }])(
    "began with %s, which changed its base",
    (start) => {
      const findings = check({ config: { init_lora_weights: start } });
      expect(findings).toMatchObject([
        {
          level: "error",
          code: "base-changed",
          message: `init_lora_weights ${JSON.stringify(start)} changed the base's weights before training: it does not fit the original base`,
          fix: expect.stringContaining("path_initial_model_for_weight_conversion"),
        },
      ]);
    },
  );

  test.each([true, false, null, "gaussian", "eva", "orthogonal"])("is not one that began with %s", (start) => {
    expect(check({ config: { init_lora_weights: start } })).toEqual([]);
  });

  test("is one that applies after its invocation tokens only", () => {
    const findings = check({ config: { alora_invocation_tokens: [1, 2] } });
    expect(findings).toMatchObject([{ level: "error", code: "activated" }]);
    expect(check({ config: { alora_invocation_tokens: null } })).toEqual([]);
    expect(check({ config: { alora_invocation_tokens: [] } })).toEqual([]);
  });

  test.each<[string, AdapterOptions, string[]]>([
    [
      "every lora_B is zero",
      { b: [0] },
      ["error untrained: every lora_B is zero: it is untrained, and answers as its base does"],
    ],
    [
      "every lora_B is minus zero",
      { b: [-0] },
      ["error untrained: every lora_B is zero: it is untrained, and answers as its base does"],
    ],
    [
      "its alpha is 0",
      { config: { lora_alpha: 0 } },
      ["error alpha-zero: lora_alpha is 0 for every module, which switches it off"],
    ],
    [
      "a value is NaN",
      { tensors: { [matrixName(first, "A")]: { shape: [4, 8], values: [1, Number.NaN] } } },
      [`error non-finite: 16 values of w.safetensors are NaN or infinite, in ${matrixName(first, "A")}`],
    ],
    [
      "values are infinite",
      { b: [Number.POSITIVE_INFINITY] },
      [`error non-finite: 96 values of w.safetensors are NaN or infinite, in ${matrixName(first, "B")} and 3 more`],
    ],
    [
      "all of it is in the vision tower",
      { modules: visual },
      [
        "error placement: all its tensors are in the vision or audio tower, none in the language model (0 language / 4 other)",
      ],
    ],
    [
      "a lora_A has no lora_B",
      { tensors: { [matrixName(first, "B")]: null } },
      [`error orphan: ${matrixName(first, "A")} has no partner: a module needs lora_A and lora_B`],
    ],
    [
      "a lora_B has no lora_A",
      { tensors: { [matrixName(first, "A")]: null, [matrixName(second, "A")]: null } },
      [
        `error orphan: ${matrixName(first, "B")} and ${matrixName(second, "B")} have no partner: a module needs lora_A and lora_B`,
      ],
    ],
    [
      "its rank is not the config's",
      { config: { r: 16 } },
      [`error rank: ranks differ from those of adapter_config.json: ${first} (4 and 4 in place of 16) and 3 more`],
    ],
    [
      "the ranks of one module differ",
      { tensors: { [matrixName(first, "B")]: { shape: [6, 2], values: [1] } } },
      [`error rank: ranks differ from those of adapter_config.json: ${first} (4 and 2 in place of 4)`],
    ],
    [
      "it is of another kind",
      { config: { peft_type: "IA3" } },
      ["error not-lora: its peft_type is IA3, expected LORA"],
    ],
    [
      "its layers are replicated",
      { config: { layer_replication: [[0, 2]] } },
      [
        "error unusual: it has replicated layers, which no base file holds (layer_replication): engines would apply it to other layers",
      ],
    ],
    ["it is empty", { modules: [] }, ["error empty: w.safetensors holds no tensor"]],
    [
      "its tensors are of no LoRA",
      { modules: [], tensors: { "lora_te1.lora_up.weight": { shape: [2] } } },
      [
        "error no-lora: w.safetensors holds no LoRA matrices (its first tensor is lora_te1.lora_up.weight)",
        "warning other-tensors: 1 of its tensors belong to no LoRA, such as lora_te1.lora_up.weight",
      ],
    ],
    [
      "target_modules name nothing that it has",
      { config: { target_modules: ["c_attn"] } },
      [`error targets: target_modules does not name any module that it has: ${first} and 3 more`],
    ],
  ])("where %s", (_, options, expected) => {
    expect(briefly(options)).toEqual(expected);
  });

  test("where another base is served", () => {
    expect(briefly({}, "Qwen/Qwen2.5-Coder-7B")).toEqual([
      "error base-mismatch: it was trained on Qwen/Qwen2.5-Coder-0.5B, but Qwen/Qwen2.5-Coder-7B is served",
    ]);
    expect(briefly({}, "Qwen/Qwen2.5-Coder-0.5B")).toEqual([]);
  });
});

describe("an adapter to be warned of", () => {
  test.each<[string, AdapterOptions, string[]]>([
    [
      "one module is untrained",
      { tensors: { [matrixName(first, "B")]: { shape: [6, 4], values: [0] } } },
      [`warning partly-untrained: 1 of 4 modules change nothing, as lora_B or lora_A is zero: ${first}`],
    ],
    [
      "some of it is in the vision tower",
      { modules: [...usualModules, ...visual] },
      ["warning placement: 4 of its tensors are in the vision or audio tower (8 language / 4 other)"],
    ],
    [
      "it uses DoRA",
      { config: { use_dora: true } },
      ["warning dora: it uses DoRA, which vLLM refuses and llama.cpp does not know"],
    ],
    [
      "it has DoRA's vectors",
      { tensors: { [`base_model.model.${first}.lora_magnitude_vector`]: { shape: [6], values: [1] } } },
      ["warning dora: it uses DoRA, which vLLM refuses and llama.cpp does not know"],
    ],
    [
      "it carries whole modules",
      {
        config: { modules_to_save: ["lm_head"] },
        tensors: { "base_model.model.lm_head.weight": { shape: [4], values: [1] } },
      },
      ["warning modules-to-save: it carries whole modules (modules_to_save: lm_head), which vLLM refuses"],
    ],
    [
      "only its whole modules do something",
      {
        b: [0],
        config: { modules_to_save: ["lm_head"] },
        tensors: { "base_model.model.lm_head.weight": { shape: [4], values: [1] } },
      },
      [
        "warning modules-to-save: it carries whole modules (modules_to_save: lm_head), which vLLM refuses",
        "warning untrained: every lora_B is zero: only its 1 other tensors may change its base",
      ],
    ],
    [
      "it trained biases",
      { config: { bias: "lora_only" } },
      ["warning bias: it trained biases (bias: lora_only), which engines leave out"],
    ],
    [
      "it trained both whole modules and biases",
      { config: { modules_to_save: ["lm_head"], bias: "all" } },
      [
        "warning modules-to-save: it carries whole modules (modules_to_save: lm_head), which vLLM refuses",
        "warning bias: it trained biases (bias: all), which engines leave out",
      ],
    ],
    [
      "it trained single tokens",
      {
        config: { trainable_token_indices: [3, 5] },
        tensors: { "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta": { shape: [2, 8] } },
      },
      ["warning unusual: it has trained tokens (trainable_token_indices), which engines refuse or leave out"],
    ],
    [
      "it carries embeddings of its base",
      {
        tensors: {
          "base_model.model.model.embed_tokens.weight": { shape: [4, 8], values: [1] },
          "base_model.model.lm_head.base_layer.weight": { shape: [4, 8], values: [1] },
          "base_model.model.model.norm.weight": { shape: [8], values: [1] },
        },
      },
      [
        "warning embeddings: it carries embeddings of its base, of which engines use their own: base_model.model.model.embed_tokens.weight, base_model.model.lm_head.base_layer.weight",
        "warning other-tensors: 1 of its tensors belong to no LoRA, such as base_model.model.model.norm.weight",
      ],
    ],
    [
      "it is rank-stabilised",
      { config: { use_rslora: true } },
      ["warning rslora: it uses rank-stabilised LoRA: its scale is alpha / sqrt(r) = 4"],
    ],
    [
      "it has patterns of alpha",
      { config: { alpha_pattern: { q_proj: 32 } } },
      ["warning rank-pattern: it has alpha_pattern: not all modules have the same scale"],
    ],
    [
      "target_modules name one that it has no tensor of",
      { config: { target_modules: ["q_proj", "v_proj", "up_proj", "down_proj"] } },
      ["warning targets: target_modules names up_proj, down_proj, of which it has no tensor"],
    ],
    [
      "target_modules leave one out",
      { config: { target_modules: ["q_proj"] } },
      [
        `warning targets: target_modules does not name all modules that it has: ${second} and model.layers.1.self_attn.v_proj`,
      ],
    ],
    [
      "target_modules cannot be judged",
      { config: { target_modules: "(a+)+" } },
      ["warning targets: target_modules is a pattern that cannot be judged here"],
    ],
    [
      "its base is not named",
      { config: { base_model_name_or_path: null } },
      ["warning base-missing: adapter_config.json does not name its base"],
    ],
    [
      "its base is a path",
      { config: { base_model_name_or_path: "/mnt/models/qwen" } },
      ["warning base-path: its base is a path of the machine it was trained on: /mnt/models/qwen"],
    ],
    [
      "its base is one word",
      { config: { base_model_name_or_path: "qwen" } },
      ['warning base-path: its base "qwen" is no id of the Hub, which are org/name'],
    ],
  ])("where %s", (_, options, expected) => {
    expect(briefly(options)).toEqual(expected);
  });

  test("where its base is served packed otherwise", () => {
    expect(briefly({}, "Qwen/Qwen2.5-Coder-0.5B-AWQ")).toEqual([
      "warning base-mismatch: it was trained on Qwen/Qwen2.5-Coder-0.5B, and Qwen/Qwen2.5-Coder-0.5B-AWQ is served",
    ]);
  });

  test("is told the id to write where the path says it", () => {
    const path = "/root/.cache/huggingface/hub/models--Qwen--Qwen3-8B/snapshots/1";
    expect(check({ config: { base_model_name_or_path: path } }).map(({ fix }) => fix)).toEqual([
      'write "base_model_name_or_path": "Qwen/Qwen3-8B" in adapter_config.json',
    ]);
  });

  test("hears of errors before warnings, each with a fix", () => {
    const findings = check({ b: [0], config: { base_model_name_or_path: null, use_rslora: true } });
    expect(findings.map(({ level }) => level)).toEqual(["error", "warning", "warning"]);
    expect(findings.every(({ fix }) => fix !== "")).toBe(true);
  });

  test("a type that cannot be scanned is not held for zero", () => {
    const unknown = scanned(adapterTensors({ b: [0] })).map((tensor) => ({ ...tensor, isZero: null, nonFinite: null }));
    const config = parseAdapterConfig(JSON.stringify(adapterConfig()), "c");
    expect(checkAdapter(config, unknown, { file: "w" })).toEqual([]);
  });
});

describe("an adapter in a GGUF file", () => {
  const tensorsOf = (b: number) =>
    scanned({
      "blk.0.attn_q.weight.lora_a": { shape: [8, 4], values: [1] },
      "blk.0.attn_q.weight.lora_b": { shape: [4, 6], values: [b] },
    });

  test("is sound where its matrices have values", () => {
    expect(checkGgufAdapter(tensorsOf(1), "a.gguf")).toEqual([]);
  });

  test("is untrained where every lora_b is zero", () => {
    expect(checkGgufAdapter(tensorsOf(0), "a.gguf").map(({ code }) => code)).toEqual(["untrained"]);
  });

  test("is not whole where a matrix lacks its partner", () => {
    expect(checkGgufAdapter(tensorsOf(1).slice(1), "a.gguf").map(({ code }) => code)).toEqual(["orphan"]);
  });
});

test("an adapter is summed up in numbers", () => {
  const summary = summariseAdapter(scanned(adapterTensors({ modules: [...usualModules, ...visual], dtype: "BF16" })));
  expect(summary).toEqual({
    tensors: 12,
    parameters: 6 * (4 * 8 + 6 * 4),
    dtypes: ["BF16"],
    ranks: [4],
    targets: ["q_proj", "v_proj"],
    layers: 2,
    placement: { language: 8, other: 4 },
  });
});
