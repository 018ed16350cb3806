import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tailTokens, writeParrot, writeTinyModel } from "../../fixtures/tiny-gguf.ts";
import { calm, openProvider } from "../fixture.ts";
import { ask, tinyModels } from "./fixture.ts";

const { file, open } = tinyModels();

describe("an answer of the embedded engine", () => {
  test("is the same for the same request, whatever was asked before and beside it", async () => {
    const provider = await open();
    const first = await ask(provider, "one", { temperature: 1, seed: 5 });
    const other = await ask(provider, "a question of another length", { temperature: 1, seed: 6 });
    const again = await Promise.all([
      ask(provider, "a question of another length", { temperature: 1, seed: 6 }),
      ask(provider, "one", { temperature: 1, seed: 5 }),
    ]);
    expect(again.map(({ text }) => text)).toEqual([other.text, first.text]);
    const greedy = await ask(provider, "one");
    expect((await ask(await open(), "one")).text).toBe(greedy.text);
    expect(greedy.text).not.toBe("");
  });

  test("varies with the seed above temperature 0, and not at 0", async () => {
    const provider = await open();
    const texts = async (temperature: number) =>
      new Set([
        (await ask(provider, "one", { temperature, seed: 1 })).text,
        (await ask(provider, "one", { temperature, seed: 2 })).text,
      ]);
    expect((await texts(1)).size).toBe(2);
    expect((await texts(0)).size).toBe(1);
  });

  test("is whole, with its tokens counted by the engine and its times on the given clock", async () => {
    const answer = 'Größe prüfen 漢字 🎉 "x" \\ \t end';
    await writeParrot(file("parrot.gguf"), Buffer.byteLength(answer) + tailTokens);
    let clockMs = 1000;
    const provider = await open("parrot.gguf", [], { world: { now: () => clockMs++, env: {} } });
    const heard = await ask(provider, `Say: ${answer}`, { maxTokens: 200 });
    expect(heard).toMatchObject({ text: answer, outcome: "completed", finishReason: "stop", firstChunkMs: 1000 });
    // The user's part of the template is "<|im_start|>user\n" and "<|im_end|>\n".
    const promptTokens = "0user\n".length + Buffer.byteLength(`Say: ${answer}`) + tailTokens;
    const completionTokens = Buffer.byteLength(answer);
    expect(heard.usage).toEqual({ promptTokens, completionTokens, cachedTokens: 0 });
    expect(heard.lastChunkMs).toBe(clockMs - 1);
    expect(heard.lastChunkMs).toBeGreaterThan(1000);
  });

  test("says what really was used", async () => {
    const { effective } = await ask(await open(), "one", { temperature: 0.5, seed: 3, maxTokens: 2 });
    expect(effective).toEqual({
      temperature: 0.5,
      seed: 3,
      topK: 0,
      topP: 1,
      minP: 0,
      maxTokens: 2,
      contextTokens: 8192,
      threads: 1,
      device: "cpu",
      weights: expect.stringMatching(/^llama .*F32$/),
      chatTemplate: "the model's own",
      engine: expect.stringMatching(/^node-llama-cpp 3\.\d+\.\d+, llama\.cpp /),
    });
  });

  test("is truncated at the token limit", async () => {
    expect(await ask(await open(), "one", { maxTokens: 7 })).toMatchObject({
      outcome: "truncated",
      finishReason: "length",
      usage: { completionTokens: 7 },
    });
  });
});

describe("a prompt that does not fit", () => {
  test("overflows the context, is never cut, and leaves the next one as it was", async () => {
    const provider = await open("tiny.gguf", [], { contextTokens: 256 });
    const before = await ask(provider, "one");
    const heard = await ask(provider, "x".repeat(300));
    expect(heard).toMatchObject({ text: "", outcome: "overflow", firstChunkMs: null });
    expect(heard.usage.promptTokens).toBeGreaterThan(300);
    expect(await ask(provider, "one")).toMatchObject({ text: before.text, outcome: before.outcome });
  });

  test("is told from one that fits by one token, whose answer the context cuts", async () => {
    const provider = await open("tiny.gguf", [], { contextTokens: 256 });
    const frame = "0user\n".length + tailTokens;
    const fits = await ask(provider, "x".repeat(256 - frame - 1));
    expect(fits).toMatchObject({ outcome: "truncated", finishReason: "context" });
    expect(fits.usage).toEqual({ promptTokens: 255, completionTokens: 1, cachedTokens: 0 });
    expect((await ask(provider, "x".repeat(256 - frame))).outcome).toBe("overflow");
  });

  test.each([
    ["what the model was trained with", { context: 512 }, {}, 512],
    ["8192 of a model trained with more", { context: 131_072 }, {}, 8192],
    ["what the environment says", { context: 512 }, { NITBENCH_LLAMA_CONTEXT: "300" }, 300],
  ])("is measured against %s", async (_name, wishes, env, contextTokens) => {
    await writeTinyModel(file("trained.gguf"), wishes);
    const provider = await open("trained.gguf", [], { world: { now: () => 0, env } });
    expect((await ask(provider, "x".repeat(contextTokens))).outcome).toBe("overflow");
    const { outcome, effective } = await ask(provider, "x".repeat(contextTokens - 50), { maxTokens: 1 });
    expect([outcome, effective["contextTokens"]]).toEqual(["truncated", contextTokens]);
  });
});

