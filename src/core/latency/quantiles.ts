import {
  fewestForQuantile,
  quantile,
  quantileInterval,
  quantileLowerBound,
  quantileUpperBound,
} from "../stats/quantile.ts";

/**
 * A percentile of times in milliseconds, or of whatever unit its values have. `low` and `high` are its two-sided 95 %
 * interval, the others its one-sided 95 % bounds, all by binomial order statistics. Null where there are too few values:
 * `needed` says how many there would have to be.
 */
export interface QuantileFigure {
  p: number;
  value: number | null;
  low: number | null;
  high: number | null;
  lowOneSided: number | null;
  highOneSided: number | null;
  n: number;
  needed: number;
  /** Whether the value rests on a miss: the truth is at least as great. */
  isLeast: boolean;
}

/**
 * A percentile by type 7 (Hyndman and Fan 1996); below the number of values that gives its 95 % interval an upper end
 * there is none, because nothing would bound it.
 * @param sorted ascending
 * @param misses how many of the greatest values are misses, which stand for something greater
 */
export function quantileFigure(sorted: ArrayLike<number>, p: number, misses = 0): QuantileFigure {
  const n = sorted.length;
  const needed = fewestForQuantile(p);
  if (n < needed)
    return { p, value: null, low: null, high: null, lowOneSided: null, highOneSided: null, n, needed, isLeast: false };
  const { low, high } = quantileInterval(sorted, p);
  return {
    p,
    value: quantile(sorted, p),
    low,
    high,
    lowOneSided: quantileLowerBound(sorted, p),
    highOneSided: quantileUpperBound(sorted, p),
    n,
    needed,
    isLeast: Math.ceil(p * (n - 1)) >= n - misses,
  };
}

/** Why a percentile has no value, in words; null where it has one. */
export function explainTooFew({ p, value, n, needed }: QuantileFigure): string | null {
  if (value !== null) return null;
  return `a p${Number((p * 100).toFixed(3))} takes ${needed} requests, and there are ${n} (raise scorers.latency.requests)`;
}
