import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { convertAdapter } from "../../../src/load/gguf/convert-adapter.ts";
import { readGgufHeader } from "../../../src/load/gguf/read.ts";
import { writeGguf } from "../../../src/load/gguf/write.ts";
import {
  type HfAdapter,
  linearModules,
  makeHfAdapter,
  mergeAdapter,
  roundAdapter,
  writeHfAdapter,
} from "../../fixtures/hf-adapter.ts";
import { forward } from "../../fixtures/hf-forward.ts";
import { families, type HfModel, makeHfModel, writeAsGguf } from "../../fixtures/hf-model.ts";
import { evaluate } from "../../fixtures/llama-engine.ts";
import { temporaryFolders } from "../../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const prompt = [...Buffer.from("for (i = 0; i <= n; i++)")];

/** The largest difference between two answers' logits. */
function deviation(one: readonly number[][], other: readonly number[][]): number {
  return Math.max(
    ...one.flatMap((logits, place) =>
      logits.map((logit, token) => Math.abs(logit - (other[place]?.[token] ?? Number.NaN))),
    ),
  );
}

/** Writes a model and an adapter for it, and converts the adapter. */
async function convert(model: HfModel, adapter: HfAdapter, stored: Parameters<typeof writeHfAdapter>[2] = {}) {
  const folder = makeFolder();
  const [base, lora] = [join(folder, "base.gguf"), join(folder, "lora.gguf")];
  await writeAsGguf(base, model);
  writeHfAdapter(folder, adapter, stored);
  return { folder, base, lora, converted: await convertAdapter(folder, base, lora) };
}

/** How far the base with its adapter is from the merged model: as the engine, and as Hugging Face's formulas answer. */
async function deviations(model: HfModel, adapter: HfAdapter, scaleOf: (module: string) => number, stored = {}) {
  const { folder, base, lora } = await convert(model, adapter, stored);
  const merged = mergeAdapter(model, adapter, scaleOf);
  const mergedFile = join(folder, "merged.gguf");
  await writeAsGguf(mergedFile, merged);
  const [alone, applied, whole] = [
    await evaluate(base, null, prompt),
    await evaluate(base, lora, prompt),
    await evaluate(mergedFile, null, prompt),
  ];
  return {
    fromBase: deviation(applied.logits, alone.logits),
    fromMerged: deviation(applied.logits, whole.logits),
    fromFormulas: deviation(applied.logits, forward(merged, prompt)),
  };
}

describe.each(families)("a converted adapter of %s", (family) => {
  // The engine looks Gemma's activation up in a table of 16-bit floats; all else is computed in 32 bits.
  const isRounded = family.startsWith("gemma");
  const tolerance = isRounded ? 1e-3 : 1e-4;
  const formulaTolerance = isRounded ? 0.01 : 1e-4;

  test("makes the engine say what the merged model says, token by token, and not what its base says", async () => {
    const model = makeHfModel(family);
    const adapter = makeHfAdapter(model);
    const { folder, base, lora } = await convert(model, adapter);
    const merged = mergeAdapter(model, adapter, () => 2);
    const mergedFile = join(folder, "merged.gguf");
    await writeAsGguf(mergedFile, merged);

    const alone = await evaluate(base, null, prompt, { greedyTokens: 16 });
    const applied = await evaluate(base, lora, prompt, { greedyTokens: 16 });
    const whole = await evaluate(mergedFile, null, prompt, { greedyTokens: 16 });

    expect(applied.greedy).toEqual(whole.greedy);
    expect(applied.greedy).not.toEqual(alone.greedy);
    expect(deviation(applied.logits, whole.logits)).toBeLessThan(tolerance);
    expect(deviation(applied.logits, alone.logits)).toBeGreaterThan(0.5);
    expect(deviation(applied.logits, forward(merged, prompt))).toBeLessThan(formulaTolerance);
    expect(deviation(alone.logits, forward(model, prompt))).toBeLessThan(formulaTolerance);
  });

  test("that was not trained leaves every logit of its base as it is", async () => {
    const model = makeHfModel(family);
    const { base, lora } = await convert(model, makeHfAdapter(model, { spread: 0 }));
    const alone = await evaluate(base, null, prompt);
    expect((await evaluate(base, lora, prompt)).logits).toEqual(alone.logits);
  });
});

