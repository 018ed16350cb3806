import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bindModel } from "../../src/serving/bind.ts";
import type { Engine } from "../../src/core/engine.ts";
import { UsageError } from "../../src/core/errors.ts";
import type { Provider } from "../../src/core/provider.ts";
import { hashFile } from "../../src/io/file-hash.ts";
import { convertAdapter } from "../../src/load/gguf/convert-adapter.ts";
import { resolveArtefact } from "../../src/load/model-artefact.ts";
import { createEngine } from "../../src/providers/engines/embedded.ts";
import { loadEngines } from "../../src/providers/engines/index.ts";
import { inspectForUse } from "../../src/serving/servable.ts";
import { makeHfAdapter, writeHfAdapter } from "../fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "../fixtures/hf-model.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const world = {
  fetch: globalThis.fetch,
  now: () => performance.now(),
  env: { NITBENCH_LLAMA_THREADS: "1" },
  note: () => {},
};
const signal = new AbortController().signal;
const opened: Provider[] = [];
const cwd = process.cwd();

// Converted adapters are kept below the working folder.
beforeEach(() => process.chdir(makeFolder()));
afterEach(async () => {
  for (const provider of opened.splice(0)) await provider.close?.();
  process.chdir(cwd);
});

async function adapterOf(spread: number, config: Record<string, unknown> = {}) {
  const folder = makeFolder();
  const model = makeHfModel("qwen2");
  const base = join(folder, "base.gguf");
  await writeAsGguf(base, model);
  writeHfAdapter(folder, makeHfAdapter(model, { spread, config: { base_model_name_or_path: "me/base", ...config } }));
  return { folder, base };
}

async function usable(folder: string) {
  const artefact = await resolveArtefact(folder);
  if (artefact.kind === "checkpoints") throw new Error("expected an adapter");
  return await inspectForUse("./adapter", artefact);
}

async function bind(folder: string, base: string | undefined, engines?: Engine[]) {
  const settings = { timeoutMs: 60_000, ...(base === undefined ? {} : { base }) };
  const bound = await bindModel(await usable(folder), engines ?? (await loadEngines("llama")), settings, world);
  opened.push(bound.provider);
  return bound;
}

const request = {
  caseId: "c",
  case: { diff: "", language: "" },
  part: 0,
  repeat: 0,
  prompt: "Review this change.",
  parameters: { maxTokens: 24, temperature: 0, seed: 1 },
};

