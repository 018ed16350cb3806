import { betaQuantile, normalQuantile } from "./distributions.ts";

/** A part of a unit too small to be one: what adding up fractions leaves over. */
const NEGLIGIBLE = 1e-9;

/** An interval of an estimate, `low <= high`, both ends in the unit of the estimate. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Wilson score interval of a proportion (Wilson 1927), the one to show. `level` is the two-sided coverage.
 * `successes` and `n` need not be whole: an effective sample is fine. Null when `n` is 0.
 */
export function wilson(successes: number, n: number, level = 0.95): Interval | null {
  requireCounts("wilson", successes, n);
  if (n === 0) return null;
  const z = normalQuantile((1 + level) / 2);
  const rate = successes / n;
  const centre = (rate + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const halfWidth = (z / (1 + (z * z) / n)) * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - halfWidth),
    high: successes === n ? 1 : Math.min(1, centre + halfWidth),
  };
}

/**
 * Exact two-sided interval of a proportion (Clopper and Pearson 1934): `level` is its least coverage.
 * `successes` and `n` need not be whole (Korn and Graubard 1998). Null when `n` is 0. Gates take the one-sided bounds
 * below instead; published tables list this one (18 of 20: .683017 to .987651), which is how those bounds are checked.
 */
export function clopperPearson(successes: number, n: number, level = 0.95): Interval | null {
  const alpha = (1 - level) / 2;
  const low = exactLowerBound(successes, n, alpha);
  const high = exactUpperBound(successes, n, alpha);
  return low === null || high === null ? null : { low, high };
}

/**
 * Jeffreys' interval of a proportion: the middle `level` of the posterior under a Beta(1/2, 1/2) prior, its ends moved to
 * 0 and 1 where none or all succeeded (Brown, Cai and DasGupta 2001, Statistical Science 16, 101-133). Null when `n` is 0.
 */
export function jeffreys(successes: number, n: number, level = 0.95): Interval | null {
  requireCounts("jeffreys", successes, n);
  if (n === 0) return null;
  const end = (probability: number) => betaQuantile(probability, successes + 0.5, n - successes + 0.5);
  return {
    low: successes === 0 ? 0 : end((1 - level) / 2),
    high: successes === n ? 1 : end((1 + level) / 2),
  };
}

/**
 * Exact one-sided lower bound of a proportion: the true rate lies below it with chance at most `alpha`.
 * A gate `min` passes on this bound. `n` of `n` gives alpha^(1/n). Null when `n` is 0.
 */
export function exactLowerBound(successes: number, n: number, alpha = 0.05): number | null {
  requireCounts("exactLowerBound", successes, n);
  if (n === 0) return null;
  if (successes < NEGLIGIBLE) return 0;
  return betaQuantile(alpha, successes, n - successes + 1);
}

/**
 * Exact one-sided upper bound of a proportion: the true rate lies above it with chance at most `alpha`.
 * 0 of `n` gives 1 - alpha^(1/n). Null when `n` is 0.
 */
export function exactUpperBound(successes: number, n: number, alpha = 0.05): number | null {
  requireCounts("exactUpperBound", successes, n);
  if (n === 0) return null;
  if (n - successes < NEGLIGIBLE) return 1;
  return betaQuantile(1 - alpha, successes + 1, n - successes);
}

/**
 * The smallest number of passes of `n` independent units whose exact one-sided lower bound reaches `threshold`.
 * Null when even `n` of `n` does not: the suite is too small for that gate (41 units can never pass 0.93).
 */
export function minimumPasses(n: number, threshold: number, alpha = 0.05): number | null {
  const clears = (passes: number) => (exactLowerBound(passes, n, alpha) ?? -Infinity) >= threshold;
  if (!clears(n)) return null;
  let fewest = 0;
  let enough = n;
  while (fewest < enough) {
    const middle = Math.floor((fewest + enough) / 2);
    if (clears(middle)) enough = middle;
    else fewest = middle + 1;
  }
  return enough;
}

function requireCounts(what: string, successes: number, n: number): void {
  if (successes >= 0 && successes <= n && n < Infinity) return;
  throw new RangeError(`${what}: expected 0 <= successes <= n, got ${successes} of ${n}`);
}
