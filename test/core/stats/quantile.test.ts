import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  quantile,
  quantileInterval,
  quantileLowerBound,
  quantileUpperBound,
} from "../../../src/core/stats/quantile.ts";

const durations = [
  812, 845, 790, 1203, 870, 901, 833, 2250, 865, 880, 799, 912, 1010, 858, 876, 894, 823, 1502, 867, 840,
].sort((a, b) => a - b);
const ranks = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe("quantile", () => {
  it("interpolates as type 7 does", () => {
    expect(quantile(durations, 0.95)).toBeCloseTo(1539.4, 9);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  });

  it("ends at the least and greatest value, and is null for none", () => {
    expect([quantile(durations, 0), quantile(durations, 1), quantile([], 0.5)]).toEqual([790, 2250, null]);
  });

  it("refuses a percentage", () => {
    expect(() => quantile(durations, 95)).toThrow("expected p from 0 to 1, got 95 (write 0.95 for p95)");
  });
});

describe("quantileInterval", () => {
  it.each([
    [100, 0.5, 40, 61],
    [200, 0.5, 86, 115],
    [200, 0.95, 184, 197],
    [100, 0.95, 90, 100],
    [72, 0.95, 64, 72],
    [10, 0.5, 2, 9],
  ])("of %d values at p %d has the published ranks", (n, p, lowRank, highRank) => {
    expect(quantileInterval(ranks(n), p)).toMatchObject({ low: lowRank, high: highRank, lowRank, highRank });
  });

  it("states its coverage", () => {
    expect(quantileInterval(ranks(100), 0.5).coverage).toBeCloseTo(0.9647997998, 8);
    expect(quantileInterval(ranks(100), 0.95).coverage).toBeCloseTo(0.9826070607, 8);
    expect(quantileInterval(ranks(10), 0.5).coverage).toBeCloseTo(0.978515625, 9);
  });

  it("has no upper end for a p95 below 72 values", () => {
    expect(quantileInterval(ranks(71), 0.95)).toMatchObject({ high: null, highRank: null, coverage: null });
    expect(quantileInterval([], 0.5)).toMatchObject({ low: null, high: null });
  });

  it("holds the true quantile at least as often as it says, for any n and p", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0.1, 0.5, 0.9, 0.95), (n, p) => {
        const { lowRank, highRank, coverage } = quantileInterval(ranks(n), p);
        if (lowRank === null || highRank === null) return;
        expect(lowRank).toBeLessThan(highRank);
        expect(coverage).toBeGreaterThanOrEqual(0.95 - 1e-9);
      }),
    );
  });
});

describe("one-sided bounds of a quantile", () => {
  it("need 59 values above a p95", () => {
    expect(quantileUpperBound(ranks(59), 0.95)).toBe(59);
    expect(quantileUpperBound(ranks(58), 0.95)).toBeNull();
  });

  it("need 59 values below a p5", () => {
    expect(quantileLowerBound(ranks(59), 0.05)).toBe(1);
    expect(quantileLowerBound(ranks(58), 0.05)).toBeNull();
  });
});