describe("the comparison with merged weights", () => {
  const model = makeHfModel("llama");

  test.each(["q_proj", "k_proj"])("fails when the rows of %s keep the order that Hugging Face has", async (name) => {
    const modules = linearModules(model).filter((module) => module.endsWith(name));
    const adapter = makeHfAdapter(model, { modules });
    const { base, lora } = await convert(model, adapter);
    const unpermuted = `${lora}.unpermuted`;
    await writeGguf(
      unpermuted,
      {
        "general.architecture": { type: "string", value: "llama" },
        "general.type": { type: "string", value: "adapter" },
        "adapter.type": { type: "string", value: "lora" },
        "adapter.lora.alpha": { type: "f32", value: 8 },
      },
      [...adapter.pairs].flatMap(([module, { a, b }]) => {
        const layer = /layers\.(\d+)/.exec(module)?.[1];
        const tensor = `blk.${layer}.attn_${name.charAt(0)}.weight`;
        return [
          { name: `${tensor}.lora_a`, type: "F32", shape: a.shape.toReversed(), data: new Uint8Array(a.values.buffer) },
          { name: `${tensor}.lora_b`, type: "F32", shape: b.shape.toReversed(), data: new Uint8Array(b.values.buffer) },
        ] as const;
      }),
    );
    const merged = forward(
      mergeAdapter(model, adapter, () => 2),
      prompt,
    );
    expect(deviation((await evaluate(base, lora, prompt)).logits, merged)).toBeLessThan(1e-4);
    expect(deviation((await evaluate(base, unpermuted, prompt)).logits, merged)).toBeGreaterThan(0.05);
  });
});

