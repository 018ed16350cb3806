import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { clusterDraw, weightedSum } from "./resample.ts";

const resamples = 10_000;

/** Where a reviewer stands, 1 for the best, and between which ranks 95 % of the resamples put it. */
export interface RankInterval {
  /** One more than the number of those that are better; null without a value. */
  rank: number | null;
  low: number;
  high: number;
  /** Share of the resamples in which none is better. */
  firstShare: number;
}

/** One reviewer's clusters: `columns[j][c]` is what cluster c adds to sum j. The clusters are the same for all. */
export interface RankedColumns {
  columns: readonly Float64Array[];
  /** Of the sums (one array, reused), higher being better; null where it is undefined, which ranks last. */
  statistic: (sums: Float64Array) => number | null;
}

/**
 * Rank intervals by paired bootstrap: whole clusters are drawn with replacement, the same for every reviewer, and those
 * are ranked anew each time; the ends are the 2.5 and 97.5 percentiles of the ranks (Goldstein and Spiegelhalter 1996,
 * Journal of the Royal Statistical Society A 159, 385-443, have such intervals for league tables). An interval says where
 * one stands, not whether two differ: for that compare them in pairs. Ranks of equals are the best of theirs.
 */
export function rankIntervals(reviewers: readonly RankedColumns[], seed: number): RankInterval[] {
  const clusters = reviewers[0]?.columns[0]?.length ?? 0;
  if (reviewers.some(({ columns }) => columns.some((column) => column.length !== clusters)))
    throw new RangeError("rankIntervals: expected the same clusters of every reviewer");
  const counts = new Float64Array(clusters).fill(1);
  const observed = ranksOf(reviewers, counts);
  const drawn = reviewers.map(() => new Uint16Array(resamples));
  const draw = clusterDraw(clusters, xoroshiro128plus(seed));
  for (let resample = 0; resample < resamples; resample++) {
    draw(counts);
    ranksOf(reviewers, counts).forEach(({ rank }, index) => ((drawn[index] as Uint16Array)[resample] = rank));
  }
  return drawn.map((ranks, index) => {
    const { rank, isDefined } = observed[index] ?? { rank: 0, isDefined: false };
    const first = ranks.reduce((sum, one) => sum + (one === 1 ? 1 : 0), 0);
    const sorted = ranks.toSorted();
    return {
      rank: isDefined ? rank : null,
      low: sorted[Math.floor(0.025 * resamples)] as number,
      high: sorted[Math.ceil(0.975 * resamples) - 1] as number,
      firstShare: first / resamples,
    };
  });
}

function ranksOf(reviewers: readonly RankedColumns[], counts: Float64Array): { rank: number; isDefined: boolean }[] {
  const values = reviewers.map(({ columns, statistic }) =>
    statistic(Float64Array.from(columns, (column) => weightedSum(column, counts))),
  );
  return values.map((value) => {
    const own = value ?? -Infinity;
    const better = values.reduce<number>((sum, other) => sum + ((other ?? -Infinity) > own + 1e-12 ? 1 : 0), 0);
    return { rank: 1 + better, isDefined: value !== null };
  });
}
