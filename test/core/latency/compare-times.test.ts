import { describe, expect, test } from "vitest";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import {
  compareTimes,
  medianRatio,
  pairTimes,
  type RatioFigure,
  ratioOfP95,
} from "../../../src/core/latency/compare-times.ts";
import { normalQuantile } from "../../../src/core/stats/distributions.ts";
import { quantile } from "../../../src/core/stats/quantile.ts";
import { answeredAfter, missed } from "../../fixtures/timed-requests.ts";

const published = {
  first: [812, 845, 790, 1203, 870, 901, 833, 950, 865, 880],
  second: [780, 820, 801, 1100, 835, 880, 800, 910, 850, 845],
};

/** Log-normal times with a median of 500 ms. */
function drawTimes(count: number, seed: number, factor = 1): number[] {
  const generator = xoroshiro128plus(seed);
  return Array.from(
    { length: count },
    () => factor * 500 * Math.exp(0.4 * normalQuantile(((generator.next() >>> 0) + 0.5) / 2 ** 32)),
  );
}

describe("two reviewers that took turns", () => {
  test("differ by the median of their pairs' ratios, as published", () => {
    const { pairs, median, p, p95 } = compareTimes(published.first, published.second, 1);
    expect(pairs).toBe(10);
    expect(median?.value).toBeCloseTo(0.96049, 5);
    expect(median?.low).toBeCloseTo(0.95789, 5);
    expect(median?.high).toBeCloseTo(0.98266, 5);
    expect(p).toBeCloseTo(0.00390625, 8);
    expect(p95).toBeNull();
  });

  test("have a ratio of p95 once there are pairs enough for a p95", () => {
    const first = drawTimes(72, 3);
    const { p95 } = compareTimes(
      first,
      first.map((time) => 1.2 * time),
      1,
    );
    expect(p95?.value).toBeCloseTo(1.2, 9);
    expect(p95?.low).toBeCloseTo(1.2, 9);
    expect(compareTimes(first.slice(1), first.slice(1), 1).p95).toBeNull();
  });

  test("have the ratio of the p95 that each has by itself", () => {
    const [first, second] = [drawTimes(100, 8), drawTimes(100, 9)];
    const p95 = (times: number[]) => quantile(Float64Array.from(times).sort(), 0.95) ?? 0;
    expect(compareTimes(first, second, 1).p95?.value).toBeCloseTo(p95(second) / p95(first), 9);
  });

  test("are unlike in reverse as in order: the ratio of one is the inverse of the other's", () => {
    const [first, second] = [drawTimes(101, 5), drawTimes(101, 6, 1.1)];
    const [there, back] = [compareTimes(first, second, 1), compareTimes(second, first, 1)];
    expect(back.median?.value).toBeCloseTo(1 / (there.median?.value ?? 0), 9);
    expect(back.p95?.value).toBeCloseTo(1 / (there.p95?.value ?? 0), 9);
    expect(back.p).toBeCloseTo(there.p ?? 0, 9);
  });

  test("have intervals that hold the true ratios about as often as they say", () => {
    const held = { median: 0, p95: 0 };
    const runs = 400;
    const holds = ({ low, high }: RatioFigure) => (low ?? 2) <= 1.1 && 1.1 <= (high ?? 0);
    for (let run = 0; run < runs; run += 1) {
      const [first, second] = [drawTimes(100, 2 * run + 1), drawTimes(100, 2 * run + 2, 1.1)];
      if (holds(medianRatio(first, second))) held.median += 1;
      if (run % 4 === 0 && holds(ratioOfP95(first, second, run))) held.p95 += 1;
    }
    expect(held.median / runs).toBeGreaterThan(0.93);
    expect(held.p95 / (runs / 4)).toBeGreaterThan(0.9);
  });

  test("have about the same p where there are too many pairs for signs to be drawn", () => {
    const [first, second] = [drawTimes(501, 3), drawTimes(501, 4, 1.05)];
    const many = compareTimes(first, second, 1).p ?? 0;
    const fewer = compareTimes(first.slice(1), second.slice(1), 1).p ?? 0;
    expect(many).toBeGreaterThan(0.01);
    expect(Math.abs(many - fewer)).toBeLessThan(0.02);
  });

  test("are paired by index, and a miss is slower than all answers of both", () => {
    const first = [answeredAfter(0, 100), answeredAfter(1, 200), missed(2, "failed"), answeredAfter(4, 1)];
    const second = [answeredAfter(2, 300), missed(0, "timeout"), answeredAfter(1, 50_000)];
    const { first: a, second: b } = pairTimes(first, second, 10_000);
    expect(a).toEqual([100, 200, 50_000]);
    expect(b).toEqual([50_000, 50_000, 300]);
  });

  test("need times above 0, and as many of each", () => {
    expect(() => compareTimes([1], [1, 2], 1)).toThrow("expected as many times");
    expect(() => compareTimes([0], [1], 1)).toThrow("above 0");
    expect(compareTimes([], [], 1)).toEqual({ pairs: 0, median: null, p95: null, p: null });
  });
});
