import { afterEach, describe, expect, test } from "vitest";
import { parseModelRef } from "../../src/core/model.ts";
import { isOlder } from "../../src/providers/ollama/facts.ts";
import { createProvider } from "../../src/providers/ollama.ts";
import { requestOf } from "../fixtures/asking.ts";
import { dialects, fails, ollamaRoutes, says, streams } from "../fixtures/dialects.ts";
import {
  type Behaviour,
  deadUrl,
  failsWith,
  type ScriptedServer,
  startScriptedServer,
  streamsBytes,
} from "../fixtures/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const ollama = dialects.find(({ kind }) => kind === "ollama")!;
const fine = says(ollama, ["fine"]);
const schema = { type: "object", properties: {}, additionalProperties: false };

type Further = Record<string, Behaviour>;

async function serve(script: Behaviour | Behaviour[], further: Further = ollamaRoutes()): Promise<ScriptedServer> {
  const server = await startScriptedServer([script].flat(), undefined, { chat: "/api/chat", further });
  servers.push(server);
  return server;
}

async function open(ref: string, env: Record<string, string> = {}, baseUrl?: string) {
  const world = { fetch: globalThis.fetch, now: () => performance.now(), env };
  const settings = { contract: "findings", timeoutMs: 10_000, ...(baseUrl === undefined ? {} : { baseUrl }) } as const;
  return await createProvider(parseModelRef(ref), settings, world);
}

async function openAt(server: ScriptedServer, model = "scripted") {
  return await open(ollama.refOf(server, model));
}

async function ask(script: Behaviour | Behaviour[], further?: Further) {
  const server = await serve(script, further);
  const answer = await (await openAt(server)).generate(requestOf("a", { schema }), never);
  return { answer, server, bodies: server.chats.map(({ body }) => body) };
}

const counted = (prompt: number) => says(ollama, ["fine"], { counts: { prompt, cached: 0, completion: 1 } });

describe("what a server says of the model", () => {
  test("is recorded with every answer, and digest and version are part of the identity", async () => {
    const server = await serve(fine);
    const provider = await openAt(server);
    expect(provider.identity).toBe(`ollama scripted http://${server.host} digest=sha256:d1 ollama=0.17.4`);
    expect((await provider.generate(requestOf(), never)).effective).toEqual({
      num_ctx: 4096,
      num_predict: 64,
      temperature: 0,
      seed: 1,
      truncate: false,
      shift: false,
      ollama: "0.17.4",
      digest: "sha256:d1",
      quantization: "Q4_K_M",
      parameter_size: "7B",
      model_context: 4096,
      size_vram: 7,
    });
  });

  test("may be missing, and is then left out", async () => {
    const empty = failsWith(200, {});
    const further = { "/api/show": empty, "/api/tags": empty, "/api/ps": empty, "/api/version": empty };
    const { answer } = await ask(fine, further);
    expect(answer.text).toBe("fine");
    expect(Object.keys(answer.effective)).not.toContain("digest");
  });

  test("is asked for once more where the server was not there at first", async () => {
    const server = await serve(fine);
    let isThere = false;
    const world = {
      fetch: ((...asked) => (isThere ? fetch(...asked) : Promise.reject(new Error("down")))) as typeof fetch,
      now: () => 0,
      env: {},
    };
    const ref = parseModelRef(ollama.refOf(server));
    const provider = await createProvider(ref, { contract: "findings", timeoutMs: 10_000 }, world);
    isThere = true;
    expect((await provider.generate(requestOf(), never)).effective).toMatchObject({ digest: "sha256:d1" });
  });

  test("is asked once for how the model lies in memory, however many answers", async () => {
    const server = await serve(fine);
    const provider = await openAt(server);
    await Promise.all([1, 2, 3].map(() => provider.generate(requestOf(), never)));
    expect(server.requests.filter(({ path }) => path === "/api/ps")).toHaveLength(1);
  });
});

test("durations are told in nanoseconds and kept in milliseconds, loading apart", async () => {
  const durations = {
    total_duration: 5_000_000_000,
    load_duration: 3_000_000_000,
    prompt_eval_duration: 1_500_000,
    eval_duration: 900_000,
  };
  const line = { message: { content: "x" }, done: true, done_reason: "stop", ...durations };
  const { answer } = await ask(streamsBytes(`${JSON.stringify(line)}\n`));
  expect(answer.serverTiming).toEqual({ totalMs: 5000, loadMs: 3000, promptMs: 1.5, generationMs: 0.9 });
});

