import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCache, cacheKey } from "../../src/run/cache.ts";
import { runJobs } from "../../src/run/generate.ts";
import { createLimits } from "../../src/run/limits.ts";
import type { Provider } from "../../src/core/provider.ts";
import { answerOf, hardText, jobsOf, providerOf, requestOf } from "../fixtures/asking.ts";
import { virtualClock } from "../fixtures/virtual-clock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cache-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const answer = async () => answerOf("fine");
const provider = providerOf(answer);

async function entryFiles(): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith(".json")).map((file) => join(folder, file));
}

test("an answer that was kept is found, without any timing", async () => {
  const cache = createCache(folder);
  await cache.keep(provider, requestOf(), answerOf("fine"));
  expect(await cache.find(provider, requestOf())).toEqual({
    outcome: "completed",
    text: "fine",
    finishReason: "stop",
    usage: { promptTokens: 1, completionTokens: 2, cachedTokens: null },
    effective: { max_tokens: 64 },
  });
});

test.each(["completed", "truncated", "refused", "overflow"] as const)("%s is kept", async (outcome) => {
  const cache = createCache(folder);
  await cache.keep(provider, requestOf(), answerOf("x", { outcome }));
  expect((await cache.find(provider, requestOf()))?.outcome).toBe(outcome);
});

test("an outage is not kept", async () => {
  const cache = createCache(folder);
  await cache.keep(provider, requestOf(), answerOf("", { outcome: "transport-error" }));
  expect(await entryFiles()).toEqual([]);
});

test.each<[string, Partial<Provider>]>([
  ["a provider that is given the answers", { seesTruth: true }],
  ["a provider without a time of its own", { isTimed: false }],
])("%s is not cached", async (_, more) => {
  const cache = createCache(folder);
  const uncached = providerOf(answer, more);
  await cache.keep(uncached, requestOf(), answerOf("x"));
  expect(await entryFiles()).toEqual([]);
  expect(await cache.find(uncached, requestOf())).toBeNull();
});

test("a damaged entry is a miss", async () => {
  const cache = createCache(folder);
  await cache.keep(provider, requestOf(), answerOf("fine"));
  const [file] = await entryFiles();
  const text = await readFile(file!, "utf8");
  for (const damage of [
    "",
    text.slice(0, 40),
    "null",
    text.replace("completed", "transport-error"),
    text.replace(/"key":"../, '"key":"zz'),
  ]) {
    await writeFile(file!, damage);
    expect(await cache.find(provider, requestOf())).toBeNull();
  }
});

test("everything that changes the answer changes the key", () => {
  const base = requestOf();
  const requests = [
    base,
    { ...base, prompt: "other" },
    { ...base, part: 1 },
    { ...base, repeat: 1 },
    { ...base, parameters: { ...base.parameters, maxTokens: 65 } },
    { ...base, parameters: { ...base.parameters, temperature: 0.1 } },
    { ...base, parameters: { ...base.parameters, seed: 2 } },
    { ...base, schema: { type: "object" } },
    { ...base, case: { ...base.case, diff: "+ y\n" } },
    { ...base, case: { ...base.case, language: "go" } },
    { ...base, case: { ...base.case, title: "t" } },
    { ...base, case: { ...base.case, repo: "r" } },
    { ...base, case: { ...base.case, changeAuthor: "r" } },
    { ...base, case: { ...base.case, files: { "a.py": "x" } } },
    { ...base, case: { ...base.case, context: { rules: "be kind" } } },
  ];
  const elsewhere = providerOf(answer, { identity: "openai m http://h/other/v1" });
  const keys = [...requests.map((request) => cacheKey(provider, request)), cacheKey(elsewhere, base)];
  expect(new Set(keys).size).toBe(keys.length);
  expect(cacheKey(providerOf(answer), requestOf())).toBe(keys[0]);
});

test("what runs on this machine is asked again by another version of this program, a server is not", () => {
  const keyOf = (hosts: string[], tool: string) => cacheKey(providerOf(answer, { hosts }), requestOf(), tool);
  expect(keyOf([], "nitbench 1")).not.toBe(keyOf([], "nitbench 2"));
  expect(keyOf(["h"], "nitbench 1")).toBe(keyOf(["h"], "nitbench 2"));
});

test("text that moves from one field to the next changes the key", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (prompt, diff, moved) => {
      const ask = (first: string, second: string) =>
        cacheKey(provider, requestOf("a", { prompt: first, case: { diff: second, language: "go" } }));
      expect(ask(prompt + moved, diff)).not.toBe(ask(prompt, moved + diff));
    }),
  );
});

test("any text comes back as it was, broken characters too", async () => {
  const cache = createCache(folder);
  await fc.assert(
    fc.asyncProperty(hardText, async (text) => {
      await cache.keep(provider, requestOf(), answerOf(text));
      expect((await cache.find(provider, requestOf()))?.text).toBe(text);
    }),
    { numRuns: 30 },
  );
});

test("a folder that cannot be written is warned of once and stops nothing", async () => {
  const blocked = join(folder, "file");
  await writeFile(blocked, "");
  const warnings: string[] = [];
  const cache = createCache(blocked, (line) => warnings.push(line));
  for (const id of ["a", "b"]) await cache.keep(provider, requestOf(id), answerOf("x"));
  expect(warnings).toHaveLength(1);
});

test("a second run is served from the cache, is marked so, asks nothing and tells no latency", async () => {
  let asked = 0;
  const counting = providerOf(async () => answerOf(`answer ${(asked += 1)}`));
  const world = virtualClock();
  const run = async () => {
    const limits = createLimits({ concurrency: 2, world });
    const options = {
      provider: counting,
      concurrency: 2,
      retries: 0,
      timeoutMs: 1000,
      caseDeadlineMs: 1000,
      limits,
      world,
      cache: createCache(folder),
    };
    const generations = [];
    for await (const { generation } of runJobs(jobsOf(5), options)) generations.push(generation);
    return generations.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  };
  const first = await run();
  const second = await run();
  expect(asked).toBe(5);
  expect(first.every(({ fromCache }) => !fromCache)).toBe(true);
  expect(second.every(({ fromCache }) => fromCache)).toBe(true);
  expect(second.map(({ text }) => text)).toEqual(first.map(({ text }) => text));
  for (const { timing } of second) expect(timing).toMatchObject({ firstChunkMs: null, lastChunkMs: null });
});