describe("an adapter from disk", () => {
  test("is converted, put on its base in this process, and proved to be applied", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider, facts } = await bind(folder, base);
    expect(facts().proof).toBeNull();
    await provider.probe?.(signal);
    const { text, outcome } = await provider.generate(request, signal);
    expect(["completed", "truncated"]).toContain(outcome);
    expect(text).not.toBe("");
    expect(facts()).toMatchObject({
      kind: "adapter",
      engine: "llama",
      trainedOn: "me/base",
      rank: 4,
      base,
      proof: { prompts: 6, unsteady: 0 },
    });
    expect(facts().proof?.different).toBeGreaterThan(0);
    expect(provider.identity).toContain(facts().hash);
  });

  test("that changes no answer stops the run: it would be the base that is measured", async () => {
    const { folder, base } = await adapterOf(1e-12);
    const { provider } = await bind(folder, base);
    await expect(provider.probe?.(signal)).rejects.toThrow(
      /^ADAPTER_NOT_APPLIED: .\/adapter answers 6 of 6 prompts exactly as its base/,
    );
  });

  test("that was not trained is refused before any engine is asked", async () => {
    const { folder } = await adapterOf(0);
    await expect(usable(folder)).rejects.toThrow(/^model ".\/adapter": .*lora_B/);
  });

  test("that no engine can serve says of each what would make it, and asks none to start", async () => {
    const { folder } = await adapterOf(0.6);
    const elsewhere: Engine = {
      name: "vllm",
      offer: async () => ({ because: "no server answers (run: vllm serve me/base); vllm is not on the PATH (get it)" }),
    };
    await expect(bind(folder, undefined, [elsewhere, ...(await loadEngines("llama"))])).rejects.toThrow(
      [
        'model "./adapter": no engine can serve it',
        "  vllm          no server answers",
        "                → vllm serve me/base",
        "                vllm is not on the PATH",
        "                → get it",
        "  llama         the embedded engine needs the base as a GGUF file",
        "                → add --set reviewer.base=./base.gguf",
      ].join("\n"),
    );
  });

  test("says in its identity which base, context and engine it is served by", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider, facts } = await bind(folder, base);
    const digest = await hashFile(base);
    expect(facts()).toMatchObject({ baseDigest: digest });
    expect(provider.identity).toMatch(
      new RegExp(`^llama sha256:${digest}, \\d+ tokens, node-llama-cpp \\d\\S+ sha256:${facts().hash}$`),
    );
    const small = { ...world, env: { ...world.env, NITBENCH_LLAMA_CONTEXT: "512" } };
    const other = await bindModel(await usable(folder), await loadEngines("llama"), { timeoutMs: 60_000, base }, small);
    expect(other.provider.identity).toBe(provider.identity.replace(/\d+ tokens/, "512 tokens"));
  });

  test("is proved by the suite's own prompts too", async () => {
    const { folder, base } = await adapterOf(0.6);
    const asking = { ...world, ownPrompts: () => ["Review a", "Review b"] };
    const found = await usable(folder);
    const { provider, facts } = await bindModel(found, await loadEngines("llama"), { timeoutMs: 60_000, base }, asking);
    opened.push(provider);
    await provider.probe?.(signal);
    expect(facts().proof?.prompts).toBe(8);
  });

  test("is proved anew whenever it is served anew", async () => {
    const { folder, base } = await adapterOf(0.6);
    let starts = 0;
    const forgetful: Engine = {
      name: "forgetful",
      async offer(model, settings, engineWorld) {
        const offer = await createEngine().offer(model, settings, engineWorld);
        if (!("start" in offer)) return offer;
        const start: typeof offer.start = async (stop) => {
          const served = await offer.start(stop);
          starts += 1;
          return starts === 1 || served.base === null ? served : { ...served, provider: served.base };
        };
        return { ...offer, start };
      },
    };
    const { provider } = await bind(folder, base, [forgetful]);
    await provider.probe?.(signal);
    await provider.probe?.(signal);
    await provider.close?.();
    await expect(provider.probe?.(signal)).rejects.toThrow("ADAPTER_NOT_APPLIED");
    expect(starts).toBe(2);
  });

  test("is not asked before it is served, nor after it is closed", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider } = await bind(folder, base);
    await expect(provider.generate(request, signal)).rejects.toThrow("is not served yet");
    await provider.probe?.(signal);
    await provider.close?.();
    await expect(provider.generate(request, signal)).rejects.toThrow("is not served yet");
  });

  test("is served as long as it or its base is in use, and the base answers as the engine does without it", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider, base: baseOf } = await bind(folder, base);
    const bare = baseOf("./adapter (base)");
    opened.push(bare);
    expect(bare.ref).toBe("./adapter (base)");
    expect(bare.identity).not.toBe(provider.identity);
    await bare.probe?.(signal);
    await expect(provider.generate(request, signal)).rejects.toThrow("./adapter is not served yet");
    const without = await bare.generate(request, signal);
    await provider.probe?.(signal);
    const withIt = await provider.generate(request, signal);
    expect(withIt.text).not.toBe(without.text);
    await provider.close?.();
    expect((await bare.generate(request, signal)).text).toBe(without.text);
    await bare.close?.();
    await expect(bare.generate(request, signal)).rejects.toThrow("./adapter (base) is not served yet");
    await provider.probe?.(signal);
    expect((await provider.generate(request, signal)).text).toBe(withIt.text);
  });
});

