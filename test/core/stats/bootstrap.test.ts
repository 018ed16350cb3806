import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { bootstrapBca, bootstrapClusters } from "../../../src/core/stats/bootstrap.ts";
import { quantile } from "../../../src/core/stats/quantile.ts";

const spatial = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];
const moments = [spatial.map(() => 1), spatial, spatial.map((x) => x * x)].map((column) => Float64Array.from(column));
const variance = ([n, sum, squares]: Float64Array) =>
  (squares as number) / (n as number) - ((sum as number) / (n as number)) ** 2;
const f1 = ([hits, extra, missed]: Float64Array) => {
  const denominator = 2 * (hits as number) + (extra as number) + (missed as number);
  return denominator === 0 ? null : (2 * (hits as number)) / denominator;
};

describe("bootstrapClusters", () => {
  it("has the published BCa interval of the variance of the spatial test scores", () => {
    const interval = bootstrapClusters(moments, variance, { seed: 1, level: 0.9, resamples: 40_000 });
    expect(interval?.value).toBeCloseTo(171.53402366863904, 9);
    expect(interval?.acceleration).toBeCloseTo(0.06124011981230725, 9);
    expect(interval?.bias).toBeCloseTo(0.1715, 1);
    expect(Math.abs((interval?.low ?? 0) - 115.4)).toBeLessThan(2);
    expect(Math.abs((interval?.high ?? 0) - 260.3)).toBeLessThan(3);
    expect(interval?.lowerOneSided).toBe(interval?.low);
    expect(interval?.upperOneSided).toBe(interval?.high);
  });

  it("has the variance of the mean that listing all resamples gives", () => {
    const columns = [Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 3, 4, 9)];
    const mean = ([n, sum]: Float64Array) => (sum as number) / (n as number);
    const interval = bootstrapClusters(columns, mean, { seed: 3 });
    expect(Math.abs((interval?.se ?? 0) ** 2 - 2.171875)).toBeLessThan(0.1);
  });

  it("sees no bias in a statistic whose resamples fall evenly around it, many of them on it", () => {
    const halves = [new Float64Array(20).fill(1), Float64Array.from({ length: 20 }, (_, c) => c % 2)];
    const rate = ([n, sum]: Float64Array) => (sum as number) / (n as number);
    expect(Math.abs(bootstrapClusters(halves, rate, { seed: 8 })?.bias ?? 1)).toBeLessThan(0.05);
  });

  it("draws the same resamples for every statistic and set of columns", () => {
    const seen = (columns: Float64Array[]) => {
      const sums: number[] = [];
      bootstrapClusters(columns, (all) => sums.push(all[0] as number), { seed: 9, resamples: 50 });
      return sums;
    };
    const [ones, scores] = moments as [Float64Array, Float64Array];
    expect(seen([scores])).toEqual(seen([scores, ones]));
  });

  it("is the same for the same seed and another for another", () => {
    const run = (seed: number) => bootstrapClusters(moments, variance, { seed, resamples: 500 });
    expect(run(4)).toEqual(run(4));
    expect(run(4)?.low).not.toBe(run(5)?.low);
  });

  it("has no interval from one cluster, an undefined statistic or one that is undefined in too many resamples", () => {
    const silent = Array.from({ length: 3 }, () => new Float64Array(20));
    const rare = [
      Float64Array.from({ length: 20 }, (_, c) => (c === 0 ? 1 : 0)),
      new Float64Array(20),
      new Float64Array(20),
    ];
    expect(bootstrapClusters([Float64Array.of(3), Float64Array.of(1), Float64Array.of(1)], f1, { seed: 1 })).toBeNull();
    expect(bootstrapClusters(silent, f1, { seed: 1 })).toBeNull();
    expect(bootstrapClusters(rare, f1, { seed: 1, range: [0, 1] })).toBeNull();
  });

  it("does not take a perfect score of few clusters for a certain one", () => {
    const perfect = [new Float64Array(42).fill(2), new Float64Array(42), new Float64Array(42)];
    expect(bootstrapClusters(perfect, f1, { seed: 1 })).toBeNull();
    const interval = bootstrapClusters(perfect, f1, { seed: 1, range: [0, 1] });
    expect(interval?.lowerOneSided).toBeCloseTo(0.05 ** (1 / 42), 12);
    expect(interval?.high).toBe(1);
  });

  it("refuses columns of different lengths and a seed that is no whole number", () => {
    expect(() => bootstrapClusters([new Float64Array(2), new Float64Array(3)], f1, { seed: 1 })).toThrow("got 2, 3");
    expect(() => bootstrapClusters(moments, variance, { seed: 0.5 })).toThrow("seed: expected a whole number, got 0.5");
  });

  it("bounds a pooled F1 about as often as it says", () => {
    const generator = xoroshiro128plus(23);
    const below = (limit: number) => Math.floor(((generator.next() >>> 0) / 2 ** 32) * limit);
    let covered = 0;
    let tooHigh = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const columns = [0, 1, 2].map(() => new Float64Array(60));
      for (let cluster = 0; cluster < 60; cluster++) {
        for (let bug = 0; bug < 3; bug++) {
          const column = columns[below(10) < 6 ? 0 : 2] as Float64Array;
          column[cluster] = (column[cluster] as number) + 1;
        }
        (columns[1] as Float64Array)[cluster] = below(3);
      }
      const truth = (2 * 1.8) / (2 * 1.8 + 1 + 1.2);
      const interval = bootstrapClusters(columns, f1, { seed: run, resamples: 1000 });
      if (interval !== null && interval.low <= truth && truth <= interval.high) covered++;
      if (interval !== null && interval.lowerOneSided > truth) tooHigh++;
    }
    expect(covered / runs).toBeGreaterThan(0.91);
    expect(covered / runs).toBeLessThan(0.985);
    expect(tooHigh / runs).toBeLessThan(0.08);
  });
});

describe("bootstrapBca", () => {
  it("gives the statistic each resample in ascending order", () => {
    let ascending = true;
    const interval = bootstrapBca(
      spatial,
      (sorted) => {
        for (let i = 1; i < sorted.length; i++) ascending &&= (sorted[i - 1] as number) <= (sorted[i] as number);
        return quantile(sorted, 0.5);
      },
      { seed: 2, resamples: 2000 },
    );
    expect(ascending).toBe(true);
    expect(interval?.value).toBe(31);
    expect(interval?.low).toBeGreaterThanOrEqual(20);
    expect(interval?.high).toBeLessThanOrEqual(42);
  });

  it("agrees with the bootstrap of pooled sums", () => {
    const direct = bootstrapBca(
      spatial,
      (sorted) => {
        const mean = sorted.reduce((total, x) => total + x, 0) / sorted.length;
        return sorted.reduce((total, x) => total + (x - mean) ** 2, 0) / sorted.length;
      },
      { seed: 6, resamples: 5000, level: 0.9 },
    );
    const pooled = bootstrapClusters(moments, variance, { seed: 7, resamples: 5000, level: 0.9 });
    expect(direct?.acceleration).toBeCloseTo(pooled?.acceleration as number, 9);
    expect(Math.abs((direct?.low ?? 0) - (pooled?.low ?? 99))).toBeLessThan(5);
  });
});
