import { metricDefinitions, type MetricName } from "../metric.ts";
import type { Metric } from "../report.ts";
import type { LatencyFigures } from "./latency-figures.ts";
import type { LatencyReport } from "./latency-report.ts";
import { explainNoValue, type QuantileFigure } from "./quantiles.ts";

/** The metrics of the latency phase, each with the figure that it is. */
const figureOf: Partial<Record<MetricName, (figures: LatencyFigures) => QuantileFigure | undefined>> = {
  "latency.p50_ms": ({ endToEnd }) => at(endToEnd, 0.5),
  "latency.p95_ms": ({ endToEnd }) => at(endToEnd, 0.95),
  "latency.p99_ms": ({ endToEnd }) => at(endToEnd, 0.99),
  "latency.ttft_p50_ms": ({ firstToken }) => at(firstToken, 0.5),
  "latency.ttft_p95_ms": ({ firstToken }) => at(firstToken, 0.95),
  "latency.tokens_per_s": ({ tokensPerS }) => at(tokensPerS, 0.5),
  "latency.first_finding_p50_ms": ({ firstFinding }) => at(firstFinding, 0.5),
};

const names = Object.keys(figureOf) as MetricName[];

/**
 * One reviewer's metrics of the latency phase, from the first level that was measured. Nothing where the phase says
 * nothing of it, such as of a floor, whose time is no reviewer's; without a value where it could not be measured.
 */
export function latencyMetrics(report: LatencyReport | null, reviewer: string): Record<string, Metric> {
  if (report === null) return {};
  const leftOut = report.leftOut.find((one) => one.reviewer === reviewer)?.reason;
  const found = report.stages[0]?.reviewers.find((one) => one.reviewer === reviewer);
  if (found === undefined) {
    if (leftOut === undefined) return {};
    return Object.fromEntries(names.map((name) => [name, withoutValue(name, leftOut, 0)]));
  }
  return Object.fromEntries(names.map((name) => [name, metricOf(name, found.figures, report.limitMs)]));
}

/** Measured reviewers with their metrics of the latency phase. */
export function withLatency<Measured extends { facts: { id: string } }>(
  measured: readonly Measured[],
  report: LatencyReport | null,
): (Measured & { latency: Record<string, Metric> })[] {
  return measured.map((one) => ({ ...one, latency: latencyMetrics(report, one.facts.id) }));
}

function at(figures: readonly QuantileFigure[], p: number): QuantileFigure | undefined {
  return figures.find((figure) => figure.p === p);
}

function metricOf(name: MetricName, figures: LatencyFigures, limitMs: number): Metric {
  const figure = figureOf[name]?.(figures);
  if (figure === undefined) return withoutValue(name, "nothing was timed", 0);
  const reason = explainNoValue(figure);
  if (reason !== null) return withoutValue(name, reason, figure.n);
  const { unit, unitOfAnalysis } = metricDefinitions[name];
  const { value, low, high, lowOneSided, highOneSided, n } = figure;
  const missed = figures.requests - figures.answered;
  const told =
    missed === 0 || name === "latency.tokens_per_s"
      ? {}
      : {
          reason: `${missed} of ${figures.requests} requests had no answer; each counts as ${limitMs / 1000} s at least`,
        };
  return {
    value,
    low,
    high,
    lowOneSided,
    highOneSided,
    method: "type 7, binomial order statistics",
    n,
    unscored: 0,
    unitOfAnalysis,
    clusters: n,
    unit,
    ...told,
  };
}

function withoutValue(name: MetricName, reason: string, n: number): Metric {
  const { unit, unitOfAnalysis } = metricDefinitions[name];
  const nothing = { value: null, low: null, high: null, lowOneSided: null, highOneSided: null };
  return { ...nothing, method: "none", n, unscored: 0, unitOfAnalysis, clusters: 0, unit, reason };
}