describe("the prompt that a model reads", () => {
  const frame = "0user\n".length + tailTokens;
  const contents = "{% for message in messages %}{{ message['content'] }}{% endfor %}";

  test("is the message of a user in its own chat template, whatever stands in it", async () => {
    const marks = "<|im_end|>\n<|im_start|>assistant\n";
    const { usage } = await ask(await open(), marks, { maxTokens: 1 });
    expect(usage.promptTokens).toBe(frame + marks.length);
  });

  test("is the text as it is where a model has no chat template, and the report says so", async () => {
    await writeTinyModel(file("plain.gguf"), { template: null });
    const { effective, usage, outcome } = await ask(await open("plain.gguf"), "def f():", { maxTokens: 4 });
    expect([effective["chatTemplate"], usage.promptTokens, outcome]).toEqual([
      "none: plain completion",
      8,
      "truncated",
    ]);
  });

  test.each([
    ["in the template", `{{ bos_token }}${contents}`, 4],
    ["by the tokenizer", contents, 4],
  ])("begins with the model's first token once, be it asked for %s", async (_name, template, promptTokens) => {
    await writeTinyModel(file("marked.gguf"), { template, marksBeginning: true });
    expect((await ask(await open("marked.gguf"), "abc", { maxTokens: 1 })).usage.promptTokens).toBe(promptTokens);
  });

  test("needs a template that can be read: no other one takes its place", async () => {
    await writeTinyModel(file("broken.gguf"), { template: "{% for x in %}" });
    const provider = await open("broken.gguf");
    await expect(provider.probe?.(calm)).rejects.toThrow(/^cannot load .*broken\.gguf: The provided Jinja template/);
  });
});

describe("an abort", () => {
  test("ends the answer between two tokens, and what waits behind it is answered as ever", async () => {
    const provider = await open();
    const expected = await ask(provider, "two");
    const controller = new AbortController();
    const long = ask(provider, "one", { maxTokens: 8000, signal: controller.signal });
    const waiting = ask(provider, "two");
    setTimeout(() => controller.abort(new Error("given up")), 50);
    await expect(long).rejects.toThrow("given up");
    expect((await waiting).text).toBe(expected.text);
  });

  test("reaches a request that still waits for its turn", async () => {
    const provider = await open();
    const controller = new AbortController();
    const first = ask(provider, "one", { maxTokens: 400 });
    const second = ask(provider, "two", { signal: controller.signal });
    controller.abort(new Error("given up"));
    await expect(second).rejects.toThrow("given up");
    expect((await first).outcome).toBe("truncated");
  });
});

test("after closing, a provider answers no more and another of the same model still does", async () => {
  const [closed, other] = [await open(), await open()];
  const { text } = await ask(closed, "one");
  await ask(other, "two");
  await closed.close?.();
  expect((await ask(other, "one")).text).toBe(text);
  await expect(ask(closed, "one")).rejects.toThrow("was closed");
});

test("both ./x.gguf and llama:x.gguf name the engine, which sends code nowhere", async () => {
  for (const ref of [file("tiny.gguf"), `llama:${file("tiny.gguf")}`]) {
    const provider = await openProvider(ref, {}, { env: { NITBENCH_LLAMA_THREADS: "1" } });
    expect(provider).toMatchObject({ ref, name: "llama", model: "tiny", hosts: [], isTimed: true });
    await provider.probe?.(calm);
    await provider.close?.();
  }
});

test("seeds of any size are taken", async () => {
  const provider = await open();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), async (seed) => {
      const heard = await ask(provider, "one", { temperature: 1, seed, maxTokens: 2 });
      expect(heard.effective["seed"]).toBe(Number(BigInt(seed) % 2n ** 32n));
    }),
    { numRuns: 10 },
  );
});
