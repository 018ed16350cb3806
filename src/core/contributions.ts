import { type MetricDefinition, metricDefinitions, type MetricName } from "./metric.ts";
import { gatherRuns, medianRate } from "./reduce-judge.ts";
import { type CaseRow, gatherUnits } from "./row.ts";
import type { OpenAs } from "./score.ts";
import type { Where } from "./where.ts";

/** What one case adds to the sums that a metric is made of. */
export interface Contribution {
  cluster: string;
  sums: readonly number[];
}

/** A metric of one reviewer as a function of sums over cases, so that reviewers can be compared case by case. */
export interface Contributions {
  /** By case id, the cases that are scored; of a metric about twins the clean one names the pair. */
  of: ReadonlyMap<string, Contribution>;
  /** The metric from the sums over any cases (one array, may be reused); null where it is undefined. */
  statistic: (sums: ArrayLike<number>) => number | null;
}

const sumless: ReadonlySet<MetricDefinition["kind"]> = new Set([
  "quantile",
  "average-precision",
  "corrected",
  "spent",
  "timed",
]);

/** Whether a metric is a function of sums over cases, so that it can be compared case by case. */
export function isComparable(name: MetricName): boolean {
  return !sumless.has(metricDefinitions[name].kind);
}

/**
 * What each case adds to a metric. Null for metrics that are no function of sums over cases: quantiles of times, average
 * precision, the corrected pass rate, whose correction is the same for all reviewers, and what a run took.
 * @param openAs how a metric that counts bugs takes those that are open; null leaves them out. Others do not heed it.
 */
export function contributionsTo(
  name: MetricName,
  rows: readonly CaseRow[],
  where: Where | null = null,
  openAs: OpenAs | null = null,
): Contributions | null {
  if (!isComparable(name)) return null;
  const { kind } = metricDefinitions[name];
  if (kind === "median-of-runs") return { of: gatherRuns(name, rows, where).cases, statistic: medianRate };
  const of = new Map<string, Contribution>();
  for (const { caseId, cluster, numerator, denominator } of gatherUnits(name, rows, where, openAs).units)
    of.set(caseId, { cluster, sums: [numerator, denominator] });
  return { of, statistic: (sums) => (sums[1] ? (sums[0] ?? 0) / sums[1] : null) };
}

/** Several reviewers over the cases that all of them have, cluster by cluster. */
export interface PairedColumns {
  /** Cases that all have, ascending by id. */
  cases: readonly string[];
  clusters: readonly string[];
  /** Of each reviewer in turn: `columns[j][c]` is what cluster c adds to sum j. */
  columns: readonly Float64Array[][];
  /** Cases that some of the reviewers have and not all. */
  leftOut: number;
}

/**
 * Puts reviewers side by side over the cases that all of them have.
 * @throws RangeError where they are made of unequal numbers of sums, such as judges of unequal runs
 */
export function pairContributions(reviewers: readonly Contributions[]): PairedColumns {
  const [first, ...others] = reviewers;
  const all = new Set(reviewers.flatMap(({ of }) => [...of.keys()]));
  const cases = [...(first?.of.keys() ?? [])].filter((id) => others.every(({ of }) => of.has(id))).sort();
  const clusterOf = (id: string) => first?.of.get(id)?.cluster ?? "";
  const clusters = [...new Set(cases.map(clusterOf))].sort();
  const indexOf = new Map(clusters.map((cluster, index) => [cluster, index]));
  const widths = new Set(reviewers.flatMap(({ of }) => cases.map((id) => of.get(id)?.sums.length ?? 0)));
  if (widths.size > 1)
    throw new RangeError(`expected equally many runs of the judge, got ${[...widths].join(" and ")}`);
  const [width = 0] = widths;
  const columns = reviewers.map(({ of }) => {
    const own = Array.from({ length: width }, () => new Float64Array(clusters.length));
    for (const id of cases) {
      const index = indexOf.get(clusterOf(id)) ?? 0;
      of.get(id)?.sums.forEach((value, j) => ((own[j] as Float64Array)[index] = (own[j]?.[index] ?? 0) + value));
    }
    return own;
  });
  return { cases, clusters, columns, leftOut: all.size - cases.length };
}
