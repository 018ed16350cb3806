import { tQuantile } from "./distributions.ts";
import { exactLowerBound, exactUpperBound, wilson } from "./proportion.ts";
import type { Interval } from "./proportion.ts";

/** Names what is not independent: cases of one repository, bugs of one case, a case and its twin. */
export type ClusterKey = string | number;

/** What one unit, case or cluster adds to a ratio, e.g. bugs found of bugs present. Rows of one cluster are added up. */
export interface RatioRow {
  cluster: ClusterKey;
  numerator: number;
  denominator: number;
}

/** A pooled ratio; `se` is its clustered standard error, null with fewer than two clusters. */
export interface RatioEstimate {
  value: number;
  /** Sum of the denominators. */
  n: number;
  /** Clusters whose denominator is not 0. */
  clusters: number;
  se: number | null;
}

/** A pooled proportion with intervals that hold for clustered units. */
export interface ClusteredProportion extends RatioEstimate {
  /** The number of independent units that would carry as much information, at most `n`. */
  effectiveN: number;
  /** 95 % interval on the effective sample, the one to show. */
  wilson: Interval;
  /** Exact one-sided lower bound on the effective sample (`alpha` .05 unless told): what a gate `min` passes on. */
  exactLow: (alpha?: number) => number;
  /** Exact one-sided upper bound on the effective sample (`alpha` .05 unless told): what a gate `max` passes on. */
  exactHigh: (alpha?: number) => number;
}

/** A mean over clustered values; every bound is null where the data cannot give one. */
export interface ClusteredMean extends RatioEstimate {
  low: number | null;
  high: number | null;
  /** One-sided 95 % bounds. */
  lowOneSided: number | null;
  highOneSided: number | null;
}

/**
 * Ratio of two sums over clustered rows, with its linearised standard error sqrt(sum over clusters of
 * (numerator - value * denominator)^2) / n, times sqrt(C / (C - 1)) unless `correction` is "none" (Cochran 1977, 6.3;
 * without the correction and with denominators of 1 it is the clustered error of Miller 2024, "Adding error bars to
 * evals"). Null when nothing has a denominator.
 */
export function pooledRatio(
  rows: Iterable<RatioRow>,
  correction: "clusters" | "none" = "clusters",
): RatioEstimate | null {
  return estimateRatio(sumByCluster(rows), correction);
}

/**
 * Pooled proportion of clustered units, 0 to 1, with intervals on an effective sample. Null when n is 0.
 *
 * The effective sample is that of Korn and Graubard (1998, Survey Methodology 24, 193-201): n* = n / deff times
 * (t(.975, n-1) / t(.975, C-1))^2, with deff the linearised clustered variance over p(1-p)/(n-1), at least 1; the exact
 * bounds take n* units of which n* p passed. With clusters of one unit it is n exactly.
 *
 * Two guards are ours, since deff estimated from a handful of failures is often far too small (at .93 a gate would then
 * let through up to 13 % of reviewers that sit on its threshold). deff is at least what it would be with two more
 * clusters of size sum(m^2)/sum(m), one that wholly passed and one that wholly failed. And where all passed, or none,
 * variance says nothing: n* is the number of clusters, for if units of a cluster go together the chance of n of n is
 * p^C, and any weaker dependence makes n of n rarer. That takes cluster sizes to be unrelated to the outcome; with
 * sizes from 1 to 10 and units of a cluster fully alike, the one-sided error can still reach 8 % instead of 5 %.
 */
export function clusteredProportion(rows: Iterable<RatioRow>): ClusteredProportion | null {
  const sums = sumByCluster(rows).map(clampToProportion);
  const ratio = estimateRatio(sums, "clusters");
  if (ratio === null) return null;
  const effectiveN = effectiveSampleSize(sums, ratio);
  const passes = Math.min(effectiveN, ratio.value * effectiveN);
  const known = <T>(bound: T | null): T => bound as T;
  return {
    ...ratio,
    effectiveN,
    wilson: known(wilson(passes, effectiveN)),
    exactLow: (alpha) => known(exactLowerBound(passes, effectiveN, alpha)),
    exactHigh: (alpha) => known(exactUpperBound(passes, effectiveN, alpha)),
  };
}

/**
 * A ratio of sums, such as the mean of clustered values (denominators of 1), with its clustered standard error; two-sided interval at `level`, one-sided bounds at 95 %.
 * Bounds use t with C - 1 degrees of freedom below 30 clusters, the normal distribution from there on. With one cluster
 * there are none. Where the values leave no spread, `range` (the least and greatest possible value) gives bounds as
 * `boundsWithoutSpread` does, and without it there are none. Null for no values.
 */
