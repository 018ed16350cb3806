import { readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { maxRankFor } from "../../../src/providers/engines/server/line.ts";
import { createEngine } from "../../../src/providers/engines/vllm.ts";
import { requestOf } from "../../fixtures/asking.ts";
import {
  deadUrl,
  failsWith,
  listsModels,
  type ScriptedServer,
  startScriptedServer,
} from "../../fixtures/scripted-server.ts";
import { calm, servingTests, whyDeclined } from "../../fixtures/serving.ts";
import { type FakeVllm, startVllm, type VllmWishes } from "../../fixtures/vllm-server.ts";

const { adapter, bind, makeFolder, notes, whole, world } = servingTests();
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(wishes: VllmWishes = {}): Promise<FakeVllm> {
  const server = await startVllm(wishes);
  servers.push(server);
  return server;
}

const pathsOf = (server: ScriptedServer) => server.requests.map(({ path }) => path);
const timesLoaded = (server: ScriptedServer) =>
  pathsOf(server).filter((path) => path === "/v1/load_lora_adapter").length;
const line = (rank: number, port: string, name = "me/base") =>
  `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True vllm serve ${name} --enable-lora --max-lora-rank ${rank} --port ${port}`;
const portOf = ({ url }: { url: string }) => new URL(url).port;

describe("an adapter on a server that has its base", () => {
  test("is loaded once it is probed, proved, asked by its own name and taken out again", async () => {
    const server = await serve();
    const found = await adapter();
    const { provider, facts } = await bind(found, createEngine(), { baseUrl: server.url });
    expect(server.loaded()).toEqual([]);
    await provider.probe?.(calm);
    const [name = ""] = server.loaded();
    expect(name).toMatch(new RegExp(`^${found.model.loadName}-[0-9a-f]{6}$`));
    const { text } = await provider.generate(requestOf(), calm);
    expect(text).toBe(`${name} on: Review a`);
    expect(facts()).toMatchObject({
      engine: "vllm",
      base: "me/base",
      proof: { prompts: 6, different: 6, unsteady: 0 },
    });
    expect(provider.identity).toBe(`vllm 0.12.1 with me/base at ${server.url}, 4096 tokens sha256:${found.model.hash}`);
    expect(provider.hosts).toEqual([server.host]);
    await provider.close?.();
    expect(server.loaded()).toEqual([]);
  });

  test("is found by the base's weights where the server calls the base otherwise", async () => {
    const server = await serve({ base: "house-model", root: "/srv/models/Base" });
    const { provider, facts } = await bind(await adapter(), createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    expect(facts().base).toBe("house-model (/srv/models/Base)");
  });

  test("may be told its base, where it says none", async () => {
    const server = await serve();
    const found = await adapter({ base: null });
    expect(await whyDeclined(createEngine(), found.model, { baseUrl: server.url }, world())).toBe(
      `the adapter does not say what it was trained on, and ${server.url} serves me/base (name its base: --set reviewer.base=me/base)`,
    );
    const { provider } = await bind(found, createEngine(), { baseUrl: server.url, base: "me/base" });
    await expect(provider.probe?.(calm)).resolves.toBeUndefined();
  });

  test("is put on a base whose weights are packed otherwise, which is said", async () => {
    const server = await serve({ base: "me/base-AWQ" });
    const { provider } = await bind(await adapter(), createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    expect(notes[0]).toBe("vllm: ./adapter was trained on me/base; me/base-AWQ is the same, packed otherwise");
  });

  test("is put on a base of its name, where its own is a path of another machine, which is said", async () => {
    const server = await serve();
    const { provider } = await bind(await adapter({ base: "/train/base" }), createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    expect(notes[0]).toBe(
      "vllm: ./adapter was trained on /train/base; me/base is taken for the same by its name alone",
    );
  });

  test("is not put on a base at another path, but on one that a link leads to", async () => {
    const [own, link] = [makeFolder(), join(makeFolder(), "link")];
    symlinkSync(own, link);
    const server = await serve({ base: "house", root: own });
    const settings = { baseUrl: server.url };
    const elsewhere = `/train/${basename(own)}`;
    expect(await whyDeclined(createEngine(), (await adapter({ base: elsewhere })).model, settings, world())).toBe(
      `${server.url} serves house (${own}), and the adapter was trained on ${elsewhere} (if that is the same: --set reviewer.base=${own}, else run: ${line(8, portOf(server), elsewhere)})`,
    );
    const { provider, facts } = await bind(await adapter({ base: link }), createEngine(), settings);
    await provider.probe?.(calm);
    expect(facts().base).toBe(`house (${own})`);
    expect(notes.filter((note) => note.includes("was trained on"))).toEqual([]);
  });

  test("is put on a base whose folder is here under the digest of what lies there", async () => {
    const root = makeFolder();
    writeFileSync(join(root, "model.safetensors"), "weights");
    const server = await serve({ root });
    const found = await bind(await adapter(), createEngine(), { baseUrl: server.url, base: root });
    expect(found.facts().baseDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(found.provider.identity).toContain(`sha256:${found.facts().baseDigest} sha256:${found.facts().hash}`);
  });

  test("is asked no more once its files are others, which the server might read", async () => {
    const server = await serve();
    const found = await adapter();
    const { provider } = await bind(found, createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    const file = join(found.model.path, "adapter_model.safetensors");
    writeFileSync(file, readFileSync(file));
    utimesSync(file, 1, 1);
    await expect(provider.generate(requestOf(), calm)).rejects.toThrow(`${found.model.path} was replaced`);
  });

  test("that two reviewers share is loaded once, and taken out when the last of them is done", async () => {
    const server = await serve();
    const engine = createEngine();
    const found = await adapter();
    const one = await bind(found, engine, { baseUrl: server.url });
    const other = await bind(found, engine, { baseUrl: server.url });
    await one.provider.probe?.(calm);
    await other.provider.probe?.(calm);
    await one.provider.close?.();
    expect(server.loaded()).toHaveLength(1);
    await expect(other.provider.generate(requestOf(), calm)).resolves.toMatchObject({ outcome: "completed" });
    await other.provider.close?.();
    expect(server.loaded()).toEqual([]);
    expect(timesLoaded(server)).toBe(1);
  });

  test("that was there before is used as it is, and left there", async () => {
    const found = await adapter();
    const server = await serve({ loaded: [found.model.loadName] });
    const { provider } = await bind(found, createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    await provider.close?.();
    expect(server.loaded()).toEqual([found.model.loadName]);
    expect(timesLoaded(server)).toBe(0);
  });

  test("that another run serves on the same server is not taken from it", async () => {
    const found = await adapter();
    const server = await serve();
    const [one, other] = [createEngine(), createEngine()];
    const first = (await bind(found, one, { baseUrl: server.url })).provider;
    const second = (await bind(found, other, { baseUrl: server.url })).provider;
    await first.probe?.(calm);
    await second.probe?.(calm);
    expect(server.loaded()).toHaveLength(2);
    expect(first.identity).toBe(second.identity);
    await first.close?.();
    await expect(second.generate(requestOf(), calm)).resolves.toMatchObject({ outcome: "completed" });
    await second.close?.();
    expect(server.loaded()).toEqual([]);
  });

  test("that the server loads and does not apply stops the run", async () => {
    const server = await serve({ appliesAdapters: false });
    const { provider } = await bind(await adapter(), createEngine(), { baseUrl: server.url });
    await expect(provider.probe?.(calm)).rejects.toThrow(/^ADAPTER_NOT_APPLIED: /);
    await provider.close?.();
    expect(server.loaded()).toEqual([]);
  });

  test("is taken out again where the run is interrupted while it is loaded", async () => {
    const server = await serve({ hangsOnLoad: true });
    const { provider } = await bind(await adapter(), createEngine(), { baseUrl: server.url });
    const controller = new AbortController();
    const probing = provider.probe?.(controller.signal);
    await expect.poll(() => timesLoaded(server)).toBe(1);
    controller.abort(new Error("interrupted"));
    await expect(probing).rejects.toThrow("interrupted");
    expect(server.loaded()).toEqual([]);
  });

  test("is asked for with the key of the server", async () => {
    const server = await serve({ key: "open-sesame" });
    const found = await adapter();
    const settings = { baseUrl: server.url };
    expect(await whyDeclined(createEngine(), found.model, settings, world())).toBe(
      `${server.url} refused the key (401) (VLLM_API_KEY is not set: export the key in it)`,
    );
    const { provider } = await bind(
      found,
      createEngine(),
      { ...settings, keyVariable: "MY_KEY" },
      { env: { MY_KEY: "open-sesame" } },
    );
    await provider.probe?.(calm);
    await provider.close?.();
    expect(server.loaded()).toEqual([]);
  });
});

describe("a server that does not load an adapter", () => {
  async function refusalOf(wishes: VllmWishes, found = adapter()): Promise<{ message: string; server: FakeVllm }> {
    const server = await serve(wishes);
    const { provider } = await bind(await found, createEngine(), { baseUrl: server.url });
    const error: unknown = await provider.probe?.(calm).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: "ProviderError", isRetryable: false });
    return { message: (error as Error).message, server };
  }

  test("for its rank is told with the line that takes it", async () => {
    const { message, server } = await refusalOf({ maxRank: 16 }, adapter({ rank: 20 }));
    expect(message).toBe(
      `${server.url} takes adapters of rank 16 at most, and this one has 20 (start it with: ${line(32, portOf(server))})`,
    );
  });

  test("since it was not started for it is told with the line that does", async () => {
    const { message, server } = await refusalOf({ takesAdapters: false });
    expect(message).toBe(`${server.url} takes no adapters while it runs (start it with: ${line(8, portOf(server))})`);
  });

  test("since it has no adapters at all is told with the same line", async () => {
    const { message, server } = await refusalOf({ refusal: { status: 500, body: "LoRA is not enabled." } });
    expect(message).toContain(line(8, portOf(server)));
  });

  test("for a reason of its own is told with that reason", async () => {
    const said = "ValueError: base_model.model.lm_head is not supported";
    const { message, server } = await refusalOf({ refusal: { status: 500, body: { error: { message: said } } } });
    expect(message).toBe(`${server.url} cannot load the adapter (500): ${said}`);
  });

  const missing = { status: 404, body: { error: { message: "Loading lora x failed: No adapter found for /x" } } };

  test("since it does not see the folder is told that a container may be why", async () => {
    const found = await adapter();
    const { message, server } = await refusalOf({ refusal: missing }, Promise.resolve(found));
    expect(message).toBe(
      `${server.url} cannot find the adapter at ${found.model.path}: Loading lora x failed: No adapter found for /x (if it runs in a container, mount the folder there under the same path)`,
    );
  });

  test("on another machine is told that the path is that machine's", async () => {
    const server = await serve({ refusal: missing });
    const elsewhere: typeof fetch = (input, init) =>
      fetch(
        String(input instanceof Request ? input.url : input).replace("http://gpu:8000", `http://${server.host}`),
        init,
      );
    const { provider } = await bind(
      await adapter(),
      createEngine(),
      { baseUrl: "http://gpu:8000" },
      { fetch: elsewhere },
    );
    await expect(provider.probe?.(calm)).rejects.toThrow(
      "(the path is one of gpu:8000's own: put the folder there under the same path)",
    );
  });
});

describe("no server that can serve it", () => {
  test("nobody answers: the line to start one is told, with the rank that it needs", async () => {
    const baseUrl = await deadUrl();
    expect(await whyDeclined(createEngine(), (await adapter({ rank: 17 })).model, { baseUrl }, world())).toBe(
      `cannot reach ${baseUrl}: connection refused (is the server running?) (run: ${line(32, new URL(baseUrl).port)})`,
    );
  });

  test("a base of another name is told with both names", async () => {
    const server = await serve({ base: "org/other", loaded: ["somebody's"] });
    const { model } = await adapter();
    const because = (settings: object) =>
      whyDeclined(createEngine(), model, { baseUrl: server.url, ...settings }, world());
    expect(await because({})).toBe(
      `${server.url} serves org/other, and the adapter was trained on me/base (run: ${line(8, portOf(server))})`,
    );
    expect(await because({ base: "org/third" })).toBe(
      `${server.url} serves org/other, and reviewer.base is org/third (run: ${line(8, portOf(server), "org/third")})`,
    );
  });

  test("something else answers there: nothing is asked of it", async () => {
    const other = await startScriptedServer([failsWith(200, {})], listsModels(["me/base"]));
    servers.push(other);
    expect(await whyDeclined(createEngine(), (await adapter()).model, { baseUrl: other.url }, world())).toContain(
      `what answers at ${other.url} is no vLLM server (run: `,
    );
    expect(new Set(pathsOf(other))).toEqual(new Set(["/v1/models"]));
  });

  test("an adapter as a GGUF file is none for it", async () => {
    const model = { ...(await adapter()).model, kind: "gguf-adapter" as const };
    expect(await whyDeclined(createEngine(), model, {}, world())).toBe(
      "it takes adapters as PEFT folders (name the folder instead)",
    );
  });
});

describe("a whole model", () => {
  test("that the server has is asked, and there is no base to compare it with", async () => {
    const found = await whole();
    const server = await serve({ base: "mine", root: `${found.model.path}/` });
    const { provider, facts } = await bind(found, createEngine(), { baseUrl: server.url });
    await provider.probe?.(calm);
    expect((await provider.generate(requestOf(), calm)).text).toBe("the base on: Review a");
    expect(facts()).toMatchObject({ base: null, proof: null });
    expect(server.chats[0]?.body["model"]).toBe("mine");
  });

  test("that the server has not is told with what it has", async () => {
    const { model } = await whole();
    const server = await serve();
    expect(await whyDeclined(createEngine(), model, { baseUrl: server.url }, world())).toBe(
      `${server.url} serves me/base, and not ${model.path} (run: vllm serve ${model.path} --port ${portOf(server)})`,
    );
  });
});

test("the rank that a server is started for is the lowest that vLLM takes and the adapter fits", () => {
  const taken = [1, 8, 16, 32, 64, 128, 256, 320, 512];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), (rank) => {
      const found = maxRankFor(rank);
      if (rank > 512) return found === null;
      return (
        found !== null && found >= rank && taken.includes(found) && !taken.some((one) => one >= rank && one < found)
      );
    }),
  );
  expect(maxRankFor(null)).toBe(16);
});
