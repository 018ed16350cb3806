import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import {
  boundsWithoutSpread,
  clusteredMean,
  clusteredProportion,
  pooledRatio,
} from "../../../src/core/stats/cluster.ts";
import type { RatioRow } from "../../../src/core/stats/cluster.ts";
import { exactLowerBound, exactUpperBound, wilson } from "../../../src/core/stats/proportion.ts";

const published = [
  [1, 1, 1],
  [0, 0],
  [1, 0, 1, 1],
  [0, 0, 0],
  [1, 1],
];
const unitRows = published.flatMap((values, cluster) =>
  values.map((numerator) => ({ cluster, numerator, denominator: 1 })),
);

describe("pooledRatio", () => {
  it("has the published clustered error without the correction, and with it", () => {
    const plain = pooledRatio(unitRows, "none");
    expect(plain?.value).toBeCloseTo(0.5714285714285714, 12);
    expect(plain?.se).toBeCloseTo(0.19090088708030312, 12);
    expect(pooledRatio(unitRows)?.se).toBeCloseTo(0.21343368023828457, 12);
  });

  it("is the same from units as from sums of clusters, in any order", () => {
    const sums = published.map((values, cluster) => ({
      cluster,
      numerator: values.reduce((total, value) => total + value, 0),
      denominator: values.length,
    }));
    expect(pooledRatio(sums.toReversed())?.se).toBeCloseTo(pooledRatio(unitRows)?.se as number, 12);
  });

  it("has no error with one cluster, no value without a denominator, and no use for empty clusters", () => {
    expect(pooledRatio([{ cluster: "a", numerator: 2, denominator: 3 }])?.se).toBeNull();
    expect(pooledRatio([{ cluster: "a", numerator: 0, denominator: 0 }])).toBeNull();
    expect(pooledRatio([...unitRows, { cluster: "empty", numerator: 0, denominator: 0 }])?.clusters).toBe(5);
  });
});

describe("clusteredMean", () => {
  const rowsOf = (values: { cluster: number; value: number }[]) =>
    values.map(({ cluster, value }) => ({ cluster, numerator: value, denominator: 1 }));
  const values = published.flatMap((ones, cluster) => ones.map((value) => ({ cluster, value })));

  it("uses t with C - 1 degrees of freedom below 30 clusters", () => {
    const mean = clusteredMean(rowsOf(values));
    expect(mean?.high).toBeCloseTo(0.5714285714285714 + 2.7764451051977934 * 0.21343368023828457, 7);
    expect(mean?.lowOneSided).toBeCloseTo(0.5714285714285714 - 2.13184678133629 * 0.21343368023828457, 7);
  });

  it("uses the normal distribution from 30 clusters on", () => {
    const many = Array.from({ length: 30 }, (_, cluster) => ({ cluster, value: cluster % 3 }));
    const mean = clusteredMean(rowsOf(many));
    expect(mean?.high).toBeCloseTo((mean?.value ?? NaN) + 1.959963984540054 * (mean?.se ?? NaN), 9);
  });

  it("has no bounds from one cluster, nor from equal values of unknown range", () => {
    const none = { low: null, high: null, lowOneSided: null, highOneSided: null };
    expect(
      clusteredMean(
        rowsOf([
          { cluster: 1, value: 0.4 },
          { cluster: 1, value: 0.9 },
        ]),
      ),
    ).toMatchObject(none);
    expect(
      clusteredMean(
        rowsOf([
          { cluster: 1, value: 1 },
          { cluster: 2, value: 1 },
        ]),
      ),
    ).toMatchObject(none);
    expect(clusteredMean(rowsOf([]))).toBeNull();
  });

  it("bounds equal values of known range as a proportion is bounded", () => {
    const perfect = Array.from({ length: 42 }, (_, cluster) => ({ cluster, value: 1 }));
    const mean = clusteredMean(rowsOf(perfect), { range: [0, 1] });
    expect(mean?.lowOneSided).toBeCloseTo(exactLowerBound(42, 42) as number, 12);
    expect(mean?.highOneSided).toBe(1);
    expect(boundsWithoutSpread(0, 42, 0.05, [0, 1])?.high).toBeCloseTo(exactUpperBound(0, 42) as number, 12);
  });

  it("covers the true mean about 95 % of the time with 12 clusters of alike values", () => {
    const uniform = uniformNumbers(5);
    let covered = 0;
    for (let run = 0; run < 2000; run++) {
      const drawn = Array.from({ length: 12 }, (_, cluster) => {
        const shared = uniform();
        return Array.from({ length: 3 }, () => ({ cluster, value: shared + uniform() }));
      });
      const mean = clusteredMean(rowsOf(drawn.flat()));
      if ((mean?.low ?? 2) <= 1 && (mean?.high ?? 0) >= 1) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.965);
  });
});

