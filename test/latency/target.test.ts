import { once } from "node:events";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type Asked, openTarget } from "../../src/latency/target.ts";
import { openLine } from "../../src/latency/exchange.ts";
import { parseModelRef } from "../../src/core/model.ts";
import { ProviderError } from "../../src/core/provider.ts";
import { createProvider as createAnthropic } from "../../src/providers/anthropic.ts";
import { createProvider as createHttp } from "../../src/providers/http.ts";
import { createProvider as createOllama } from "../../src/providers/ollama.ts";
import { createProvider as createOpenAi } from "../../src/providers/openai.ts";
import { createProvider as createVllm } from "../../src/providers/vllm.ts";
import { answerOf, providerOf, requestOf } from "../fixtures/asking.ts";
import {
  answersWhole,
  type Behaviour,
  cutsAfter,
  deadUrl,
  dropsConnection,
  failsWith,
  floods,
  hangs,
  hangsAfter,
  says,
  startScriptedServer,
} from "../fixtures/scripted-server.ts";

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

const settings = { contract: "findings", timeoutMs: 20_000 } as const;
const world = { fetch: globalThis.fetch, now: () => performance.now(), env: { OPENAI_API_KEY: "sk-very-secret" } };
const never = new AbortController().signal;
const review = JSON.stringify({
  findings: [{ file: "a.py", lines: [1, 1], message: "The sum leaves out the last item." }],
});

async function serve(...script: Behaviour[]) {
  const server = await startScriptedServer(script);
  opened.push(server);
  return server;
}

/** Asks once over a clock that counts its own readings, so that only their order is known. */
async function ask(url: string, timeoutMs = 20_000, signal = never): Promise<Asked> {
  let reading = 0;
  const provider = await createOpenAi(parseModelRef(`openai:m@${url}`), settings, world);
  const target = openTarget(provider, { contract: "findings", timeoutMs, now: () => (reading += 1) });
  try {
    const question = await target.prepare(requestOf());
    return (await question.send(signal))();
  } finally {
    target.close();
  }
}

describe("an answer over HTTP", () => {
  test("gives its events in the order in which they happened", async () => {
    const pieces = [review.slice(0, 10), review.slice(10, -4), review.slice(-4)];
    const usage = { prompt_tokens: 11, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 2 } };
    const { url, chats } = await serve(says(pieces, { reasoning: "hm", usage }));
    const asked = await ask(url);
    expect(asked).toMatchObject({ outcome: "answered", status: 200, finishReason: "stop", pieces: 4 });
    expect(asked.usage).toEqual({ promptTokens: 11, completionTokens: 5, cachedTokens: 2 });
    const order = [
      asked.dispatchedMs,
      asked.firstByteMs,
      asked.firstReasoningMs,
      asked.firstContentMs,
      asked.firstFindingMs,
      asked.lastContentMs,
      asked.endMs,
    ];
    expect(order.every((reading) => reading !== null)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(chats[0]?.body).toMatchObject({
      model: "m",
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0,
    });
    expect(chats[0]?.headers["authorization"]).toBe("Bearer sk-very-secret");
  });

  test("goes over one connection that is kept open", async () => {
    const server = await serve(says("a"));
    const provider = await createOpenAi(parseModelRef(`openai:m@${server.url}`), settings, world);
    const target = openTarget(provider, { ...settings, now: () => performance.now() });
    const before = server.connections();
    for (let time = 0; time < 3; time += 1) await (await target.prepare(requestOf())).send(never);
    target.close();
    expect(server.connections() - before).toBe(1);
  });

  test("goes over a new one where the server closed it, and is sent once where it does so too late", async () => {
    const closed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const closing: Behaviour = (response, request) => {
      const { socket } = response;
      response.on("finish", () => socket?.end());
      socket?.on("close", () => closed[server.chats.length - 1]?.resolve());
      says("a")(response, request);
    };
    const server = await serve(closing, closing, says("a"), dropsConnection);
    const provider = await createOpenAi(parseModelRef(`openai:m@${server.url}`), settings, world);
    const target = openTarget(provider, { ...settings, now: () => performance.now() });
    const before = server.connections();
    const outcomes: Asked[] = [];
    for (let time = 0; time < 4; time += 1) {
      outcomes.push((await (await target.prepare(requestOf())).send(never))());
      await closed[time]?.promise;
    }
    target.close();
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["answered", "answered", "answered", "failed"]);
    expect(outcomes[3]?.error).toBe("the server closed a connection that was kept open, without an answer");
    expect(server.chats).toHaveLength(4);
    expect(server.connections() - before).toBe(3);
  });

  test("without a count of tokens is an answer; one without content is none", async () => {
    const { url } = await serve(says("fine"), says([], { usage: { prompt_tokens: 9, completion_tokens: 4 } }));
    expect(await ask(url)).toMatchObject({ outcome: "answered", usage: { completionTokens: null } });
    expect(await ask(url)).toMatchObject({
      outcome: "empty",
      error: "the answer has no content",
      usage: { completionTokens: 4 },
    });
  });

  test("may come whole from a server that does not stream", async () => {
    const { url } = await serve(answersWhole({ choices: [{ message: { content: review }, finish_reason: "stop" }] }));
    expect(await ask(url)).toMatchObject({ outcome: "answered", pieces: 1 });
  });
});

