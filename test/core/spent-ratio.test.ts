import { describe, expect, test } from "vitest";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { LatencyReport } from "../../src/core/latency/latency-report.ts";
import type { Metric } from "../../src/core/report.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { type Spender, spentRatios } from "../../src/core/spent-ratio.ts";

const perToken = { inputPerMTok: 1_000_000, outputPerMTok: 0 };
const alone = { seed: 1, latency: null };

const figure = (value: number | null, n = 100, more: object = {}) => ({ value, n, unscored: 0, ...more }) as Metric;

/** A reviewer that needs so many tokens for each case in turn, at a dollar each. */
function spender(id: string, tokens: readonly number[], metrics: Record<string, Metric> = {}): Spender {
  const rows = tokens.map((tokensIn, index) => ({
    caseId: `case${index}`,
    cluster: `c${index}`,
    spending: { answers: 1, withoutUsage: 0, tokensIn, tokensOut: 0, cachedIn: 0 },
  })) as CaseRow[];
  const total = tokens.reduce((sum, one) => sum + one, 0);
  const cost = { "cost.usd": figure(total, tokens.length) };
  return { reviewer: { id, metrics: { ...cost, ...metrics }, price: perToken, cases: tokens.length }, rows };
}

const times = (p50: number, p95: number) => ({ "latency.p50_ms": figure(p50), "latency.p95_ms": figure(p95) });
const ofCost = (first: Spender, second: Spender) =>
  spentRatios(first, second, alone).find(({ of }) => of === "cost.usd");

describe("what the second cost beside the first", () => {
  test("is the ratio of a review's cost on the cases that both have, with its interval", () => {
    const ratio = ofCost(spender("dear", [4, 8, 12, 4, 8, 12, 5]), spender("cheap", [1, 2, 3, 1, 2, 3]));
    expect(ratio).toMatchObject({ first: 8, second: 2, ratio: 0.25, n: 6 });
    expect(ratio?.reason).toBeUndefined();
  });

  test("has an interval that holds the true ratio about as often as it says", () => {
    const generator = xoroshiro128plus(7);
    const uniform = () => (generator.next() >>> 0) / 2 ** 32;
    let held = 0;
    const trials = 100;
    for (let trial = 0; trial < trials; trial++) {
      const size = Array.from({ length: 40 }, () => 1 + 9 * uniform());
      const draw = (factor: number) => size.map((one) => one * factor * (0.5 + uniform()));
      const ratio = ofCost(spender("a", draw(1)), spender("b", draw(0.5)));
      if ((ratio?.low ?? 1) <= 0.5 && (ratio?.high ?? 0) >= 0.5) held += 1;
    }
    expect(held / trials).toBeGreaterThanOrEqual(0.89);
    expect(held / trials).toBeLessThan(1);
  });

  test("has no interval on a few clusters", () => {
    expect(ofCost(spender("a", [1, 2, 3]), spender("b", [2, 4, 6]))).toMatchObject({
      ratio: 2,
      low: null,
      high: null,
      reason: "too few independent cases for an interval",
    });
  });

  test("of machines by the hour is of the totals, since an hour is not told case by case", () => {
    const rented = spender("rented", [1, 1, 1, 1, 1, 1], { "cost.usd": figure(3) });
    const hourly: Spender = { ...rented, reviewer: { ...rented.reviewer, price: { usdPerHour: 2 } } };
    expect(ofCost(spender("hosted", [1, 1, 1, 1, 1, 1]), hourly)).toMatchObject({
      ratio: 0.5,
      low: null,
      reason: "an hour of a machine is not told case by case",
    });
  });

  test("is not said of what costs nothing, or what nobody knows the cost of", () => {
    const free = spender("free", [0, 0, 0, 0, 0]);
    expect(ofCost(free, spender("a", [1, 1, 1, 1, 1]))).toMatchObject({ ratio: null, reason: "free costs nothing" });
    const unknown = spender("u", [], { "cost.usd": figure(null, 0, { reason: "no price is known" }) });
    expect(ofCost(spender("a", [1]), unknown)).toMatchObject({ ratio: null, reason: "u: no price is known" });
    const partly = spender("p", [1, 2], { "cost.usd": figure(3, 2, { unscored: 1, reason: "at least: 1 of 2" }) });
    expect(ofCost(spender("a", [1, 2]), partly)).toMatchObject({ ratio: null, reason: "p: at least: 1 of 2" });
    expect(ofCost(unknown, unknown)).toBeUndefined();
  });
});

describe("how long the second took beside the first", () => {
  const first = spender("a", [], times(100, 400));
  const second = spender("b", [], times(50, 100));
  const turns = (one: string, other: string) =>
    ({
      stages: [
        {
          comparisons: [
            {
              first: one,
              second: other,
              pairs: 90,
              median: { value: 0.48, low: 0.4, high: 0.5 },
              p95: { value: 0.2, low: null, high: null },
              p: 0.01,
            },
          ],
        },
      ],
    }) as unknown as LatencyReport;

  test("is the ratio that the latency phase found where both took turns in it", () => {
    expect(spentRatios(first, second, { seed: 1, latency: turns("a", "b") })).toMatchObject([
      { of: "latency.p50_ms", ratio: 0.48, low: 0.4, high: 0.5, n: 90 },
      { of: "latency.p95_ms", ratio: 0.2, low: null, high: null, n: 90 },
    ]);
  });

  test("is turned over where the phase has it the other way round", () => {
    const [median] = spentRatios(first, second, { seed: 1, latency: turns("b", "a") });
    expect(median).toMatchObject({ ratio: 1 / 0.48, low: 2, high: 2.5 });
  });

  test("has no interval and a word of caution where they were timed in two runs", () => {
    expect(spentRatios(first, second, alone)).toMatchObject([
      { ratio: 0.5, low: null, high: null, reason: expect.stringMatching(/^timed in two runs/) },
      { ratio: 0.25, low: null, high: null },
    ]);
  });

  test("is null with a reason where one alone was timed", () => {
    expect(spentRatios(first, spender("b", []), alone)[0]).toMatchObject({
      first: 100,
      second: null,
      ratio: null,
      reason: "b: it was not timed",
    });
    expect(spentRatios(spender("a", []), spender("b", []), alone)).toEqual([]);
  });
});
