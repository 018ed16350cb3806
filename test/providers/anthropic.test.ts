import { afterEach, describe, expect, test } from "vitest";
import { findingsJsonSchema } from "../../src/core/findings-schema.ts";
import { parseModelRef } from "../../src/core/model.ts";
import { createProvider } from "../../src/providers/anthropic.ts";
import { requestOf } from "../fixtures/asking.ts";
import { dialects, fails, says, streams } from "../fixtures/dialects.ts";
import { type Behaviour, failsWith, type ScriptedServer } from "../fixtures/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const anthropic = dialects.find(({ kind }) => kind === "anthropic")!;
const fine = says(anthropic, ["fine"]);

async function openAt(behaviour: Behaviour, env: Record<string, string> = {}) {
  const server = await anthropic.serve([behaviour]);
  servers.push(server);
  const world = { fetch: globalThis.fetch, now: () => performance.now(), env };
  const provider = await createProvider(
    parseModelRef(anthropic.refOf(server)),
    { contract: "findings", timeoutMs: 10_000 },
    world,
  );
  return { server, provider };
}

async function ask(behaviour: Behaviour) {
  return await (await openAt(behaviour)).provider.generate(requestOf(), never);
}

/** Refuses a request while it has the parameter. */
function refusing(name: string, message: string): Behaviour {
  return (response, request) => (name in request.body ? fails(anthropic, 400, message) : fine)(response, request);
}

test("tokens that a cache held or took are part of the prompt", async () => {
  const usage = { input_tokens: 3, cache_creation_input_tokens: 20, cache_read_input_tokens: 100, output_tokens: 1 };
  const start = `event: message_start\ndata: ${JSON.stringify({ type: "message_start", message: { usage } })}\n\n`;
  const { usage: told } = await ask(streams(anthropic, start, anthropic.answer(["fine"])));
  expect(told).toEqual({ promptTokens: 123, completionTokens: 1, cachedTokens: 100 });
});

test("a model that refuses is told as refusing, with what it said so far", async () => {
  expect(await ask(says(anthropic, ["I "], { finish: "refusal" }))).toMatchObject({ outcome: "refused", text: "I " });
});

test("an answer that fills the model's context is truncated", async () => {
  const answer = await ask(says(anthropic, ["half"], { finish: "model_context_window_exceeded" }));
  expect(answer).toMatchObject({ outcome: "truncated", text: "half" });
});

test.each([
  ["prompt is too long: 210000 tokens > 200000 maximum", 400],
  ["input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000", 400],
  ["maximum context length is 200000 tokens", 400],
])("%s is an overflow", async (message, status) => {
  expect(await ask(fails(anthropic, status, message))).toMatchObject({ outcome: "overflow" });
});

test("a request that is too large for the API is an overflow", async () => {
  const body = { type: "error", error: { type: "request_too_large", message: "Request exceeds the maximum size" } };
  expect(await ask(failsWith(413, body))).toMatchObject({ outcome: "overflow" });
});

describe("parameters that a model refuses", () => {
  test("a temperature is left out at once and from then on, and what was sent is recorded", async () => {
    const { server, provider } = await openAt(refusing("temperature", "`temperature` is deprecated for this model."));
    for (const _ of [1, 2]) {
      const answer = await provider.generate(requestOf(), never);
      expect(answer).toMatchObject({ text: "fine", effective: { max_tokens: 64, stream: true } });
      expect(answer.effective).not.toHaveProperty("temperature");
    }
    expect(server.chats.map(({ body }) => "temperature" in body)).toEqual([true, false, false]);
  });

  test("a schema is left out where the model holds to none", async () => {
    const words = "output_config.format: structured outputs are not supported by this model";
    const { server, provider } = await openAt(refusing("output_config", words));
    const answer = await provider.generate(requestOf("a", { schema: { type: "object", properties: {} } }), never);
    expect(answer.text).toBe("fine");
    expect(answer.effective).not.toHaveProperty("output_config");
    expect(server.chats).toHaveLength(2);
  });

  test("a temperature outside the range is the suite's mistake and is told", async () => {
    await expect(ask(refusing("temperature", "temperature: range: 0..1"))).rejects.toMatchObject({
      isRetryable: false,
      message: expect.stringContaining("range: 0..1"),
    });
  });
});

test("the contract's schema is sent in the subset that Anthropic takes", async () => {
  const { server, provider } = await openAt(fine);
  await provider.generate(requestOf("a", { schema: findingsJsonSchema() }), never);
  const sent = JSON.stringify(anthropic.schemaOf(server.chats[0]?.body ?? {}));
  for (const keyword of ["minItems", "maxItems", "minimum", "maximum"]) expect(sent).not.toContain(`"${keyword}":`);
  expect(sent).toContain('"additionalProperties":false');
  expect(sent).toContain('"enum":["critical","high","medium","low","nit"]');
});

test("a seed, which Anthropic does not know, is not sent", async () => {
  const { server, provider } = await openAt(fine);
  await provider.generate(requestOf(), never);
  expect(server.chats[0]?.body).not.toHaveProperty("seed");
  expect(server.chats[0]?.headers["anthropic-version"]).toBe("2023-06-01");
});

test.each([
  ["overloaded_error", 529, true],
  ["rate_limit_error", 429, true],
  ["api_error", 500, true],
  ["authentication_error", 401, false],
])("%s inside the stream is what it would have been before it: %i", async (type, status, isRetryable) => {
  const event = { type: "error", error: { type, message: "it broke" } };
  const asked = ask(streams(anthropic, anthropic.opening("half"), `event: error\ndata: ${JSON.stringify(event)}\n\n`));
  await expect(asked).rejects.toMatchObject({ status, isRetryable });
});

test("an account without credit is not tried again", async () => {
  await expect(ask(fails(anthropic, 400, "Your credit balance is too low"))).rejects.toMatchObject({
    isRetryable: false,
    message: expect.stringContaining("credit balance"),
  });
});

test("limits are told as ISO times by the server's own clock", async () => {
  const headers = {
    date: "Fri, 20 Nov 2026 12:00:00 GMT",
    "anthropic-ratelimit-requests-remaining": "2",
    "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:30Z",
    "anthropic-ratelimit-tokens-remaining": "5000",
    "anthropic-ratelimit-tokens-reset": "2026-11-20T12:01:00Z",
  };
  const { rateLimit } = await ask((response, request) => {
    response.sendDate = false;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    fine(response, request);
  });
  expect(rateLimit).toMatchObject({ remainingRequests: 2, remainingTokens: 5000 });
  expect(rateLimit?.requestsResetMs).toBeGreaterThan(29_000);
  expect(rateLimit?.requestsResetMs).toBeLessThanOrEqual(30_000);
});

test("a base URL may end in the version, which the path has already", async () => {
  const { server } = await openAt(fine);
  const world = { fetch: globalThis.fetch, now: () => 0, env: {} };
  const settings = { contract: "findings", timeoutMs: 10_000, baseUrl: server.url.replace("/v1", "") } as const;
  const provider = await createProvider(parseModelRef("anthropic:scripted"), settings, world);
  expect((await provider.generate(requestOf(), never)).text).toBe("fine");
  expect(provider.identity).toBe(`anthropic scripted http://${server.host}`);
});
