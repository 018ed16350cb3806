import { describe, expect, it } from "vitest";
import { joinRows } from "../../../src/core/leaderboard/told-apart.ts";
import type { Resampled } from "../../../src/core/stats/rank.ts";

/** Reviewers with these values, whose resamples swing by so much around them, each in its own rhythm. */
function resampled(values: readonly number[], swing: number): Resampled {
  const drawn = values.map((value, reviewer) =>
    Float64Array.from({ length: 1000 }, (_, i) => value + swing * Math.sin(i * (reviewer + 1))),
  );
  return { observed: values, drawn };
}

const clusters = 50;

describe("rows that are told apart", () => {
  it("are joined where no two of them differ by more than noise, in runs that may overlap", () => {
    const rows = resampled([0.8, 0.7, 0.6, 0.2], 0.05);
    expect(joinRows(rows, [0, 1, 2, 3], clusters)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("are not joined where all differ, and all are where none does", () => {
    expect(joinRows(resampled([0.9, 0.6, 0.3], 0.01), [0, 1, 2], clusters)).toEqual([]);
    expect(joinRows(resampled([0.5, 0.5, 0.5], 0.1), [0, 1, 2], clusters)).toEqual([[0, 2]]);
  });

  it("follow the order that is given, not that of the reviewers", () => {
    expect(joinRows(resampled([0.2, 0.8, 0.79], 0.05), [1, 2, 0], clusters)).toEqual([[0, 1]]);
  });

  it("differ for sure where the difference is the same in every resample, once the clusters are enough", () => {
    const constant = { observed: [1, 0], drawn: [new Float64Array(1000).fill(1), new Float64Array(1000)] };
    expect(joinRows(constant, [0, 1], 50)).toEqual([]);
    expect(joinRows(constant, [0, 1], 4)).toEqual([[0, 1]]);
  });

  it("take more to be told apart, the more pairs there are", () => {
    const two = resampled([0.6, 0.42], 0.08);
    const many = resampled([0.6, 0.42, ...Array.from({ length: 12 }, () => 0)], 0.08);
    expect(joinRows(two, [0, 1], clusters)).toEqual([]);
    expect(joinRows(many, [...many.observed.keys()], clusters)[0]).toEqual([0, 1]);
  });
});
