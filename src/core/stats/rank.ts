import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { clusterDraw } from "./resample.ts";

const resamples = 10_000;
/** Draws that are added up at once; divides the number of resamples. */
const together = 4;

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

/** A statistic of one reviewer's sums (one array, reused: keep no reference), higher being better; null where undefined. */
export type RankedStatistic = (sums: Float64Array, reviewer: number) => number | null;

/** One statistic of all reviewers: as observed, and over the same resamples for all; -Infinity where it is undefined. */
export interface Resampled {
  observed: readonly number[];
  /** By reviewer, in the order in which they were drawn. */
  drawn: readonly Float64Array[];
}

/**
 * Rank intervals by paired bootstrap: whole clusters are drawn with replacement, the same for every reviewer, and those
 * are ranked anew each time; the ends are the 2.5 and 97.5 percentiles of the ranks (Goldstein and Spiegelhalter 1996,
 * Journal of the Royal Statistical Society A 159, 385-443, have such intervals for league tables). An interval says where
 * one stands, not whether two differ: for that compare them in pairs. Ranks of equals are the best of theirs. They hold
 * the true rank less often where many are all but equal, whose order is noise, and in fewer than ten clusters.
 */
export function rankIntervals(reviewers: readonly RankedColumns[], seed: number): RankInterval[] {
  const columns = reviewers.map((reviewer) => reviewer.columns);
  const statistic: RankedStatistic = (sums, reviewer) => reviewers[reviewer]?.statistic(sums) ?? null;
  return resampleTogether(columns, [statistic], seed).flatMap(ranksOf);
}

/** The ranks of reviewers from one statistic of theirs, see `rankIntervals`. */
export function ranksOf({ observed, drawn }: Resampled): RankInterval[] {
  const ranks = drawn.map((values) => new Uint16Array(values.length));
  const values = new Float64Array(drawn.length);
  for (let resample = 0; resample < resamples; resample++) {
    drawn.forEach((own, reviewer) => (values[reviewer] = own[resample] as number));
    ranks.forEach((own, reviewer) => (own[resample] = rankAmong(values, reviewer)));
  }
  return ranks.map((own, reviewer) => {
    const first = own.reduce((sum, one) => sum + (one === 1 ? 1 : 0), 0);
    const sorted = own.toSorted();
    return {
      rank: observed[reviewer] === -Infinity ? null : rankAmong(observed, reviewer),
      low: sorted[Math.floor(0.025 * resamples)] as number,
      high: sorted[Math.ceil(0.975 * resamples) - 1] as number,
      firstShare: first / resamples,
    };
  });
}

/**
 * Draws whole clusters with replacement, 10,000 times, the same for every reviewer and statistic.
 * @param columns of each reviewer: `columns[r][j][c]` is what cluster c adds to its sum j
 * @param statistics what is made of a reviewer's sums each time
 * @returns one for each statistic
 */
export function resampleTogether(
  columns: readonly (readonly Float64Array[])[],
  statistics: readonly RankedStatistic[],
  seed: number,
): Resampled[] {
  const clusters = columns[0]?.[0]?.length ?? 0;
  if (columns.some((own) => own.some((column) => column.length !== clusters)))
    throw new RangeError("rankIntervals: expected the same clusters of every reviewer");
  const drawn = statistics.map(() => columns.map(() => new Float64Array(resamples)));
  const draw = clusterDraw(clusters, xoroshiro128plus(seed));
  const counts = Array.from({ length: together }, () => new Float64Array(clusters));
  const sums = columns.map((own) => counts.map(() => new Float64Array(own.length)));
  for (let resample = 0; resample < resamples; resample += together) {
    counts.forEach(draw);
    columns.forEach((own, reviewer) => {
      own.forEach((column, j) => addWeighted(column, counts, sums[reviewer] as Float64Array[], j));
      statistics.forEach((statistic, s) => {
        const values = drawn[s]?.[reviewer] as Float64Array;
        sums[reviewer]?.forEach((one, k) => (values[resample + k] = statistic(one, reviewer) ?? -Infinity));
      });
    });
  }
  const totals = columns.map((own) => Float64Array.from(own, (column) => column.reduce((sum, one) => sum + one, 0)));
  return statistics.map((statistic, s) => ({
    observed: totals.map((own, reviewer) => statistic(own, reviewer) ?? -Infinity),
    drawn: drawn[s] ?? [],
  }));
}

function rankAmong(values: ArrayLike<number>, reviewer: number): number {
  const own = (values[reviewer] as number) + 1e-12;
  let rank = 1;
  for (let other = 0; other < values.length; other++) if ((values[other] as number) > own) rank += 1;
  return rank;
}

/** Sums of a column under four draws at once, so that it is read once for them all. */
function addWeighted(column: Float64Array, counts: readonly Float64Array[], sums: Float64Array[], j: number): void {
  const [a, b, c, d] = counts as [Float64Array, Float64Array, Float64Array, Float64Array];
  let [inA, inB, inC, inD] = [0, 0, 0, 0];
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    inA += value * (a[i] as number);
    inB += value * (b[i] as number);
    inC += value * (c[i] as number);
    inD += value * (d[i] as number);
  }
  [inA, inB, inC, inD].forEach((sum, k) => ((sums[k] as Float64Array)[j] = sum));
}
