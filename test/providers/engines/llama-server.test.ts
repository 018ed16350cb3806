import { copyFileSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { hashFile } from "../../../src/io/file-hash.ts";
import { createEngine } from "../../../src/providers/engines/llama-server.ts";
import { requestOf } from "../../fixtures/asking.ts";
import { fakeLlamaServer, isAlive, type ProgramLife } from "../../fixtures/fake-program.ts";
import { makeHfAdapter, writeHfAdapter } from "../../fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "../../fixtures/hf-model.ts";
import { type LlamaWishes, startLlamaServer } from "../../fixtures/llama-server.ts";
import { deadUrl, failsWith, type ScriptedServer, startScriptedServer } from "../../fixtures/scripted-server.ts";
import { calm, servingTests, whyDeclined } from "../../fixtures/serving.ts";

const { adapter, base, bind, ggufAdapter, makeFolder, notes, world } = servingTests();
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(wishes: LlamaWishes): Promise<ScriptedServer> {
  const server = await startLlamaServer(wishes);
  servers.push(server);
  return server;
}

const repeated = (times: number, one: object) => Array.from({ length: times }, () => one);

describe("a llama-server that runs", () => {
  test("is asked with its adapter alone, and with none for the base, from an empty cache", async () => {
    const found = await ggufAdapter();
    const server = await serve({ adapters: ["/other.gguf", found.model.path] });
    const { provider, facts } = await bind(found, createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    const { text, effective } = await provider.generate(requestOf(), calm);
    expect(text).toBe(`${found.model.path} on: Review a`);
    expect(facts()).toMatchObject({ engine: "llama-server", base: "/models/base.gguf", proof: { different: 6 } });
    expect(provider.identity).toBe(
      `llama-server b6000-abcdef with /models/base.gguf at ${server.url}, 4096 tokens sha256:${found.model.hash}`,
    );
    const own = [
      { id: 0, scale: 0 },
      { id: 1, scale: 1 },
    ];
    const none = [
      { id: 0, scale: 0 },
      { id: 1, scale: 0 },
    ];
    // The proof asks the adapter its six prompts, then the base twice.
    const asked = server.chats.map(({ body }) => body["lora"]);
    expect(asked).toEqual([...repeated(6, own), ...repeated(12, none), own]);
    expect(server.chats.every(({ body }) => body["cache_prompt"] === false)).toBe(true);
    expect(effective).toMatchObject({
      lora: own,
      cache_prompt: false,
      llamaServer: "b6000-abcdef",
      base: "/models/base.gguf",
      contextTokens: 4096,
    });
  });

  test("has a converted adapter by the name that holds its digest, wherever that lies", async () => {
    const found = await adapter();
    const path = `C:\\adapters\\${found.model.loadName}-0123.gguf`;
    const server = await serve({ adapters: [path] });
    const { provider } = await bind(found, createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    expect((await provider.generate(requestOf(), calm)).text).toBe(`${path} on: Review a`);
  });

  test("with another base than reviewer.base names is declined", async () => {
    const [found, file, copy] = [await ggufAdapter(), await base(), join(makeFolder(), "copy.gguf")];
    copyFileSync(file, copy);
    const other = join(makeFolder(), "other.gguf");
    await writeAsGguf(other, makeHfModel("qwen2", { seed: 2 }));
    const server = await serve({ model: file, adapters: [found.model.path] });
    const why = async (wanted: string) =>
      await whyDeclined(createEngine(), found.model, { baseUrl: server.url, base: wanted }, world()).catch(
        (error: Error) => error.message,
      );
    expect(await why(other)).toContain(
      `${server.url} serves ${file}, and reviewer.base is ${other} (run: llama-server`,
    );
    expect(await why("me/third")).toContain("and reviewer.base is me/third");
    expect([await why(file), await why(copy), await why("me/base")]).toEqual(Array(3).fill("llama-server offers it"));
    const { provider, facts } = await bind(found, createEngine(), { baseUrl: server.url, base: copy });
    expect(facts()).toMatchObject({ base: file, baseDigest: await hashFile(file) });
    expect(provider.identity).toContain(`sha256:${await hashFile(file)}, 4096 tokens`);
  });

  test("without the adapter is declined, also where another file has the same name", async () => {
    const found = await ggufAdapter();
    const server = await serve({ adapters: ["/elsewhere/adapter.gguf", "adapter.gguf"] });
    const because = await whyDeclined(createEngine(), found.model, { baseUrl: server.url }, world());
    expect(because).toBe(
      `${server.url} serves /models/base.gguf without this adapter (start it with: llama-server -m BASE.gguf --lora ${found.model.path} --port ${new URL(server.url).port})`,
    );
  });

  test("that was started anew without it is not asked: it would answer as the base", async () => {
    const found = await ggufAdapter();
    const adapters = [found.model.path];
    const server = await serve({ adapters });
    const { provider } = await bind(found, createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    adapters.splice(0, 1, "/other.gguf");
    const asked = server.chats.length;
    await expect(provider.generate(requestOf(), calm)).rejects.toThrow(
      `${server.url} was started anew, and has no longer ${found.model.path} as adapter 0 (start it as before, and run this again)`,
    );
    expect(server.chats).toHaveLength(asked);
    adapters.splice(0, 1, found.model.path);
    await expect(provider.generate(requestOf(), calm)).resolves.toMatchObject({ outcome: "completed" });
  });

  test("that does not apply the adapter stops the run", async () => {
    const found = await ggufAdapter();
    const server = await serve({ adapters: [found.model.path], appliesAdapters: false });
    const { provider } = await bind(found, createEngine(), { baseUrl: server.url });
    await expect(provider.probe?.(calm)).rejects.toThrow(/^ADAPTER_NOT_APPLIED: /);
  });

  test("may want a key", async () => {
    const found = await ggufAdapter();
    const server = await serve({ adapters: [found.model.path], key: "open-sesame" });
    const settings = { baseUrl: server.url };
    expect(await whyDeclined(createEngine(), found.model, settings, world())).toBe(
      `${server.url.replace("/v1", "")} refused the key (401) (LLAMA_API_KEY is not set: export the key in it)`,
    );
    const { provider } = await bind(found, createEngine(), settings, { env: { LLAMA_API_KEY: "open-sesame" } });
    await expect(provider.probe?.(calm)).resolves.toBeUndefined();
  });

  test("is none where something else answers, or nobody", async () => {
    const { model } = await ggufAdapter();
    const other = await startScriptedServer([failsWith(200, {})]);
    servers.push(other);
    const because = async (baseUrl: string) => await whyDeclined(createEngine(), model, { baseUrl }, world());
    expect(await because(other.url)).toContain(
      `what answers at ${other.url} is no llama-server (run: llama-server -m `,
    );
    const dead = await deadUrl();
    expect(await because(dead)).toMatch(
      /^cannot reach http:\S+ connection refused .* \(run: llama-server -m BASE\.gguf --lora /,
    );
  });
});

const patience = { readyMs: 60_000, pollMs: 5, noteMs: 60_000, graceMs: 10_000 };

/** Without a server at the usual address, on whatever machine this runs. */
const nobodyAt8080: typeof fetch = async (input, init) => {
  const url = String(input instanceof Request ? input.url : input);
  if (url.startsWith("http://127.0.0.1:8080/"))
    throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
  return await fetch(input, init);
};

function install(wishes: Parameters<typeof fakeLlamaServer>[1] = {}) {
  const program = fakeLlamaServer(makeFolder(), wishes);
  return { program, engine: createEngine(patience), outside: { env: { PATH: program.folder }, fetch: nobodyAt8080 } };
}

describe("llama-server on the PATH", () => {
  test("is started with the base and the converted adapter, and ended once the engine is closed", async () => {
    const { program, engine, outside } = install();
    const [found, file] = [await adapter(), await base()];
    const { provider, facts } = await bind(found, engine, { base: file }, outside);
    expect(program.lives()).toEqual([]);
    await provider.probe?.(calm);
    const [life] = program.lives() as [ProgramLife];
    const converted = life.args[3] ?? "";
    expect(life.args.slice(0, 6)).toEqual(["-m", file, "--lora", converted, "--host", "127.0.0.1"]);
    expect(converted.startsWith(resolve(".nitbench", "adapters", found.model.loadName))).toBe(true);
    expect((await provider.generate(requestOf(), calm)).text).toBe(`${converted} on: Review a`);
    expect(facts()).toMatchObject({ engine: "llama-server", base: file, proof: { different: 6 } });
    expect(provider.hosts).toEqual([]);
    expect(notes[0]).toMatch(/^llama-server: starting `llama-server -m .*` \(log: \.nitbench\/logs\/.*\.log\)$/);
    await engine.close?.();
    expect([life.pid, life.childPid].map(isAlive)).toEqual([false, false]);
  });

  test("is started once for all adapters of a base, each asked by its own number", async () => {
    const { program, engine, outside } = install();
    const file = await base();
    const open = async (spread: number) => await bind(await adapter({ spread }), engine, { base: file }, outside);
    const providers = [(await open(0.6)).provider, (await open(0.7)).provider];
    for (const provider of providers) await provider.probe?.(calm);
    expect(program.lives()).toHaveLength(1);
    const [first, second] = await Promise.all(
      providers.map(async (one) => (await one.generate(requestOf(), calm)).text),
    );
    expect(first).toMatch(/nitbench-\S+\.gguf on: Review a$/);
    expect(second).toMatch(/nitbench-\S+\.gguf on: Review a$/);
    expect(first).not.toBe(second);
    expect(`${first}${second}`).not.toContain(" and ");
  });

  test("that does not list the adapter is ended", async () => {
    const { program, engine, outside } = install({ server: { listsAdapters: false } });
    const { provider } = await bind(await adapter(), engine, { base: await base() }, outside);
    await expect(provider.probe?.(calm)).rejects.toThrow(
      /^llama-server was started with \S+ and does not list it among its adapters/,
    );
    expect(program.lives().map(({ pid }) => isAlive(pid))).toEqual([false]);
  });

  test("that cannot load the adapter says why", async () => {
    const { engine, outside } = install({
      exitCode: 1,
      says: [
        "llama_adapter_lora_init: failed to apply lora adapter: tensor 'blk.0.attn_q.weight' has incorrect shape",
        "common_init_from_params: failed to load lora adapter '/x.gguf'",
        "srv load_model: failed to load model, '/base.gguf'",
        "main: exiting due to model loading error",
      ],
    });
    const { provider } = await bind(await adapter(), engine, { base: await base() }, outside);
    await expect(provider.probe?.(calm)).rejects.toThrow(
      /^llama-server ended with exit code 1: llama_adapter_lora_init: failed to apply lora adapter: tensor 'blk\.0\.attn_q\.weight' has incorrect shape \(log: /,
    );
  });

  test("is not started with the weights of another adapter than was looked through", async () => {
    const { program, engine, outside } = install();
    const found = await adapter();
    const { provider } = await bind(found, engine, { base: await base() }, outside);
    writeHfAdapter(found.model.path, makeHfAdapter(makeHfModel("qwen2"), { spread: 0.9 }));
    await expect(provider.probe?.(calm)).rejects.toThrow(`${found.model.path} was replaced while it was loaded`);
    await provider.close?.();
    await engine.close?.();
    expect(program.lives().map(({ pid }) => isAlive(pid))).toEqual([false]);
  });

  test("is told a file with a comma in its path by one without", async () => {
    const { program, engine, outside } = install();
    const found = await ggufAdapter("one,two.gguf");
    const { provider } = await bind(found, engine, { base: await base() }, outside);
    await provider.probe?.(calm);
    const told = program.lives()[0]?.args[3] ?? "";
    expect(told).toMatch(/^\.nitbench\/adapters\/linked-[0-9a-f]{12}\.gguf$/);
    expect(readFileSync(told)).toEqual(readFileSync(found.model.path));
    expect((await provider.generate(requestOf(), calm)).text).toBe(`${told} on: Review a`);
  });

  test("says in its identity who answers: version, base, context and the adapter", async () => {
    const { engine, outside } = install();
    const [found, file] = [await adapter(), await base()];
    const env = { ...outside.env, LLAMA_ARG_CTX_SIZE: "4096" };
    const { provider, facts } = await bind(found, engine, { base: file }, { ...outside, env });
    const digest = await hashFile(file);
    const offered = `llama-server 0.12.1 (abcdef) on sha256:${digest}, LLAMA_ARG_CTX_SIZE=4096 sha256:${found.model.hash}`;
    expect(provider.identity).toBe(offered);
    expect(facts()).toMatchObject({ baseDigest: digest });
    await provider.probe?.(calm);
    expect(provider.identity).toBe(`${offered} 4096 tokens`);
  });

  test("is not needed where one runs with the adapter", async () => {
    const { program, engine, outside } = install();
    const found = await ggufAdapter();
    const server = await serve({ adapters: [found.model.path] });
    const moved: typeof fetch = async (input, init) =>
      await fetch(String(input instanceof Request ? input.url : input).replace("127.0.0.1:8080", server.host), init);
    const { provider } = await bind(found, engine, { base: await base() }, { ...outside, fetch: moved });
    await provider.probe?.(calm);
    expect(program.lives()).toEqual([]);
  });
});

describe("nothing is started", () => {
  const why = async (settings: object, env: Record<string, string>) =>
    await whyDeclined(
      createEngine(patience),
      (await ggufAdapter()).model,
      settings,
      world({ env, fetch: nobodyAt8080 }),
    );

  test("where llama-server is not on the PATH", async () => {
    expect(await why({ base: await base() }, { PATH: makeFolder() })).toMatch(
      /; llama-server is not on the PATH \(https:\/\/github\.com\/ggml-org\/llama\.cpp\/releases\)$/,
    );
  });

  test("where llama-server cannot run", async () => {
    const { program } = install({
      broken: "llama-server: error while loading shared libraries: libggml.so: not found",
    });
    expect(await why({ base: await base() }, { PATH: program.folder })).toMatch(
      /; \S+llama-server cannot run: llama-server: error while loading shared libraries: libggml\.so: not found \(https/,
    );
  });

  test("where the base is no GGUF file", async () => {
    const { program } = install();
    const env = { PATH: program.folder };
    const advice = /; to start one it needs the base as a GGUF file \(--set reviewer\.base=FILE\.gguf\)$/;
    expect(await why({}, env)).toMatch(advice);
    expect(await why({ base: "me/base" }, env)).toMatch(advice);
    const other = join(makeFolder(), "base.bin");
    copyFileSync(await base(), other);
    expect(await why({ base: other }, env)).toMatch(advice);
  });

  test("for a whole model in a folder", async () => {
    const { model } = await adapter();
    expect(await whyDeclined(createEngine(), { ...model, kind: "model" }, {}, world())).toBe(
      "it runs GGUF files (convert the model, and name the .gguf)",
    );
  });
});
