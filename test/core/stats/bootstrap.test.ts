import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { bootstrapClusters, bootstrapCounts } from "../../../src/core/stats/bootstrap.ts";

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

describe("bootstrapCounts", () => {
  it("agrees with the bootstrap of pooled sums", () => {
    const byCounts = (counts: Float64Array) =>
      variance(Float64Array.from(moments, (column) => weighted(column, counts)));
    const direct = bootstrapCounts(spatial.length, byCounts, { seed: 7, resamples: 2000 });
    const pooled = bootstrapClusters(moments, variance, { seed: 7, resamples: 2000 });
    expect(direct?.value).toBeCloseTo(pooled?.value as number, 9);
    expect(direct?.acceleration).toBeCloseTo(pooled?.acceleration as number, 9);
    expect(direct?.low).toBeCloseTo(pooled?.low as number, 9);
    expect(direct?.upperOneSided).toBeCloseTo(pooled?.upperOneSided as number, 9);
  });
});

function weighted(column: Float64Array, counts: Float64Array): number {
  return column.reduce((total, value, at) => total + value * (counts[at] as number), 0);
}

/** True and false positives and misses of reviewed cases, one cluster each, as the columns of a resampling. */
function columnsOf(cases: readonly Counts[]): Float64Array[] {
  return [
    Float64Array.from(cases, ({ found }) => found),
    Float64Array.from(cases, ({ wrong }) => wrong),
    Float64Array.from(cases, ({ bugs, found }) => bugs - found),
  ];
}

interface Counts {
  bugs: number;
  found: number;
  wrong: number;
}

