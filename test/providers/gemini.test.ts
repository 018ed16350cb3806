import { afterEach, expect, test } from "vitest";
import { parseModelRef } from "../../src/core/model.ts";
import { createProvider } from "../../src/providers/gemini.ts";
import { requestOf } from "../fixtures/asking.ts";
import {
  type Behaviour,
  failsWith,
  listsModels,
  says,
  type ScriptedServer,
  startScriptedServer,
} from "../fixtures/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const never = new AbortController().signal;

const failing = (code: number, message: string, more: Record<string, unknown> = {}) =>
  failsWith(code, [{ error: { code, message, status: "INVALID_ARGUMENT", ...more } }]);

async function ask(behaviour: Behaviour, env: Record<string, string> = {}) {
  const server = await startScriptedServer([behaviour], listsModels(["models/gemini-2.5-flash"]));
  servers.push(server);
  const world = { fetch: globalThis.fetch, now: () => 0, env };
  const settings = { contract: "findings", timeoutMs: 10_000, baseUrl: server.url } as const;
  const provider = await createProvider(parseModelRef("gemini:gemini-2.5-flsh"), settings, world);
  return { server, answer: await provider.generate(requestOf(), never) };
}

test("parameters that it does not know are left out, one after the other", async () => {
  const strict: Behaviour = (response, request) => {
    const unknown = ["seed", "stream_options"].filter((name) => name in request.body);
    const words = unknown.map((name) => `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
    (unknown.length > 0 ? failing(400, words.join("\n")) : says("fine"))(response, request);
  };
  const { server, answer } = await ask(strict);
  expect(answer.text).toBe("fine");
  expect(Object.keys(answer.effective)).toEqual(["max_tokens", "stream", "temperature"]);
  expect(server.chats).toHaveLength(3);
});

test("a wrong key comes as a 400 and is told as a key", async () => {
  const wrong = ask(failing(400, "API key not valid. Please pass a valid API key."), { GEMINI_API_KEY: "k-1234567" });
  await expect(wrong).rejects.toMatchObject({
    isRetryable: false,
    message: expect.stringMatching(/refused the key \(400\).*check GEMINI_API_KEY/),
  });
});

test("how long to wait stands in the body", async () => {
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" }];
  await expect(ask(failing(429, "Quota exceeded", { details }))).rejects.toMatchObject({ retryAfterMs: 34_000 });
});

test("models are listed with a folder that their names lack", async () => {
  await expect(ask(failing(404, "models/gemini-2.5-flsh is not found"))).rejects.toThrow(
    'did you mean "gemini-2.5-flash"? known: gemini-2.5-flash',
  );
});

test("its own host is Gemini's, and needs a key", async () => {
  const world = { fetch: globalThis.fetch, now: () => 0, env: { GEMINI_API_KEY: "k" } };
  const settings = { contract: "findings", timeoutMs: 10_000 } as const;
  const provider = await createProvider(parseModelRef("gemini:m"), settings, world);
  expect(provider.identity).toBe("gemini m https://generativelanguage.googleapis.com/v1beta/openai");
  await expect(createProvider(parseModelRef("gemini:m"), settings, { ...world, env: {} })).rejects.toThrow(
    "GEMINI_API_KEY is not set",
  );
});
