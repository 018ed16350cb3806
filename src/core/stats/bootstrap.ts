import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { boundsWithoutSpread } from "./cluster.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import { multinomialDraw, type MultinomialDraw } from "./multinomial.ts";
import { quantile } from "./quantile.ts";

/** Above this share of resamples without a value the tails of the distribution cannot be told. */
const MOST_UNDEFINED = 0.01;
/** Clusters per kind from which on drawing kinds is cheaper than drawing clusters. */
const FEWEST_ALIKE = 8;

/** `seed` is a whole number; the same data and seed give the same interval. */
export interface BootstrapOptions {
  seed: number;
  /** 10,000 unless told. */
  resamples?: number;
  /** Two-sided coverage, .95 unless told; the one-sided bounds are at 95 %. */
  level?: number;
  /** Least and greatest possible value of the statistic: gives bounds where every resample has the same value. */
  range?: readonly [number, number];
}

/** Ends of a bootstrap interval, in the unit of the statistic. */
export interface BootstrapInterval {
  value: number;
  low: number;
  high: number;
  lowerOneSided: number;
  upperOneSided: number;
  /** Bias correction and acceleration; both 0 would be the percentile interval. */
  bias: number;
  acceleration: number;
  /** Standard deviation of the statistic over the resamples. */
  se: number;
}

/**
 * BCa bootstrap (Efron 1987; Efron and Tibshirani 1993, 14.3) of a statistic of pooled sums, drawing whole clusters with
 * replacement. `columns[j][c]` is what cluster c adds to sum j (e.g. true positives, false positives, misses). To compare
 * reviewers pass the columns of all of them at once, so that each resample is the same for all. The same columns and
 * seed give the same interval. Acceleration is by jackknife over clusters.
 *
 * `statistic` reads the sums (one array, reused: keep no reference) and gives null where it is undefined. The result is
 * null with fewer than two clusters, where the statistic is undefined on the data or on more than 1 % of resamples, and
 * where it never varies while no `range` is given (see `boundsWithoutSpread`).
 */
export function bootstrapClusters(
  columns: readonly Float64Array[],
  statistic: (sums: Float64Array) => number | null,
  options: BootstrapOptions,
): BootstrapInterval | null {
  const clusters = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== clusters)) {
    const got = columns.map((column) => column.length).join(", ");
    throw new RangeError(`bootstrapClusters: expected columns of one length, got ${got}`);
  }
  const { sizes, columns: kinds } = groupAlike(columns, clusters);
  const sums = new Float64Array(kinds.length);
  const evaluate = (counts: Float64Array): number | null => {
    kinds.forEach((column, j) => (sums[j] = weightedSum(column, counts)));
    return statistic(sums);
  };
  const totals = kinds.map((column) => weightedSum(column, sizes));
  const evaluateWithout = (kind: number): number | null => {
    kinds.forEach((column, j) => (sums[j] = (totals[j] ?? 0) - (column[kind] ?? 0)));
    return statistic(sums);
  };
  return bootstrapCounts(sizes, evaluate, evaluateWithout, options);
}

/**
 * Clusters that add the same to every sum need not be told apart: drawing how often each kind comes up gives the same
 * distribution for a fraction of the draws. Where most clusters differ, each stays a kind of its own.
 */
function groupAlike(
  columns: readonly Float64Array[],
  clusters: number,
): { sizes: Float64Array; columns: readonly Float64Array[] } {
  const kindOf = new Map<string, { first: number; size: number }>();
  for (let cluster = 0; cluster < clusters; cluster++) {
    const key = columns.map((column) => column[cluster]).join(" ");
    const kind = kindOf.get(key);
    if (kind === undefined) kindOf.set(key, { first: cluster, size: 1 });
    else kind.size += 1;
  }
  const kinds = [...kindOf.values()];
  if (kinds.length * FEWEST_ALIKE > clusters) return { sizes: new Float64Array(clusters).fill(1), columns };
  return {
    sizes: Float64Array.from(kinds, (kind) => kind.size),
    columns: columns.map((column) => Float64Array.from(kinds, (kind) => column[kind.first] ?? 0)),
  };
}

/**
 * The same for any statistic of independent values, such as a median: `statistic` reads the resample in ascending order
 * (one array, reused: keep no reference). Null as for `bootstrapClusters`.
 */
export function bootstrapBca(
  values: ArrayLike<number>,
  statistic: (sorted: Float64Array) => number | null,
  options: BootstrapOptions,
): BootstrapInterval | null {
  const sorted = Float64Array.from(values).sort();
  const resample = new Float64Array(sorted.length);
  const evaluate = (counts: Float64Array): number | null => {
    let size = 0;
    for (let i = 0; i < sorted.length; i++) {
      for (let copies = counts[i] as number; copies > 0; copies--) resample[size++] = sorted[i] as number;
    }
    return statistic(size === resample.length ? resample : resample.subarray(0, size));
  };
  const counts = new Float64Array(sorted.length).fill(1);
  const evaluateWithout = (index: number): number | null => {
    counts[index] = 0;
    const without = evaluate(counts);
    counts[index] = 1;
    return without;
  };
  return bootstrapCounts(new Float64Array(sorted.length).fill(1), evaluate, evaluateWithout, options);
}

