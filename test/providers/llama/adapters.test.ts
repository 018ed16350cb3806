import { copyFileSync } from "node:fs";
import { expect, test } from "vitest";
import { writeTinyLora, writeTinyModel } from "../../fixtures/tiny-gguf.ts";
import { calm } from "../fixture.ts";
import { ask, tinyModels } from "./fixture.ts";

const { file, open } = tinyModels();

test("an adapter that was trained changes what a model says, an untrained one changes nothing", async () => {
  const [base, trained, untrained] = [
    await open(),
    await open("tiny.gguf", ["trained.gguf"]),
    await open("tiny.gguf", ["untrained.gguf"]),
  ];
  for (const prompt of ["one", "another question"]) {
    const { text } = await ask(base, prompt);
    expect((await ask(untrained, prompt)).text).toBe(text);
    expect((await ask(trained, prompt)).text).not.toBe(text);
    // The model is shared: asking it with an adapter must leave it as it was.
    expect((await ask(base, prompt)).text).toBe(text);
  }
});

test("a scale of 0 takes an adapter off, and the report names adapters with their scales", async () => {
  const off = await open("tiny.gguf", [], { loras: [{ path: file("trained.gguf"), scale: 0 }] });
  const heard = await ask(off, "one");
  expect(heard.text).toBe((await ask(await open(), "one")).text);
  expect(heard.effective["adapters"]).toEqual([
    { name: "trained", scale: 0, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
});

test("identity is made of contents: a copy is the same, other weights, adapters, scales and contexts are not", async () => {
  copyFileSync(file("tiny.gguf"), file("copy.gguf"));
  await writeTinyModel(file("other.gguf"), { seed: 9 });
  const base = await open();
  expect((await open("copy.gguf")).identity).toBe(base.identity);
  const others = [
    await open("other.gguf"),
    await open("tiny.gguf", ["trained.gguf"]),
    await open("tiny.gguf", ["untrained.gguf"]),
    await open("tiny.gguf", [], { loras: [{ path: file("trained.gguf"), scale: 0.5 }] }),
    await open("tiny.gguf", [], { contextTokens: 512 }),
  ];
  expect(new Set([base, ...others].map(({ identity }) => identity)).size).toBe(6);
});

test("an adapter of another base is refused in the engine's own words, before anything is asked", async () => {
  await writeTinyLora(file("wide.gguf"), { isTrained: true, width: 128 });
  const provider = await open("tiny.gguf", ["wide.gguf"]);
  const message =
    /^cannot load .*tiny\.gguf with adapter .*wide\.gguf: tensor 'blk\.\d\.attn_[qv]\.weight' has incorrect shape/;
  await expect(provider.probe?.(calm)).rejects.toThrow(message);
  await expect(ask(provider, "one")).rejects.toMatchObject({ name: "ProviderError", isRetryable: false });
});
