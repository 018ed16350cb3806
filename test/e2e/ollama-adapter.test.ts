import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoundReviewer, bindModel } from "../../src/serving/bind.ts";
import type { Engine } from "../../src/core/engine.ts";
import type { Provider } from "../../src/core/provider.ts";
import { resolveArtefact } from "../../src/load/model-artefact.ts";
import { createEngine } from "../../src/providers/engines/ollama.ts";
import { refuseVersion } from "../../src/providers/engines/ollama/limits.ts";
import { createProvider } from "../../src/providers/ollama.ts";
import { inspectForUse } from "../../src/serving/servable.ts";
import { makeHfAdapter, mergeAdapter, writeHfAdapter } from "../fixtures/hf-adapter.ts";
import { type Family, makeHfModel, writeAsGguf } from "../fixtures/hf-model.ts";
import { halfModel, writeHfModel } from "../fixtures/hf-folder.ts";
import { hasOllama, type RealOllama, startOllama } from "../fixtures/ollama.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";
import { writeTinyLora } from "../fixtures/tiny-gguf.ts";

const isReady = hasOllama() && takesAdapters();
const makeFolder = temporaryFolders();
const signal = new AbortController().signal;
const cwd = process.cwd();
let engine: Engine;
let opened: BoundReviewer[];
let notes: string[];

beforeEach(() => {
  engine = createEngine();
  opened = [];
  notes = [];
  // Converted adapters are kept below the working folder.
  process.chdir(makeFolder());
});
afterEach(async () => {
  for (const { provider } of opened) await provider.close?.();
  process.chdir(cwd);
});

function takesAdapters(): boolean {
  const program = "ollama";
  const said = spawnSync(program, ["--version"], { encoding: "utf8", timeout: 20_000 }).stdout;
  const because = refuseVersion(/\d+\.\d+\.\d+/.exec(said)?.[0] ?? "0.0.0", "adapter");
  if (because !== null) process.stdout.write(`skipped: the tests of adapters on a real Ollama (${because})\n`);
  return because === null;
}

/** A tiny model, an adapter for it, and the model with the adapter merged into it. */
async function make(family: Family, { spread = 0.6 } = {}) {
  const folder = makeFolder();
  const model = makeHfModel(family);
  const adapter = makeHfAdapter(model, { spread, config: { base_model_name_or_path: "me/base" } });
  writeHfAdapter(folder, adapter);
  const [base, merged] = [join(folder, "base.gguf"), join(folder, "merged.gguf")];
  await writeAsGguf(base, model);
  await writeAsGguf(
    merged,
    mergeAdapter(model, adapter, () => 2),
  );
  return { folder, base, merged };
}

function worldOf(server: RealOllama) {
  const env = { OLLAMA_HOST: server.url };
  return { fetch, now: () => performance.now(), env, note: (line: string) => void notes.push(line) };
}

async function bind(server: RealOllama, path: string, base?: string): Promise<BoundReviewer> {
  const artefact = await resolveArtefact(path);
  if (artefact.kind === "checkpoints") throw new Error("expected one model");
  const settings = { timeoutMs: 240_000, ...(base === undefined ? {} : { base }) };
  const bound = await bindModel(await inspectForUse("./adapter", artefact), [engine], settings, worldOf(server));
  opened.push(bound);
  return bound;
}

async function answersOf(provider: Pick<Provider, "generate">): Promise<string[]> {
  const about = { caseId: "c", case: { diff: "", language: "" }, part: 0, repeat: 0 };
  const parameters = { maxTokens: 24, temperature: 0, seed: 1 };
  const texts: string[] = [];
  for (const prompt of ["Review this change.", "+ return null;", "hello"])
    texts.push((await provider.generate({ ...about, prompt, parameters }, signal)).text);
  return texts;
}

async function answersOn(server: RealOllama, model: string): Promise<string[]> {
  const ref = { ref: model, kind: "ollama", target: model } as const;
  return await answersOf(await createProvider(ref, { contract: "findings", timeoutMs: 60_000 }, worldOf(server)));
}

async function modelsOn({ url }: RealOllama): Promise<string[]> {
  const { models } = (await (await fetch(`${url}/api/tags`)).json()) as { models: { name: string }[] };
  return models.map(({ name }) => name).toSorted();
}

