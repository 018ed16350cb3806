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

  it("hold the true rank about 95 times in 100, or more often", () => {
    const generator = xoroshiro128plus(9);
    const uniform = () => (generator.next() >>> 0) / 2 ** 32;
    const truth = [0.35, 0.45, 0.55, 0.65];
    const trials = 60;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const drawn = truth.map((rate) => reviewer(Array.from({ length: 60 }, () => (uniform() < rate ? 1 : 0))));
      rankIntervals(drawn, trial).forEach(({ low, high }, index) => {
        if (low <= 4 - index && 4 - index <= high) held += 1;
      });
    }
    expect(held / (trials * truth.length)).toBeGreaterThan(0.92);
  });
});
