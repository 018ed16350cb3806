import { describe, expect, test } from "vitest";
import { arrivalTimes } from "../../../src/core/latency/arrivals.ts";
import { findGreatestWithin, findKnee, type LevelOutcome } from "../../../src/core/latency/knee.ts";
import { clientOverhead } from "../../../src/core/latency/overhead.ts";
import { distrust, distrustRate } from "../../../src/core/latency/trust.ts";

const overhead = { requests: 50, firstToken: { p50: 1, p95: 4 }, endToEnd: { p50: 2, p95: 20 } };

describe("a percentile is refused", () => {
  const at = (p: number, value: number | null, more = {}) =>
    distrust({ p, value }, "endToEnd", { overhead, loopLagMs: 0, ...more });

  test("where the client added more than 5 % of it", () => {
    expect(at(0.95, 400)).toBeNull();
    expect(at(0.95, 399)).toContain("the client itself added 20 ms, over 5 % of 399 ms");
    expect(at(0.5, 40)).toBeNull();
    expect(at(0.5, 39)).toContain("2.0 ms");
    expect(distrust({ p: 0.95, value: 79 }, "firstToken", { overhead, loopLagMs: 0 })).toContain("4.0 ms");
  });

  test("where the event loop was late, also of a reviewer in this process", () => {
    expect(at(0.95, 400, { overhead: null, loopLagMs: 20 })).toBeNull();
    expect(at(0.95, 400, { overhead: null, loopLagMs: 21 })).toContain("event loop was late by 21 ms");
  });

  test("not where there is none", () => {
    expect(at(0.95, null)).toBeNull();
  });
});

describe("a rate is refused", () => {
  test("where the client could not produce it", () => {
    expect(distrustRate({ duePerS: 100, sentPerS: 95 }, 1, 200)).toBeNull();
    expect(distrustRate({ duePerS: 100, sentPerS: 94 }, 1, 200)).toContain(
      "sent 94 requests a second where 100 were due",
    );
  });

  test("where its requests went out late", () => {
    expect(distrustRate({ duePerS: 10, sentPerS: 10 }, 10, 200)).toBeNull();
    expect(distrustRate({ duePerS: 10, sentPerS: 10 }, 11, 200)).toContain("late with its requests by 11 ms");
    expect(distrustRate(null, 11, 200)).toContain("over 10 ms");
  });
});

test("the client's overhead is what it saw less what the server says, so that the server's lateness is no part of it", () => {
  const times = Array.from({ length: 101 }, (_, index) => ({
    trueFirstTokenMs: 100 + 7 * index,
    trueEndToEndMs: 200 + 7 * index,
    firstTokenMs: 101 + 7 * index,
    endToEndMs: 200 + 8 * index,
  }));
  expect(clientOverhead(times)).toEqual({
    requests: 101,
    firstToken: { p50: 1, p95: 1 },
    endToEnd: { p50: 50, p95: 95 },
  });
  expect(clientOverhead([])).toBeNull();
});

describe("arrivals", () => {
  const take = (count: number, ...given: Parameters<typeof arrivalTimes>) =>
    Array.from(
      { length: count },
      (() => {
        const times = arrivalTimes(...given);
        return () => times.next().value;
      })(),
    );

  test("come one by one at a constant rate, from the start on", () => {
    expect(take(4, "constant", 4, 1)).toEqual([0, 250, 500, 750]);
  });

  test("come as a Poisson process: exponential gaps of the right mean and spread, the same for the same seed", () => {
    const times = take(20_000, "poisson", 5, 7);
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(mean).toBeGreaterThan(195);
    expect(mean).toBeLessThan(205);
    expect(spread / mean).toBeGreaterThan(0.97);
    expect(spread / mean).toBeLessThan(1.03);
    // Kolmogorov and Smirnov: 1.63 / sqrt(n) is exceeded by one true sample in a hundred.
    const shares = gaps
      .toSorted((a, b) => a - b)
      .map((gap, rank) => Math.abs(1 - Math.exp(-gap / 200) - rank / 20_000));
    expect(Math.max(...shares)).toBeLessThan(1.63 / Math.sqrt(20_000));
    expect(take(5, "poisson", 5, 7)).toEqual(times.slice(0, 5));
    expect(take(5, "poisson", 5, 8)).not.toEqual(times.slice(0, 5));
  });

  test.each([0, -1, Number.NaN, Infinity])("at a rate of %d are refused", (rate) => {
    expect(() => arrivalTimes("constant", rate, 1).next()).toThrow("rate: expected a number above 0");
  });
});

describe("the load that a reviewer can bear", () => {
  const level = (at: number, p95Ms: number | null, missed = 0): LevelOutcome => ({
    level: at,
    p95Ms,
    boundMs: p95Ms === null ? null : p95Ms + 50,
    missed,
  });

  test("has its knee at the last level before the p95 doubles or requests are missed", () => {
    const bent = (at: number | null) => ({ level: at, isBent: true });
    expect(findKnee([level(1, 100), level(8, 190), level(2, 110), level(16, 700), level(32, 150)])).toEqual(bent(8));
    expect(findKnee([level(1, 100), level(2, 110, 0.02)])).toEqual(bent(1));
    expect(findKnee([level(1, 100), level(2, null)])).toEqual(bent(1));
    expect(findKnee([level(1, null), level(2, 120)])).toEqual(bent(null));
    expect(findKnee([level(1, 100, 0.5)])).toEqual(bent(null));
  });

  test("has none where nothing bends: the greatest level is only the last that was measured", () => {
    expect(findKnee([level(1, 100), level(2, 120)])).toEqual({ level: 2, isBent: false });
    expect(findKnee([])).toEqual({ level: null, isBent: false });
  });

  test("keeps an objective up to the last level at which the upper bound of the p95 does", () => {
    const levels = [level(8, 300), level(1, 100), level(4, 170), level(2, 140)];
    expect(findGreatestWithin(levels, 200)).toBe(2);
    expect(findGreatestWithin(levels, 350)).toBe(8);
    expect(findGreatestWithin(levels, 149)).toBeNull();
    expect(findGreatestWithin([level(1, 100), level(2, null), level(4, 100)], 200)).toBe(1);
    expect(findGreatestWithin([level(1, null), level(2, 100)], 200)).toBeUndefined();
  });
});