/** `sizes` says how many clusters are of each kind; `evaluateWithout` leaves out one cluster of a kind. */
function bootstrapCounts(
  sizes: Float64Array,
  evaluate: (counts: Float64Array) => number | null,
  evaluateWithout: (kind: number) => number | null,
  options: BootstrapOptions,
): BootstrapInterval | null {
  if (!Number.isSafeInteger(options.seed))
    throw new RangeError(`bootstrap: seed: expected a whole number, got ${options.seed}`);
  const clusters = sizes.reduce((total, size) => total + size, 0);
  if (clusters < 2) return null;
  const value = evaluate(sizes);
  if (value === null) return null;
  const resamples = options.resamples ?? 10_000;
  const drawn = drawStatistics(sizes, resamples, options.seed, evaluate);
  if (drawn.length < resamples * (1 - MOST_UNDEFINED)) return null;

  const tail = (1 - (options.level ?? 0.95)) / 2;
  if (drawn[0] === drawn[drawn.length - 1]) {
    const interval = boundsWithoutSpread(value, clusters, tail, options.range);
    const oneSided = boundsWithoutSpread(value, clusters, 0.05, options.range);
    if (interval === null || oneSided === null) return null;
    const { low: lowerOneSided, high: upperOneSided } = oneSided;
    return { value, ...interval, lowerOneSided, upperOneSided, bias: 0, acceleration: 0, se: 0 };
  }

  const bias = biasCorrection(drawn, value);
  const acceleration = jackknifeAcceleration(sizes, evaluateWithout);
  const end = (probability: number): number => {
    const shifted = bias + normalQuantile(probability);
    const stretch = 1 - acceleration * shifted;
    const adjusted = stretch > 0 ? normalCdf(bias + shifted / stretch) : shifted > 0 ? 1 : 0;
    return quantile(drawn, adjusted) as number;
  };
  return {
    value,
    low: end(tail),
    high: end(1 - tail),
    lowerOneSided: end(0.05),
    upperOneSided: end(0.95),
    bias,
    acceleration,
    se: standardDeviation(drawn),
  };
}

/** The defined statistics of all resamples, ascending. */
function drawStatistics(
  sizes: Float64Array,
  resamples: number,
  seed: number,
  evaluate: (counts: Float64Array) => number | null,
): Float64Array {
  const generator = xoroshiro128plus(seed);
  generator.jump();
  const isGrouped = sizes.some((size) => size > 1);
  const draw = isGrouped ? multinomialDraw(sizes, generator) : clusterDraw(sizes.length, generator);
  const counts = new Float64Array(sizes.length);
  const drawn = new Float64Array(resamples);
  let defined = 0;
  for (let resample = 0; resample < resamples; resample++) {
    draw(counts);
    const statistic = evaluate(counts);
    if (statistic !== null) drawn[defined++] = statistic;
  }
  return drawn.subarray(0, defined).sort();
}

function clusterDraw(clusters: number, generator: RandomGenerator): MultinomialDraw {
  const scale = clusters / 2 ** 32;
  return (counts) => {
    counts.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const index = ((generator.next() >>> 0) * scale) | 0;
      counts[index] = (counts[index] ?? 0) + 1;
    }
  };
}

/** z0: the normal quantile of the share of resamples below the observed value, ties counted half. */
function biasCorrection(drawn: Float64Array, value: number): number {
  const tolerance = 1e-12 * Math.max(1, Math.abs(value));
  let below = 0;
  for (const statistic of drawn) {
    if (statistic < value - tolerance) below += 1;
    else if (statistic <= value + tolerance) below += 0.5;
    else break;
  }
  const least = 0.5 / drawn.length;
  return normalQuantile(Math.min(1 - least, Math.max(least, below / drawn.length)));
}

function jackknifeAcceleration(sizes: Float64Array, evaluateWithout: (kind: number) => number | null): number {
  const left = Array.from(sizes, (size, kind) => ({ size, statistic: evaluateWithout(kind) })).flatMap((one) =>
    one.statistic === null ? [] : [{ size: one.size, statistic: one.statistic }],
  );
  const members = left.reduce((total, { size }) => total + size, 0);
  const mean = left.reduce((total, { size, statistic }) => total + size * statistic, 0) / members;
  let squares = 0;
  let cubes = 0;
  for (const { size, statistic } of left) {
    squares += size * (mean - statistic) ** 2;
    cubes += size * (mean - statistic) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

function weightedSum(column: Float64Array, counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += (column[i] as number) * (counts[i] as number);
  return sum;
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
}
