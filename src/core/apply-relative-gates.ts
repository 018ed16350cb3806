import { type Barred, barOf } from "./apply-gates.ts";
import { gateFieldNames } from "./check-suite.ts";
import { compareMetric, type OpenQuestions } from "./compare.ts";
import type { BaselineComparison, Obstacle } from "./comparison.ts";
import { contributionsTo, isComparable } from "./contributions.ts";
import { findFlips } from "./flips.ts";
import { plural } from "./format.ts";
import { isMetricName, metricDefinitions, type MetricName } from "./metric.ts";
import type { LatencyReport } from "./latency/latency-report.ts";
import { hasExtremes } from "./reduce.ts";
import { advantageOf, decideRelative, moreCasesToDecide } from "./relative-gate.ts";
import type { GateResult, ReviewerReport } from "./report.ts";
import type { CaseRow } from "./row.ts";
import type { Gate, Suite } from "./suite.ts";
import { spentRatios } from "./spent-ratio.ts";
import { parseWhere, type Where } from "./where.ts";

/** What measured reviewers are compared with. */
export interface Baseline {
  /** As the command names it. */
  name: string;
  /** The earlier run that it is of; null for a reviewer of the same run. */
  run: string | null;
  reviewer: Pick<ReviewerReport, "id" | "model" | "metrics" | "price" | "cases">;
  rows: readonly CaseRow[];
  /** What stands against comparing the two runs, and in which metrics. */
  obstacles: readonly Obstacle[];
}

/** What relative gates are decided by, beside the reviewer's own rows. */
export interface RelativeWorld {
  /** Null where the command names none: gates against one are then inconclusive. */
  baseline: Baseline | null;
  seed: number;
  /** Scorers whose metrics may not gate, each with the reason. */
  barred: Barred;
  /** Share of a metric's cases of which one side alone may have a value. */
  budget: Pick<Suite["budget"], "unscored">;
  /** Error of each one-sided bound; .05 unless told. */
  alpha?: number | undefined;
  /** The latency phase of the run, in which a baseline of the same run took turns with the reviewer. */
  latency: LatencyReport | null;
}

/** Below this many shared cases a slice is too small to be gated without a word about it. */
const fewCases = 10;

/** Compared whether gated or not. */
const headlines: readonly MetricName[] = [
  "detection.recall",
  "detection.precision",
  "detection.f1",
  "detection.false_alarm_rate",
  "detection.twin_discrimination",
  "judge.pass_rate",
  "overlap.f1",
  "safety.pass_rate",
  "contract.valid_rate",
];

/**
 * A measured reviewer with its gates against the baseline decided, and the comparison that the report shows; all other
 * gates stay as they are. The comparison is null without a baseline.
 */
export function standBeside(
  reviewer: ReviewerReport,
  rows: readonly CaseRow[],
  world: RelativeWorld,
): { reviewer: ReviewerReport; comparison: BaselineComparison | null } {
  if (reviewer.role !== "measured") return { reviewer, comparison: null };
  const gates = reviewer.gates.map((result) =>
    result.gate.vsBaseline === undefined ? result : decide(result, reviewer, rows, world),
  );
  const { baseline } = world;
  return {
    reviewer: { ...reviewer, gates },
    comparison: baseline === null ? null : compareWith(baseline, reviewer, rows, world),
  };
}

/** Why a gate against a baseline says nothing where there is none. */
export const noBaseline =
  "there is no baseline to compare with (give one: --baseline with a run, a name in reports/baselines or a model)";

function decide(
  result: GateResult,
  reviewer: ReviewerReport,
  rows: readonly CaseRow[],
  world: RelativeWorld,
): GateResult {
  const { gate } = result;
  const { baseline, seed, budget, alpha } = world;
  const open = (reason: string): GateResult => ({
    gate,
    value: result.value,
    status: "inconclusive",
    bound: null,
    casesToDecide: null,
    reason,
  });
  if (!isMetricName(gate.metric)) throw new Error(`gate on unknown metric ${gate.metric}`);
  const name = gate.metric;
  const obstacle = whyNot(name, reviewer, world);
  if (obstacle !== null || baseline === null) return open(obstacle ?? noBaseline);
  const where = gate.where === undefined ? null : parseWhere(gate.where, gateFieldNames, "where");
  const compare = (questions?: OpenQuestions) =>
    compareMetric(name, baseline.rows, rows, seed, where, questions, alpha);
  const comparison = compare();
  if (comparison === null) return open(`"${name}" cannot be compared case by case`);
  const advantage = advantageOf(comparison);
  if (advantage.difference === null) return open(comparison.reason ?? "nothing to compare");
  const lacking = whatLacks(name, baseline.rows, rows, where, budget.unscored);
  if (lacking !== null) return open(lacking);

  const { value, baseline: other, difference, low, high, detectable, cases } = advantage;
  const versus = { baseline: other, difference, low, high, detectable, cases };
  const decision = decideRelative(advantage, gate, alpha);
  const turned = decision.status === "inconclusive" ? null : turnedBy(name, gate, decision.status, compare, alpha);
  if (turned !== null) return { ...open(turned), value, versus };
  return {
    gate,
    value,
    ...decision,
    versus,
    casesToDecide:
      decision.status !== "inconclusive" || gate.decide === "point" ? null : moreCasesToDecide(advantage, gate, alpha),
    ...(where !== null && cases < fewCases
      ? { warning: `this slice holds only ${plural(cases, "case")} that both have` }
      : {}),
  };
}