describe("what is no answer is counted and named", () => {
  const rows: [string, Behaviour, Partial<Asked>, RegExp][] = [
    ["closes at once", dropsConnection, { outcome: "failed", status: null }, /closed without an answer/],
    ["breaks off", cutsAfter("half"), { outcome: "failed", status: 200 }, /broke in the middle/],
    ["never answers", hangs, { outcome: "timeout", status: null }, /no whole answer within 0\.3 s/],
    ["never goes on", hangsAfter("half"), { outcome: "timeout" }, /no whole answer/],
    ["sends a byte now and then", drips, { outcome: "timeout" }, /no whole answer/],
    [
      "fails",
      failsWith(503, { error: { message: "busy sk-very-secret" } }),
      { outcome: "failed", status: 503 },
      /^the server answered 503: busy \[key\]$/,
    ],
    [
      "redirects",
      failsWith(307, "", { location: "http://127.0.0.1:1/elsewhere" }),
      { outcome: "failed", status: 307 },
      /redirects \(307\) to http:\/\/127\.0\.0\.1:1\/elsewhere/,
    ],
    [
      "compresses what it says",
      failsWith(200, "\u001f\u008b", { "content-encoding": "gzip" }),
      { outcome: "failed", status: 200 },
      /compressed its answer \(gzip\), which nobody asked for/,
    ],
    ["sends a web page", failsWith(200, "<html></html>"), { outcome: "failed", status: 200 }, /garbled/],
    ["stops without an end", says("half", { finish: null }), { outcome: "answered" }, /^$/],
  ];
  test.each(rows)("of a server that %s", async (_, behaviour, expected, words) => {
    const { url, chats } = await serve(behaviour);
    const asked = await ask(url, expected.outcome === "timeout" ? 300 : 20_000);
    expect(asked).toMatchObject(expected);
    expect(asked.error ?? "").toMatch(words);
    expect(chats).toHaveLength(1);
  });

  test("of a server that never stops", async () => {
    const { url } = await serve(floods(40 * 1024 * 1024));
    expect(await ask(url, 60_000)).toMatchObject({ outcome: "failed", error: "an answer of over 32 MB" });
  });

  test("of nobody", async () => {
    expect(await ask(await deadUrl())).toMatchObject({ outcome: "failed", status: null, error: "connection refused" });
  });

  test("of a server without TLS where it is asked for", async () => {
    const { url } = await serve(says("a"));
    expect(await ask(url.replace("http:", "https:"))).toMatchObject({
      outcome: "failed",
      error: expect.stringContaining("does not speak TLS"),
    });
  });

  test.each(["220 mail.example.org ESMTP\r\n", "\0\0\0\0", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])(
    "of what speaks another language (%j)",
    async (greeting) => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        socket.once("data", () => socket.write(greeting));
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      try {
        expect(await ask(`http://127.0.0.1:${port}/v1`)).toMatchObject({
          outcome: "failed",
          error: "what answers there does not speak HTTP",
        });
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    },
  );

  test("once the run is stopped", async () => {
    const { url } = await serve(hangs);
    const run = new AbortController();
    const asking = ask(url, 60_000, run.signal);
    run.abort();
    expect(await asking).toMatchObject({ outcome: "failed", error: "given up: the run was stopped" });
  });
});

