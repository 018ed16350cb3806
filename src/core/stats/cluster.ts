import { tQuantile } from "./distributions.ts";
import { boundWithin } from "./bounded.ts";
import { exactLowerBound, exactUpperBound, wilson } from "./proportion.ts";
import type { Interval } from "./proportion.ts";
import { fewestClusters, type Range, widenForUnseen } from "./unseen.ts";

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
  const ratio = estimateRatio(sums);
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
 * A ratio of sums, such as the mean of clustered values (denominators of 1), with its clustered standard error:
 * two-sided interval at `level` (.95 unless told), one-sided bounds with error `alpha` (.05 unless told). Below `fewestClusters` there are no bounds. Null for no values.
 *
 * Without a `range` (the least and greatest possible value) they are those of t with C - 1 degrees of freedom below 30
 * clusters and of the normal distribution from there on, and equal values have none.
 * With one they are those of `boundWithin`, skewed as the mean of bounded values is, where t passes up to 10 % of means
 * that are mostly at the top. With a greatest of Infinity, as for counts, they are those of t, at least as far as
 * `widenForUnseen` has them: clusters unseen are taken to reach two more than the greatest seen, for no data exclude
 * rarer and higher ones.
 */
export function clusteredMean(
  rows: Iterable<RatioRow>,
  options: { level?: number; alpha?: number; range?: Range } = {},
): ClusteredMean | null {
  const sums = sumByCluster(rows);
  const ratio = estimateRatio(sums);
  if (ratio === null) return null;
  const bounds = (alpha: number) => boundMean(sums, ratio, alpha, options.range ?? null);
  const interval = bounds((1 - (options.level ?? 0.95)) / 2);
  const oneSided = bounds(options.alpha ?? 0.05);
  return {
    ...ratio,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    lowOneSided: oneSided?.low ?? null,
    highOneSided: oneSided?.high ?? null,
  };
}

function boundMean(
  sums: readonly RatioRow[],
  ratio: RatioEstimate,
  alpha: number,
  range: Range | null,
): Interval | null {
  const { value, se, clusters } = ratio;
  if (se === null || clusters < fewestClusters) return null;
  const reach = tQuantile(1 - alpha, clusters < 30 ? clusters - 1 : Infinity) * se;
  const symmetric = { low: value - reach, high: value + reach };
  if (range === null) return se === 0 ? null : symmetric;
  const [least, greatest] = range;
  if (greatest < Infinity) return boundWithin({ value, se, clusters }, alpha, range);
  const greatestSeen = sums.reduce((most, row) => Math.max(most, row.numerator / row.denominator), least);
  const widened = widenForUnseen(symmetric, value, clusters, alpha, [least, greatestSeen + 2]);
  return widened && { ...widened, low: Math.max(least, widened.low) };
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
  const ratio = estimateRatio(sums);
  if (ratio === null || ratio.se === null || ratio.n <= 1) return 1;
  const designEffect = (ratio.se ** 2 * (ratio.n - 1)) / (ratio.value * (1 - ratio.value));
  return Math.abs(designEffect - 1) < 1e-9 ? 1 : designEffect;
}

/**
 * Ratio of two sums with its linearised standard error sqrt(C / (C - 1) * sum over clusters of
 * (numerator - value * denominator)^2) / n (Cochran 1977, 6.3; with denominators of 1 and without the factor of C it is
 * the clustered error of Miller 2024, "Adding error bars to evals"). Null when nothing has a denominator.
 */
function estimateRatio(sums: readonly RatioRow[]): RatioEstimate | null {
  const n = sums.reduce((total, row) => total + row.denominator, 0);
  if (n === 0) return null;
  const clusters = sums.length;
  const value = sums.reduce((total, row) => total + row.numerator, 0) / n;
  const squares = sums.reduce((total, row) => total + (row.numerator - value * row.denominator) ** 2, 0);
  const se = clusters < 2 ? null : Math.sqrt((clusters / (clusters - 1)) * squares) / n;
  return { value, n, clusters, se };
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