test("what a model thinks is not its answer and starts no clock", async () => {
  const thinks = `${JSON.stringify({ message: { content: "", thinking: "hm" }, done: false })}\n`;
  const ends = `${JSON.stringify({ message: { content: "" }, done: true, done_reason: "stop" })}\n`;
  const { answer } = await ask(streamsBytes(thinks, ends));
  expect(answer).toMatchObject({ text: "", reasoning: "hm", firstChunkMs: null, outcome: "completed" });
});

test("a last line without its end is read", async () => {
  const line = JSON.stringify({ message: { content: "x" }, done: true, done_reason: "stop" });
  expect((await ask(streamsBytes(line))).answer).toMatchObject({ text: "x", outcome: "completed" });
});

test("an error inside the answer may be asked again", async () => {
  const asked = ask(streamsBytes(`${JSON.stringify({ error: "the runner stopped" })}\n`));
  await expect(asked).rejects.toMatchObject({ isRetryable: true, message: expect.stringContaining("runner stopped") });
});

describe("the context", () => {
  async function contextSent(show: Record<string, unknown>, env: Record<string, string> = {}, context = 131_072) {
    const server = await serve(fine, ollamaRoutes({ show, context }));
    await (await open(ollama.refOf(server), env)).generate(requestOf(), never);
    return server.chats[0]?.body["options"];
  }

  test("is that of the model's file, else that of the environment, else the usual one", async () => {
    const env = { OLLAMA_CONTEXT_LENGTH: "2048" };
    const show = { parameters: 'stop    "<|end|>"\nnum_ctx                        9000\n' };
    expect(await contextSent(show, env)).toMatchObject({ num_ctx: 9000 });
    expect(await contextSent({}, env)).toMatchObject({ num_ctx: 2048 });
    expect(await contextSent({})).toMatchObject({ num_ctx: 16_384 });
  });

  test("is never longer than the model knows", async () => {
    expect(await contextSent({}, {}, 512)).toMatchObject({ num_ctx: 512 });
  });

  test("must not be cut to: the server is told so", async () => {
    const { bodies } = await ask(fine);
    expect(bodies[0]).toMatchObject({ truncate: false, shift: false });
  });

  test.each([4095, 4096, 5000])(
    "that a prompt fills was cut by an older server: %i tokens are an overflow",
    async (n) => {
      const { answer } = await ask(counted(n));
      expect(answer).toMatchObject({ outcome: "overflow", text: "", usage: { promptTokens: n } });
    },
  );

  test("with room left was not cut", async () => {
    expect((await ask(counted(4094))).answer).toMatchObject({ outcome: "completed", text: "fine" });
  });

  test("that the server really gave the model decides, where it is shorter than was asked for", async () => {
    const models = [{ name: "scripted:latest", digest: "d", context_length: 1000 }];
    const { answer } = await ask(counted(1000), { ...ollamaRoutes(), "/api/ps": failsWith(200, { models }) });
    expect(answer).toMatchObject({ outcome: "overflow", effective: { num_ctx: 1000 } });
  });
});

