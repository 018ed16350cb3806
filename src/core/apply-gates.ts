import { gateFieldNames } from "./check-suite.ts";
import { casesToDecide, decideGate } from "./gate.ts";
import { isMetricName } from "./metric.ts";
import { measure } from "./reduce.ts";
import type { GateResult, Metric } from "./report.ts";
import type { CaseRow } from "./row.ts";
import type { Gate } from "./suite.ts";
import { parseWhere } from "./where.ts";

/** Below this many units a slice is too small to be gated without a word about it. */
const fewUnits = 10;

/**
 * Applies gates to one reviewer's rows. A gate on a metric without a value is inconclusive, never a pass.
 * @param noDetectionBecause why metrics of detection may not gate, such as a matcher without calibration; else null
 */
export function applyGates(
  gates: readonly Gate[],
  rows: readonly CaseRow[],
  seed: number,
  noDetectionBecause: string | null,
): GateResult[] {
  return gates.map((gate) => applyGate(gate, rows, seed, noDetectionBecause));
}

function applyGate(gate: Gate, rows: readonly CaseRow[], seed: number, noDetectionBecause: string | null): GateResult {
  if (!isMetricName(gate.metric)) throw new Error(`gate on unknown metric ${gate.metric}`);
  const where = gate.where === undefined ? null : parseWhere(gate.where, gateFieldNames, "where");
  const metric = measure(gate.metric, rows, seed, where);
  const common = { gate, value: metric.value, casesToDecide: null };
  if (metric.value === null)
    return { ...common, status: "inconclusive", bound: null, reason: metric.reason ?? "nothing was scored" };
  if (noDetectionBecause !== null && gate.metric.startsWith("detection.")) {
    return { ...common, status: "inconclusive", bound: null, reason: noDetectionBecause };
  }
  const decision = decideGate(metric, gate);
  const warning = warn(gate, metric);
  return {
    ...common,
    ...decision,
    casesToDecide: decision.status === "inconclusive" ? unitsToDecide(gate, metric) : null,
    ...(warning === null ? {} : { warning }),
  };
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
