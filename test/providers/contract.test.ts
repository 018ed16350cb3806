import { afterEach, describe, expect, test, vi } from "vitest";
import { parseModelRef } from "../../src/core/model.ts";
import { type Provider, ProviderError, type ProviderSettings } from "../../src/core/provider.ts";
import { loadProvider } from "../../src/providers/index.ts";
import { requestOf } from "../fixtures/asking.ts";
import { type Dialect, dialects, fails, floods, says, stops, streams } from "../fixtures/dialects.ts";
import {
  type Behaviour,
  deadUrl,
  dropsConnection,
  failsWith,
  hangs,
  type ScriptedServer,
} from "../fixtures/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const key = "sk-test-0123456789abcdef";
const schema = {
  type: "object",
  properties: { theme: { type: "string" } },
  required: ["theme"],
  additionalProperties: false,
};

async function open(ref: string, env: Record<string, string> = {}, settings: Partial<ProviderSettings> = {}) {
  let clockMs = 0;
  const world = { fetch: globalThis.fetch, now: () => ++clockMs, env };
  return await loadProvider(parseModelRef(ref), { contract: "findings", timeoutMs: 10_000, ...settings }, world);
}

describe.each(dialects)("$kind", (dialect: Dialect) => {
  async function serve(...script: Behaviour[]): Promise<ScriptedServer> {
    const server = await dialect.serve(script);
    servers.push(server);
    return server;
  }

  async function ask(behaviour: Behaviour, env: Record<string, string> = {}, settings: Partial<ProviderSettings> = {}) {
    const provider = await open(dialect.refOf(await serve(behaviour)), env, settings);
    return await provider.generate(requestOf(), never);
  }

  async function failureOf(asked: Promise<unknown> | undefined): Promise<ProviderError> {
    const error: unknown = await asked?.then(
      () => "no failure",
      (reason: unknown) => reason,
    );
    if (error instanceof ProviderError) return error;
    throw new Error(`expected a ProviderError, got ${String(error)}`);
  }

  const failure = (...asked: Parameters<typeof ask>) => failureOf(ask(...asked));

  const good = (...pieces: string[]) => says(dialect, pieces);

  test("streams: the pieces become one text with the times of the first and the last", async () => {
    const answer = await ask(good("Line 3 ", "divides", " by zero"));
    expect(answer).toMatchObject({
      text: "Line 3 divides by zero",
      outcome: "completed",
      finishReason: dialect.finish.whole,
    });
    expect((answer.lastChunkMs ?? 0) - (answer.firstChunkMs ?? 0)).toBe(2);
  });

  test("asks one question of one user, streamed, with the wanted parameters, which are recorded", async () => {
    const server = await serve(good("fine"));
    const provider = await open(dialect.refOf(server));
    const { effective } = await provider.generate(requestOf("a", { prompt: "Look at this" }), never);
    const body = server.chats[0]?.body ?? {};
    expect(body).toMatchObject({
      model: "scripted",
      messages: [{ role: "user", content: "Look at this" }],
      stream: true,
    });
    const sent = { ...body, ...(body["options"] as object | undefined) };
    expect([sent["max_tokens"] ?? sent["num_predict" as never], sent["temperature" as never]]).toEqual([64, 0]);
    expect([effective["max_tokens"] ?? effective["num_predict"], effective["temperature"]]).toEqual([64, 0]);
  });

  test("usage: tokens as the server counts them, null where it does not", async () => {
    const counts = { prompt: 12, cached: 4, completion: 5 };
    expect((await ask(says(dialect, ["fine"], { counts }))).usage).toEqual({
      promptTokens: 12,
      completionTokens: 5,
      cachedTokens: dialect.tellsCached ? 4 : null,
    });
    expect((await ask(good("fine"))).usage).toEqual({ promptTokens: null, completionTokens: null, cachedTokens: null });
  });

  test("an answer that the token limit cut is truncated", async () => {
    const answer = await ask(says(dialect, ["half"], { finish: dialect.finish.cut }));
    expect(answer).toMatchObject({ text: "half", outcome: "truncated", finishReason: dialect.finish.cut });
  });

  test("an empty answer is completed and has no times", async () => {
    expect(await ask(good())).toMatchObject({ text: "", outcome: "completed", firstChunkMs: null, lastChunkMs: null });
  });

  test("a prompt that does not fit is an overflow and no outage", async () => {
    expect(await ask(dialect.tooLong)).toMatchObject({ outcome: "overflow", text: "" });
  });

  test("a question with a schema sends it, and says so; a question without sends none", async () => {
    const server = await serve(good("{}"));
    const provider = await open(dialect.refOf(server));
    const held = await provider.generate(requestOf("a", { schema }), never);
    const free = await provider.generate(requestOf(), never);
    expect(server.chats.map(({ body }) => dialect.schemaOf(body))).toEqual([schema, undefined]);
    expect(JSON.stringify(held.effective)).toContain("json_schema");
    expect(JSON.stringify(held.effective)).not.toContain("theme");
    expect(JSON.stringify(free.effective)).not.toContain("json_schema");
  });

  test("characters that are split between packets stay whole", async () => {
    const bytes = Buffer.from(dialect.answer(["héllo ☺ 𝄞 ", "日本"]));
    const packets = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
    expect((await ask(streams(dialect, ...packets))).text).toBe("héllo ☺ 𝄞 日本");
  });

  test("a text over 32 MB is cut there and the rest is not read", async () => {
    const answer = await ask(floods(dialect, 34 * 1024 * 1024));
    expect(answer.outcome).toBe("truncated");
    expect(Buffer.byteLength(answer.text)).toBe(32 * 1024 * 1024);
  });

  test("a server that does not begin to answer is given up after the time limit and may be asked again", async () => {
    const error = await failure(hangs, {}, { timeoutMs: 60 });
    expect(error.isRetryable).toBe(true);
    expect(error.message).toContain("no answer within 0.06 s");
  });

  test("an abort rejects with its reason, before and within the answer", async () => {
    for (const behaviour of [hangs, stops(dialect, "half", "hangs")]) {
      const server = await serve(behaviour);
      const provider = await open(dialect.refOf(server));
      const controller = new AbortController();
      const reason = new Error("enough");
      const asked = provider.generate(requestOf(), controller.signal);
      setTimeout(() => controller.abort(reason), 50);
      await expect(asked).rejects.toBe(reason);
    }
  });

  test("a rate limit tells how long to wait, and may be asked again", async () => {
    const error = await failure(fails(dialect, 429, "slow down", { "retry-after": "7" }));
    expect(error).toMatchObject({ status: 429, isRetryable: true, retryAfterMs: 7000 });
    expect(error.message).toContain("slow down");
  });

  test("what the host says it still takes is handed on", async () => {
    const headers = {
      "x-ratelimit-remaining-requests": "3",
      "x-ratelimit-reset-requests": "6m0s",
      "x-ratelimit-remaining-tokens": "900",
      "x-ratelimit-reset-tokens": "12ms",
    };
    const told: Behaviour = (response, request) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      good("fine")(response, request);
    };
    const { rateLimit } = await ask(told);
    expect(rateLimit).toMatchObject({ remainingRequests: 3, remainingTokens: 900 });
    expect(rateLimit?.requestsResetMs).toBeGreaterThan(359_000);
    expect((await ask(good("fine"))).rateLimit).toBeUndefined();
  });

  test.each([500, 502, 503, 529])("status %d may be asked again", async (status) => {
    expect(await failure(fails(dialect, status, "oops"))).toMatchObject({ status, isRetryable: true });
    expect(await failure(failsWith(status, "<h1>oops</h1>"))).toMatchObject({ status, isRetryable: true });
  });

  test("a request that the server cannot read is not asked again", async () => {
    const error = await failure(fails(dialect, 400, "the prompt holds a forbidden word"));
    expect(error).toMatchObject({ status: 400, isRetryable: false });
    expect(error.message).toContain("forbidden word");
  });

  test.each(["no JSON at all {", "[1, 2]"])(
    "a malformed body may be asked again and is not quoted: %s",
    async (words) => {
      const body = dialect.mediaType.startsWith("text/event-stream")
        ? `event: message_start\ndata: ${words}\n\n`
        : `${words}\n`;
      const error = await failure(streams(dialect, body));
      expect(error.isRetryable).toBe(true);
      expect(error.message).toContain("garbled");
      expect(error.message).not.toContain(words);
    },
  );

  test("a stream that breaks or just ends may be asked again", async () => {
    for (const how of ["cuts", "ends"] as const)
      expect((await failure(stops(dialect, "half", how))).isRetryable).toBe(true);
    expect((await failure(dropsConnection)).isRetryable).toBe(true);
  });

  test("a web page is told as such", async () => {
    const error = await failure(failsWith(200, "<html>", { "content-type": "text/html" }));
    expect(error.isRetryable).toBe(false);
    expect(error.message).toContain("web page");
  });

  test("a redirect is not followed, for the code would reach another host", async () => {
    const other = await serve(good("stolen"));
    const error = await failure(failsWith(307, "", { location: `${other.url}/elsewhere` }));
    expect(error).toMatchObject({ status: 307, isRetryable: false });
    expect(other.chats).toEqual([]);
  });

  test("an unknown model names those that the server has", async () => {
    const server = await serve(dialect.unknownModel);
    const provider = await open(dialect.refOf(server, "scripted-2"));
    const error = await failureOf(provider.generate(requestOf(), never));
    expect(error).toMatchObject({ status: 404, isRetryable: false });
    expect(error.message).toMatch(/has no model "scripted-2".*did you mean "scripted"\? known: scripted/);
  });

  test("nobody listening is told as such, by a question and by the probe", async () => {
    const provider = await open(dialect.refOf({ url: await deadUrl() }));
    for (const question of [() => provider.generate(requestOf(), never), () => provider.probe?.(never)]) {
      const error = await failureOf(question());
      expect(error.isRetryable).toBe(true);
      expect(error.message).toMatch(/cannot reach http:.*: connection refused/);
    }
  });

  test("the probe finds a server and asks it for no review", async () => {
    const server = await serve(good("fine"));
    await expect((await open(dialect.refOf(server))).probe?.(never)).resolves.toBeUndefined();
    expect(server.chats).toEqual([]);
  });

  test("the key goes into its own header, from its own variable or the one that is named", async () => {
    const server = await serve(good("fine"));
    const askWith = async (env: Record<string, string>, settings: Partial<ProviderSettings> = {}) =>
      await (await open(dialect.refOf(server), env, settings)).generate(requestOf(), never);
    await askWith({ [dialect.keyVariable]: ` ${key}\n` });
    await askWith({ [dialect.keyVariable]: "other", TEAM_KEY: key }, { keyVariable: "TEAM_KEY" });
    await askWith({});
    const [own, named, none] = server.chats.map(({ headers }) => dialect.keyOf(headers));
    expect([own, named]).toEqual([key, key]);
    expect([undefined, "none"]).toContain(none);
  });

  test("a missing key names its variable before anything is asked", async () => {
    if (dialect.ownModel === null) return expect(dialect.kind).toBe("vllm");
    await expect(open(dialect.ownModel)).rejects.toThrow(`${dialect.keyVariable} is not set`);
  });

  test("a wrong key names its variable, is never shown and never tried again", async () => {
    const error = await failure(fails(dialect, 401, `wrong key ${key}`), { [dialect.keyVariable]: key });
    expect(error).toMatchObject({ status: 401, isRetryable: false });
    expect(error.message).toContain(`check ${dialect.keyVariable}`);
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(key);
  });

  test("the key is taken out of whatever repeats it", async () => {
    const env = { [dialect.keyVariable]: key };
    expect((await ask(good(`your key is ${key}`), env)).text).toBe("your key is [key]");
    for (const behaviour of [
      fails(dialect, 500, `boom ${key}`),
      failsWith(500, `Authorization: ${key}`),
      streams(dialect, `data: ${key}\n\n`),
      failsWith(307, "", { location: `http://x/?k=${key}` }),
    ])
      expect((await failure(behaviour, env)).message).not.toContain(key);
  });

  test("nothing of the process's environment is sent", async () => {
    const names = ["OPENAI", "ANTHROPIC"].map((name) => `${name}_CUSTOM_HEADERS`);
    const server = await serve(good("fine"));
    for (const name of names) process.env[name] = "X-Stray: stray-value";
    try {
      await (await open(dialect.refOf(server))).generate(requestOf(), never);
    } finally {
      for (const name of names) delete process.env[name];
    }
    expect(JSON.stringify(server.requests.map(({ headers }) => headers))).not.toContain("stray-value");
  });

  test("nothing is written to the console, whatever a server says", async () => {
    const spies = (["log", "warn", "error"] as const).map((name) => vi.spyOn(console, name).mockReturnValue());
    try {
      const garbled = streams(dialect, "data: oops\n\n");
      for (const behaviour of [failsWith(500, "oops"), garbled, stops(dialect, "half", "ends")])
        await failure(behaviour);
      expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test("it says who it is: its kind, the model, the host that gets the code, and no key", async () => {
    const server = await serve(good("fine"));
    const provider: Provider = await open(dialect.refOf(server), { [dialect.keyVariable]: key });
    expect(provider).toMatchObject({
      name: dialect.kind,
      model: "scripted",
      hosts: [server.host],
      isTimed: true,
      seesTruth: false,
    });
    expect(provider.identity).toContain(`${dialect.kind} scripted http://${server.host}`);
    expect(JSON.stringify(provider)).not.toContain(key);
  });
});
