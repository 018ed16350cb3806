import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import { openLlama } from "../../../src/providers/llama/llama.ts";
import { writeTinyModel } from "../../fixtures/tiny-gguf.ts";
import { calm, openProvider } from "../fixture.ts";
import { ask, tinyModels } from "./fixture.ts";

const { file, open } = tinyModels();

/** The bytes of the tiny model, up to this share of them. */
const partOf = (share: number) => {
  const bytes = readFileSync(file("tiny.gguf"));
  return bytes.subarray(0, Math.floor(share * bytes.length));
};

describe("a file that is no whole model is refused in one line", () => {
  test.each([
    ["missing", () => undefined, "is not there (check the path)"],
    ["a folder", (path: string) => mkdirSync(path), "is no file (name a .gguf file)"],
    ["empty", (path: string) => writeFileSync(path, ""), "is no GGUF file that can be read"],
    ["of another format", (path: string) => writeFileSync(path, "PK\u0003\u0004 not weights"), 'but got "PK'],
    [
      "cut in its first bytes",
      (path: string) => writeFileSync(path, partOf(0.0001)),
      "is no GGUF file that can be read",
    ],
    ["cut in its weights", (path: string) => writeFileSync(path, partOf(0.5)), "is cut: its weights go on after its"],
    [
      "an adapter",
      (path: string) => writeFileSync(path, readFileSync(file("trained.gguf"))),
      "is a LoRA adapter, not a model",
    ],
  ])("%s", async (name, make, message) => {
    const path = file(`${name.replaceAll(" ", "-")}.gguf`);
    make(path);
    const opening = openProvider(`llama:${path}`);
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/^model "llama:[^\n]*$/);
  });

  test("a model in place of an adapter", async () => {
    await expect(open("tiny.gguf", ["tiny.gguf"])).rejects.toThrow("tiny.gguf is a model, not a LoRA adapter");
  });

  test("one of several parts is missing", async () => {
    writeFileSync(file("big-00001-of-00002.gguf"), partOf(1));
    await expect(open("big-00001-of-00002.gguf")).rejects.toThrow("lacks its part big-00002-of-00002.gguf");
  });
});

test("weights that end within their last tensor are refused by the engine, whose reason is shown", async () => {
  writeFileSync(file("short.gguf"), partOf(1).subarray(0, -64));
  const provider = await open("short.gguf");
  await expect(provider.probe?.(calm)).rejects.toThrow(
    /^cannot load .*short\.gguf: tensor '.*' data is not within the file bounds/,
  );
});

test.skipIf(totalmem() > 100 * 2 ** 30)(
  "a context that the memory cannot hold is refused with what to do",
  async () => {
    await writeTinyModel(file("wide.gguf"), { width: 512 });
    const provider = await open("wide.gguf", [], { contextTokens: 2 ** 25 });
    await expect(provider.probe?.(calm)).rejects.toThrow("(free memory, or set NITBENCH_LLAMA_CONTEXT below 33554432)");
  },
);

test("a file that was replaced after it was looked at is not asked under the name of what was there", async () => {
  const path = file("replaced.gguf");
  writeFileSync(path, partOf(1));
  const provider = await open("replaced.gguf");
  await writeTinyModel(path, { width: 128 });
  await expect(ask(provider, "one")).rejects.toThrow(`${path} was replaced while it was loaded`);
  expect((await ask(await open("replaced.gguf"), "one", { maxTokens: 1 })).outcome).toBe("truncated");
});

test("after a file that could not be loaded the next one is, by the same engine", async () => {
  writeFileSync(file("short.gguf"), partOf(1).subarray(0, -64));
  const bad = await open("short.gguf");
  await expect(ask(bad, "one")).rejects.toThrow("cannot load");
  expect((await ask(await open(), "one", { maxTokens: 1 })).outcome).toBe("truncated");
});

test.each(["0", "many", "1.5"])("NITBENCH_LLAMA_THREADS=%s is no number of threads", async (value) => {
  const world = { now: () => 0, env: { NITBENCH_LLAMA_THREADS: value } };
  await expect(openLlama({ ref: "./m.gguf", model: file("tiny.gguf"), world })).rejects.toThrow(
    `NITBENCH_LLAMA_THREADS: expected a whole number from 1 to 1024, got "${value}"`,
  );
});

test("~ is the home folder", async () => {
  const home = file("").replace(/\/$/, "");
  expect((await openProvider("~/tiny.gguf", {}, { env: { HOME: home } })).model).toBe("tiny");
});
