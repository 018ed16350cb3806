import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialCdf } from "../../../src/core/stats/distributions.ts";
import {
  clopperPearson,
  exactLowerBound,
  exactUpperBound,
  jeffreys,
  minimumPasses,
  wilson,
} from "../../../src/core/stats/proportion.ts";

describe("wilson", () => {
  it.each([
    [18, 20, 0.6989663547715128, 0.9721335187862319],
    [19, 38, 0.348499283643951, 0.651500716356049],
    [5, 5, 0.5655175352168254, 1],
  ])("of %d of %d is the published interval", (successes, n, low, high) => {
    const interval = wilson(successes, n);
    expect(interval?.low).toBeCloseTo(low, 9);
    expect(interval?.high).toBeCloseTo(high, 9);
  });

  it("covers the true rate about 95 % of the time where the Wald interval covers 87 %", () => {
    const coverage = Array.from({ length: 51 }, (_, k) => k)
      .filter((k) => (wilson(k, 50)?.low ?? 1) <= 0.93 && (wilson(k, 50)?.high ?? 0) >= 0.93)
      .reduce((sum, k) => sum + binomialCdf(k, 50, 0.93) - binomialCdf(k - 1, 50, 0.93), 0);
    expect(coverage).toBeGreaterThan(0.93);
    expect(coverage).toBeLessThan(0.98);
  });
});

describe("jeffreys", () => {
  it("of 18 of 20 is the published interval", () => {
    expect(jeffreys(18, 20)?.low).toBeCloseTo(0.716146742695748, 8);
    expect(jeffreys(18, 20)?.high).toBeCloseTo(0.97862751197755, 8);
  });

  it("reaches the end where none or all succeeded, and says nothing of nothing", () => {
    expect(jeffreys(0, 5)?.low).toBe(0);
    expect(jeffreys(5, 5)?.high).toBe(1);
    expect(jeffreys(0, 0)).toBeNull();
  });
});

describe("the exact bounds", () => {
  it("of 18 of 20 are the published interval", () => {
    expect(clopperPearson(18, 20)?.low).toBeCloseTo(0.6830172859809176, 9);
    expect(clopperPearson(18, 20)?.high).toBeCloseTo(0.9876514728297052, 9);
  });

  it("bound the miss rate at 6.9 % after 0 misses in 42", () => {
    expect(exactUpperBound(0, 42)).toBeCloseTo(0.0688, 4);
    expect(exactLowerBound(42, 42)).toBeCloseTo(0.9312, 4);
  });

  it("are null for nothing measured, never 0 or 1", () => {
    expect([wilson(0, 0), clopperPearson(0, 0), exactLowerBound(0, 0), exactUpperBound(0, 0)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("leave the true rate on the wrong side at most 5 % of the time", () => {
    for (const [n, rate] of [
      [30, 0.5],
      [50, 0.7],
      [98, 0.93],
    ] as const) {
      const passes = Array.from({ length: n + 1 }, (_, k) => k);
      const tooHigh = passes.find((k) => (exactLowerBound(k, n) ?? 0) > rate) ?? n + 1;
      const tooLow = passes.findLast((k) => (exactUpperBound(k, n) ?? 1) < rate) ?? -1;
      expect(1 - binomialCdf(tooHigh - 1, n, rate)).toBeLessThanOrEqual(0.05);
      expect(binomialCdf(tooLow, n, rate)).toBeLessThanOrEqual(0.05);
    }
  });

  it("refuse more successes than units", () => {
    expect(() => exactLowerBound(3, 2)).toThrow("expected 0 <= successes <= n, got 3 of 2");
  });
});

describe("intervals of any proportion, whole counts or not", () => {
  const counts = fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 5000, noNaN: true }))
    .map(([share, n]) => ({ successes: share * n, n }));

  it("hold the observed rate, and the exact one-sided bounds lie within the two-sided ones", () => {
    fc.assert(
      fc.property(counts, ({ successes, n }) => {
        const rate = successes / n;
        const exact = clopperPearson(successes, n) ?? { low: NaN, high: NaN };
        const shown = wilson(successes, n) ?? { low: NaN, high: NaN };
        const low = exactLowerBound(successes, n) ?? NaN;
        const high = exactUpperBound(successes, n) ?? NaN;
        const ordered = [0, exact.low, low, rate, high, exact.high, 1];
        for (let i = 1; i < ordered.length; i++) {
          expect(ordered[i]).toBeGreaterThanOrEqual((ordered[i - 1] as number) - 1e-7);
        }
        expect(shown.low).toBeLessThanOrEqual(rate + 1e-9);
        expect(shown.high).toBeGreaterThanOrEqual(rate - 1e-9);
      }),
    );
  });

  it("rise with one more success", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 800 }), fc.nat(), (n, pick) => {
        const successes = pick % n;
        const better = successes + 1;
        expect(exactLowerBound(better, n)).toBeGreaterThan(exactLowerBound(successes, n) as number);
        expect(exactUpperBound(better, n)).toBeGreaterThan(exactUpperBound(successes, n) as number);
        expect(wilson(better, n)?.low).toBeGreaterThan(wilson(successes, n)?.low as number);
      }),
    );
  });
});

describe("minimumPasses", () => {
  it.each([
    [0.7, 50, 41],
    [0.7, 100, 78],
    [0.7, 200, 152],
    [0.7, 300, 224],
    [0.7, 500, 368],
    [0.7, 1000, 725],
    [0.93, 42, 42],
    [0.93, 50, 50],
    [0.93, 100, 98],
    [0.93, 200, 193],
    [0.93, 300, 287],
    [0.93, 500, 475],
    [0.93, 1000, 944],
  ])("for at least %d of %d units is %d", (threshold, n, passes) => {
    expect(minimumPasses(n, threshold)).toBe(passes);
  });

  it("is null where even n of n is not enough", () => {
    expect(minimumPasses(41, 0.93)).toBeNull();
    expect(minimumPasses(0, 0.5)).toBeNull();
    expect(minimumPasses(10_000, 1)).toBeNull();
  });
});
