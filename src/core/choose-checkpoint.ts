import { compareMetric } from "./compare.ts";
import type { MetricComparison } from "./comparison.ts";
import { contributionsTo, isComparable } from "./contributions.ts";
import { isMetricName, metricDefinitions, type MetricName } from "./metric.ts";
import type { CaseRow } from "./row.ts";
import { holm } from "./stats/adjust.ts";
import type { Suite } from "./suite.ts";
import type { Beside } from "./sweep.ts";

/** One of several to choose from: the rows of all are those of the same cases. */
export interface Candidate {
  id: string;
  rows: readonly CaseRow[];
}

/** Below this adjusted p two checkpoints are told apart. */
const toldApartBelow = 0.05;

const byDefault: readonly MetricName[] = [
  "detection.f1",
  "judge.pass_rate",
  "ratings.relevance",
  "overlap.f1",
  "safety.pass_rate",
  "contract.valid_rate",
];

/** Whether checkpoints can be chosen by a metric: it has a better direction, and is compared case by case. */
export function canChooseBy(metric: MetricName): boolean {
  return metricDefinitions[metric].better !== null && isComparable(metric);
}

/**
 * What the best checkpoint is chosen by: what the suite says, else the metric of its first required gate that checkpoints
 * can be chosen by, else the first headline that its scorers give. Null where there is none.
 */
export function choosingMetric({ sweep, gates, scorers }: Suite): MetricName | null {
  if (sweep?.metric !== undefined && isMetricName(sweep.metric)) return sweep.metric;
  const gated = gates.filter(({ required }) => required).map(({ metric }) => metric);
  const isGiven = (metric: MetricName) => {
    const { scorer } = metricDefinitions[metric];
    return scorer !== null && scorers[scorer] !== undefined;
  };
  return [...gated.filter(isMetricName).filter(canChooseBy), ...byDefault.filter(isGiven)][0] ?? null;
}

/** The best by a metric: the earliest of those with the same value. Null where none has a value. */
export function chooseBest<C extends Candidate>(candidates: readonly C[], metric: MetricName): C | null {
  const sign = metricDefinitions[metric].better === "lower" ? -1 : 1;
  let best: { candidate: C; worth: number } | null = null;
  for (const candidate of candidates) {
    const value = pooledValue(metric, candidate.rows);
    if (value !== null && (best === null || sign * value > best.worth)) best = { candidate, worth: sign * value };
  }
  return best?.candidate ?? null;
}

function pooledValue(metric: MetricName, rows: readonly CaseRow[]): number | null {
  const contributions = contributionsTo(metric, rows);
  if (contributions === null) throw new RangeError(`${metric} is not compared case by case`);
  const sums: number[] = [];
  for (const one of contributions.of.values()) one.sums.forEach((value, j) => (sums[j] = (sums[j] ?? 0) + value));
  return contributions.statistic(sums);
}

/**
 * Puts every other candidate beside the best of them, in pairs. The best was found by looking at all, so p is adjusted by
 * Holm for all pairs that there are among them, those without the best counted as if they showed nothing, which can
 * only hide a difference. A pair without a p, such as two that never differ, is not told apart.
 */
export function compareWithBest(
  best: Candidate,
  others: readonly Candidate[],
  metric: MetricName,
  seed: number,
): Map<string, Beside> {
  const compared = others.flatMap((other) => {
    const comparison = compareMetric(metric, other.rows, best.rows, seed);
    return comparison === null ? [] : [{ id: other.id, comparison }];
  });
  const pairs = (others.length * (others.length + 1)) / 2;
  const unseen = Array<number>(pairs - compared.length).fill(1);
  const adjusted = holm([...compared.map(({ comparison }) => comparison.p ?? 1), ...unseen]);
  return new Map(compared.map(({ id, comparison }, index) => [id, besideOf(comparison, adjusted[index] ?? 1)]));
}

/** The same of a single pair that nobody looked for, such as chosen and base on cases that did not choose. */
export function compareWithOne(chosen: Candidate, other: Candidate, metric: MetricName, seed: number): Beside | null {
  return compareWithBest(chosen, [other], metric, seed).get(other.id) ?? null;
}

function besideOf(comparison: MetricComparison, adjustedP: number): Beside {
  return { comparison, adjustedP, isToldApart: adjustedP < toldApartBelow };
}
