import { usualAlpha } from "./gate.ts";
import type { KnownError } from "./judge/calibration.ts";
import { type MetricDefinition, metricDefinitions, type MetricName } from "./metric.ts";
import { gatherRuns, medianRate } from "./reduce-judge.ts";
import { measureSpent } from "./reduce-spent.ts";
import type { Metric } from "./report.ts";
import { type CaseRow, countsBugs, gatherUnits, type Unit, type Units } from "./row.ts";
import type { OpenAs } from "./score.ts";
import { averagePrecision, averagePrecisionInterval } from "./stats/average-precision.ts";
import { type BootstrapInterval, bootstrapClusters } from "./stats/bootstrap.ts";
import { clusteredMean, clusteredProportion } from "./stats/cluster.ts";
import { quantile, quantileInterval, quantileLowerBound, quantileUpperBound } from "./stats/quantile.ts";
import { type CorrectedRate, correctPassRate, type JudgeError } from "./stats/rogan-gladen.ts";
import { fewestClusters } from "./stats/unseen.ts";
import type { Where } from "./where.ts";

type Estimate = Omit<Metric, "n" | "unscored" | "unitOfAnalysis" | "clusters" | "unit">;

/**
 * One metric of one reviewer from its rows, over the cases or bugs for which `where` holds.
 * Its value is null, with a reason, where nothing was scored: never zero. Its bounds are null where the clusters are too
 * few to carry one: proportions have exact bounds on any number, quantiles on as many values as their ranks take, and
 * means, F scores and average precision from five clusters on (`fewestClusters`), with bugs for the last two.
 * What an open question leaves out of it makes its case count as `unscored`.
 * @param seed of the bootstrap; the same rows and seed give the same interval
 * @param openAs counts what is open in place of leaving it out, if `hasExtremes`: bugs that the matcher could not decide
 * as missed (`low`) or found (`high`), generations that took several tries as no time or as time without end
 * @param judgeError how often the judge errs, for the corrected pass rate, which has no value without it
 * @param alpha error of each one-sided bound: less than .05 where the best of several is gated
 */
export function measure(
  name: MetricName,
  rows: readonly CaseRow[],
  seed: number,
  where: Where | null = null,
  openAs: OpenAs | null = null,
  judgeError: KnownError = null,
  alpha = usualAlpha,
): Metric {
  const definition: MetricDefinition = metricDefinitions[name];
  if (definition.kind === "timed") return measureTimed(definition);
  if (definition.kind === "quantile") return measureQuantile(name, rows, where, openAs, alpha);
  if (definition.kind === "median-of-runs") return measureMedianOfRuns(name, rows, seed, where, alpha);
  if (definition.kind === "average-precision") return measureAveragePrecision(rows, seed, where, alpha);
  if (definition.kind === "spent") return measureSpent(name, definition, rows, seed, where, alpha);
  if (definition.kind === "corrected") return measureCorrected(rows, seed, where, judgeError, alpha);
  const gathered = gatherUnits(name, rows, where, openAs);
  const units = gathered.units.filter((unit) => unit.denominator > 0);
  const estimate = (): Estimate => {
    if (definition.kind === "proportion") return estimateProportion(units, alpha);
    if (definition.kind === "mean") return estimateMean(units, definition, alpha);
    return estimateFScore(gathered.units, countClustersWithBugs(name, rows, where), seed, alpha);
  };
  return {
    ...(units.length === 0 ? nothing(reasonFor(definition, gathered)) : estimate()),
    n: definition.kind === "f-score" ? units.length : sum(units.map((unit) => unit.denominator)),
    unscored: gathered.unscored,
    unitOfAnalysis: definition.unitOfAnalysis,
    clusters: new Set(units.map((unit) => unit.cluster)).size,
    unit: definition.unit,
  };
}

/** Times of the latency phase are not made of rows, so rows say nothing of them. */
function measureTimed({ unit, unitOfAnalysis }: MetricDefinition): Metric {
  return {
    ...nothing("no case says anything of it: it is measured in the latency phase"),
    n: 0,
    unscored: 0,
    unitOfAnalysis,
    clusters: 0,
    unit,
  };
}

/** Whether a metric can count its open questions at the least and the most that they can turn out to be. */
export function hasExtremes(name: MetricName): boolean {
  return countsBugs(name) || metricDefinitions[name].kind === "quantile";
}

function reasonFor({ kind, unitOfAnalysis }: MetricDefinition, { applicable, unscored, reason }: Units): string {
  if (applicable === 0) return "no case that this metric is about";
  if (unscored === applicable && reason !== null) return reason;
  return kind === "f-score" ? "no bug and no finding to count" : `no ${unitOfAnalysis} to count`;
}

