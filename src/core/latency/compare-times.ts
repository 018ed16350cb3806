import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { normalCdf } from "../stats/distributions.ts";
import { fewestForQuantile, quantile, quantileInterval } from "../stats/quantile.ts";
import { signFlip } from "../stats/sign-flip.ts";
import type { TimedRequest } from "./timed-request.ts";
import { endToEndMs, timesOf } from "./times.ts";

const resamples = 2000;
/** Beyond so many pairs the sum of drawn signs is normal to the digits that are shown, and drawing it takes long. */
const mostFlipped = 500;
/** No clock tells less apart; a ratio takes times above 0. */
const leastMs = 1e-3;

/** A ratio of times, of the second to the first: below 1 the second is faster. Ends are null for too few pairs. */
export interface RatioFigure {
  value: number;
  low: number | null;
  high: number | null;
}

/** Two reviewers that took turns on the same prompts. */
export interface TimeComparison {
  pairs: number;
  /** The median over pairs of the ratio within a pair; its interval is by binomial order statistics. */
  median: RatioFigure | null;
  /** The ratio of the two p95; its interval resamples pairs. Null below the pairs that a p95 takes. */
  p95: RatioFigure | null;
  /** Two-sided, by sign-flips of the logarithms of the ratios: that neither is faster. Null without pairs. */
  p: number | null;
}

/**
 * Compares times pair by pair: what one pair had in common, such as its prompt and the hour, stands in neither ratio.
 * @param seed of the resampling and of the sign-flips beyond 20 pairs
 */
export function compareTimes(first: readonly number[], second: readonly number[], seed: number): TimeComparison {
  if (first.length !== second.length)
    throw new RangeError(`compareTimes: expected as many times, got ${first.length} and ${second.length}`);
  const ratios = first.map((time, pair) => (second[pair] as number) / time);
  if (ratios.some((ratio) => !(ratio > 0 && Number.isFinite(ratio))))
    throw new RangeError("compareTimes: expected times above 0");
  if (ratios.length === 0) return { pairs: 0, median: null, p95: null, p: null };
  const differences = ratios.map(Math.log);
  return {
    pairs: ratios.length,
    median: medianRatio(first, second),
    p95: ratios.length < fewestForQuantile(0.95) ? null : ratioOfP95(first, second, seed),
    p: differences.length > mostFlipped ? normalSignFlip(differences) : signFlip(differences, seed).p,
  };
}

/** The median over pairs of the ratio within a pair, second to first, by binomial order statistics; at least one pair. */
export function medianRatio(first: readonly number[], second: readonly number[]): RatioFigure {
  const sorted = Float64Array.from(first, (time, pair) => (second[pair] as number) / time).sort();
  const { low, high } = quantileInterval(sorted, 0.5);
  return { value: quantile(sorted, 0.5) as number, low, high };
}

/** The limit of Fisher's sign-flip test: a sum of values with random signs has the sum of their squares as variance. */
function normalSignFlip(differences: readonly number[]): number {
  const sum = differences.reduce((total, one) => total + one, 0);
  const squares = differences.reduce((total, one) => total + one * one, 0);
  return squares === 0 ? 1 : 2 * normalCdf(-Math.abs(sum) / Math.sqrt(squares));
}

/**
 * The times of two reviewers' requests, paired by their index; a miss counts as in `timesOf`, against the slowest answer
 * of both.
 */
export function pairTimes(
  first: readonly TimedRequest[],
  second: readonly TimedRequest[],
  limitMs: number,
): { first: number[]; second: number[] } {
  const least = timesOf([...first, ...second], endToEndMs, limitMs).sorted.at(-1) ?? limitMs;
  const timeOf = (request: TimedRequest) => Math.max(leastMs, endToEndMs(request) ?? Math.max(limitMs, least));
  const others = new Map(second.map((request) => [request.index, request]));
  const pairs = first.flatMap((request) => {
    const other = others.get(request.index);
    return other === undefined ? [] : [[timeOf(request), timeOf(other)] as const];
  });
  return { first: pairs.map(([time]) => time), second: pairs.map(([, time]) => time) };
}

/**
 * The ratio of the p95 of paired times, second to first, with the percentile interval of 2,000 resamples of pairs.
 * @param seed of the resampling
 */
export function ratioOfP95(first: readonly number[], second: readonly number[], seed: number): RatioFigure {
  const generator = xoroshiro128plus(seed);
  const count = first.length;
  const [ofFirst, ofSecond] = [weightedP95(first), weightedP95(second)];
  const weights = new Float64Array(count);
  const ratios = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample += 1) {
    weights.fill(0);
    for (let draw = 0; draw < count; draw += 1) {
      const pair = Math.floor(((generator.next() >>> 0) / 2 ** 32) * count);
      weights[pair] = (weights[pair] ?? 0) + 1;
    }
    ratios[resample] = ofSecond(weights) / ofFirst(weights);
  }
  ratios.sort();
  weights.fill(1);
  return { value: ofSecond(weights) / ofFirst(weights), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

/** The p95, by type 7, of times each of which was drawn so often; all draws together are as many as the times. */
function weightedP95(times: readonly number[]): (weights: Float64Array) => number {
  const descending = times.map((_, index) => index).sort((a, b) => (times[b] as number) - (times[a] as number));
  const position = 0.95 * (times.length - 1);
  const share = position - Math.floor(position);
  // As ranks from the greatest on, from 0.
  const [upper, lower] = [times.length - 1 - Math.ceil(position), times.length - 1 - Math.floor(position)];
  return (weights) => {
    let passed = 0;
    let above = 0;
    for (const index of descending) {
      const before = passed;
      passed += weights[index] as number;
      if (before <= upper && upper < passed) above = times[index] as number;
      if (lower < passed) return (times[index] as number) + share * (above - (times[index] as number));
    }
    return Number.NaN;
  };
}
