import type { Interval } from "./proportion.ts";

/** Least and greatest possible value of a statistic. */
export type Range = readonly [least: number, greatest: number];

/**
 * Fewest clusters from which a mean or a resampled statistic has bounds. Of four, a resample is one cluster four times
 * over with chance 4 * 4^-4 = 1.6 %, so the 2.5 % tail of a 95 % interval says hardly more than what the worst cluster
 * is; t has 3 degrees of freedom; and four perfect clusters would show no more than .05^(1/4) = .47. From five clusters
 * with bugs on, at most e^-5 of all resamples hold no bug, few enough for a bootstrap to leave out.
 */
export const fewestClusters = 5;

/**
 * Widens an estimated interval of a mean or a ratio by what the clusters seen leave open. With confidence 1 - `alpha`
 * at most 1 - alpha^(1/C) of all clusters are of kinds that none of the C seen is of (for a rate at 0 or 1 that is the
 * exact bound of Clopper and Pearson); these are taken to be as large as those seen and to sit at an end of `range`.
 * Each end of the interval is the farther of that and of the estimated one. Null below `fewestClusters`.
 *
 * So no bound depends on spread alone, which is small or none by chance in few clusters, and among reviewers on the same
 * clusters the perfect one has the best bound, whatever the estimate.
 */
export function widenForUnseen(
  estimated: Interval,
  value: number,
  clusters: number,
  alpha: number,
  [least, greatest]: Range,
): Interval | null {
  if (clusters < fewestClusters) return null;
  const unseen = -Math.expm1(Math.log(alpha) / clusters);
  return {
    low: Math.min(estimated.low, value - (value - least) * unseen),
    high: Math.max(estimated.high, value + (greatest - value) * unseen),
  };
}