describe("the bounds of F1 that gates go by", () => {
  const boundsOf = (cases: readonly Counts[], resamples = 1000, seed = 1) =>
    bootstrapClusters(columnsOf(cases), f1, { seed, resamples, range: [0, 1] });
  const perfect = (clusters: number): Counts[] =>
    Array.from({ length: clusters }, () => ({ bugs: 1, found: 1, wrong: 0 }));
  const withWrong = (clusters: number): Counts[] => [{ bugs: 1, found: 1, wrong: 1 }, ...perfect(clusters - 1)];

  it("are none from fewer than five clusters, or from fewer that the statistic needs", () => {
    expect(boundsOf(withWrong(2))).toBeNull();
    expect(boundsOf(withWrong(4))).toBeNull();
    expect(boundsOf(withWrong(5))?.lowerOneSided).toBeTypeOf("number");
    expect(bootstrapClusters(columnsOf(withWrong(9)), f1, { seed: 1, range: [0, 1], needed: 4 })).toBeNull();
  });

  it("of ten perfect cases is alpha^(1/10), and lower with a wrong finding", () => {
    expect(boundsOf(perfect(10))).toMatchObject({
      lowerOneSided: expect.closeTo(0.05 ** (1 / 10), 12),
      low: expect.closeTo(0.025 ** (1 / 10), 12),
      high: 1,
    });
    expect(boundsOf(withWrong(10))?.lowerOneSided).toBeLessThan(0.05 ** (1 / 10) * (20 / 21) + 1e-12);
  });

  it("go by the clusters needed, not by all", () => {
    const clean = Array.from({ length: 30 }, () => ({ bugs: 0, found: 0, wrong: 0 }));
    const columns = columnsOf([...perfect(10), ...clean]);
    const interval = bootstrapClusters(columns, f1, { seed: 1, range: [0, 1], needed: 10 });
    expect(interval?.lowerOneSided).toBeCloseTo(0.05 ** (1 / 10), 12);
  });

  it("are wider than the published interval's on few clusters", () => {
    const cases = Array.from({ length: 12 }, (_, at) => ({ bugs: 2, found: at % 3, wrong: (at * 5) % 4 }));
    const published = bootstrapClusters(columnsOf(cases), f1, { seed: 1 });
    const bounds = boundsOf(cases, 10_000);
    expect(bounds?.lowerOneSided).toBeLessThan((published?.lowerOneSided ?? 0) - 0.01);
    expect(bounds?.high).toBeGreaterThan((published?.high ?? 1) + 0.01);
  });

  const reviewed = fc
    .record({ bugs: fc.integer({ min: 1, max: 4 }), hits: fc.nat(4), wrong: fc.nat(3) })
    .map(({ bugs, hits, wrong }): Counts => ({ bugs, found: Math.min(bugs, hits), wrong }));

  it("are best for the perfect reviewer, and no better than the value times alpha^(1/C)", () => {
    fc.assert(
      fc.property(fc.array(reviewed, { minLength: 5, maxLength: 30 }), (cases) => {
        const bound = boundsOf(cases, 200);
        const best = boundsOf(
          cases.map(({ bugs }) => ({ bugs, found: bugs, wrong: 0 })),
          200,
        );
        if (bound === null) return cases.every(({ found }) => found === 0);
        expect(bound.lowerOneSided).toBeLessThanOrEqual((best?.lowerOneSided ?? 0) + 1e-12);
        expect(bound.lowerOneSided).toBeLessThanOrEqual(bound.value * 0.05 ** (1 / cases.length) + 1e-12);
        return true;
      }),
    );
  });

  it("seldom fall when one case gets better, and never by much", () => {
    const below = wholeNumbers(31);
    const falls = Array.from({ length: 800 }, () => {
      const recall = below(100);
      const cases = Array.from({ length: 5 + below(26) }, (): Counts => {
        const bugs = 1 + below(3);
        const found = Array.from({ length: bugs }, () => below(100) < recall).filter(Boolean).length;
        return { bugs, found, wrong: below(3) };
      });
      const changed = below(cases.length);
      const better = cases.map((one, at) => (at === changed ? improve(one) : one));
      const lowOf = (all: readonly Counts[]) => boundsOf(all, 2000)?.lowerOneSided ?? 0;
      return lowOf(cases) - lowOf(better);
    });
    expect(falls.filter((fall) => fall > 0.01).length / falls.length).toBeLessThan(0.02);
    expect(Math.max(...falls)).toBeLessThan(0.07);
  });

  it.each([
    { world: { bugs: [1], recall: 50, wrong: 0.3, noisy: 1 }, measured: [0, 0.022, 0.033, 0.038] },
    { world: { bugs: [1, 2, 3], recall: 70, wrong: 0.5, noisy: 1 }, measured: [0, 0.002, 0.038, 0.055] },
    { world: { bugs: [1], recall: 30, wrong: 1, noisy: 1 }, measured: [0.012, 0.02, 0.04, 0.04] },
    { world: { bugs: [1], recall: 80, wrong: 0.5, noisy: 0.15 }, measured: [0, 0.077, 0.072, 0.068] },
  ])("let an F1 on the threshold pass as rarely as measured: $world", ({ world, measured }) => {
    const below = wholeNumbers(37);
    const bugsEach = world.bugs.reduce((total, bugs) => total + bugs, 0) / world.bugs.length;
    const hits = (2 * bugsEach * world.recall) / 100;
    const truth = hits / (hits / 2 + bugsEach + world.wrong);
    const runs = 600;
    const rates = [5, 10, 20, 40].map((clusters) => {
      let passed = 0;
      for (let run = 0; run < runs; run++) {
        const cases = Array.from({ length: clusters }, () => drawCase(below, world));
        if ((boundsOf(cases, 1000, run)?.lowerOneSided ?? 0) >= truth) passed++;
      }
      return passed / runs;
    });
    rates.forEach((rate, at) => expect(Math.abs(rate - (measured[at] as number))).toBeLessThan(0.01));
    expect(Math.max(...rates)).toBeLessThan(world.noisy === 1 ? 0.06 : 0.08);
  });
});

function wholeNumbers(seed: number): (limit: number) => number {
  const generator = xoroshiro128plus(seed);
  generator.jump();
  return (limit) => Math.floor(((generator.next() >>> 0) / 2 ** 32) * limit);
}

/** Of `noisy` of the cases each has so many wrong findings (Poisson) that all together have `wrong` on average. */
function drawCase(
  below: (limit: number) => number,
  world: { bugs: number[]; recall: number; wrong: number; noisy: number },
): Counts {
  const bugs = world.bugs[below(world.bugs.length)] as number;
  const found = below(100) < world.recall ? bugs : 0;
  if (below(1000) >= world.noisy * 1000) return { bugs, found, wrong: 0 };
  let wrong = 0;
  const stop = Math.exp(-world.wrong / world.noisy);
  for (let left = below(1e6) / 1e6; left > stop; left *= below(1e6) / 1e6) wrong++;
  return { bugs, found, wrong };
}

function improve(one: Counts): Counts {
  return one.wrong > 0 ? { ...one, wrong: one.wrong - 1 } : { ...one, found: Math.min(one.bugs, one.found + 1) };
}
