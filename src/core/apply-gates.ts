import { gateFieldNames } from "./check-suite.ts";
import { formatValue } from "./format.ts";
import { casesToDecide, decideGate, type GateStatus } from "./gate.ts";
import { isMetricName, type MetricDefinition, metricDefinitions, type MetricName } from "./metric.ts";
import { hasExtremes, measure } from "./reduce.ts";
import type { GateResult, Metric } from "./report.ts";
import type { CaseRow } from "./row.ts";
import type { JudgeError } from "./stats/rogan-gladen.ts";
import type { Gate } from "./suite.ts";
import { parseWhere, type Where } from "./where.ts";

/** Below this many units a slice is too small to be gated without a word about it. */
const fewUnits = 10;

/** Why the metrics of a scorer may not gate; those of all others may. */
export type Barred = Readonly<Partial<Record<NonNullable<MetricDefinition["scorer"]>, string>>>;

/**
 * Applies gates to one reviewer's rows. A gate on a metric without a value is inconclusive, never a pass.
 * Neither does a gate pass or fail while open questions could turn it. Where a metric counts bugs or times, the gate is
 * applied to it twice more, with all that is open counted at the least and at the most that it can turn out to be, and
 * stands only where the three agree. Of other metrics what is open are whole findings or bugs at their place; those count
 * toward the suite's budget of unscored cases, above which the run is incomplete.
 * @param barred scorers whose metrics may not gate, each with the reason, such as a matcher without calibration
 * @param judgeError how often the suite's judge errs; null where that is not known
 */
export function applyGates(
  gates: readonly Gate[],
  rows: readonly CaseRow[],
  seed: number,
  barred: Barred,
  judgeError: JudgeError | null = null,
): GateResult[] {
  return gates.map((gate) => applyGate(gate, rows, seed, barred, judgeError));
}

function applyGate(
  gate: Gate,
  rows: readonly CaseRow[],
  seed: number,
  barred: Barred,
  judgeError: JudgeError | null,
): GateResult {
  if (!isMetricName(gate.metric)) throw new Error(`gate on unknown metric ${gate.metric}`);
  const where = gate.where === undefined ? null : parseWhere(gate.where, gateFieldNames, "where");
  const metric = measure(gate.metric, rows, seed, where, null, judgeError);
  const common = { gate, value: metric.value, casesToDecide: null };
  // What bars a gate is said before what is missing: no review could mend it.
  const { scorer } = metricDefinitions[gate.metric];
  const reason =
    (scorer === null ? undefined : barred[scorer]) ??
    (metric.value === null ? (metric.reason ?? "nothing was scored") : undefined);
  if (reason !== undefined) return { ...common, status: "inconclusive", bound: null, reason };
  // Decided later, beside the baseline.
  if (gate.vsBaseline !== undefined)
    return { ...common, status: "inconclusive", bound: null, reason: "it was not compared with a baseline" };
  const decision = decideGate(metric, gate);
  const turned =
    decision.status === "inconclusive" ? null : turnedBy(gate, gate.metric, decision.status, rows, seed, where);
  if (turned !== null) return { ...common, status: "inconclusive", bound: null, reason: turned };
  const warning = warn(gate, metric);
  return {
    ...common,
    ...decision,
    casesToDecide: decision.status === "inconclusive" ? unitsToDecide(gate, metric) : null,
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
): string | null {
  if (!hasExtremes(name)) return null;
  const extremes = (["low", "high"] as const).map((openAs) => {
    const metric = measure(name, rows, seed, where, openAs);
    return { metric, status: decideGate(metric, gate).status };
  });
  if (extremes.every((extreme) => extreme.status === status)) return null;
  const [low, high] = extremes.map((extreme) => {
    const { value, unit } = extreme.metric;
    return `${value === Infinity ? "no end" : formatValue(value, unit)} (${extreme.status})`;
  });
  return `open questions could turn it: from ${low} to ${high}, as they are answered`;
}

/** In the metric's own units, of which several may carry the information of one. */
function unitsToDecide(gate: Gate, metric: Metric): number | null {
  if (metric.effectiveN === undefined || gate.decide === "point") return null;
  const { value, n, effectiveN } = metric;
  const needed = (["min", "max"] as const).flatMap((side) => {
    const threshold = gate[side];
    return threshold === undefined ? [] : [casesToDecide(value, effectiveN, threshold, side)];
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
