import type { MetricComparison } from "./comparison.ts";
import { type Contributions, contributionsTo, type PairedColumns, pairContributions } from "./contributions.ts";
import { metricDefinitions, type MetricName } from "./metric.ts";
import type { CaseRow } from "./row.ts";
import { usualAlpha } from "./gate.ts";
import type { OpenAs } from "./score.ts";
import { bootstrapClusters } from "./stats/bootstrap.ts";
import { normalQuantile, tCdf } from "./stats/distributions.ts";
import { mcnemar, type PairedCounts, tangoInterval } from "./stats/paired.ts";
import { minimumDetectableEffect } from "./stats/power.ts";
import { swapTest } from "./stats/swap.ts";
import { fewestClusters, type Range } from "./stats/unseen.ts";
import type { Where } from "./where.ts";

/** How the open questions of either reviewer are counted; null leaves them out. */
export interface OpenQuestions {
  first: OpenAs | null;
  second: OpenAs | null;
}

/**
 * Null where the metric is of no kind that is compared case by case, such as a quantile of times.
 * @param alpha error of each one-sided bound: less than .05 where the best of several is compared
 */
export function compareMetric(
  metric: MetricName,
  first: readonly CaseRow[],
  second: readonly CaseRow[],
  seed: number,
  where: Where | null = null,
  open: OpenQuestions = { first: null, second: null },
  alpha = usualAlpha,
): MetricComparison | null {
  const own = contributionsTo(metric, first, where, open.first);
  const other = contributionsTo(metric, second, where, open.second);
  if (own === null || other === null) return null;
  const paired = pairContributions([own, other]);
  const counts = metricDefinitions[metric].kind === "proportion" ? binaryCounts(own, other, paired) : null;
  return counts === null ? compareSums(metric, own, paired, seed, alpha) : compareCounts(metric, counts, paired, alpha);
}

/** What each pair gained or lost, where every cluster is one case that both pass or fail; else null. */
function binaryCounts(first: Contributions, second: Contributions, paired: PairedColumns): PairedCounts | null {
  const { cases, clusters } = paired;
  if (cases.length === 0 || cases.length !== clusters.length) return null;
  const counts = { lost: 0, gained: 0, n: cases.length };
  for (const id of cases) {
    const [a, b] = [first.of.get(id)?.sums ?? [], second.of.get(id)?.sums ?? []];
    if (!isPassOrFail(a) || !isPassOrFail(b)) return null;
    if (a[0] === 1 && b[0] === 0) counts.lost += 1;
    if (a[0] === 0 && b[0] === 1) counts.gained += 1;
  }
  return counts;
}

function isPassOrFail(sums: readonly number[]): boolean {
  return sums.length === 2 && sums[1] === 1 && (sums[0] === 0 || sums[0] === 1);
}

function compareCounts(
  metric: MetricName,
  counts: PairedCounts,
  paired: PairedColumns,
  alpha: number,
): MetricComparison {
  const { lost, gained, n } = counts;
  const passed = (reviewer: number) => total(paired.columns[reviewer]?.[0]) / n;
  const interval = tangoInterval(counts);
  const oneSided = tangoInterval(counts, 1 - 2 * alpha);
  // The width of the interval says how far the pairs reach, also where none differs.
  const se = interval === null ? 0 : (interval.high - interval.low) / (2 * normalQuantile(0.975));
  return {
    metric,
    first: passed(0),
    second: passed(1),
    difference: (gained - lost) / n,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    lowOneSided: oneSided?.low ?? null,
    highOneSided: oneSided?.high ?? null,
    p: mcnemar(counts).midP,
    method: `tango, mid-p mcnemar: ${gained} gained, ${lost} lost`,
    detectable: detectableOf(metric, se),
    ...sizeOf(paired),
    pairs: { gained, lost },
  };
}

function compareSums(
  metric: MetricName,
  { statistic }: Contributions,
  paired: PairedColumns,
  seed: number,
  alpha: number,
): MetricComparison {
  const [first = [], second = []] = paired.columns;
  const values = [first, second].map((columns) => statistic(columns.map(total)));
  const [a = null, b = null] = values;
  const common = { metric, first: a, second: b, ...sizeOf(paired) };
  if (a === null || b === null)
    return {
      ...common,
      ...noDifference,
      reason: paired.cases.length === 0 ? "no case that both have" : "nothing to count",
    };
  const width = first.length;
  const difference = (sums: Float64Array) => {
    const [x, y] = [statistic(sums.subarray(0, width)), statistic(sums.subarray(width))];
    return x === null || y === null ? null : y - x;
  };
  // Widened for clusters unseen where it can be, as what decides a gate is: the two must not contradict each other.
  const both = [...first, ...second];
  const isRate = metricDefinitions[metric].unit === "rate";
  const range: { range?: Range } = isRate ? { range: [-1, 1] } : {};
  const drawn =
    paired.clusters.length < fewestClusters ? null : bootstrapClusters(both, difference, { seed, alpha, ...range });
  const se = drawn === null || drawn.se === 0 ? null : drawn.se;
  const isSameSize = isSameEverywhere(first.at(-1), second.at(-1)) && width === 2;
  return {
    ...common,
    difference: b - a,
    low: drawn?.low ?? null,
    high: drawn?.high ?? null,
    lowOneSided: drawn?.lowerOneSided ?? null,
    highOneSided: drawn?.upperOneSided ?? null,
    p: isSameSize ? (swapTest(first, second, statistic, seed)?.p ?? null) : tTest(b - a, se, paired.clusters.length),
    method: `paired bca bootstrap by cluster, ${isSameSize ? "swap test" : "t test by its standard error"}`,
    detectable: se === null ? null : detectableOf(metric, se),
  };
}

/** Whether both count equally much in every cluster: only then does swapping test the ratio and not the counts. */
function isSameEverywhere(first: Float64Array | undefined, second: Float64Array | undefined): boolean {
  return first !== undefined && first.every((count, cluster) => count === second?.[cluster]);
}

/** Null for a rate of which the cases are too few to show any change that there can be. */
function detectableOf(metric: MetricName, se: number): number | null {
  const effect = minimumDetectableEffect(se);
  return metricDefinitions[metric].unit === "rate" && effect > 1 ? null : effect;
}

function tTest(difference: number, se: number | null, clusters: number): number | null {
  if (se === null) return null;
  const t = Math.abs(difference) / (se * Math.sqrt(clusters / (clusters - 1)));
  return 2 * (1 - tCdf(t, clusters - 1));
}

const noDifference = {
  difference: null,
  low: null,
  high: null,
  lowOneSided: null,
  highOneSided: null,
  p: null,
  method: "none",
  detectable: null,
} as const;

function sizeOf({ cases, clusters, leftOut }: PairedColumns): Pick<MetricComparison, "cases" | "clusters" | "leftOut"> {
  return { cases: cases.length, clusters: clusters.length, leftOut };
}

function total(column: Float64Array | undefined): number {
  return column === undefined ? 0 : column.reduce((sum, value) => sum + value, 0);
}
