import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bindModel } from "../src/bind.ts";
import type { Engine } from "../src/core/engine.ts";
import type { Provider } from "../src/core/provider.ts";
import { resolveArtefact } from "../src/load/model-artefact.ts";
import { loadEngines } from "../src/providers/engines/index.ts";
import { inspectForUse } from "../src/servable.ts";
import { makeHfAdapter, writeHfAdapter } from "./fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "./fixtures/hf-model.ts";
import { temporaryFolders } from "./fixtures/temporary.ts";

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

  test("of another base is refused where it does not fit", async () => {
    const { folder } = await adapterOf(0.6);
    const other = join(makeFolder(), "other.gguf");
    await writeAsGguf(other, makeHfModel("llama"));
    const { provider } = await bind(folder, other);
    await expect(provider.probe?.(signal)).rejects.toThrow(/fit|architecture|base/);
  });

  test("that no engine can serve says of each what would make it, and asks none to start", async () => {
    const { folder } = await adapterOf(0.6);
    const elsewhere: Engine = {
      name: "vllm",
      offer: async () => ({ engine: "vllm", because: "no server answers (run: vllm serve me/base)" }),
    };
    await expect(bind(folder, undefined, [elsewhere, ...(await loadEngines("llama"))])).rejects.toThrow(
      'model "./adapter": no engine can serve it; vllm: no server answers (run: vllm serve me/base); llama: the embedded engine needs the base as a GGUF file (add --set reviewer.base=./base.gguf)',
    );
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
