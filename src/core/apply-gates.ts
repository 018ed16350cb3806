import { gateFieldNames } from "./check-suite.ts";
import { formatValue } from "./format.ts";
import { casesToDecide, decideGate, type GateStatus, usualAlpha } from "./gate.ts";
import { leftOpenBy } from "./left-open.ts";
import { isMetricName, type MetricDefinition, metricDefinitions, type MetricName } from "./metric.ts";
import { hasExtremes, measure } from "./reduce.ts";
import type { GateResult, JudgeReport, Metric } from "./report.ts";
import type { CaseRow } from "./row.ts";
import type { KnownError } from "./judge/calibration.ts";
import type { Gate } from "./suite.ts";
import { parseWhere, type Where } from "./where.ts";

/** Below this many units a slice is too small to be gated without a word about it. */
const fewUnits = 10;

/** Why the metrics of a scorer, or single ones, may not gate; all others may. */
export type Barred = Readonly<Partial<Record<NonNullable<MetricDefinition["scorer"]> | MetricName, string>>>;

/** What a judge bars: all that it says, or the axes on which alone it may not gate. */
export function barsOfJudge(judge: Pick<JudgeReport, "informsBecause" | "axesInform"> | null): Barred {
  if (judge === null) return {};
  if (judge.informsBecause !== null) return { judge: judge.informsBecause };
  return Object.fromEntries(Object.entries(judge.axesInform ?? {}).map(([axis, why]) => [`judge.${axis}`, why]));
}

/** Why a metric may not gate: what bars its scorer, else what bars it alone; undefined where it may. */
export function barOf(name: MetricName, barred: Barred): string | undefined {
  const { scorer } = metricDefinitions[name];
  return (scorer === null ? undefined : barred[scorer]) ?? barred[name];
}

/**
 * Applies gates to one reviewer's rows. A gate on a metric without a value is inconclusive, never a pass.
 * Neither does a gate pass or fail while open questions could turn it. Where a metric counts bugs or times, the gate is
 * applied to it twice more, with all that is open counted at the least and at the most that it can turn out to be, and
 * stands only where the three agree. Of other metrics what is open are whole findings or bugs at their place; those count
 * toward the suite's budget of unscored cases, above which the run is incomplete.
 * @param barred scorers and metrics that may not gate, each with the reason, such as a matcher without calibration
 * @param judgeError how often the suite's judge errs
 * @param alpha error of each one-sided bound: less than .05 for the best of several
 * @param given metrics that are not made of rows, such as those of the latency phase
 */
export function applyGates(
  gates: readonly Gate[],
  rows: readonly CaseRow[],
  seed: number,
  barred: Barred,
  judgeError: KnownError = null,
  alpha = usualAlpha,
  given: Readonly<Record<string, Metric>> = {},
): GateResult[] {
  return gates.map((gate) =>
    isGiven(gate) ? applyGiven(gate, given[gate.metric]) : applyGate(gate, rows, seed, barred, judgeError, alpha),
  );
}

function isGiven({ metric }: Gate): boolean {
  return isMetricName(metric) && metricDefinitions[metric].kind === "timed";
}

function applyGiven(gate: Gate, metric: Metric | undefined): GateResult {
  const common = { gate, value: metric?.value ?? null, casesToDecide: null };
  if (metric === undefined || metric.value === null) {
    const reason = metric?.reason ?? "this reviewer is not timed";
    return { ...common, status: "inconclusive", bound: null, reason };
  }
  const warning = warn(gate, metric);
  return { ...common, ...decideGate(metric, gate), ...(warning === null ? {} : { warning }) };
}

function applyGate(
  gate: Gate,
  rows: readonly CaseRow[],
  seed: number,
  barred: Barred,
  judgeError: KnownError,
  alpha: number,
): GateResult {
  if (!isMetricName(gate.metric)) throw new Error(`gate on unknown metric ${gate.metric}`);
  const where = gate.where === undefined ? null : parseWhere(gate.where, gateFieldNames, "where");
  const metric = measure(gate.metric, rows, seed, where, null, judgeError, alpha);
  const leftOpen = leftOpenBy(gate.metric, rows, where);
  const common = { gate, value: metric.value, casesToDecide: null, ...(leftOpen === null ? {} : { leftOpen }) };
  // What bars a gate is said before what is missing: no review could mend it.
  const reason =
    barOf(gate.metric, barred) ?? (metric.value === null ? (metric.reason ?? "nothing was scored") : undefined);
  if (reason !== undefined) return { ...common, status: "inconclusive", bound: null, reason };
  // Decided later, beside the baseline.
  if (gate.vsBaseline !== undefined)
    return { ...common, status: "inconclusive", bound: null, reason: "it was not compared with a baseline" };
  const decision = decideGate(metric, { ...gate, alpha });
  const turned =
    decision.status === "inconclusive" ? null : turnedBy(gate, gate.metric, decision.status, rows, seed, where, alpha);
  if (turned !== null) return { ...common, status: "inconclusive", bound: null, reason: turned };
  const warning = warn(gate, metric);
  return {
    ...common,
    ...decision,
    casesToDecide: decision.status === "inconclusive" ? unitsToDecide(gate, metric, alpha) : null,
    ...(warning === null ? {} : { warning }),
  };
}

/** How the open questions of a metric could turn its gate; null where they could not. */
function turnedBy(
  gate: Gate,
  name: MetricName,
  status: GateStatus,
  rows: readonly CaseRow[],
  seed: number,
  where: Where | null,
  alpha: number,
): string | null {
  if (!hasExtremes(name)) return null;
  const extremes = (["low", "high"] as const).map((openAs) => {
    const metric = measure(name, rows, seed, where, openAs, null, alpha);
    return { metric, status: decideGate(metric, { ...gate, alpha }).status };
  });
  if (extremes.every((extreme) => extreme.status === status)) return null;
  const [low, high] = extremes.map((extreme) => {
    const { value, unit } = extreme.metric;
    return `${value === Infinity ? "no end" : formatValue(value, unit)} (${extreme.status})`;
  });
  return `open questions could turn it: from ${low} to ${high}, as they are answered`;
}

/** In the metric's own units, of which several may carry the information of one. */
function unitsToDecide(gate: Gate, metric: Metric, alpha: number): number | null {
  if (metric.effectiveN === undefined || gate.decide === "point") return null;
  const { value, n, effectiveN } = metric;
  const needed = (["min", "max"] as const).flatMap((side) => {
    const threshold = gate[side];
    return threshold === undefined ? [] : [casesToDecide(value, effectiveN, threshold, side, alpha)];
  });
  const known = needed.filter((more) => more !== null);
  return known.length < needed.length || known.length === 0 ? null : Math.ceil((Math.max(...known) * n) / effectiveN);
}

function warn(gate: Gate, metric: Metric): string | null {
  if (gate.warnAbove !== undefined && metric.value !== null && metric.value > gate.warnAbove) {
    return `${gate.metric} is above ${gate.warnAbove}: too good to be taken on trust; look for cases that the model was trained on`;
  }
  if (gate.where !== undefined && metric.n < fewUnits) {
    return `this slice holds only ${metric.n} ${metric.unitOfAnalysis}${metric.n === 1 ? "" : "s"}`;
  }
  return null;
}
