import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parseModelRef } from "../../src/core/model.ts";
import { createProvider } from "../../src/providers/vllm.ts";
import { requestOf } from "../fixtures/asking.ts";
import {
  type Behaviour,
  failsWith,
  says,
  type ScriptedServer,
  startScriptedServer,
} from "../fixtures/scripted-server.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const never = new AbortController().signal;

const cards = failsWith(200, {
  object: "list",
  data: [
    { id: "base-7b", root: "org/base-7b", parent: null, max_model_len: 32768 },
    { id: "reviewer", root: "/adapters/reviewer", parent: "base-7b" },
  ],
});

async function openAt(
  model: string,
  models: Behaviour = cards,
  version: Behaviour = failsWith(200, { version: "0.12.1" }),
) {
  const server = await startScriptedServer([says("fine")], models, { further: { "/version": version } });
  servers.push(server);
  const world = { fetch: globalThis.fetch, now: () => 0, env: {} };
  const ref = parseModelRef(`vllm:${model}@${server.url}`);
  return { server, provider: await createProvider(ref, { contract: "findings", timeoutMs: 10_000 }, world) };
}

describe("what the server says of the model", () => {
  test("an adapter is told with its path, its base, the base's context and the server's version", async () => {
    const { server, provider } = await openAt("reviewer");
    expect(provider.identity).toBe(`vllm reviewer ${server.url} vllm=0.12.1 root=/adapters/reviewer parent=base-7b`);
    const { effective } = await provider.generate(requestOf(), never);
    expect(effective).toMatchObject({
      max_tokens: 64,
      vllm: "0.12.1",
      root: "/adapters/reviewer",
      parent: "base-7b",
      max_model_len: 32768,
    });
  });

  test("an adapter whose folder is here is another one once other weights lie there", async () => {
    const root = makeFolder();
    const own = [{ id: "reviewer", root, parent: "base-7b", owned_by: "vllm" }];
    const identityWith = async (weights: string) => {
      writeFileSync(join(root, "adapter_model.safetensors"), weights);
      return (await openAt("reviewer", failsWith(200, { data: own }))).provider.identity.replace(/http:\S+/, "");
    };
    const first = await identityWith("one");
    expect(await identityWith("two")).not.toBe(first);
    expect(await identityWith("one")).toBe(first);
  });

  test("a base model has no parent", async () => {
    const { provider } = await openAt("base-7b");
    const { effective } = await provider.generate(requestOf(), never);
    expect(effective).toMatchObject({ root: "org/base-7b", max_model_len: 32768 });
    expect(effective).not.toHaveProperty("parent");
  });

  test("may be missing, and is then left out", async () => {
    const nothing = failsWith(404, { detail: "Not Found" });
    const { server, provider } = await openAt("base-7b", nothing, nothing);
    expect(provider.identity).toBe(`vllm base-7b ${server.url}`);
    await expect(provider.probe?.(never)).resolves.toBeUndefined();
    expect((await provider.generate(requestOf(), never)).text).toBe("fine");
  });
});

test("a model that the server does not list is told by the probe, with those that it has", async () => {
  const { provider } = await openAt("reviewer-2");
  await expect(provider.probe?.(never)).rejects.toMatchObject({
    status: 404,
    message: expect.stringMatching(/no model "reviewer-2".*did you mean "reviewer"\? known: base-7b, reviewer/),
  });
});

test("a server of this machine is the usual one", async () => {
  const world = { fetch: (() => Promise.reject(new Error("down"))) as typeof fetch, now: () => 0, env: {} };
  const provider = await createProvider(parseModelRef("vllm:m"), { contract: "findings", timeoutMs: 10_000 }, world);
  expect(provider.hosts).toEqual(["127.0.0.1:8000"]);
});