describe("the shape of an answer", () => {
  test.each([
    [500, "invalid JSON schema in format"],
    [400, "json: cannot unmarshal object into Go struct field ChatRequest.format of type string"],
    [500, "failed to load model vocabulary required for format"],
  ])("is left out from then on once a server refuses it with %i: %s", async (status, message) => {
    const refuses: Behaviour = (response, request) =>
      ("format" in request.body ? fails(ollama, status, message) : fine)(response, request);
    const { answer, server } = await ask(refuses);
    expect(answer.text).toBe("fine");
    expect(JSON.stringify(answer.effective)).not.toContain("json_schema");
    expect(server.chats.map(({ body }) => "format" in body)).toEqual([true, false]);
  });

  test("is more than an old server can hold a model to: that is said, and nothing asked", async () => {
    const server = await serve(fine, ollamaRoutes({ version: "0.4.7" }));
    const provider = await openAt(server);
    await expect(provider.generate(requestOf("a", { schema }), never)).rejects.toMatchObject({
      isRetryable: false,
      message: expect.stringMatching(/is Ollama 0\.4\.7, which holds no model to a JSON schema \(update it to 0\.5\.0/),
    });
    expect(server.chats).toEqual([]);
    expect((await provider.generate(requestOf(), never)).text).toBe("fine");
  });
});

describe("an answer that ends without its last line", () => {
  const piece = (content: string) => `${JSON.stringify({ message: { role: "assistant", content }, done: false })}\n`;
  const endsAfter = (pieces: readonly string[]) => streams(ollama, pieces.map(piece).join(""));

  test("is one that went round in circles where the server stopped it for that: it counts as cut", async () => {
    const { answer } = await ask(endsAfter(["The ", ...Array<string>(30).fill(" no")]));
    expect(answer).toMatchObject({ outcome: "truncated", finishReason: "repeats" });
    expect(answer.text).toMatch(/^The ( no){30}$/);
  });

  test("was cut on its way where nothing is repeated so often", async () => {
    const pieces = ["The ", ...Array<string>(29).fill(" no")];
    await expect(ask(endsAfter(pieces))).rejects.toThrow("it ended without saying that it is done");
    await expect(ask(endsAfter([...pieces, " yes", " no"]))).rejects.toThrow("it ended without saying that it is done");
  });
});

test.each([
  ["0.4.7", "0.5.0", true],
  ["0.5.0", "0.5.0", false],
  ["0.17.4-rc1", "0.5.0", false],
  ["1.0.0", "0.5.0", false],
  ["0.0.0", "0.5.0", false],
  ["odd", "0.5.0", false],
  [null, "0.5.0", false],
])("version %s lies before %s: %s", (version, than, expected) => {
  expect(isOlder(version, than)).toBe(expected);
});

describe("a model that is not there", () => {
  test("is told by the probe, with those that are, and how to get it", async () => {
    const server = await serve(fine);
    await expect((await openAt(server, "scripted:q4_K_M")).probe?.(never)).rejects.toMatchObject({
      status: 404,
      message: `http://${server.host} has no model "scripted:q4_K_M" (404): known: scripted; get it with: ollama pull scripted:q4_K_M`,
    });
  });

  test("but whose tag is left out is the latest", async () => {
    const server = await serve(fine);
    await expect((await openAt(server)).probe?.(never)).resolves.toBeUndefined();
  });
});

test("a model that does not fit the memory is not tried again", async () => {
  const asked = ask(fails(ollama, 500, "model requires more system memory (9.1 GiB) than is available (2.0 GiB)"));
  await expect(asked).rejects.toMatchObject({ isRetryable: false, message: expect.stringContaining("smaller model") });
});

test("a server that is down is told with the line that starts it", async () => {
  const url = (await deadUrl()).replace("/v1", "");
  const provider = await open(`ollama:m@${url}`);
  await expect(provider.probe?.(never)).rejects.toThrow(
    `cannot reach ${url}: connection refused (start the server: ollama serve)`,
  );
});

describe("where the server is", () => {
  test.each([
    [{}, "127.0.0.1:11434"],
    [{ OLLAMA_HOST: "127.0.0.1:9999" }, "127.0.0.1:9999"],
    [{ OLLAMA_HOST: "0.0.0.0" }, "127.0.0.1:11434"],
    [{ OLLAMA_HOST: ":9999" }, "127.0.0.1:9999"],
    [{ OLLAMA_HOST: "http://127.0.0.1:9999/" }, "127.0.0.1:9999"],
  ])("%j is %s", async (env: Record<string, string>, host) => {
    const provider = await open("ollama:m", env);
    expect([provider.hosts, provider.model]).toEqual([[host], "m"]);
  });

  test("the reference wins over settings and environment, and the side for OpenAI is left out", async () => {
    const dead = (await deadUrl()).replace("/v1", "");
    const provider = await open(`ollama:m:q4_K_M@${dead}/v1`, { OLLAMA_HOST: "h:1" }, "http://settings:1");
    expect(provider.identity).toBe(`ollama m:q4_K_M ${dead}`);
  });
});
