import { afterEach, describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { parseModelRef } from "../../src/core/model.ts";
import { ProviderError, type Provider, type ProviderSettings } from "../../src/core/provider.ts";
import { createProvider } from "../../src/providers/openai.ts";
import { requestOf } from "../fixtures/asking.ts";
import {
  answersWhole,
  cutsAfter,
  deadUrl,
  dropsConnection,
  failsWith,
  floods,
  hangs,
  hangsAfter,
  limitsRate,
  listsModels,
  refusesParameters,
  says,
  startScriptedServer,
  streamsBytes,
  type Behaviour,
  type ScriptedServer,
} from "../fixtures/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

type Env = Record<string, string | undefined>;

async function open(ref: string, env: Env = {}, settings: Partial<ProviderSettings> = {}): Promise<Provider> {
  let clockMs = 0;
  const world = { fetch: globalThis.fetch, now: () => ++clockMs, env };
  return await createProvider(parseModelRef(ref), { contract: "findings", timeoutMs: 10_000, ...settings }, world);
}

async function serve(script: Behaviour | readonly Behaviour[], models?: Behaviour): Promise<ScriptedServer> {
  const server = await startScriptedServer([script].flat(), models);
  servers.push(server);
  return server;
}

const never = new AbortController().signal;

/** Asks a server of this behaviour once. */
async function ask(script: Behaviour | readonly Behaviour[], env: Env = {}, settings: Partial<ProviderSettings> = {}) {
  const server = await serve(script);
  const provider = await open(`openai:scripted@${server.url}`, env, settings);
  return await provider.generate(requestOf(), never);
}

async function failure(
  script: Behaviour | readonly Behaviour[],
  env: Env = {},
  settings: Partial<ProviderSettings> = {},
): Promise<ProviderError> {
  const error: unknown = await ask(script, env, settings).then(
    () => "answered",
    (reason: unknown) => reason,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`expected a ProviderError, got ${String(error)}`);
}

describe("a good answer", () => {
  test("is the joined text with usage, finish reason and the parameters that were sent", async () => {
    const usage = { prompt_tokens: 12, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } };
    const answer = await ask(says(["Line 3 ", "divides by zero"], { usage }));
    expect(answer).toEqual({
      text: "Line 3 divides by zero",
      outcome: "completed",
      finishReason: "stop",
      usage: { promptTokens: 12, completionTokens: 5, cachedTokens: 4 },
      firstChunkMs: 1,
      lastChunkMs: 2,
      effective: { max_tokens: 64, temperature: 0, seed: 1, stream_options: { include_usage: true }, stream: true },
    });
  });

  test("asks with one user message, streamed, and nothing else", async () => {
    const server = await serve(says("fine"));
    const provider = await open(`openai:scripted@${server.url}`);
    await provider.generate(requestOf("a", { prompt: "Look at this" }), never);
    expect(server.chats[0]?.body).toEqual({
      model: "scripted",
      messages: [{ role: "user", content: "Look at this" }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 64,
      temperature: 0,
      seed: 1,
    });
  });

  test("tokens that the server does not count are null", async () => {
    const answer = await ask(says("fine"));
    expect(answer.usage).toEqual({ promptTokens: null, completionTokens: null, cachedTokens: null });
  });

  test("reasoning is not content and starts no clock", async () => {
    const answer = await ask(says(["", "yes"], { reasoning: "let me think" }));
    expect(answer).toMatchObject({ text: "yes", reasoning: "let me think" });
    expect(answer.firstChunkMs).toBe(answer.lastChunkMs);
    const long = await ask(says("yes", { reasoning: "x".repeat(10_000) }));
    expect(long.reasoning).toHaveLength(4096);
    expect(await ask(says("yes"))).not.toHaveProperty("reasoning");
  });

  test("an empty text is completed and has no chunk times", async () => {
    const answer = await ask(says(""));
    expect(answer).toMatchObject({ text: "", outcome: "completed", firstChunkMs: null, lastChunkMs: null });
  });

  test("a server that ignores stream and answers one JSON document is understood", async () => {
    const body = {
      choices: [{ message: { role: "assistant", content: "whole" }, finish_reason: "length" }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    };
    expect(await ask(answersWhole(body))).toMatchObject({
      text: "whole",
      outcome: "truncated",
      usage: { promptTokens: 3, completionTokens: 1, cachedTokens: null },
      firstChunkMs: null,
      lastChunkMs: null,
    });
  });

  test("invalid UTF-8 becomes replacement characters, and a character split over two packets stays whole", async () => {
    const head = Buffer.from('data: {"choices":[{"delta":{"content":"a');
    const tail = Buffer.from('b"},"finish_reason":"stop"}]}\n\n');
    const smile = Buffer.from("☺");
    const answer = await ask(streamsBytes(head, Buffer.from([0xff]), smile.subarray(0, 1), smile.subarray(1), tail));
    expect(answer.text).toBe("a\uFFFD☺b");
  });

  test("connections are used again", async () => {
    const server = await serve(says("fine"));
    const provider = await open(`openai:scripted@${server.url}`);
    for (let index = 0; index < 5; index += 1) await provider.generate(requestOf(), never);
    expect(server.chats).toHaveLength(5);
    expect(server.connections()).toBeLessThan(5);
  });
});

describe("what the reviewer did wrong is an answer", () => {
  test("the token limit truncates", async () => {
    expect(await ask(says("half", { finish: "length" }))).toMatchObject({
      text: "half",
      outcome: "truncated",
      finishReason: "length",
    });
  });

  test("a content filter refuses", async () => {
    expect(await ask(says("", { finish: "content_filter" }))).toMatchObject({ outcome: "refused" });
  });

  test("a refusal in the stream refuses, and its words are the text", async () => {
    expect(await ask(says([], { refusal: "I will not" }))).toMatchObject({ outcome: "refused", text: "I will not" });
  });

  test.each([
    ["OpenAI", 400, { error: { message: "too long", code: "context_length_exceeded" } }],
    [
      "vLLM",
      400,
      {
        object: "error",
        message: "This model's maximum context length is 64 tokens. However, you requested 90 tokens",
        code: 400,
      },
    ],
    [
      "a newer vLLM",
      400,
      {
        error: {
          message:
            "You passed 90 input tokens and requested 64 output tokens. However, the model's context length is only 128 tokens, resulting in a maximum input length of 64 tokens.",
          code: 400,
        },
      },
    ],
    [
      "llama-server",
      400,
      {
        error: {
          code: 400,
          message: "the request exceeds the available context size",
          type: "exceed_context_size_error",
          n_ctx: 64,
        },
      },
    ],
  ])("a prompt that does not fit is an overflow: %s", async (_, status, body) => {
    expect(await ask(failsWith(status, body))).toMatchObject({ outcome: "overflow", text: "", finishReason: null });
  });

  test("a stream without any event is asked for again without streaming, to hear what is wrong", async () => {
    const speaksOnlyWhole: Behaviour = (response, request) => {
      const tooLong = { error: { message: "maximum context length is 64 tokens", code: "context_length_exceeded" } };
      const behaviour = request.body["stream"] === true ? streamsBytes() : failsWith(400, tooLong);
      behaviour(response, request);
    };
    const server = await serve(speaksOnlyWhole);
    const provider = await open(`openai:scripted@${server.url}`);
    const answer = await provider.generate(requestOf(), never);
    expect(answer).toMatchObject({ outcome: "overflow", effective: { stream: false } });
    expect(server.chats.map(({ body }) => [body["stream"], "stream_options" in body])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test("a stream without any event from a server that answers whole gives that answer", async () => {
    const whole = { choices: [{ message: { content: "LGTM" }, finish_reason: "stop" }] };
    const speaksOnlyWhole: Behaviour = (response, request) =>
      (request.body["stream"] === true ? streamsBytes() : answersWhole(whole))(response, request);
    expect(await ask(speaksOnlyWhole)).toMatchObject({ outcome: "completed", text: "LGTM" });
  });

  test("an overflow that is told inside the stream is one too", async () => {
    const event = `data: ${JSON.stringify({ error: { message: "maximum context length is 64", code: 400 } })}\n\n`;
    expect(await ask(streamsBytes(event))).toMatchObject({ outcome: "overflow" });
  });

  test("a text over 32 MB is cut there and the rest is not read", async () => {
    const answer = await ask(floods(40 * 1024 * 1024));
    expect(answer.outcome).toBe("truncated");
    expect(Buffer.byteLength(answer.text)).toBe(32 * 1024 * 1024);
  });

  test("a text of 20 MB is whole", async () => {
    const answer = await ask(floods(20 * 1024 * 1024));
    expect(answer.outcome).toBe("completed");
    expect(answer.text.length).toBe(20 * 1024 * 1024);
  });
});

describe("parameters that a server refuses", () => {
  const tokens = {
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    code: "unsupported_parameter",
    param: "max_tokens",
  };
  const temperature = {
    message: "Unsupported value: 'temperature' does not support 0 with this model.",
    code: "unsupported_value",
    param: "temperature",
  };

  test("are left out at once, remembered, and what was really sent is reported", async () => {
    const server = await serve(refusesParameters({ max_tokens: tokens, temperature }, says("fine")));
    const provider = await open(`openai:scripted@${server.url}`);
    const first = await provider.generate(requestOf(), never);
    expect(first.effective).toEqual({
      max_completion_tokens: 64,
      seed: 1,
      stream_options: { include_usage: true },
      stream: true,
    });
    expect(server.chats).toHaveLength(3);
    const second = await provider.generate(requestOf(), never);
    expect(second.effective).toEqual(first.effective);
    expect(server.chats).toHaveLength(4);
  });

  test.each([
    ["seed", { message: "Unknown parameter: seed" }],
    ["stream_options", { message: "stream_options.include_usage: unexpected keyword" }],
    ["stream_options", { message: "bad", code: "unknown_parameter", param: "stream_options.include_usage" }],
  ])("%s is dropped", async (name, error) => {
    const answer = await ask(refusesParameters({ [name]: error }, says("fine")));
    expect(answer.effective).not.toHaveProperty(name);
    expect(answer.text).toBe("fine");
  });

  test("a validation answer of 422 is understood", async () => {
    const detail = [{ type: "extra_forbidden", loc: ["body", "seed"], msg: "Extra inputs are not permitted" }];
    const refuse: Behaviour = (response, request) =>
      ("seed" in request.body ? failsWith(422, { detail }) : says("fine"))(response, request);
    expect((await ask(refuse)).effective).not.toHaveProperty("seed");
  });

  test("many requests at once all get through", async () => {
    const server = await serve(refusesParameters({ max_tokens: tokens, temperature }, says("fine")));
    const provider = await open(`openai:scripted@${server.url}`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => provider.generate(requestOf(), never)));
    expect(answers.map(({ text }) => text)).toEqual(Array(8).fill("fine"));
  });

  test("a 400 about something else is an error that is not tried again", async () => {
    const error = await failure(failsWith(400, { error: { message: "max_tokens is too large: 64" } }));
    expect(error).toMatchObject({ status: 400, isRetryable: false });
    expect(error.message).toContain("max_tokens is too large: 64");
  });
});

describe("the shape of an answer", () => {
  const schema = { type: "object", properties: { theme: { type: "string" } }, required: ["theme"] };
  const shape = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  const asksShape = (more: { schema?: typeof schema } = { schema }) => requestOf("a", more);

  test("is sent as a JSON schema where the question has one", async () => {
    const server = await serve(says("{}"));
    const provider = await open(`openai:scripted@${server.url}`);
    const answer = await provider.generate(asksShape(), never);
    expect(server.chats[0]?.body["response_format"]).toEqual(shape);
    expect(answer.effective["response_format"]).toEqual({ type: "json_schema" });
  });

  test("is never asked of a reviewer, whose question has none", async () => {
    const server = await serve(says("fine"));
    const provider = await open(`openai:scripted@${server.url}`);
    await provider.generate(asksShape({}), never);
    expect(Object.keys(server.chats[0]?.body ?? {})).not.toContain("response_format");
  });

  test.each([
    { message: "'response_format' of type 'json_schema' is not supported with this model.", param: "response_format" },
    { message: "This response_format type is unavailable now" },
    { message: "Invalid schema for response_format 'answer': 'enum' is not permitted.", param: "response_format" },
    { message: "This model does not support response format `json_schema`." },
    { message: "Extra inputs are not permitted", code: "extra_forbidden", param: "response_format.json_schema" },
    { message: "structured output is disabled on this server" },
  ])("is left out from then on once a server refuses it: $message", async (error) => {
    const server = await serve(refusesParameters({ response_format: error }, says("fine")));
    const provider = await open(`openai:scripted@${server.url}`);
    for (const _ of [1, 2]) expect(await provider.generate(asksShape(), never)).toMatchObject({ text: "fine" });
    expect(server.chats.map(({ body }) => "response_format" in body)).toEqual([true, false, false]);
    expect(server.chats[1]?.body).toMatchObject({ max_tokens: 64, temperature: 0, seed: 1 });
  });

  test("is kept where the server complains of something else", async () => {
    const server = await serve(failsWith(400, { error: { message: "the prompt holds a forbidden word" } }));
    const provider = await open(`openai:scripted@${server.url}`);
    await expect(provider.generate(asksShape(), never)).rejects.toThrow("forbidden word");
    expect(server.chats).toHaveLength(1);
  });

  test("that is refused holds up none of many questions at once", async () => {
    const error = { message: "response_format is not supported" };
    const server = await serve(refusesParameters({ response_format: error }, says("fine")));
    const provider = await open(`openai:scripted@${server.url}`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => provider.generate(asksShape(), never)));
    expect(answers.map(({ text }) => text)).toEqual(Array(8).fill("fine"));
  });
});

describe("outages", () => {
  test("a stream that just ends is tried again", async () => {
    const error = await failure(says("half a", { finish: null }));
    expect(error.isRetryable).toBe(true);
    expect(error.message).toContain("the stream was cut");
  });

  test("a connection that breaks in the stream is tried again", async () => {
    expect((await failure(cutsAfter("half"))).isRetryable).toBe(true);
  });

  test("a connection that closes without an answer is tried again", async () => {
    expect((await failure(dropsConnection)).isRetryable).toBe(true);
  });

  test.each([
    ["no JSON", "data: {oops\n\n"],
    ["JSON of another kind", "data: [1, 2]\n\n"],
  ])("a garbled stream is tried again: %s", async (_, bytes) => {
    const error = await failure(streamsBytes(bytes));
    expect(error.isRetryable).toBe(true);
    expect(error.message).toContain("garbled");
  });

  test("a garbled JSON document is tried again and not quoted", async () => {
    const error = await failure(failsWith(200, "secret words", { "content-type": "application/json" }));
    expect(error).toMatchObject({ isRetryable: true });
    expect(error.message).not.toContain("secret");
  });

  test("a rate limit says how long to wait", async () => {
    expect(await failure(limitsRate({ "retry-after-ms": "1500", "retry-after": "9" }))).toMatchObject({
      status: 429,
      isRetryable: true,
      retryAfterMs: 1500,
    });
    expect(await failure(limitsRate())).toMatchObject({ status: 429, isRetryable: true, retryAfterMs: null });
  });

  test("an account without credit is not waited for", async () => {
    const error = await failure(
      failsWith(429, { error: { message: "You exceeded your current quota", code: "insufficient_quota" } }),
    );
    expect(error).toMatchObject({ status: 429, isRetryable: false });
  });

  test.each([500, 502, 503, 529, 408])("status %d is tried again", async (status) => {
    expect(await failure(failsWith(status, "<h1>oops</h1>"))).toMatchObject({ status, isRetryable: true });
  });

  test("an error inside the stream is tried again", async () => {
    const error = await failure(streamsBytes('data: {"error": {"message": "engine died"}}\n\n'));
    expect(error.isRetryable).toBe(true);
    expect(error.message).toContain("engine died");
  });

  test("nobody listening is told as such", async () => {
    const url = await deadUrl();
    const provider = await open(`openai:m@${url}`);
    await expect(provider.generate(requestOf(), never)).rejects.toMatchObject({
      isRetryable: true,
      message: `cannot reach ${url}: connection refused (is the server running?)`,
    });
  });

  test("a server that never answers is given up after the time limit", async () => {
    const error = await failure(hangs, {}, { timeoutMs: 30 });
    expect(error).toMatchObject({ isRetryable: true });
    expect(error.message).toContain("no answer within 0.03 s");
  });

  test.each([401, 403])("a refused key (%d) is not tried again and names its variable", async (status) => {
    const error = await failure(failsWith(status, { error: { message: "Incorrect API key" } }), {
      OPENAI_API_KEY: "k-123456789",
    });
    expect(error).toMatchObject({ status, isRetryable: false });
    expect(error.message).toContain("check OPENAI_API_KEY");
  });

  test("a refused request without any key says which variable to set", async () => {
    const error = await failure(failsWith(401, { detail: "no" }));
    expect(error.message).toContain("OPENAI_API_KEY is not set");
  });

  test("an unknown model names those that the server has, and asks for them once", async () => {
    const server = await serve(
      failsWith(404, { error: { message: "not found" } }),
      listsModels(["reviewer-v1", "base"]),
    );
    const provider = await open(`openai:reviewer-v2@${server.url}`);
    for (let index = 0; index < 3; index += 1) {
      await expect(provider.generate(requestOf(), never)).rejects.toMatchObject({
        status: 404,
        isRetryable: false,
        message: expect.stringMatching(/no model "reviewer-v2".*did you mean "reviewer-v1"\? known: reviewer-v1, base/),
      });
    }
    expect(server.requests.filter(({ path }) => path === "/v1/models")).toHaveLength(1);
  });

  test("a wrong base URL is told when the server has no such path", async () => {
    const server = await serve(says("fine"));
    const provider = await open(`openai:m@${server.url.replace("/v1", "")}`);
    await expect(provider.generate(requestOf(), never)).rejects.toThrow(/base URL lacks \/v1/);
  });

  test("a redirect is not followed, for the code would reach another host", async () => {
    const other = await serve(says("stolen"));
    const error = await failure(failsWith(307, "", { location: `${other.url}/chat/completions` }));
    expect(error).toMatchObject({ status: 307, isRetryable: false });
    expect(error.message).toContain(other.url);
    expect(other.requests).toEqual([]);
  });

  test("a web page instead of an answer is told as such", async () => {
    const error = await failure(failsWith(200, "<html>", { "content-type": "text/html" }));
    expect(error.isRetryable).toBe(false);
    expect(error.message).toContain("web page");
  });

  test("an abort rejects with the signal's reason, before and within the stream", async () => {
    for (const behaviour of [hangs, hangsAfter("half")]) {
      const server = await serve(behaviour);
      const provider = await open(`openai:m@${server.url}`);
      const controller = new AbortController();
      const asked = provider.generate(requestOf(), controller.signal);
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 50);
      await expect(asked).rejects.toBe(reason);
    }
  });
});

describe("the key", () => {
  const key = "sk-test-0123456789abcdef";

  test("is sent as a bearer token, from the variable that the settings name", async () => {
    const server = await serve(says("fine"));
    const provider = await open(
      `openai:m@${server.url}`,
      { TEAM_KEY: ` ${key}\n`, OPENAI_API_KEY: "other-key" },
      { keyVariable: "TEAM_KEY" },
    );
    await provider.generate(requestOf(), never);
    expect(server.chats[0]?.headers["authorization"]).toBe(`Bearer ${key}`);
  });

  test("a server of one's own needs none", async () => {
    expect((await ask(says("fine"))).text).toBe("fine");
  });

  test("OpenAI's own host needs one, and the error names the variable", async () => {
    await expect(open("openai:m@https://api.openai.com/v1")).rejects.toThrow(
      "OPENAI_API_KEY is not set (export your key in it",
    );
    await expect(open("openai:m", {}, { keyVariable: "TEAM_KEY" })).rejects.toThrow(/TEAM_KEY is not set/);
  });

  test("a model without a URL and a key is told where its questions would go", async () => {
    await expect(open("openai:x")).rejects.toThrow(
      "openai:x goes to api.openai.com, and OPENAI_API_KEY is not set: set it, or for your own server write openai:x@http://HOST:PORT/v1",
    );
  });

  test("a broken key is refused without showing it", async () => {
    const error: unknown = await open("openai:m", { OPENAI_API_KEY: `${key}\nX-Evil: 1` }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).not.toContain(key);
  });

  test.each([
    ["an error body", failsWith(500, { error: { message: `boom ${key} boom` } })],
    ["a text body", failsWith(500, `Authorization: Bearer ${key}`)],
    ["a refused key", failsWith(401, { error: { message: `Incorrect API key provided: ${key}` } })],
    ["a stream error", streamsBytes(`data: {"error": {"message": "${key}"}}\n\n`)],
    ["a garbled stream", streamsBytes(`data: ${key}\n\n`)],
    ["garbled JSON", failsWith(200, key, { "content-type": "application/json" })],
    ["a redirect", failsWith(307, "", { location: `http://x/?key=${key}` })],
  ] satisfies [string, Behaviour][])("is never in an error: %s", async (_, behaviour) => {
    const error = await failure(behaviour, { OPENAI_API_KEY: key });
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(key);
  });

  test("is taken out of an answer that repeats it", async () => {
    const answer = await ask(says(`your key is ${key}`), { OPENAI_API_KEY: key });
    expect(answer.text).toBe("your key is [key]");
  });

  test("is no secret where it is a dummy, whose letters stand in any review", async () => {
    for (const dummy of ["x", "none", "test"])
      expect((await ask(says("src/index.ts: test for none"), { OPENAI_API_KEY: dummy })).text).toBe(
        "src/index.ts: test for none",
      );
  });

  test("error texts are one short line without control characters", async () => {
    const error = await failure(failsWith(500, { error: { message: `a\nb\u001B[31m${"c".repeat(5000)}` } }));
    expect(error.message).not.toMatch(/[\u0000-\u001F]/);
    expect(error.message.length).toBeLessThan(500);
  });
});

describe("the base URL", () => {
  test("of the reference wins over settings and environment", async () => {
    const env = { OPENAI_BASE_URL: "http://env:1/v1" };
    const settings = { baseUrl: "http://settings:1/v1" };
    expect((await open("openai:m@http://ref:1/v1", env, settings)).hosts).toEqual(["ref:1"]);
    expect((await open("openai:m", env, settings)).hosts).toEqual(["settings:1"]);
    expect((await open("openai:m", env)).hosts).toEqual(["env:1"]);
    expect((await open("openai:m", { OPENAI_API_KEY: "k" })).hosts).toEqual(["api.openai.com"]);
  });

  test.each(["not a url", "ftp://h/v1", "http://h:80x/v1"])("%s is refused", async (url) => {
    await expect(open("openai:m", { OPENAI_BASE_URL: url })).rejects.toThrow(`base URL "${url}" is not an http URL`);
  });

  test.each(["http://user:s3cret@h/v1", "http://u:s3cret/abc@h/v1", "https://h/v1?a=1&api_key=s3cret"])(
    "of the environment is refused where it carries a key, without repeating it: %s",
    async (url) => {
      const error: unknown = await open("openai:m", { OPENAI_BASE_URL: url }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toContain("a URL must not carry a key");
      expect(String(error)).not.toContain("s3cret");
    },
  );

  test("with a port that fetch blocks is told so, and is not tried again", async () => {
    const provider = await open("openai:m@http://127.0.0.1:9/v1");
    const blocked = {
      message: expect.stringContaining("cannot reach http://127.0.0.1:9/v1: fetch refuses this port (use another"),
      isRetryable: false,
    };
    await expect(provider.probe?.(never)).rejects.toMatchObject(blocked);
    await expect(provider.generate(requestOf(), never)).rejects.toMatchObject(blocked);
  });

  test("may end in a slash", async () => {
    const server = await serve(says("fine"));
    const provider = await open(`openai:m@${server.url}/`);
    expect((await provider.generate(requestOf(), never)).text).toBe("fine");
  });
});

describe("the probe", () => {
  test("is content with any answer but a refused key", async () => {
    for (const models of [listsModels([]), failsWith(404, "no such path"), failsWith(500, "busy")]) {
      const server = await serve(says("fine"), models);
      await expect((await open(`openai:m@${server.url}`)).probe?.(never)).resolves.toBeUndefined();
      expect(server.chats).toEqual([]);
    }
  });

  test("tells a refused key", async () => {
    const server = await serve(says("fine"), failsWith(401, "no"));
    await expect((await open(`openai:m@${server.url}`)).probe?.(never)).rejects.toThrow(/refused the key \(401\)/);
  });

  test("tells that nobody listens", async () => {
    const url = await deadUrl();
    await expect((await open(`openai:m@${url}`)).probe?.(never)).rejects.toThrow(
      `cannot reach ${url}: connection refused (is the server running?)`,
    );
  });

  test("is given up by its signal", async () => {
    const server = await serve(says("fine"), hangs);
    const reason = new Error("enough");
    const provider = await open(`openai:m@${server.url}`);
    await expect(provider.probe?.(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
