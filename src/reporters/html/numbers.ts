import { formatFixed, formatRate, formatRateBound, formatUsd, noValue } from "../../core/format.ts";
import { isMetricName, metricDefinitions } from "../../core/metric.ts";
import type { Metric, ReviewerReport } from "../../core/report.ts";
import { isYardstick } from "../../core/verdict.ts";
import { reportedReviewers } from "../sweep-words.ts";
import { grouped, manyOf } from "./text.ts";

export type Unit = Metric["unit"];

/** A value in its unit; `decimals` is for counts only. Milliseconds are whole. Null is a dash. */
export function showValue(value: number | null, unit: Unit, decimals = 2): string {
  if (value === null || !Number.isFinite(value)) return noValue;
  if (unit === "rate") return formatRate(value);
  if (unit === "usd") return formatUsd(value);
  if (Math.abs(value) >= 10_000) return grouped(value);
  return unit === "ms" ? grouped(value) : formatFixed(value, decimals);
}

/** Decimals that one column of counts shares, so that its points stand under each other. */
export function sharedDecimals(values: readonly (number | null)[]): number {
  const largest = Math.max(0, ...values.map((value) => Math.abs(value ?? 0)));
  return largest >= 100 ? 0 : largest >= 10 ? 1 : 2;
}

/** `.44–.66`; empty where either end is unknown. Of a rate with more decimals where two would look certain. */
export function showInterval(metric: Pick<Metric, "low" | "high" | "unit">, decimals = 2): string {
  if (metric.low === null || metric.high === null) return "";
  const show = (bound: number) =>
    metric.unit === "rate" ? formatRateBound(bound) : showValue(bound, metric.unit, decimals);
  return `${show(metric.low)}–${show(metric.high)}`;
}

const mostDigits = 6;

/**
 * A value beside the thresholds of its gate: with as many more digits as it takes to tell them apart where both would
 * round to the same (`.847` beside `.85`).
 */
export function showBeside(value: number | null, thresholds: readonly number[], unit: Unit): string {
  const usual = showValue(value, unit);
  if (value === null || !Number.isFinite(value) || unit === "usd") return usual;
  const digitsOf = (shown: string) => /\.(\d+)$/.exec(shown)?.[1]?.length ?? 0;
  const isBlurred = (shown: string) =>
    thresholds.some(
      (threshold) => threshold !== value && Number(shown) === Number(formatFixed(threshold, digitsOf(shown))),
    );
  if (!isBlurred(formatFixed(value, digitsOf(usual)))) return usual;
  for (let digits = digitsOf(usual) + 1; digits <= mostDigits; digits += 1) {
    const shown = formatFixed(value, digits);
    if (!isBlurred(shown)) return unit === "rate" ? shown.replace(/^(-?)0\./, "$1.") : shown;
  }
  return usual;
}

/** The threshold of a gate, with every digit that the suite wrote: `.85`, `.925`. */
export function showThreshold(threshold: number, unit: Unit): string {
  const written = String(threshold).replace(/^(-?)0\./, "$1.");
  const usual = showValue(threshold, unit);
  return written.length > usual.length && !written.includes("e") && unit === "rate" ? written : usual;
}

const labels: Record<string, string> = {
  "detection.f1": "F1",
  "detection.f_beta": "F beta",
  "detection.recall_published": "many-to-one recall",
  "detection.precision_published": "many-to-one precision",
  "detection.f1_published": "many-to-one F1",
  "detection.false_alarm_rate": "false alarms",
  "detection.twin_discrimination": "twins told apart",
  "detection.findings_per_clean_case": "findings per clean case",
  "overlap.f1": "token F1",
  "overlap.f1_code": "code F1",
  "overlap.rouge_l": "ROUGE-L",
  "overlap.bleu": "BLEU-4",
  "contract.valid_rate": "valid",
  "judge.pass_rate": "judge pass rate",
  "judge.pass_rate_consensus": "consensus pass rate",
  "judge.pass_rate_corrected": "corrected",
  "judge.panel_disagreement": "judges differ",
  "safety.pass_rate": "safety",
  "cost.usd": "cost",
  "cost.usd_per_bug_found": "per bug found",
  "latency.p50_ms": "p50",
  "latency.p95_ms": "p95",
  "latency.p99_ms": "p99",
  "latency.ttft_p50_ms": "first token p50",
  "latency.ttft_p95_ms": "first token p95",
  "latency.tokens_per_s": "tokens/s",
  "latency.first_finding_p50_ms": "first finding p50",
  "load.p50_ms": "p50",
  "load.p95_ms": "p95",
};

/** What a metric counts, in the plural: `bugs`; taken from the first of the metrics that is there. */
export function unitsOf(...metrics: readonly (Metric | undefined)[]): string {
  return manyOf(metrics.find((metric) => metric !== undefined)?.unitOfAnalysis ?? "case");
}

/** The short name of a metric in a heading; unknown ones lose their prefix only. */
export function metricLabel(name: string): string {
  return labels[name] ?? name.replace(/^[^.]*\./, "").replaceAll("_", " ");
}

/** What the metric says, and `higher`, `lower` or null for the better direction; unknown metrics say their name. */
export function metricMeaning(name: string): { description: string; better: "higher" | "lower" | null } {
  return isMetricName(name) ? metricDefinitions[name] : { description: name, better: null };
}

/** What is measured, then its company, both in the report's order, then the company's ceilings and its floors. */
export function rowOrder(reviewers: readonly ReviewerReport[]): {
  measured: ReviewerReport[];
  company: ReviewerReport[];
  yardsticks: ReviewerReport[];
} {
  const reported = reportedReviewers(reviewers);
  const inCompany = reported.filter((reviewer) => reviewer.role !== "measured");
  const yardsticks = inCompany.filter(isYardstick);
  const isCeiling = (reviewer: ReviewerReport) => reviewer.provider === "ceiling";
  return {
    measured: reported.filter((reviewer) => reviewer.role === "measured"),
    company: inCompany.filter((reviewer) => !isYardstick(reviewer)),
    yardsticks: [...yardsticks.filter(isCeiling), ...yardsticks.filter((one) => !isCeiling(one))],
  };
}

/** All reviewers of a report: those that its tables are of, in their order, then those that a sweep only chose by. */
export function everyone(reviewers: readonly ReviewerReport[]): ReviewerReport[] {
  const { measured, company, yardsticks } = rowOrder(reviewers);
  const shown = new Set([...measured, ...company, ...yardsticks]);
  return [...shown, ...reviewers.filter((reviewer) => !shown.has(reviewer))];
}

/** The reviewers that a finding is about: the measured ones, or the company where nothing was measured. */
export function inQuestion(reviewers: readonly ReviewerReport[]): ReviewerReport[] {
  const { measured, company } = rowOrder(reviewers);
  return measured.length > 0 ? measured : company;
}