export function clusteredMean(
  rows: Iterable<RatioRow>,
  options: { level?: number; range?: readonly [number, number] } = {},
): ClusteredMean | null {
  const ratio = pooledRatio(rows);
  if (ratio === null) return null;
  const tail = (1 - (options.level ?? 0.95)) / 2;
  const bounds = (alpha: number): Interval | null => {
    if (ratio.se === null) return null;
    if (ratio.se === 0) return boundsWithoutSpread(ratio.value, ratio.clusters, alpha, options.range);
    const degreesOfFreedom = ratio.clusters < 30 ? ratio.clusters - 1 : Infinity;
    const reach = tQuantile(1 - alpha, degreesOfFreedom) * ratio.se;
    return { low: ratio.value - reach, high: ratio.value + reach };
  };
  const interval = bounds(tail);
  const oneSided = bounds(0.05);
  return {
    ...ratio,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    lowOneSided: oneSided?.low ?? null,
    highOneSided: oneSided?.high ?? null,
  };
}

/**
 * Bounds of a statistic on which all clusters agree, so that it shows no variance at all. With confidence 1 - `alpha`
 * at most 1 - alpha^(1/C) of all clusters are unlike those seen; each bound takes them to sit at that end of `range`.
 * Null without a range.
 */
export function boundsWithoutSpread(
  value: number,
  clusters: number,
  alpha: number,
  range: readonly [number, number] | undefined,
): Interval | null {
  if (range === undefined) return null;
  const unseen = -Math.expm1(Math.log(alpha) / clusters);
  return { low: value - (value - range[0]) * unseen, high: value + (range[1] - value) * unseen };
}

/** Means of repeats are sums of fractions: 3 * 0.1 of 0.3 is a proportion of 1, not an error. */
function clampToProportion(row: RatioRow): RatioRow {
  const slack = 1e-9 * row.denominator;
  if (!(row.numerator >= -slack && row.numerator <= row.denominator + slack)) {
    const got = `${row.numerator} of ${row.denominator}`;
    throw new RangeError(
      `clusteredProportion: cluster ${row.cluster}: expected 0 <= numerator <= denominator, got ${got}`,
    );
  }
  if (row.numerator <= slack) return { ...row, numerator: 0 };
  return row.numerator >= row.denominator - slack ? { ...row, numerator: row.denominator } : row;
}

function effectiveSampleSize(sums: readonly RatioRow[], ratio: RatioEstimate): number {
  const { value, n, clusters } = ratio;
  if (value === 0 || value === 1 || clusters === 1) return Math.min(n, clusters);
  const largeSize = sums.reduce((total, row) => total + row.denominator ** 2, 0) / n;
  const passed = { cluster: "passed", numerator: largeSize, denominator: largeSize };
  const failed = { cluster: "failed", numerator: 0, denominator: largeSize };
  const designEffect = Math.max(1, estimateDesignEffect(sums), estimateDesignEffect([...sums, passed, failed]));
  const fewClusters = tQuantile(0.975, Math.max(1, n - 1)) / tQuantile(0.975, clusters - 1);
  return (n / designEffect) * Math.min(1, fewClusters ** 2);
}

function estimateDesignEffect(sums: readonly RatioRow[]): number {
  const ratio = estimateRatio(sums, "clusters");
  if (ratio === null || ratio.se === null || ratio.n <= 1) return 1;
  const designEffect = (ratio.se ** 2 * (ratio.n - 1)) / (ratio.value * (1 - ratio.value));
  return Math.abs(designEffect - 1) < 1e-9 ? 1 : designEffect;
}

function estimateRatio(sums: readonly RatioRow[], correction: "clusters" | "none"): RatioEstimate | null {
  const n = sums.reduce((total, row) => total + row.denominator, 0);
  if (n === 0) return null;
  const clusters = sums.length;
  const value = sums.reduce((total, row) => total + row.numerator, 0) / n;
  const squares = sums.reduce((total, row) => total + (row.numerator - value * row.denominator) ** 2, 0);
  const factor = correction === "none" ? 1 : Math.sqrt(clusters / (clusters - 1));
  return { value, n, clusters, se: clusters < 2 ? null : (factor * Math.sqrt(squares)) / n };
}

function sumByCluster(rows: Iterable<RatioRow>): RatioRow[] {
  const sums = new Map<ClusterKey, RatioRow>();
  for (const { cluster, numerator, denominator } of rows) {
    if (!(denominator >= 0 && denominator < Infinity && Number.isFinite(numerator))) {
      const got = `${numerator} of ${denominator}`;
      throw new RangeError(`cluster ${cluster}: expected a finite numerator and a denominator >= 0, got ${got}`);
    }
    const sum = sums.get(cluster);
    if (sum === undefined) sums.set(cluster, { cluster, numerator, denominator });
    else {
      sum.numerator += numerator;
      sum.denominator += denominator;
    }
  }
  return [...sums.values()].filter((row) => row.denominator > 0);
}
