import { z } from "zod";
import {
  fewestForQuantile,
  quantile,
  quantileInterval,
  quantileLowerBound,
  quantileUpperBound,
} from "../stats/quantile.ts";

const number = z.number().nullable();

/**
 * A percentile of times in milliseconds, or of whatever unit its values have. `low` and `high` are its two-sided 95 %
 * interval, the others its one-sided 95 % bounds, all by binomial order statistics. An upper end or bound that rests on
 * a miss is null: nothing bounds what never came.
 */
export const QuantileFigure = z.strictObject({
  p: z.number(),
  value: number,
  low: number,
  high: number,
  lowOneSided: number,
  highOneSided: number,
  n: z.int(),
  /** How many values it takes at least: with fewer there is none. */
  needed: z.int(),
  /** Whether the value rests on a miss: the truth is at least as great. */
  isLeast: z.boolean(),
  /** Why there is none, where the values would have been enough. */
  reason: z.string().optional(),
});
export type QuantileFigure = z.infer<typeof QuantileFigure>;

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
  const bounded = misses === 0 ? sorted : Float64Array.from(sorted).fill(Number.POSITIVE_INFINITY, n - misses);
  return {
    p,
    value: quantile(sorted, p),
    low: quantileInterval(sorted, p).low,
    high: finite(quantileInterval(bounded, p).high),
    lowOneSided: quantileLowerBound(sorted, p),
    highOneSided: finite(quantileUpperBound(bounded, p)),
    n,
    needed,
    isLeast: Math.ceil(p * (n - 1)) >= n - misses,
  };
}

function finite(value: number | null): number | null {
  return value === null || Number.isFinite(value) ? value : null;
}

/** The same figure without its value, which is not to be printed. */
export function refuseFigure(figure: QuantileFigure, reason: string): QuantileFigure {
  return {
    ...figure,
    value: null,
    low: null,
    high: null,
    lowOneSided: null,
    highOneSided: null,
    isLeast: false,
    reason,
  };
}

/** Why a percentile has no value, in words; null where it has one. */
export function explainNoValue({ p, value, n, needed, reason }: QuantileFigure): string | null {
  if (value !== null) return null;
  if (reason !== undefined) return reason;
  return `a p${Number((p * 100).toFixed(3))} takes ${needed} requests, and there are ${n}; raise scorers.latency.requests`;
}