/** Sends a comment of one byte every 20 ms, for ever. */
function drips(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const timer = setInterval(() => response.write(":"), 20);
  response.on("close", () => clearInterval(timer));
}

describe("every provider that goes over HTTP writes what it would send itself", () => {
  async function bodies(ref: string, create: typeof createOpenAi, behaviour: Behaviour, path: string) {
    const server = await startScriptedServer([behaviour], failsWith(404, {}), { chat: path });
    opened.push(server);
    const base = path === "/review" ? `${server.url.replace("/v1", "")}/review` : server.url;
    const given = parseModelRef(path === "/review" ? base : `${ref}@${base}`);
    const provider = await create(given, settings, { ...world, env: {} });
    const request = requestOf("a", { schema: { type: "object", properties: {}, additionalProperties: false } });
    await provider.generate(request, never);
    const target = openTarget(provider, { ...settings, now: () => performance.now() });
    const asked = (await (await target.prepare(request)).send(never))();
    target.close();
    return { chats: server.chats, asked };
  }

  const message = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const anthropic: Behaviour = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(
      message("message_start", {
        message: {
          id: "m",
          type: "message",
          role: "assistant",
          content: [],
          model: "m",
          stop_reason: null,
          usage: { input_tokens: 3, output_tokens: 1 },
        },
      }),
    );
    response.write(message("content_block_start", { index: 0, content_block: { type: "text", text: "" } }));
    response.write(message("content_block_delta", { index: 0, delta: { type: "text_delta", text: review } }));
    response.write(message("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } }));
    response.end(message("message_stop", {}));
  };
  test.each([
    ["openai:m", createOpenAi, says(review), "/v1/chat/completions"],
    ["vllm:m", createVllm, says(review), "/v1/chat/completions"],
    ["anthropic:m", createAnthropic, anthropic, "/v1/messages"],
    ["http", createHttp, failsWith(200, { review: JSON.parse(review) as unknown }), "/review"],
  ])("%s", async (ref, create, behaviour, path) => {
    const { chats, asked } = await bodies(ref, create, behaviour, path);
    expect(asked).toMatchObject({ outcome: "answered" });
    expect(asked.firstFindingMs).not.toBeNull();
    expect(chats[1]?.body).toEqual(chats[0]?.body);
    for (const header of ["authorization", "x-api-key", "anthropic-version"])
      expect(chats[1]?.headers[header]).toBe(chats[0]?.headers[header]);
  });

  test("ollama, with the model's own context", async () => {
    const lines = [
      { message: { content: review }, done: false },
      { message: { content: "" }, done: true, done_reason: "stop", eval_count: 5, load_duration: 2e9 },
    ];
    const further: Record<string, Behaviour> = {
      "/api/version": failsWith(200, { version: "0.9.0" }),
      "/api/show": failsWith(200, { model_info: { "llama.context_length": 4096 } }),
      "/api/tags": failsWith(200, { models: [] }),
      "/api/ps": failsWith(200, { models: [] }),
    };
    const behaviour = failsWith(200, lines.map((line) => JSON.stringify(line)).join("\n"), {
      "content-type": "application/x-ndjson",
    });
    const server = await startScriptedServer([behaviour], undefined, { chat: "/api/chat", further });
    opened.push(server);
    const provider = await createOllama(parseModelRef(`ollama:m@${server.url.replace("/v1", "")}`), settings, {
      ...world,
      env: {},
    });
    await provider.generate(requestOf(), never);
    const target = openTarget(provider, { ...settings, now: () => performance.now() });
    const asked = (await (await target.prepare(requestOf())).send(never))();
    target.close();
    expect(asked).toMatchObject({
      outcome: "answered",
      serverTiming: { loadMs: 2000 },
      usage: { completionTokens: 5 },
    });
    expect(server.chats[1]?.body).toEqual(server.chats[0]?.body);
  });

  test("vllm, with a salt that keeps its cache from serving", async () => {
    const server = await serve(says("a"));
    const provider = await createVllm(parseModelRef(`vllm:m@${server.url}`), settings, { ...world, env: {} });
    const wire = await provider.wire?.(requestOf("a", { cacheSalt: "pepper" }));
    expect(JSON.parse(wire?.body ?? "")).toMatchObject({ cache_salt: "pepper" });
  });
});

describe("a reviewer in this process", () => {
  const options = { ...settings, timeoutMs: 200, now: () => performance.now() };
  const askIt = async (generate: Parameters<typeof providerOf>[0], signal = never) =>
    (await (await openTarget(providerOf(generate, { hosts: [] }), options).prepare(requestOf())).send(signal))();

  test("is asked as in the quality run", async () => {
    const asked = await askIt(async () => answerOf(review, { firstChunkMs: 3, lastChunkMs: 9 }));
    expect(asked).toMatchObject({
      outcome: "answered",
      firstContentMs: 3,
      lastContentMs: 9,
      status: null,
      firstFindingMs: null,
    });
  });

  test("whose question cannot even be written is counted and named", async () => {
    const wire = () => Promise.reject(new ProviderError("no such model", { isRetryable: false }));
    const provider = providerOf(() => Promise.reject(new Error("not asked")), { wire });
    const asked = (await (await openTarget(provider, options).prepare(requestOf())).send(never))();
    expect(asked).toMatchObject({ outcome: "failed", error: "no such model", status: null });
  });

  test("that fails, says nothing or never ends is counted and named", async () => {
    expect(await askIt(() => Promise.reject(new ProviderError("no memory", { isRetryable: false })))).toMatchObject({
      outcome: "failed",
      error: "no memory",
    });
    expect(await askIt(async () => answerOf(" "))).toMatchObject({ outcome: "empty" });
    expect(await askIt(async () => answerOf("", { outcome: "overflow" }))).toMatchObject({
      outcome: "failed",
      error: "the reviewer gave no answer (overflow)",
    });
    expect(await askIt(() => new Promise(() => {}))).toMatchObject({
      outcome: "timeout",
      error: "no whole answer within 0.2 s",
    });
  });
});

test("bytes get the reading of the moment at which the socket had them, not of when they were read", async () => {
  const server = createHttpServer((request, response) => {
    request.resume();
    response.write("a");
    setTimeout(() => response.end("b"), 5);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let readings = 0;
  const line = openLine(20_000, () => (readings += 1));
  const exchange = await line.send(
    { url: new URL(`http://127.0.0.1:${port}/`), headers: {}, body: Buffer.from("{}") },
    never,
  );
  line.close();
  server.close();
  const stamps = exchange.body.map(({ atMs }) => atMs);
  expect(exchange.failure).toBeNull();
  // One reading at the dispatch and one for each chunk of the socket: none is taken anew for what is parsed of it.
  expect(exchange.dispatchedMs).toBe(1);
  expect(exchange.firstByteMs).toBe(2);
  expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  expect(Math.min(...stamps)).toBeGreaterThanOrEqual(2);
  expect(exchange.endMs).toBe(readings);
});
