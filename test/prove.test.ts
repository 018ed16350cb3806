import { describe, expect, test } from "vitest";
import type { Provider, ProviderAnswer } from "../src/core/provider.ts";
import { proveApplied } from "../src/prove.ts";

const never = new AbortController().signal;

/** A provider whose nth answer is what `say` gives of n and the prompt. */
function providerOf(
  say: (prompt: string, nth: number) => string | Promise<string>,
): Provider & { asked: () => number } {
  let asked = 0;
  return {
    ref: "./adapter",
    name: "scripted",
    model: "m",
    identity: "scripted",
    hosts: [],
    seesTruth: false,
    isTimed: true,
    asked: () => asked,
    generate: async ({ prompt }, signal): Promise<ProviderAnswer> => {
      const hung = new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
      const text = await Promise.race([say(prompt, asked++), hung]);
      const usage = { promptTokens: null, completionTokens: null, cachedTokens: null };
      return {
        text,
        outcome: "truncated",
        finishReason: "length",
        usage,
        firstChunkMs: null,
        lastChunkMs: null,
        effective: {},
      };
    },
  };
}

const base = () => providerOf((prompt) => `base ${prompt}`);

describe("an adapter", () => {
  test("is proved to be applied where it answers otherwise than its base, which answers the same again", async () => {
    const adapter = providerOf((prompt) => `own ${prompt}`);
    expect(await proveApplied(adapter, base(), 1000, never)).toEqual({ prompts: 6, different: 6, unsteady: 0 });
  });

  test("that answers as its base is not applied", async () => {
    await expect(proveApplied(base(), base(), 1000, never)).rejects.toThrow(/^ADAPTER_NOT_APPLIED: /);
  });

  test("that rarely differs is proved by a base that stays the same for longer", async () => {
    const adapter = providerOf((prompt, nth) => (nth === 0 ? "own" : `base ${prompt}`));
    const steady = base();
    expect(await proveApplied(adapter, steady, 1000, never)).toEqual({ prompts: 6, different: 1, unsteady: 0 });
    expect(steady.asked()).toBe(6 * 7);
    const unsteady = providerOf((prompt, nth) => (nth === 20 ? "noise" : `base ${prompt}`));
    const faint = providerOf((prompt, nth) => (nth === 0 ? "own" : `base ${prompt}`));
    await expect(proveApplied(faint, unsteady, 1000, never)).rejects.toThrow(
      /^ADAPTER_NOT_PROVED: .* 1 otherwise when asked again/,
    );
  });

  test("is not proved by a base that answers as it likes", async () => {
    const noise = () => providerOf((prompt, nth) => `${nth % 3} ${prompt}`);
    const other = providerOf((prompt, nth) => `${(nth + 1) % 3} ${prompt}`);
    const moody = providerOf((prompt, nth) => `${Math.floor(nth / 6)} ${prompt}`);
    await expect(proveApplied(other, moody, 1000, never)).rejects.toThrow(/^ADAPTER_NOT_PROVED: /);
    await expect(proveApplied(noise(), moody, 1000, never)).rejects.toThrow(/^ADAPTER_NOT_PROVED: /);
  });

  test("is not proved by answers without a word, as of a model that thinks apart", async () => {
    const silent = () => providerOf(() => " ");
    await expect(proveApplied(silent(), silent(), 1000, never)).rejects.toThrow(
      /^ADAPTER_NOT_PROVED: .*switch thinking off/,
    );
  });

  test("that never answers is given up", async () => {
    const hung = providerOf(() => new Promise<string>(() => {}));
    await expect(proveApplied(hung, base(), 20, never)).rejects.toThrow(
      "./adapter did not answer a short prompt within 0.02 s",
    );
  });

  test("whose base is served in its place, and changes by noise, passes at most 6 of 100 proofs", async () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (const share of [0.02, 0.1, 0.3, 0.6]) {
      let passed = 0;
      for (let trial = 0; trial < 300; trial++) {
        const noisy = () => providerOf((prompt) => (random() < share ? `odd ${random()}` : prompt));
        const proof = await proveApplied(noisy(), noisy(), 1000, never).catch(() => null);
        if (proof !== null) passed += 1;
      }
      expect(passed / 300).toBeLessThan(0.1);
    }
  });
});
