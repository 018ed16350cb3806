import { normalQuantile } from "./distributions.ts";
import { varianceUnder } from "./paired.ts";

/** Errors that a plan allows: `alpha` is that of the test (two-sided unless said), `power` the chance to see what is there. */
export interface PowerOptions {
  alpha?: number;
  power?: number;
  /** 1 for a one-sided test, such as a gate or non-inferiority. */
  sides?: 1 | 2;
}

/**
 * The smallest true difference that a paired comparison with this standard error finds with the wished power: what to
 * print beside "no difference". In the unit of `se`; .05 two-sided at power .8 unless told.
 */
export function minimumDetectableEffect(se: number, options: PowerOptions = {}): number {
  return reach(options) * se;
}

/**
 * Cases for a paired comparison of two means to find a true difference of `difference` (Miller 2024, arXiv 2411.00640,
 * section 5): `between` is the variance over cases of the difference of the reviewers' true scores, `within` the mean
 * variance of one answer to a case, the same for both, and `repeats` how many answers of each are averaged. Not rounded.
 */
export function casesForMeans(
  spread: { between: number; within?: number; repeats?: number },
  difference: number,
  options: PowerOptions = {},
): number {
  const { between, within = 0, repeats = 1 } = spread;
  return (reach(options) ** 2 * (between + (2 * within) / repeats)) / difference ** 2;
}

/**
 * Pairs for McNemar's test to find that one reviewer passes in a share `gained` where the other does not, and the other
 * in a share `lost` (Connor 1987, Biometrics 43, 207-211). Not rounded; Infinity where the shares are equal.
 */
export function pairsForMcnemar(gained: number, lost: number, options: PowerOptions = {}): number {
  const [differing, difference] = [gained + lost, gained - lost];
  const { alpha, power } = quantiles(options);
  const needed = alpha * Math.sqrt(differing) + power * Math.sqrt(differing - difference ** 2);
  return needed ** 2 / difference ** 2;
}

/**
 * Pairs for Tango's one-sided test to show, with the wished power, that the paired difference is not `against`, where one
 * reviewer passes in a share `gained` in which the other does not and the other in a share `lost`: the score test's
 * variance under the null in the place of Connor's, of which this is the case `against` = 0. One-sided unless told. Not
 * rounded; Infinity where the true difference is `against`.
 */
export function pairsForTango(
  { gained, lost }: { gained: number; lost: number },
  against: number,
  options: PowerOptions = {},
): number {
  const difference = gained - lost;
  const { alpha, power } = quantiles({ sides: 1, ...options });
  const underNull = varianceUnder(against, { gained, lost, n: 1 });
  const needed = alpha * Math.sqrt(underNull) + power * Math.sqrt(gained + lost - difference ** 2);
  return needed ** 2 / (difference - against) ** 2;
}

function reach(options: PowerOptions): number {
  const { alpha, power } = quantiles(options);
  return alpha + power;
}

function quantiles({ alpha = 0.05, power = 0.8, sides = 2 }: PowerOptions): { alpha: number; power: number } {
  return { alpha: normalQuantile(1 - alpha / sides), power: normalQuantile(power) };
}