function nothing(reason: string): Estimate {
  return { value: null, low: null, high: null, lowOneSided: null, highOneSided: null, method: "none", reason };
}

function totals(units: readonly Unit[]): { numerator: number; denominator: number } {
  return {
    numerator: sum(units.map((unit) => unit.numerator)),
    denominator: sum(units.map((unit) => unit.denominator)),
  };
}

function estimateProportion(units: readonly Unit[], alpha: number): Estimate {
  const proportion = clusteredProportion(units);
  if (proportion === null) return nothing("nothing to count");
  return {
    value: proportion.value,
    low: proportion.wilson.low,
    high: proportion.wilson.high,
    lowOneSided: proportion.exactLow(alpha),
    highOneSided: proportion.exactHigh(alpha),
    method: "wilson, gated exact, both on the effective number of clustered units",
    effectiveN: proportion.effectiveN,
    ...totals(units),
  };
}

function estimateMean(units: readonly Unit[], { unit }: MetricDefinition, alpha: number): Estimate {
  const mean = clusteredMean(units, { range: unit === "rate" ? [0, 1] : [0, Infinity], alpha });
  if (mean === null) return nothing("nothing to count");
  const { value, low, high, lowOneSided, highOneSided } = mean;
  const method = low === null ? noInterval : "clustered standard error, widened for clusters unseen";
  return { value, low, high, lowOneSided, highOneSided, method, ...totals(units) };
}

function estimateFScore(units: readonly Unit[], withBugs: number, seed: number, alpha: number): Estimate {
  const clusters = [...Map.groupBy(units, (unit) => unit.cluster)].sort(([a], [b]) => (a < b ? -1 : 1));
  const columns = [
    Float64Array.from(clusters, ([, members]) => totals(members).numerator),
    Float64Array.from(clusters, ([, members]) => totals(members).denominator),
  ];
  const ratio = (sums: ArrayLike<number>) => (sums[1] ? (sums[0] ?? 0) / sums[1] : null);
  const pooled = totals(units);
  const interval = bootstrapClusters(columns, ratio, { seed, range: [0, 1], needed: withBugs, alpha });
  return { value: ratio([pooled.numerator, pooled.denominator]), ...resampledBounds(interval) };
}

const noInterval = `no interval: fewer than ${fewestClusters} clusters`;

function resampledBounds(interval: BootstrapInterval | null): Omit<Estimate, "value"> {
  return {
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    lowOneSided: interval?.lowerOneSided ?? null,
    highOneSided: interval?.upperOneSided ?? null,
    method: interval === null ? "no interval" : "bca bootstrap by cluster, widened for clusters unseen",
  };
}

/**
 * The median over a judge's runs of each run's pass rate. The interval resamples clusters and takes the median over runs
 * anew each time.
 */
function measureMedianOfRuns(
  name: MetricName,
  rows: readonly CaseRow[],
  seed: number,
  where: Where | null,
  alpha: number,
): Metric {
  const { n, clusters, columns, unscored, reason } = gatherRuns(name, rows, where);
  const value = medianRate(columns.map(sum));
  const interval = value === null ? null : bootstrapClusters(columns, medianRate, { seed, range: [0, 1], alpha });
  return {
    ...(value === null ? nothing(reason ?? "nothing to count") : { value, ...resampledBounds(interval) }),
    n,
    unscored,
    unitOfAnalysis: "case",
    clusters,
    unit: "rate",
    ...(reason === null ? {} : { reason }),
  };
}

/**
 * The pass rate by consensus, which is how a judge is compared with people, freed of the error found there. The judged
 * cases count as the effective number of independent ones.
 */
function measureCorrected(
  rows: readonly CaseRow[],
  seed: number,
  where: Where | null,
  judgeError: KnownError,
  alpha: number,
): Metric {
  const { value, n, effectiveN, unscored, unitOfAnalysis, clusters, unit, reason } = measure(
    "judge.pass_rate_consensus",
    rows,
    seed,
    where,
  );
  const estimate = (): Estimate => {
    if (value === null) return nothing(reason ?? "nothing to correct");
    if (typeof judgeError === "string") return nothing(judgeError);
    if (judgeError === null) return nothing(rows.some((row) => row.panel !== undefined) ? ofPanel : ofNobody);
    const corrected = correct({ value, n: effectiveN ?? n }, judgeError, alpha);
    if (typeof corrected === "string") return nothing(corrected);
    const { low, high, lowOneSided, highOneSided } = corrected;
    return { value: corrected.value, low, high, lowOneSided, highOneSided, method: correctedMethod };
  };
  return { ...estimate(), n, unscored, unitOfAnalysis, clusters, unit };
}

