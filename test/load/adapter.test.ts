import { cpSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { adapterLoadName, inspectAdapter, openAdapter } from "../../src/load/adapter.ts";
import { adapterConfig, type AdapterOptions, lfsPointer, safetensors, writeAdapter } from "../fixtures/peft.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();

async function hashOf(options: AdapterOptions = {}): Promise<string | null> {
  return (await inspectAdapter(openAdapter(writeAdapter(makeFolder(), options)))).hash;
}

describe("opening a PEFT folder", () => {
  test("reads what it is and finds its weights", () => {
    const folder = writeAdapter(makeFolder());
    const { config, weights, bytes } = openAdapter(folder);
    expect(config).toMatchObject({ r: 4, base_model_name_or_path: "Qwen/Qwen2.5-Coder-0.5B" });
    expect(weights).toBe(join(folder, "adapter_model.safetensors"));
    expect(bytes).toBeGreaterThan(500);
  });

  test.each<[string, (weights: string, folder: string) => void, RegExp]>([
    [
      "no weights",
      (weights) => rmSync(weights),
      /: has adapter_config\.json but no adapter_model\.safetensors \(copy it there; a checkpoint without it was cut short\)$/,
    ],
    [
      "a pickle alone",
      (weights, folder) => renameSync(weights, join(folder, "adapter_model.bin")),
      /: has adapter_model\.bin only, a pickle, which could run code \(save it with safe_serialization=True\)$/,
    ],
    [
      "weights in several files",
      (weights) => renameSync(weights, `${weights}.index.json`),
      /: its weights are in several files, expected one adapter_model\.safetensors \(save it with a larger max_shard_size\)$/,
    ],
    [
      "a configuration that is none",
      (_, folder) => writeFileSync(join(folder, "adapter_config.json"), "{"),
      /adapter_config\.json: is not JSON \(copy or save it again\)$/,
    ],
  ])("that has %s is refused in one line", (_, change, says) => {
    const folder = writeAdapter(makeFolder());
    change(join(folder, "adapter_model.safetensors"), folder);
    expect(() => openAdapter(folder)).toThrow(UsageError);
    expect(() => openAdapter(folder)).toThrow(says);
  });
});

describe("inspecting an adapter", () => {
  test("sums it up, judges it and gives its hash", async () => {
    const { summary, hash, findings } = await inspectAdapter(openAdapter(writeAdapter(makeFolder(), { b: [0] })));
    expect(summary).toMatchObject({ tensors: 8, ranks: [4], layers: 2, placement: { language: 8, other: 0 } });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(findings.map(({ code }) => code)).toEqual(["untrained"]);
  });

  test("compares its base with the one that is served", async () => {
    const { findings } = await inspectAdapter(openAdapter(writeAdapter(makeFolder())), "meta-llama/Llama-3.2-1B");
    expect(findings.map(({ code }) => code)).toEqual(["base-mismatch"]);
  });

  test.each<[string, (weights: string) => void, string]>([
    ["a Git LFS pointer", (weights) => writeFileSync(weights, lfsPointer), "lfs-pointer"],
    ["an empty file", (weights) => truncateSync(weights, 0), "empty"],
    ["a cut file", (weights) => truncateSync(weights, 600), "unreadable"],
    ["a file without tensors", (weights) => writeFileSync(weights, safetensors({})), "empty"],
  ])("finds %s in place of its weights", async (_, change, code) => {
    const adapter = openAdapter(writeAdapter(makeFolder()));
    change(adapter.weights);
    const { findings } = await inspectAdapter(adapter);
    expect(findings.map(({ level, code: found }) => [level, found])).toEqual([["error", code]]);
  });
});

describe("the content hash", () => {
  test("is the same wherever the adapter lies, and whatever its base is called there", async () => {
    const folder = writeAdapter(makeFolder());
    const elsewhere = join(makeFolder(), "copy");
    cpSync(folder, elsewhere, { recursive: true });
    const fields = {
      base_model_name_or_path: "/mnt/base",
      inference_mode: false,
      target_modules: ["q_proj", "v_proj"],
    };
    writeFileSync(join(elsewhere, "adapter_config.json"), JSON.stringify(adapterConfig(fields)));
    const [here, there] = await Promise.all([folder, elsewhere].map((one) => inspectAdapter(openAdapter(one))));
    expect(there?.hash).toBe(here?.hash);
  });

  test("differs with the weights, the alpha, the rank and what is unusual of it", async () => {
    const hashes = await Promise.all([
      hashOf(),
      hashOf({ b: [0.5] }),
      hashOf({ config: { lora_alpha: 16 } }),
      hashOf({ config: { use_rslora: true } }),
      hashOf({ rank: 2, config: { r: 2 } }),
      hashOf({ config: { trainable_token_indices: [3] } }),
    ]);
    expect(new Set(hashes).size).toBe(6);
  });

  test("is the name under which an engine loads it", async () => {
    const hash = await hashOf();
    expect(adapterLoadName(hash ?? "")).toBe(`nitbench-${hash?.slice(0, 12)}`);
    expect(adapterLoadName(hash ?? "")).toMatch(/^nitbench-[0-9a-f]{12}$/);
  });
});