describe("a conversion", () => {
  test.each(["llama", "qwen2"] as const)("adapts the embedding and the output of %s too", async (family) => {
    const model = makeHfModel(family);
    const adapter = makeHfAdapter(model, { modules: ["model.embed_tokens", "lm_head"] });
    const { fromBase, fromMerged, fromFormulas } = await deviations(model, adapter, () => 2);
    expect(fromBase).toBeGreaterThan(0.5);
    expect(fromMerged).toBeLessThan(1e-4);
    expect(fromFormulas).toBeLessThan(1e-4);
  });

  test.each(["F16", "BF16"] as const)("loses nothing of %s", async (dtype) => {
    const model = makeHfModel("llama");
    const adapter = roundAdapter(makeHfAdapter(model), dtype);
    const { fromBase, fromFormulas } = await deviations(model, adapter, () => 2, { dtype });
    expect(fromBase).toBeGreaterThan(0.5);
    expect(fromFormulas).toBeLessThan(1e-4);
  });

  test("applies rank-stabilised LoRA at alpha / sqrt(rank)", async () => {
    const model = makeHfModel("llama");
    const adapter = makeHfAdapter(model, { config: { use_rslora: true } });
    const { fromFormulas } = await deviations(model, adapter, () => 8 / Math.sqrt(4));
    expect(fromFormulas).toBeLessThan(1e-4);
  });

  test("gives each module its own strength where ranks and alphas have patterns", async () => {
    const model = makeHfModel("llama");
    const rankOf = (module: string) => (module.endsWith("v_proj") ? 2 : 4);
    const config = {
      rank_pattern: { v_proj: 2 },
      alpha_pattern: { "layers\\.1\\.mlp\\..*": 32, q_proj: 1, k_proj: 0 },
    };
    const adapter = makeHfAdapter(model, { rankOf, config });
    const alphaOf = (module: string) =>
      /layers\.1\.mlp/.test(module) ? 32 : module.endsWith("q_proj") ? 1 : module.endsWith("k_proj") ? 0 : 8;
    const { fromFormulas } = await deviations(model, adapter, (module) => alphaOf(module) / rankOf(module));
    expect(fromFormulas).toBeLessThan(1e-4);

    const stabilised = makeHfAdapter(model, { rankOf, config: { ...config, use_rslora: true } });
    const { fromFormulas: fromStabilised } = await deviations(
      model,
      stabilised,
      (module) => alphaOf(module) / Math.sqrt(rankOf(module)),
    );
    expect(fromStabilised).toBeLessThan(1e-4);
  });

  test("says what it wrote", async () => {
    const model = makeHfModel("qwen2");
    const { converted, lora } = await convert(model, makeHfAdapter(model, { modules: ["model.layers.1.mlp.up_proj"] }));
    expect(converted).toEqual({ architecture: "qwen2", alpha: 8, modules: ["model.layers.1.mlp.up_proj"] });
    const { metadata, tensors } = await readGgufHeader(lora);
    expect([...metadata]).toEqual([
      ["general.architecture", "qwen2"],
      ["general.type", "adapter"],
      ["adapter.type", "lora"],
      ["adapter.lora.alpha", 8],
    ]);
    expect(tensors).toEqual([
      { name: "blk.1.ffn_up.weight.lora_a", type: "F32", shape: [32, 4], offset: 0 },
      { name: "blk.1.ffn_up.weight.lora_b", type: "F32", shape: [4, 48], offset: 512 },
    ]);
  });

  test("gives the same bytes with the base's config.json, and with a base in parts, as with its file", async () => {
    const model = makeHfModel("llama");
    const { folder, lora } = await convert(model, makeHfAdapter(model));
    const { hidden, inner, layers, heads, keyHeads, headSize, vocabulary } = model.sizes;
    const config = join(folder, "config.json");
    writeFileSync(
      config,
      JSON.stringify({
        model_type: "llama",
        hidden_size: hidden,
        intermediate_size: inner,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        num_key_value_heads: keyHeads,
        head_dim: headSize,
        vocab_size: vocabulary,
      }),
    );
    const halves = [...model.weights].map(([name, weight]) => ({ name, weight, isFirst: name.includes("layers.0") }));
    for (const [index, isFirst] of [true, false].entries()) {
      const weights = new Map(
        halves.filter((half) => half.isFirst === isFirst).map((half) => [half.name, half.weight]),
      );
      await writeAsGguf(join(folder, `base-0000${index + 1}-of-00002.gguf`), { ...model, weights });
    }
    for (const base of [config, join(folder, "base-00001-of-00002.gguf")]) {
      const again = join(folder, "again.gguf");
      await convertAdapter(folder, base, again);
      expect(readFileSync(again).equals(readFileSync(lora))).toBe(true);
    }
  });

  test("for another base names the first module that does not fit, with both shapes, and writes nothing", async () => {
    const folder = makeFolder();
    const model = makeHfModel("llama");
    const base = join(folder, "base.gguf");
    await writeAsGguf(base, makeHfModel("qwen2"));
    writeHfAdapter(folder, makeHfAdapter(model, { modules: ["model.layers.0.self_attn.q_proj"] }));
    const file = join(folder, "lora.gguf");
    await expect(convertAdapter(folder, base, file)).rejects.toThrow(
      /: module "model\.layers\.0\.self_attn\.q_proj": the adapter changes a weight of \[64, 32\], the base's blk\.0\.attn_q\.weight is \[32, 32\] \(name the base that it was trained on\)$/,
    );
    expect(existsSync(file)).toBe(false);
  });

  test("names the base's file where the base is at fault", async () => {
    const folder = makeFolder();
    const model = makeHfModel("llama");
    writeHfAdapter(folder, makeHfAdapter(model));
    const base = join(folder, "base.gguf");
    await writeAsGguf(base, model, { "general.architecture": { type: "string", value: "phi3" } });
    await expect(convertAdapter(folder, base, join(folder, "lora.gguf"))).rejects.toThrow(
      /base\.gguf: no adapter can be converted for the architecture "phi3" \(known: llama, /,
    );
    await expect(convertAdapter(folder, join(folder, "m-00001-of-00002.gguf"), base)).rejects.toThrow(
      /m-00001-of-00002\.gguf: its part .*m-00002-of-00002\.gguf is missing \(copy it there\)$/,
    );
    await expect(convertAdapter(folder, join(folder, "none.gguf"), base)).rejects.toThrow(
      /none\.gguf: cannot be read \(ENOENT/,
    );
  });
});