describe("what is replaced after it was looked through", () => {
  const changed = (file: string) =>
    `${file} was replaced while it was loaded or measured: nobody knows which one was asked (run it again once nothing writes there)`;

  test("is not measured under the digest of what was there before: the adapter", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider } = await bind(folder, base);
    writeHfAdapter(folder, makeHfAdapter(makeHfModel("qwen2"), { spread: 0.9 }));
    await expect(provider.probe?.(signal)).rejects.toThrow(changed(folder));
    await provider.close?.();
    rmSync(join(folder, "adapter_config.json"));
    await expect(provider.probe?.(signal)).rejects.toThrow(changed(folder));
  });

  test("nor its configuration", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider } = await bind(folder, base);
    const file = join(folder, "adapter_config.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"lora_alpha":8', '"lora_alpha":80'));
    await expect(provider.probe?.(signal)).rejects.toThrow(changed(folder));
  });

  test("nor the base", async () => {
    const { folder, base } = await adapterOf(0.6);
    const { provider } = await bind(folder, base);
    await writeAsGguf(base, makeHfModel("qwen2", { seed: 2 }));
    await expect(provider.probe?.(signal)).rejects.toThrow(changed(base));
  });

  test("nor the file that it was converted to", async () => {
    const { folder, base } = await adapterOf(0.6);
    let file = "";
    const meddled: Engine = {
      name: "meddled",
      offer: async (model, settings, engineWorld) =>
        await createEngine().offer(model, settings, {
          ...engineWorld,
          async toGguf(one, baseFile) {
            file = await engineWorld.toGguf(one, baseFile);
            appendFileSync(file, "more");
            return file;
          },
        }),
    };
    const { provider } = await bind(folder, base, [meddled]);
    await expect(provider.probe?.(signal)).rejects.toThrow(/nitbench-\S+\.gguf was replaced while it was loaded/);
    await provider.close?.();
    const { provider: again } = await bind(folder, base);
    await expect(again.probe?.(signal)).resolves.toBeUndefined();
  });
});

describe("a base that cannot be", () => {
  test.each<[string, (folder: string, base: string) => Promise<string>, RegExp]>([
    [
      "is not there",
      async (folder) => join(folder, "none.gguf"),
      /none\.gguf: no such file or folder \(name a GGUF file/,
    ],
    [
      "is no GGUF file",
      async (folder) => join(folder, "adapter_config.json"),
      /adapter_config\.json cannot be used: .*adapter_config\.json: /,
    ],
    [
      "is of another architecture",
      async (folder) => {
        const file = join(folder, "other.gguf");
        await writeAsGguf(file, makeHfModel("llama"));
        return file;
      },
      /other\.gguf cannot carry the adapter: module "\S+": the adapter changes a weight of \[16, 32\], the base's/,
    ],
    [
      "is an adapter itself",
      async (folder, base) => {
        const file = join(folder, "lora.gguf");
        await convertAdapter(folder, base, file);
        return file;
      },
      /lora\.gguf cannot be used: .*expected the base model, got "adapter"/,
    ],
  ])("because it %s is told before anything runs", async (_, make, expected) => {
    const { folder, base } = await adapterOf(0.6);
    const error: unknown = await bind(folder, await make(folder, base)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).toMatch(/^model "\.\/adapter": reviewer\.base /);
    expect(message).toMatch(expected);
    expect(message).not.toContain("\n");
  });

  test("is told of an adapter in a GGUF file too", async () => {
    const { folder, base } = await adapterOf(0.6);
    const file = join(folder, "lora.gguf");
    await convertAdapter(folder, base, file);
    const other = join(folder, "other.gguf");
    await writeAsGguf(other, makeHfModel("llama"));
    await expect(bind(file, other)).rejects.toThrow(
      `reviewer.base ${other} is of the architecture llama, and the adapter of qwen2 (name its own base)`,
    );
    await expect(bind(file, file)).rejects.toThrow("is an adapter itself (name the model that it was trained on)");
    await expect(bind(file, base)).resolves.toBeDefined();
  });
});

test("of the adapters that were converted the newest are kept", async () => {
  const { folder, base } = await adapterOf(0.6);
  const kept = join(".nitbench", "adapters");
  mkdirSync(kept, { recursive: true });
  for (let age = 1; age <= 25; age++) {
    const file = join(kept, `old-${age}.gguf`);
    writeFileSync(file, "");
    utimesSync(file, new Date(), new Date(Date.now() - age * 60_000));
  }
  const { provider } = await bind(folder, base);
  await provider.probe?.(signal);
  const names = readdirSync(kept);
  expect(names).toHaveLength(20);
  expect(names.filter((name) => name.startsWith("old-"))).toHaveLength(19);
  expect(names).toContain("old-19.gguf");
  expect(names).not.toContain("old-20.gguf");
});
