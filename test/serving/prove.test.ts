import { describe, expect, test } from "vitest";
import { type Provider, type ProviderAnswer, ProviderError } from "../../src/core/provider.ts";
import { proveApplied } from "../../src/serving/prove.ts";

const never = new AbortController().signal;

/** A provider whose nth answer is what `say` gives of n and the prompt. */
function providerOf(
  say: (prompt: string, nth: number) => string | Promise<string>,
  more: (prompt: string) => Partial<ProviderAnswer> = () => ({}),
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
      hung.catch(() => undefined);
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
        ...more(prompt),
      };
    },
  };
}

const base = () => providerOf((prompt) => `base ${prompt}`);

describe("an adapter", () => {
  test("is proved to be applied where it answers otherwise than its base, which answers the same again", async () => {
    const adapter = providerOf((prompt) => `own ${prompt}`);
    expect(await proveApplied(adapter, base(), { timeoutMs: 1000, signal: never })).toEqual({
      prompts: 6,
      different: 6,
      unsteady: 0,
    });
  });

  test("that answers as its base is not applied", async () => {
    await expect(proveApplied(base(), base(), { timeoutMs: 1000, signal: never })).rejects.toThrow(
      /^ADAPTER_NOT_APPLIED: /,
    );
  });

  test("that rarely differs is proved by a base that stays the same for longer", async () => {
    const adapter = providerOf((prompt, nth) => (nth === 0 ? "own" : `base ${prompt}`));
    const steady = base();
    expect(await proveApplied(adapter, steady, { timeoutMs: 1000, signal: never })).toEqual({
      prompts: 6,
      different: 1,
      unsteady: 0,
    });
    expect(steady.asked()).toBe(6 * 7);
    const unsteady = providerOf((prompt, nth) => (nth === 20 ? "noise" : `base ${prompt}`));
    const faint = providerOf((prompt, nth) => (nth === 0 ? "own" : `base ${prompt}`));
    await expect(proveApplied(faint, unsteady, { timeoutMs: 1000, signal: never })).rejects.toThrow(
      /^ADAPTER_NOT_PROVED: .* 1 otherwise when asked again/,
    );
  });

  test("is not proved by a base that answers as it likes", async () => {
    const noise = () => providerOf((prompt, nth) => `${nth % 3} ${prompt}`);
    const other = providerOf((prompt, nth) => `${(nth + 1) % 3} ${prompt}`);
    const moody = providerOf((prompt, nth) => `${Math.floor(nth / 6)} ${prompt}`);
    await expect(proveApplied(other, moody, { timeoutMs: 1000, signal: never })).rejects.toThrow(
      /^ADAPTER_NOT_PROVED: /,
    );
    await expect(proveApplied(noise(), moody, { timeoutMs: 1000, signal: never })).rejects.toThrow(
      /^ADAPTER_NOT_PROVED: /,
    );
  });

  test("is not proved by answers without a word, as of a model that thinks apart", async () => {
    const silent = () => providerOf(() => " ");
    await expect(proveApplied(silent(), silent(), { timeoutMs: 1000, signal: never })).rejects.toThrow(
      /^ADAPTER_NOT_PROVED: .*switch thinking off/,
    );
  });

  test("that thinks apart is proved by what it thinks, where it says nothing yet", async () => {
    const thinking = (thought: string) =>
      providerOf(
        () => "",
        (prompt) => ({ reasoning: `${thought} ${prompt}` }),
      );
    const settings = { timeoutMs: 1000, signal: never };
    expect(await proveApplied(thinking("own"), thinking("base"), settings)).toMatchObject({
      different: 6,
      unsteady: 0,
    });
    await expect(proveApplied(thinking("base"), thinking("base"), settings)).rejects.toThrow(/^ADAPTER_NOT_APPLIED: /);
  });

  test("that shows only where the suite asks is proved by two of its prompts", async () => {
    const faint = providerOf((prompt) => (prompt.startsWith("suite") ? "own" : `base ${prompt}`));
    const settings = { timeoutMs: 1000, signal: never, ownPrompts: ["suite one", "suite two", "suite three"] };
    expect(await proveApplied(faint, base(), settings)).toEqual({ prompts: 8, different: 2, unsteady: 0 });
    await expect(proveApplied(base(), base(), settings)).rejects.toThrow(/answers 8 of 8 prompts exactly as its base/);
  });

  test("is not asked again what of the suite's own it cannot answer", async () => {
    const cut = (prompt: string) => (prompt === "suite long" ? { outcome: "overflow" as const, text: "" } : {});
    const [own, bare] = [providerOf((prompt) => `own ${prompt}`, cut), providerOf((prompt) => `base ${prompt}`, cut)];
    const settings = { timeoutMs: 1000, signal: never, ownPrompts: ["suite long", "suite short"] };
    expect(await proveApplied(own, bare, settings)).toEqual({ prompts: 7, different: 7, unsteady: 0 });
    expect(bare.asked()).toBe(2 * 7);
  });

  test("is asked once more what failed on its way, and no more", async () => {
    const failing = (times: number, isRetryable = true) => {
      let left = times;
      return providerOf((prompt) => {
        left -= 1;
        if (left >= 0) throw new ProviderError("connection reset", { isRetryable });
        return `own ${prompt}`;
      });
    };
    const settings = { timeoutMs: 1000, signal: never, pauseMs: 0 };
    expect(await proveApplied(failing(1), base(), settings)).toMatchObject({ different: 6 });
    await expect(proveApplied(failing(2), base(), settings)).rejects.toThrow("connection reset");
    await expect(proveApplied(failing(1, false), base(), settings)).rejects.toThrow("connection reset");
  });

  test("that never answers is given up", async () => {
    const hung = providerOf(() => new Promise<string>(() => {}));
    await expect(proveApplied(hung, base(), { timeoutMs: 20, signal: never })).rejects.toThrow(
      "./adapter did not answer a short prompt within 0.02 s",
    );
  });

  test("whose base is served in its place, and changes by noise, passes at most 6 of 100 proofs", async () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const none: readonly string[] = [];
    const shares = [0.02, 0.1, 0.3, 0.6].map((share) => ({ share, ownPrompts: none }));
    for (const { share, ownPrompts } of [...shares, { share: 0.02, ownPrompts: ["a", "b"] }]) {
      let passed = 0;
      for (let trial = 0; trial < 300; trial++) {
        const noisy = () => providerOf((prompt) => (random() < share ? `odd ${random()}` : prompt));
        const proof = await proveApplied(noisy(), noisy(), { timeoutMs: 1000, signal: never, ownPrompts }).catch(
          () => null,
        );
        if (proof !== null) passed += 1;
      }
      expect(passed / 300).toBeLessThan(0.1);
    }
  });
});
