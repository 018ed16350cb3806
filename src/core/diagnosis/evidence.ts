import jstat from "jstat";
import type { Unit } from "../row.ts";
import { clusteredProportion } from "../stats/cluster.ts";
import type { Figure } from "./cause.ts";

/** Below this many cases nothing is said. */
const fewestCases = 10;

/** Repeats of a unit as one, their mean; `keyOf` tells units apart, cases unless told. */
export function averageRepeats<U extends Unit>(units: readonly U[], keyOf = ({ caseId }: U) => caseId): U[] {
  return [...Map.groupBy(units, keyOf).values()].flatMap((repeats) => {
    const [first] = repeats;
    if (first === undefined) return [];
    const mean = (of: (unit: U) => number) => repeats.reduce((sum, unit) => sum + of(unit), 0) / repeats.length;
    return [{ ...first, numerator: mean((unit) => unit.numerator), denominator: mean((unit) => unit.denominator) }];
  });
}

/** A rate over these units and how many independent ones they are worth; null below ten cases. */
export function rateOf(units: readonly Unit[]): { figure: Figure; effectiveN: number } | null {
  const counted = units.filter(({ denominator }) => denominator > 0);
  const cases = new Set(counted.map(({ caseId }) => caseId)).size;
  const rate = cases < fewestCases ? null : clusteredProportion(counted);
  if (rate === null) return null;
  const { value, n, wilson, effectiveN } = rate;
  return { figure: { value, low: wilson.low, high: wilson.high, numerator: value * n, n, cases }, effectiveN };
}

/**
 * One-sided p that a true rate is at most `border` although such a one was seen: the tail of the binomial on the effective
 * sample (Korn and Graubard 1998), as its incomplete beta function, whose `alpha` is where the exact lower bound meets the
 * border. 1 where nothing was counted.
 */
export function chanceAbove(border: number, { value, effectiveN }: { value: number; effectiveN: number }): number {
  const counted = value * effectiveN;
  return counted <= 0 ? 1 : jstat.ibeta(border, counted, effectiveN - counted + 1);
}

/**
 * One-sided mid-p that the first rate is the lower one by chance alone: Fisher's exact test (1935), what was seen counted
 * half (Lancaster 1961), on the effective samples cut to whole units, the first rate rounded up and the second down.
 * Clusters that reach into both make its error smaller than its level.
 */
export function chanceLower(
  first: { value: number; effectiveN: number },
  second: { value: number; effectiveN: number },
): number {
  const [n, m] = [Math.floor(first.effectiveN), Math.floor(second.effectiveN)];
  const [a, b] = [Math.ceil(first.value * n - slack), Math.floor(second.value * m + slack)];
  const total = a + b;
  const most = logChoose(n + m, total);
  const chanceOf = (one: number) => Math.exp(logChoose(n, one) + logChoose(m, total - one) - most);
  let p = chanceOf(a) / 2;
  for (let one = Math.max(0, total - m); one < a; one++) p += chanceOf(one);
  return Math.min(1, p);
}

const slack = 1e-9;

function logChoose(n: number, k: number): number {
  return jstat.gammaln(n + 1) - jstat.gammaln(k + 1) - jstat.gammaln(n - k + 1);
}
