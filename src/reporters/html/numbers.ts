import { formatRate, noValue } from "../../core/format.ts";
import { isMetricName, metricDefinitions } from "../../core/metric.ts";
import type { Metric, ReviewerReport } from "../../core/report.ts";
import { isYardstick } from "../../core/verdict.ts";
import { grouped } from "./text.ts";

export type Unit = Metric["unit"];

/** A value in its unit; `decimals` is for counts only. Milliseconds are whole. Null is a dash. */
export function showValue(value: number | null, unit: Unit, decimals = 2): string {
  if (value === null || !Number.isFinite(value)) return noValue;
  if (unit === "rate") return formatRate(value);
  return unit === "ms" ? grouped(value) : value.toFixed(decimals);
}

/** Decimals that one column of counts shares, so that its points stand under each other. */
export function sharedDecimals(values: readonly (number | null)[]): number {
  const largest = Math.max(0, ...values.map((value) => Math.abs(value ?? 0)));
  return largest >= 100 ? 0 : largest >= 10 ? 1 : 2;
}

/** `.44 – .66`; empty where either end is unknown. */
export function showInterval(metric: Pick<Metric, "low" | "high" | "unit">, decimals = 2): string {
  if (metric.low === null || metric.high === null) return "";
  return `${showValue(metric.low, metric.unit, decimals)}–${showValue(metric.high, metric.unit, decimals)}`;
}

const labels: Record<string, string> = {
  "detection.f1": "F1",
  "detection.f_beta": "F beta",
  "detection.false_alarm_rate": "false alarms",
  "detection.twin_discrimination": "twins told apart",
  "detection.findings_per_clean_case": "findings per clean case",
  "overlap.f1": "token F1",
  "overlap.f1_code": "code F1",
  "overlap.rouge_l": "ROUGE-L",
  "overlap.bleu": "BLEU-4",
  "contract.valid_rate": "valid",
  "load.p50_ms": "p50",
  "load.p95_ms": "p95",
};

/** The short name of a metric in a heading; unknown ones lose their prefix only. */
export function metricLabel(name: string): string {
  return labels[name] ?? name.replace(/^[^.]*\./, "").replaceAll("_", " ");
}

/** What the metric says, and `higher`, `lower` or null for the better direction; unknown metrics say their name. */
export function metricMeaning(name: string): { description: string; better: "higher" | "lower" | null } {
  return isMetricName(name) ? metricDefinitions[name] : { description: name, better: null };
}

/** Contestants in the report's order, then ceilings, then floors. */
export function rowOrder(reviewers: readonly ReviewerReport[]): {
  contestants: ReviewerReport[];
  yardsticks: ReviewerReport[];
} {
  const contestants = reviewers.filter((reviewer) => !isYardstick(reviewer));
  const yardsticks = reviewers.filter(isYardstick);
  const isCeiling = (reviewer: ReviewerReport) => reviewer.provider === "ceiling";
  return { contestants, yardsticks: [...yardsticks.filter(isCeiling), ...yardsticks.filter((one) => !isCeiling(one))] };
}
