import { binomialCdf } from "./distributions.ts";

/** An order-statistic interval of a quantile; an end is null where there are too few values to have one. */
export interface QuantileInterval {
  low: number | null;
  high: number | null;
  /** 1-based ranks of the two ends among the sorted values. */
  lowRank: number | null;
  highRank: number | null;
  /** Chance that the interval holds the true quantile; null unless both ends exist. */
  coverage: number | null;
}

/**
 * Quantile of ascending values by linear interpolation, type 7 of Hyndman and Fan (1996).
 * `p` lies in [0, 1]; the result has the unit of the values. Null for no values.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number | null {
  requireShare("quantile", p);
  if (sorted.length === 0) return null;
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.ceil(position)] as number;
  return low === high ? low : low + (position - below) * (high - low);
}

/**
 * Distribution-free interval of a quantile by binomial order statistics (David and Nagaraja 2003, 7.1): at most
 * (1 - level) / 2 is missed on either side. `sorted` is ascending, `p` lies strictly between 0 and 1.
 * A p95 has no upper end below 72 values at level .95: `high` is then null.
 */
export function quantileInterval(sorted: ArrayLike<number>, p: number, level = 0.95): QuantileInterval {
  requireInside("quantileInterval", p);
  const n = sorted.length;
  const tail = (1 - level) / 2;
  const lowRank = lowerRank(n, p, tail);
  const highRank = upperRank(n, p, tail);
  const coverage =
    lowRank === null || highRank === null ? null : binomialCdf(highRank - 1, n, p) - binomialCdf(lowRank - 1, n, p);
  return { low: valueAt(sorted, lowRank), high: valueAt(sorted, highRank), lowRank, highRank, coverage };
}

/**
 * One-sided upper bound of a quantile: the true one lies above it with chance at most `alpha`.
 * Null where there are too few values (a p95 takes 59 at alpha .05).
 */
export function quantileUpperBound(sorted: ArrayLike<number>, p: number, alpha = 0.05): number | null {
  requireInside("quantileUpperBound", p);
  return valueAt(sorted, upperRank(sorted.length, p, alpha));
}

/** One-sided lower bound of a quantile: the true one lies below it with chance at most `alpha`. Null for too few values. */
export function quantileLowerBound(sorted: ArrayLike<number>, p: number, alpha = 0.05): number | null {
  requireInside("quantileLowerBound", p);
  return valueAt(sorted, lowerRank(sorted.length, p, alpha));
}

/**
 * How many values a quantile takes at least for its interval to have an upper end: the least n with 1 - p^n >= 1 - alpha,
 * alpha being (1 - level) / 2. At level .95 a p50 takes 6, a p90 36, a p95 72 and a p99 368.
 */
export function fewestForQuantile(p: number, level = 0.95): number {
  requireInside("fewestForQuantile", p);
  const tail = (1 - level) / 2;
  let n = Math.max(1, Math.floor(Math.log(tail) / Math.log(p)) - 1);
  while (upperRank(n, p, tail) === null) n += 1;
  return n;
}

/** Greatest rank r with P(fewer than r of n values lie below the quantile) <= alpha. */
function lowerRank(n: number, p: number, alpha: number): number | null {
  const rank = firstRank(n, (candidate) => binomialCdf(candidate - 1, n, p) > alpha) - 1;
  return rank >= 1 ? rank : null;
}

/** Least rank r with P(r or more of n values lie below the quantile) <= alpha. */
function upperRank(n: number, p: number, alpha: number): number | null {
  const rank = firstRank(n, (candidate) => binomialCdf(candidate - 1, n, p) >= 1 - alpha);
  return rank <= n ? rank : null;
}

/** Least rank from 1 to n for which `holds`, true from some rank on; n + 1 if for none. */
function firstRank(n: number, holds: (rank: number) => boolean): number {
  let from = 1;
  let to = n + 1;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function valueAt(sorted: ArrayLike<number>, rank: number | null): number | null {
  return rank === null ? null : (sorted[rank - 1] ?? null);
}

function requireShare(what: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new RangeError(`${what}: expected p from 0 to 1, got ${p} (write 0.95 for p95)`);
}

function requireInside(what: string, p: number): void {
  if (p > 0 && p < 1) return;
  throw new RangeError(`${what}: expected p above 0 and below 1, got ${p} (write 0.95 for p95)`);
}