const ofNobody = "the judge was not compared with people on all required axes";
const ofPanel = "how several judges err together is not known; each of them has a corrected rate of its own";

const correctedMethod = "rogan-gladen on consensus, interval of Lee et al., on the effective number of clustered units";

/** The corrected rate, or why there is none. */
function correct(judged: { value: number; n: number }, error: JudgeError, alpha: number): CorrectedRate | string {
  try {
    return correctPassRate(judged, error, 0.95, alpha) ?? "people labelled no pass or no fail";
  } catch (refusal) {
    if (refusal instanceof RangeError) return refusal.message;
    throw refusal;
  }
}

const quantileOf: Partial<Record<MetricName, number>> = { "load.p50_ms": 0.5, "load.p95_ms": 0.95 };

function measureQuantile(
  name: MetricName,
  rows: readonly CaseRow[],
  where: Where | null,
  openAs: OpenAs | null,
  alpha: number,
): Metric {
  const kept = rows.filter((row) => where === null || where.test(row.fields));
  const retried = sum(kept.map((row) => row.retried));
  const open = openAs === null ? [] : Array<number>(retried).fill(openAs === "low" ? 0 : Infinity);
  const times = [...kept.flatMap((row) => row.durationsMs), ...open].sort((a, b) => (a < b ? -1 : 1));
  const p = quantileOf[name] ?? 0.5;
  const interval = times.length === 0 ? null : quantileInterval(times, p);
  return {
    value: quantile(times, p),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    lowOneSided: times.length === 0 ? null : quantileLowerBound(times, p, alpha),
    highOneSided: times.length === 0 ? null : quantileUpperBound(times, p, alpha),
    method: "type 7, binomial order statistics",
    n: times.length,
    unscored: sum(kept.map((row) => row.untimed)) - open.length,
    unitOfAnalysis: "generation",
    clusters: new Set(kept.map((row) => row.cluster)).size,
    unit: "ms",
    ...reasonOfTimes(kept, times.length, retried),
  };
}

function reasonOfTimes(kept: readonly CaseRow[], timed: number, retried: number): { reason?: string } {
  if (retried === 0) return timed === 0 ? { reason: "no generation was timed" } : {};
  const generations = sum(kept.map((row) => row.durationsMs.length + row.untimed));
  return { reason: `${retried} of ${generations} generations took more than one try, so no single time is theirs` };
}

function measureAveragePrecision(rows: readonly CaseRow[], seed: number, where: Where | null, alpha: number): Metric {
  const annotated = annotatedRows(rows, where);
  const scored = annotated.filter((row) => row.isScored);
  const isRanked = scored.every((row) => row.ranked !== null);
  const clusters = [...Map.groupBy(scored, (row) => row.cluster)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => ({
      findings: members.flatMap((row) => row.ranked ?? []),
      positives: sum(members.map(countDecidedBugs)),
    }));
  const findings = clusters.flatMap((cluster) => cluster.findings);
  const bugs = sum(clusters.map((cluster) => cluster.positives));
  const value = isRanked && findings.length > 0 ? averagePrecision(findings, bugs) : null;
  const reason = !isRanked
    ? "a finding carries no confidence"
    : findings.length === 0
      ? "no finding to rank"
      : "no bug to find";
  return {
    ...(value === null
      ? nothing(reason)
      : { value, ...resampledBounds(averagePrecisionInterval(clusters, seed, alpha)) }),
    n: value === null ? 0 : findings.length,
    unscored: annotated.filter((row) => !row.isScored || row.isUndecided).length,
    unitOfAnalysis: "finding",
    clusters: clusters.length,
    unit: "rate",
  };
}

function annotatedRows(rows: readonly CaseRow[], where: Where | null): CaseRow[] {
  return rows.filter((row) => typeof row.fields["bugs"] === "number" && (where === null || where.test(row.fields)));
}

/** Clusters that an F score cannot do without; clean ones can only lower it, and silence on them shows nothing. */
function countClustersWithBugs(name: MetricName, rows: readonly CaseRow[], where: Where | null): number {
  const countOf = name === "detection.f1_published" ? (row: CaseRow) => row.bugs.length : countDecidedBugs;
  const withBugs = annotatedRows(rows, where).filter((row) => row.isScored && countOf(row) > 0);
  return new Set(withBugs.map((row) => row.cluster)).size;
}

function countDecidedBugs(row: CaseRow): number {
  return row.bugs.filter((bug) => bug.state !== "unjudged").length;
}

function sum(values: readonly number[] | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
