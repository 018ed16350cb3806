import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { clusteredProportion } from "../../../src/core/stats/cluster.ts";
import type { RatioRow } from "../../../src/core/stats/cluster.ts";
import { exactLowerBound, exactUpperBound, wilson } from "../../../src/core/stats/proportion.ts";

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