// Where other work takes the cores, its threads wait for each other for minutes.
describe.skipIf(!isReady)("a real Ollama", { timeout: 600_000 }, () => {
  test.each(["qwen2", "llama"] as const)(
    "an adapter of %s answers as the model that it is merged into, and is removed with its base",
    async (family) => {
      const { folder, base, merged } = await make(family);
      await using server = await startOllama(makeFolder());
      await server.create("merged", merged);
      const { provider, facts } = await bind(server, folder, base);
      expect(await modelsOn(server)).toEqual(["merged:latest"]);
      await provider.probe?.(signal);
      expect(facts().proof?.different).toBeGreaterThan(0);
      expect(await answersOf(provider)).toEqual(await answersOn(server, "merged"));
      expect(await modelsOn(server)).toHaveLength(3);
      await provider.close?.();
      expect(await modelsOn(server)).toEqual(["merged:latest"]);
      expect(notes.filter((line) => line.startsWith("sending "))).toHaveLength(2);
    },
  );

  test("an adapter is put on a model that the server has, which stays as it is", async () => {
    const { folder, base, merged } = await make("llama");
    await using server = await startOllama(makeFolder());
    await server.create("merged", merged);
    await server.create("mine", base);
    const before = await answersOn(server, "mine");
    const { provider } = await bind(server, folder, "mine");
    await provider.probe?.(signal);
    expect(await answersOf(provider)).toEqual(await answersOn(server, "merged"));
    expect(await answersOn(server, "mine")).toEqual(before);
    await provider.close?.();
    expect(await modelsOn(server)).toEqual(["merged:latest", "mine:latest"]);
    expect(await answersOn(server, "mine")).toEqual(before);
  });

  test("an adapter that changes nothing is found out, and removed", async () => {
    const { folder, base } = await make("qwen2", { spread: 1e-12 });
    await using server = await startOllama(makeFolder());
    const { provider } = await bind(server, folder, base);
    await expect(provider.probe?.(signal)).rejects.toThrow(
      /^ADAPTER_NOT_APPLIED: .\/adapter answers 6 of 6 prompts exactly as its base/,
    );
    await provider.close?.();
    expect(await modelsOn(server)).toEqual([]);
  });

  test("an adapter of another base is refused, and nothing is left behind", async () => {
    const { folder } = await make("qwen2");
    const { base } = await make("llama");
    const lora = join(makeFolder(), "lora.gguf");
    await writeTinyLora(lora, { isTrained: true });
    await using server = await startOllama(makeFolder());
    await expect(bind(server, folder, base)).rejects.toThrow(/cannot carry the adapter: .*name the base/);
    expect(notes).toEqual([]);
    await expect((await bind(server, lora, base)).provider.probe?.(signal)).rejects.toThrow(
      /^Ollama cannot run .\/adapter: .*\(was it trained on another base than /,
    );
    expect(await modelsOn(server)).toEqual([]);
  });

  test("a family is served with its adapter or not at all", async () => {
    const { folder, base, merged } = await make("qwen3");
    await using server = await startOllama(makeFolder());
    await server.create("merged", merged);
    const { provider } = await bind(server, folder, base);
    const said = await provider.probe?.(signal).then(
      () => "served",
      (error: Error) => error.message,
    );
    if (said === "served") expect(await answersOf(provider)).toEqual(await answersOn(server, "merged"));
    else expect(said).toContain("applies no adapters to models of the family qwen3");
  });

  test("serving that is given up while the base is sent leaves nothing behind", async () => {
    const { folder, base } = await make("qwen2");
    const store = makeFolder();
    await using server = await startOllama(store);
    const stop = new AbortController();
    const { provider } = await bind(server, folder, base);
    const isSending = setInterval(() => notes.length > 0 && stop.abort(new Error("given up")), 0);
    await expect(provider.probe?.(stop.signal)).rejects.toThrow("given up");
    clearInterval(isSending);
    expect(await modelsOn(server)).toEqual([]);
  });

  test("a whole model is made of its folder, and removed", async () => {
    const model = halfModel(makeHfModel("qwen2"));
    const folder = makeFolder();
    writeHfModel(folder, model);
    const gguf = join(makeFolder(), "same.gguf");
    await writeAsGguf(gguf, model);
    const store = makeFolder();
    await using server = await startOllama(store);
    const { provider, facts } = await bind(server, folder);
    await provider.probe?.(signal);
    expect(facts()).toMatchObject({ kind: "model", engine: "ollama", base: null, proof: null });
    await server.create("same", gguf);
    // It computes with 16 bits, so two tokens that are almost as likely may change places.
    const same = await answersOn(server, "same");
    expect((await answersOf(provider)).filter((answer, index) => answer === same[index])).not.toEqual([]);
    await provider.close?.();
    expect(await modelsOn(server)).toEqual(["same:latest"]);
  });
});
