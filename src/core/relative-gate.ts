import type { MetricComparison } from "./comparison.ts";
import { formatFixed } from "./format.ts";
import { type GateDecision, showConfidence, usualAlpha } from "./gate.ts";
import { metricDefinitions, type MetricName } from "./metric.ts";
import { minimumDetectableEffect, pairsForTango, type PowerOptions } from "./stats/power.ts";
import type { Gate } from "./suite.ts";

/** A reviewer beside its baseline: differences are positive where the reviewer is better, whatever the metric. */
export interface Advantage {
  /** The reviewer's and the baseline's value over the cases that both have. */
  value: number | null;
  baseline: number | null;
  difference: number | null;
  /** Two-sided 95 %, to show, and the one-sided bounds, to decide; null where clusters are too few. */
  low: number | null;
  high: number | null;
  lowOneSided: number | null;
  highOneSided: number | null;
  /** Smallest true difference that these cases would find 8 times in 10. */
  detectable: number | null;
  cases: number;
  clusters: number;
  /** Cases that the reviewer alone passes and that the baseline alone passes, where they are counted one by one. */
  pairs: { better: number; worse: number } | null;
}

/** Turns a comparison, second minus first, so that more is better. The first is the baseline. */
export function advantageOf(comparison: MetricComparison): Advantage {
  const { metric, first, second, difference, low, high, lowOneSided, highOneSided, pairs } = comparison;
  const { detectable, cases, clusters } = comparison;
  const common = { value: second, baseline: first, detectable, cases, clusters };
  if (!isLowerBetter(metric))
    return {
      ...common,
      difference,
      low,
      high,
      lowOneSided,
      highOneSided,
      pairs: pairs === undefined ? null : { better: pairs.gained, worse: pairs.lost },
    };
  return {
    ...common,
    difference: negative(difference),
    low: negative(high),
    high: negative(low),
    lowOneSided: negative(highOneSided),
    highOneSided: negative(lowOneSided),
    pairs: pairs === undefined ? null : { better: pairs.lost, worse: pairs.gained },
  };
}

/** What the difference must lie above: below 0 by the margin that may be lost, or the improvement that is asked for. */
export function leastAdvantage({ margin, improve }: NonNullable<Gate["vsBaseline"]>): number {
  return margin === undefined ? (improve ?? 0) : -margin;
}

/**
 * Decides a gate against a baseline. Pass: the one-sided 95 % lower bound of the paired difference lies above -margin
 * (not worse by as much), or above `improve` (better by more). Fail: the upper bound lies below it. Inconclusive: neither,
 * and always where difference or bound is missing. `decide: point` looks at the difference itself.
 */
export function decideRelative(
  advantage: Advantage,
  gate: Pick<Gate, "vsBaseline" | "decide">,
  alpha = usualAlpha,
): GateDecision {
  const confidence = showConfidence(alpha);
  const least = leastAdvantage(gate.vsBaseline ?? {});
  const { difference, lowOneSided: low, highOneSided: high, cases } = advantage;
  if (difference === null) return { status: "inconclusive", bound: null, reason: "no difference to look at" };
  const limit = show(least, least);
  const context = `(difference ${show(difference, least)}${showInterval(advantage)}, ${cases} shared ${cases === 1 ? "case" : "cases"})`;
  if (gate.decide === "point") {
    const isAbove = difference > least;
    const reason = `the difference is ${isAbove ? "above" : "not above"} ${limit} ${context}, by the point estimate`;
    return { status: isAbove ? "pass" : "fail", bound: null, reason };
  }
  if (low !== null && low > least)
    return {
      status: "pass",
      bound: low,
      reason: `lower ${confidence} bound ${show(low, least)} is above ${limit} ${context}`,
    };
  if (high !== null && high < least)
    return {
      status: "fail",
      bound: high,
      reason: `upper ${confidence} bound ${show(high, least)} is below ${limit} ${context}`,
    };
  if (low === null)
    return {
      status: "inconclusive",
      bound: null,
      reason: `no ${confidence} bound of the difference: too few clusters ${context}`,
    };
  return {
    status: "inconclusive",
    bound: low,
    reason: `lower ${confidence} bound ${show(low, least)} does not settle ${limit} ${context}`,
  };
}

/**
 * About how many more cases would decide the gate 8 times in 10, if the difference and the spread seen were the true
 * ones: by Tango's test where cases are counted one by one, else by the standard error, which shrinks with their number.
 * Null where none would do (a difference at the threshold) or nothing is known of the spread.
 */
export function moreCasesToDecide(
  advantage: Advantage,
  gate: Pick<Gate, "vsBaseline">,
  alpha = usualAlpha,
): number | null {
  const least = leastAdvantage(gate.vsBaseline ?? {});
  const { difference, cases, pairs, detectable } = advantage;
  if (difference === null || difference === least || cases === 0) return null;
  const oneSided: PowerOptions = { sides: 1, alpha };
  const needed =
    pairs !== null
      ? pairsForTango({ gained: pairs.better / cases, lost: pairs.worse / cases }, least, { alpha })
      : detectable === null
        ? Infinity
        : cases *
          ((detectable * minimumDetectableEffect(1, oneSided)) / minimumDetectableEffect(1) / (difference - least)) **
            2;
  return needed > mostCases ? null : Math.max(1, Math.ceil(needed - cases));
}

const mostCases = 10_000_000;

function isLowerBetter(metric: MetricName): boolean {
  return metricDefinitions[metric].better === "lower";
}

function negative(value: number | null): number | null {
  return value === null ? null : 0 - value;
}

/** Three decimals, or as many more as it takes to be told from the threshold. */
function show(value: number, threshold: number): string {
  for (let digits = 3; digits < 10; digits++) {
    const shown = formatFixed(value, digits);
    if (Number(shown) !== threshold || value === threshold) return shown.replace(/^-(0\.?0*)$/, "$1");
  }
  return String(value);
}

function showInterval({ low, high }: Advantage): string {
  return low === null || high === null ? "" : `, 95 % interval ${formatFixed(low, 3)} to ${formatFixed(high, 3)}`;
}
