import { exactLowerBound, exactUpperBound } from "./stats/proportion.ts";

/** What a gate looks at: the estimate, its two-sided 95 % interval (to show) and its one-sided bounds (to decide). */
export interface GateEstimate {
  /** Null: nothing could be measured. */
  value: number | null;
  low: number | null;
  high: number | null;
  lowOneSided: number | null;
  highOneSided: number | null;
  /** Units measured. */
  n: number;
}

/** Error of each of the one-sided bounds that gates decide by, unless told. */
export const usualAlpha = 0.05;

/** `min`, `max` or both, in the unit of the metric; `decide: point` compares the estimate and ignores its error. */
export interface GateRule {
  min?: number | undefined;
  max?: number | undefined;
  decide: "bound" | "point";
  /** Error of each one-sided bound of the estimate; `usualAlpha` unless told. */
  alpha?: number;
}

export type GateStatus = "pass" | "fail" | "inconclusive";

/** `bound` is the one-sided bound that settled the decision or fell short; null where no bound was looked at. */
export interface GateDecision {
  status: GateStatus;
  bound: number | null;
  reason: string;
}

type Side = "min" | "max";
const MOST_UNITS = 10_000_000;

/**
 * Decides a gate with three values. Pass: the one-sided 95 % bound clears the threshold (the lower bound reaches `min`,
 * the upper one does not exceed `max`; with both given both must hold). Fail: the other bound lies on the wrong side of
 * one of them. Inconclusive: neither, and always where the value or the bound is missing. Throws without a threshold.
 */
export function decideGate(estimate: GateEstimate, rule: GateRule): GateDecision {
  const thresholds: [Side, number][] = [];
  if (rule.min !== undefined) thresholds.push(["min", rule.min]);
  if (rule.max !== undefined) thresholds.push(["max", rule.max]);
  if (thresholds.length === 0) throw new RangeError("gate: expected min or max, got neither (write min: 0.7)");
  for (const [side, threshold] of thresholds) {
    if (!Number.isFinite(threshold)) throw new RangeError(`gate: ${side}: expected a number, got ${threshold}`);
  }

  const decisions = thresholds.map(([side, threshold]) => decideSide(estimate, side, threshold, rule));
  const failed = decisions.find((decision) => decision.status === "fail");
  const open = decisions.find((decision) => decision.status === "inconclusive");
  const decisive = failed ?? open;
  if (decisive !== undefined) return decisive;
  return { ...(decisions[0] as GateDecision), reason: decisions.map((decision) => decision.reason).join("; ") };
}

/**
 * About how many more independent units would decide the gate if the observed rate held, by the exact bounds.
 * `value` is a rate, 0 to 1, of `n` units (the effective sample where they are clustered); `direction` says whether the
 * threshold is a `min` or a `max`. 0 when `n` units decide already; null when none would do: a rate at the threshold,
 * nothing measured, or more than ten million units.
 */
export function casesToDecide(
  value: number | null,
  n: number,
  threshold: number,
  direction: Side,
  alpha = usualAlpha,
): number | null {
  if (value === null || !(n > 0) || value === threshold) return null;
  const decides = (units: number): boolean => {
    const low = exactLowerBound(value * units, units, alpha) as number;
    const high = exactUpperBound(value * units, units, alpha) as number;
    return direction === "min" ? low >= threshold || high < threshold : high <= threshold || low > threshold;
  };
  if (decides(n)) return 0;
  if (!decides(MOST_UNITS)) return null;
  let tooFew = 0;
  let enough = MOST_UNITS;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (decides(n + middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

function decideSide(estimate: GateEstimate, side: Side, threshold: number, rule: GateRule): GateDecision {
  const { decide, alpha = usualAlpha } = rule;
  const { value, n } = estimate;
  if (!isNumber(value))
    return { status: "inconclusive", bound: null, reason: `no value to compare with ${side} ${threshold}` };
  if (decide === "point") {
    const passes = side === "min" ? value >= threshold : value <= threshold;
    const relation = passes ? "within" : "outside";
    const reason = `value ${show(value, threshold)} is ${relation} ${side} ${threshold} (point estimate, n = ${n})`;
    return { status: passes ? "pass" : "fail", bound: null, reason };
  }

  const clearing = side === "min" ? estimate.lowOneSided : estimate.highOneSided;
  const failing = side === "min" ? estimate.highOneSided : estimate.lowOneSided;
  const [clearingName, failingName] = side === "min" ? ["lower", "upper"] : ["upper", "lower"];
  const confidence = showConfidence(alpha);
  const context = `(value ${show(value, threshold)}${showInterval(estimate)}, n = ${n})`;
  if (isNumber(clearing) && (side === "min" ? clearing >= threshold : clearing <= threshold)) {
    const reason = `${clearingName} ${confidence} bound ${show(clearing, threshold)} is within ${side} ${threshold} ${context}`;
    return { status: "pass", bound: clearing, reason };
  }
  if (isNumber(failing) && (side === "min" ? failing < threshold : failing > threshold)) {
    const reason = `${failingName} ${confidence} bound ${show(failing, threshold)} is outside ${side} ${threshold} ${context}`;
    return { status: "fail", bound: failing, reason };
  }
  if (!isNumber(clearing)) {
    return {
      status: "inconclusive",
      bound: null,
      reason: `no ${confidence} bound for ${side} ${threshold}: too little data ${context}`,
    };
  }
  const reason = `${clearingName} ${confidence} bound ${show(clearing, threshold)} does not settle ${side} ${threshold} ${context}`;
  return { status: "inconclusive", bound: clearing, reason };
}

/** The confidence of a one-sided bound, such as `95 %` and `99.5 %`. */
export function showConfidence(alpha: number): string {
  return `${Number((100 * (1 - alpha)).toFixed(2))} %`;
}

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/** Three decimals, or as many more as it takes to be told from the threshold. */
function show(value: number, threshold: number): string {
  for (let digits = 3; digits < 12; digits++) {
    const shown = value.toFixed(digits);
    if (Number(shown) !== threshold || value === threshold) return shown;
  }
  return String(value);
}

function showInterval({ low, high }: GateEstimate): string {
  return isNumber(low) && isNumber(high) ? `, 95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}` : "";
}
