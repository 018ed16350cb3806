import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { type RankedColumns, rankIntervals } from "../../../src/core/stats/rank.ts";

const mean = (sums: Float64Array) => (sums[1] ? (sums[0] ?? 0) / sums[1] : null);
const reviewer = (scores: readonly number[]): RankedColumns => ({
  columns: [Float64Array.from(scores), new Float64Array(scores.length).fill(1)],
  statistic: mean,
});

describe("rank intervals", () => {
  it("are points where one is better on every case", () => {
    const [first, second] = rankIntervals([reviewer([0, 0, 0, 0]), reviewer([1, 1, 1, 1])], 1);
    expect(first).toEqual({ rank: 2, low: 2, high: 2, firstShare: 0 });
    expect(second).toEqual({ rank: 1, low: 1, high: 1, firstShare: 1 });
  });

  it("give equals the same rank, and the last to who has no value", () => {
    const silent = { columns: [new Float64Array(4), new Float64Array(4)], statistic: mean };
    const ranks = rankIntervals([reviewer([1, 0, 1, 0]), silent, reviewer([1, 0, 1, 0])], 1);
    expect(ranks.map(({ rank }) => rank)).toEqual([1, null, 1]);
    expect(ranks[1]).toMatchObject({ low: 3, high: 3 });
  });

  it("are the same for the same seed, and refuse reviewers on other clusters", () => {
    const both = [reviewer([1, 0, 1, 0, 1]), reviewer([0, 1, 1, 0, 0])];
    expect(rankIntervals(both, 3)).toEqual(rankIntervals(both, 3));
    expect(() => rankIntervals([reviewer([1]), reviewer([1, 0])], 1)).toThrow("the same clusters");
  });

  /** How often intervals hold the true rank of reviewers that find a bug with these chances, least first. */
  function coverage(truth: readonly number[], clusters: number, trials: number): number {
    const generator = xoroshiro128plus(9);
    const uniform = () => (generator.next() >>> 0) / 2 ** 32;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const drawn = truth.map((rate) => reviewer(Array.from({ length: clusters }, () => (uniform() < rate ? 1 : 0))));
      rankIntervals(drawn, trial).forEach(({ low, high }, index) => {
        const rank = truth.length - index;
        if (low <= rank && rank <= high) held += 1;
      });
    }
    return held / (trials * truth.length);
  }
  const spread = (count: number, gap: number) =>
    Array.from({ length: count }, (_, index) => 0.5 + gap * (index - (count - 1) / 2));

  it("hold the true rank about 95 times in 100, or more often", () => {
    expect(coverage(spread(4, 0.1), 60, 60)).toBeGreaterThan(0.92);
  });

  it("hold it less often of a dozen that are all but equal, and in five clusters, as it is told", () => {
    const [equal, few] = [coverage(spread(12, 0.001), 50, 15), coverage(spread(4, 0.1), 5, 100)];
    expect(equal).toBeGreaterThan(0.74);
    expect(equal).toBeLessThan(0.9);
    expect(few).toBeGreaterThan(0.8);
    expect(few).toBeLessThan(0.92);
  });
});