describe("clusteredProportion", () => {
  it("of independent units is the plain proportion exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (n, pick) => {
        const passes = pick % (n + 1);
        const proportion = clusteredProportion(independent(passes, n));
        expect(proportion?.effectiveN).toBe(n);
        expect(proportion?.exactLow()).toBeCloseTo(exactLowerBound(passes, n) as number, 9);
        expect(proportion?.exactHigh(0.01)).toBeCloseTo(exactUpperBound(passes, n, 0.01) as number, 9);
        expect(proportion?.wilson.low).toBeCloseTo(wilson(passes, n)?.low as number, 9);
      }),
    );
  });

  it("counts clusters where all units of a cluster go together", () => {
    const rows = Array.from({ length: 60 }, (_, cluster) => ({
      cluster,
      numerator: cluster < 45 ? 4 : 0,
      denominator: 4,
    }));
    const proportion = clusteredProportion(rows);
    expect(proportion?.effectiveN).toBeGreaterThan(57);
    expect(proportion?.effectiveN).toBeLessThanOrEqual(60);
  });

  it("follows the formula of Korn and Graubard for few clusters", () => {
    const rows = Array.from({ length: 12 }, (_, cluster) => ({
      cluster,
      numerator: cluster < 9 ? 4 : 0,
      denominator: 4,
    }));
    const designEffect = (12 / 11) * 4 * (47 / 48);
    const [t47, t11] = [2.01174051372977, 2.20098516009164];
    expect(clusteredProportion(rows)?.effectiveN).toBeCloseTo((48 / designEffect) * (t47 / t11) ** 2, 5);
  });

  it("takes the number of clusters where all units passed, or none", () => {
    const rows = Array.from({ length: 42 }, (_, cluster) => ({ cluster, numerator: 5, denominator: 5 }));
    expect(clusteredProportion(rows)).toMatchObject({ value: 1, n: 210, effectiveN: 42 });
    expect(clusteredProportion(rows)?.exactLow()).toBeCloseTo(0.05 ** (1 / 42), 12);
    const none = rows.map((row) => ({ ...row, numerator: 0 }));
    expect(clusteredProportion(none)?.exactHigh()).toBeCloseTo(1 - 0.05 ** (1 / 42), 12);
  });

  it("knows next to nothing from one cluster, and nothing from none", () => {
    expect(clusteredProportion([{ cluster: "a", numerator: 90, denominator: 100 }])?.effectiveN).toBe(1);
    expect(clusteredProportion([])).toBeNull();
  });

  it("takes means of repeats that are not quite whole", () => {
    const rows = [0.1, 0.1, 0.1].map((part) => ({ cluster: "a", numerator: part, denominator: part }));
    const proportion = clusteredProportion([...rows, { cluster: "b", numerator: 0.1 + 0.2, denominator: 0.3 }]);
    expect(proportion?.value).toBe(1);
  });

  it("refuses more passes than units", () => {
    expect(() => clusteredProportion([{ cluster: "pr-7", numerator: 3, denominator: 2 }])).toThrow(
      "cluster pr-7: expected 0 <= numerator <= denominator, got 3 of 2",
    );
  });

  it("never knows more than its units, and orders its bounds, whatever the clusters", () => {
    const row = fc
      .tuple(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 6 }), fc.nat())
      .map(([cluster, n, pick]): RatioRow => ({ cluster, numerator: pick % (n + 1), denominator: n }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const proportion = clusteredProportion(rows);
        if (proportion === null) return rows.every(({ denominator }) => denominator === 0);
        expect(proportion.effectiveN).toBeGreaterThan(0);
        expect(proportion.effectiveN).toBeLessThanOrEqual(proportion.n);
        expect(proportion.exactLow()).toBeLessThanOrEqual(proportion.value + 1e-9);
        expect(proportion.exactHigh()).toBeGreaterThanOrEqual(proportion.value - 1e-9);
        return true;
      }),
    );
  });

  it.each([
    { clusters: 20, sizes: [5], alike: 0.6, threshold: 0.93 },
    { clusters: 50, sizes: [5], alike: 0.3, threshold: 0.93 },
    { clusters: 50, sizes: [1, 2, 3, 4, 5], alike: 1, threshold: 0.93 },
    { clusters: 150, sizes: [5], alike: 0.6, threshold: 0.93 },
    { clusters: 60, sizes: [2], alike: 0.3, threshold: 0.7 },
    { clusters: 60, sizes: [1, 3, 10], alike: 0.5, threshold: 0.7 },
  ])("passes a reviewer on the threshold about 5 % of the time at most: $clusters clusters, $alike alike", (world) => {
    const uniform = uniformNumbers(17);
    let passed = 0;
    for (let run = 0; run < 1500; run++) {
      const rows = Array.from({ length: world.clusters }, (_, cluster) => drawCluster(uniform, cluster, world));
      if ((clusteredProportion(rows)?.exactLow() ?? 0) > world.threshold) passed++;
    }
    expect(passed / 1500).toBeLessThan(0.06);
  });
});

function independent(passes: number, n: number): RatioRow[] {
  return Array.from({ length: n }, (_, cluster) => ({ cluster, numerator: cluster < passes ? 1 : 0, denominator: 1 }));
}

function uniformNumbers(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  generator.jump();
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** Each unit copies the outcome of its cluster with chance sqrt(alike), which makes `alike` the correlation of units. */
function drawCluster(
  uniform: () => number,
  cluster: number,
  world: { sizes: number[]; alike: number; threshold: number },
): RatioRow {
  const size = world.sizes[Math.floor(uniform() * world.sizes.length)] as number;
  const shared = uniform() < world.threshold;
  let passes = 0;
  for (let unit = 0; unit < size; unit++) {
    const own = uniform() < world.threshold;
    if (uniform() < Math.sqrt(world.alike) ? shared : own) passes++;
  }
  return { cluster, numerator: passes, denominator: size };
}