/** Why a metric of this reviewer cannot be gated against the baseline at all; null where it can. */
function whyNot(name: MetricName, { metrics }: ReviewerReport, { baseline, barred }: RelativeWorld): string | null {
  const { scorer } = metricDefinitions[name];
  const bar = barOf(name, barred);
  if (bar !== undefined) return bar;
  if (baseline === null) return noBaseline;
  const against = baseline.obstacles.find(({ concerns }) => concerns === "all" || concerns === scorer);
  if (against !== undefined) return `it cannot be compared with the baseline ${baseline.name}: ${against.reason}`;
  if (!Object.hasOwn(baseline.reviewer.metrics, name))
    return `the baseline ${baseline.name} has no ${name} (measure it by the same suite)`;
  const own = metrics[name];
  if (own?.value === null) return own.reason ?? "nothing was scored";
  const other = baseline.reviewer.metrics[name];
  if (other?.value === null)
    return `the baseline ${baseline.name} has no value: ${other.reason ?? "nothing was scored"}`;
  return null;
}

/**
 * What is missing for a fair comparison: cases of this run on which one side alone has a value. Those that this run was
 * not asked about are none of its business.
 */
function whatLacks(
  name: MetricName,
  baselineRows: readonly CaseRow[],
  rows: readonly CaseRow[],
  where: Where | null,
  allowed: number,
): string | null {
  const idsOf = (some: readonly CaseRow[]) => new Set(contributionsTo(name, some, where)?.of.keys() ?? []);
  const [own, other] = [idsOf(rows), idsOf(baselineRows)];
  const asked = new Set(rows.map(({ caseId }) => caseId));
  const known = new Set(baselineRows.map(({ caseId }) => caseId));
  const all = [...new Set([...own, ...other])].filter((id) => asked.has(id));
  const missing = all.filter((id) => !own.has(id) || !other.has(id));
  if (missing.length <= allowed * all.length) return null;
  const why = missing.every((id) => !known.has(id)) ? "the baseline has nothing" : "only one of the two has a value";
  return `on ${missing.length} of ${plural(all.length, "case")} ${why} (measure both on the same cases)`;
}

/** How the open questions of either side could turn the gate; null where they could not. */
function turnedBy(
  name: MetricName,
  gate: Gate,
  status: GateResult["status"],
  compare: (questions: OpenQuestions) => ReturnType<typeof compareMetric>,
  alpha: number | undefined,
): string | null {
  if (!hasExtremes(name)) return null;
  const extremes = (
    [
      ["high", "low"],
      ["low", "high"],
    ] as const
  ).map(([first, second]) => {
    const comparison = compare({ first, second });
    return comparison === null ? "inconclusive" : decideRelative(advantageOf(comparison), gate, alpha).status;
  });
  if (extremes.every((one) => one === status)) return null;
  return `open questions could turn it: from ${extremes[0]} to ${extremes[1]}, as they are answered`;
}

function compareWith(
  baseline: Baseline,
  reviewer: ReviewerReport,
  rows: readonly CaseRow[],
  { seed, latency }: RelativeWorld,
): BaselineComparison {
  const { name, run, obstacles } = baseline;
  const isSameCases = obstacles.every(({ concerns }) => concerns !== "all");
  const isBarred = (metric: MetricName) =>
    obstacles.some(({ concerns }) => concerns === "all" || concerns === metricDefinitions[metric].scorer);
  const gated = reviewer.gates.flatMap(({ gate }) => (gate.vsBaseline === undefined ? [] : gate.metric));
  const shared = [...new Set([...gated, ...headlines])]
    .filter(isMetricName)
    .filter((metric) => isComparable(metric) && !isBarred(metric))
    .filter((metric) => [reviewer, baseline.reviewer].every(({ metrics }) => Object.hasOwn(metrics, metric)));
  return {
    reviewer: reviewer.id,
    baseline: {
      name,
      ...(run === null ? {} : { run }),
      reviewer: baseline.reviewer.id,
      model: baseline.reviewer.model,
    },
    obstacles: [...obstacles],
    metrics: shared.flatMap((metric) => compareMetric(metric, baseline.rows, rows, seed) ?? []),
    spent: isSameCases
      ? spentRatios(baseline, { reviewer, rows }, { seed, latency: run === null ? latency : null })
      : [],
    flips: isSameCases ? findFlips(baseline.rows, rows) : null,
  };
}
