import { binomialCdf, normalCdf, normalQuantile } from "./distributions.ts";
import type { Interval } from "./proportion.ts";

/**
 * Two reviewers on the same independent units, each passed or failed by both: the pairs in which they differ.
 * The difference they speak of is that of the second minus the first: (gained - lost) / n.
 */
export interface PairedCounts {
  /** Pairs that the first passes and the second fails. */
  lost: number;
  /** Pairs that the first fails and the second passes. */
  gained: number;
  /** All pairs. */
  n: number;
}

/**
 * McNemar's test that both pass equally often, two-sided: exact (the binomial on the pairs that differ) and its mid-p
 * variant, which is less conservative (Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91).
 * Both are 1 where no pair differs. Pairs must be independent: one per cluster.
 */
export function mcnemar({ lost, gained }: Pick<PairedCounts, "lost" | "gained">): { exact: number; midP: number } {
  const differing = lost + gained;
  if (differing === 0) return { exact: 1, midP: 1 };
  const fewer = Math.min(lost, gained);
  const atMost = binomialCdf(fewer, differing, 0.5);
  const exactly = atMost - binomialCdf(fewer - 1, differing, 0.5);
  if (lost === gained) return { exact: 1, midP: 1 - exactly / 2 };
  return { exact: 2 * atMost, midP: 2 * atMost - exactly };
}

/**
 * Tango's score test (1998, Statistics in Medicine 17, 891-908) of the paired difference against `difference`, a number
 * from -1 to 1: the z that is normal where the true difference is `difference`. With `difference` = -margin a large z
 * shows non-inferiority of the second. Null for no pairs.
 */
export function tangoZ({ lost, gained, n }: PairedCounts, difference: number): number | null {
  if (n === 0) return null;
  const distance = gained - lost - n * difference;
  const variance = n * varianceUnder(difference, { lost, gained, n });
  if (variance > 0) return distance / Math.sqrt(variance);
  return distance === 0 ? 0 : Math.sign(distance) * Infinity;
}

/** One-sided p of Tango's test that the second is worse than the first by `margin` or more. Null for no pairs. */
export function nonInferiorityP(counts: PairedCounts, margin: number): number | null {
  const z = tangoZ(counts, -margin);
  return z === null ? null : 1 - normalCdf(z);
}

/**
 * Interval of the paired difference by inverting Tango's score test, `level` two-sided; for a one-sided 95 % bound take
 * an end at level .9. Null for no pairs. Where no pair differs it still has a width: n pairs cannot show equality.
 */
export function tangoInterval(counts: PairedCounts, level = 0.95): Interval | null {
  if (counts.n === 0) return null;
  const z = normalQuantile((1 + level) / 2);
  const estimate = (counts.gained - counts.lost) / counts.n;
  return {
    low: bisect(-1, estimate, (difference) => (tangoZ(counts, difference) as number) > z),
    high: bisect(estimate, 1, (difference) => (tangoZ(counts, difference) as number) >= -z),
  };
}

/**
 * Interval of the paired difference by Bonett and Price (2012, Journal of Educational and Behavioral Statistics 37,
 * 479-488): Wald's with one added to either kind of differing pair. `level` is two-sided. Null for no pairs.
 */
export function bonettPriceInterval({ lost, gained, n }: PairedCounts, level = 0.95): Interval | null {
  if (n === 0) return null;
  const [gainedShare, lostShare] = [(gained + 1) / (n + 2), (lost + 1) / (n + 2)];
  const centre = gainedShare - lostShare;
  const reach = normalQuantile((1 + level) / 2) * Math.sqrt((gainedShare + lostShare - centre ** 2) / (n + 2));
  return { low: Math.max(-1, centre - reach), high: Math.min(1, centre + reach) };
}

/** The fewest pairs with which an equal reviewer, that differs in none, is shown non-inferior at 5 % one-sided. */
export function fewestPairsFor(margin: number): number {
  if (!(margin > 0 && margin < 1)) throw new RangeError(`fewestPairsFor: expected a margin from 0 to 1, got ${margin}`);
  const isShown = (n: number) => (tangoZ({ lost: 0, gained: 0, n }, -margin) as number) > normalQuantile(0.95);
  let n = 1;
  while (!isShown(n)) n += 1;
  return n;
}

/**
 * Variance of what one pair adds to the difference, were the true difference `difference`, at the likeliest shares of
 * lost and gained pairs under it (Tango 1998).
 */
export function varianceUnder(difference: number, counts: PairedCounts): number {
  return 2 * lostShareUnder(difference, counts) + difference * (1 - difference);
}

/** The likeliest share of lost pairs where the true difference is `difference`. */
function lostShareUnder(difference: number, { lost, gained, n }: PairedCounts): number {
  const linear = (2 * n + lost - gained) * difference - lost - gained;
  const constant = -lost * difference * (1 - difference);
  const share = (Math.sqrt(Math.max(0, linear ** 2 - 8 * n * constant)) - linear) / (4 * n);
  return Math.max(0, share, -difference);
}

/** The border from where on `isBelow` does not hold any more. */
function bisect(from: number, to: number, isBelow: (value: number) => boolean): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
