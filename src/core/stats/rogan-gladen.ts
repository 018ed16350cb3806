import { normalQuantile } from "./distributions.ts";
import type { Interval } from "./proportion.ts";

/** By so little two shares can add up to more than 1 from rounding alone. */
const NEGLIGIBLE = 1e-9;

/** A share of `n` units, 0 to 1; `n` need not be whole, an effective sample is fine. */
export interface Share {
  value: number;
  n: number;
}

/** What was measured of a judge against people: the share it passes of true passes, and fails of true fails. */
export interface JudgeError {
  tpr: Share;
  tnr: Share;
}

/** A pass rate freed of the known error of the judge; all of it from 0 to 1 unless said otherwise. */
export interface CorrectedRate extends Interval {
  value: number;
  /** The estimate before it was cut to 0 to 1: outside, the judge errs otherwise here than on the labelled units. */
  uncut: number;
  /** Standard error of `uncut` by the delta method, at the rates as they were seen. */
  se: number;
  /** One-sided bounds, at 95 % unless told. */
  lowOneSided: number;
  highOneSided: number;
}

/**
 * The true pass rate behind the one that a judge of known error gives: (p + TNR - 1) / (TPR + TNR - 1) (Rogan and Gladen
 * 1978, American Journal of Epidemiology 107, 71-76), with the interval of Lee et al. (arXiv 2511.21140), which counts in
 * that TPR and TNR come from samples too; it is that of Lang and Reiczigel (2014, Preventive Veterinary Medicine 113,
 * 13-22). It takes the judge to err on the judged units as often as on the labelled ones. Where these are so few that,
 * with one right and one wrong answer more of each kind, the judge is no better than chance, the interval is 0 to 1.
 * @param judged share that the judge passed
 * @param level two-sided coverage of `low` to `high`
 * @param alpha error of each one-sided bound
 * @returns null where a sample is empty
 * @throws RangeError where TPR + TNR is at most 1: such a judge tells nothing, or the contrary; and for no share
 */
export function correctPassRate(
  judged: Share,
  { tpr, tnr }: JudgeError,
  level = 0.95,
  alpha = 0.05,
): CorrectedRate | null {
  const named = { "pass rate": judged, TPR: tpr, TNR: tnr };
  for (const [name, share] of Object.entries(named)) requireShare(name, share);
  if (Object.values(named).some(({ n }) => n === 0)) return null;
  const power = tpr.value + tnr.value - 1;
  if (power < NEGLIGIBLE) {
    const rates = `TPR ${shown(tpr.value)} + TNR ${shown(tnr.value)} = ${shown(power + 1)}`;
    throw new RangeError(
      `pass rate not corrected: ${rates}, expected more than 1: the judge is no better than chance (mend its rubric or take another)`,
    );
  }
  const { rate, se } = estimate(judged, tpr, tnr);
  const twoSided = intervalOf(judged, tpr, tnr, normalQuantile((1 + level) / 2));
  const oneSided = intervalOf(judged, tpr, tnr, normalQuantile(1 - alpha));
  return { value: cut(rate), uncut: rate, se, ...twoSided, lowOneSided: oneSided.low, highOneSided: oneSided.high };
}

function estimate(judged: Share, tpr: Share, tnr: Share): { rate: number; se: number } {
  const power = tpr.value + tnr.value - 1;
  const rate = (judged.value + tnr.value - 1) / power;
  const variance = varianceOf(judged) + (1 - rate) ** 2 * varianceOf(tnr) + rate ** 2 * varianceOf(tpr);
  return { rate, se: Math.sqrt(variance) / power };
}

function intervalOf(judged: Share, tpr: Share, tnr: Share, z: number): Interval {
  const [p, q1, q0] = [withMore(judged, z ** 2 / 2), withMore(tpr, 1), withMore(tnr, 1)];
  if (q1.value + q0.value <= 1) return { low: 0, high: 1 };
  const { rate, se } = estimate(p, q1, q0);
  const centre = rate + 2 * z ** 2 * (rate * varianceOf(q1) - (1 - rate) * varianceOf(q0));
  return { low: cut(centre - z * se), high: cut(centre + z * se) };
}

/** As if so many units more of either outcome had been seen. */
function withMore({ value, n }: Share, ofEach: number): Share {
  return { value: (n * value + ofEach) / (n + 2 * ofEach), n: n + 2 * ofEach };
}

function varianceOf({ value, n }: Share): number {
  return (value * (1 - value)) / n;
}

function cut(rate: number): number {
  return Math.max(0, Math.min(1, rate));
}

function shown(rate: number): string {
  return String(Number(rate.toFixed(4)));
}

function requireShare(name: string, { value, n }: Share): void {
  if (n >= 0 && n < Infinity && (n === 0 || (value >= 0 && value <= 1))) return;
  throw new RangeError(
    `pass rate not corrected: ${name}: expected a share of 0 to 1 of 0 or more, got ${value} of ${n}`,
  );
}
