import { isMetricName, metricDefinitions, metricNames } from "../core/metric.ts";
import type { Report } from "../core/report.ts";

type Ordered = Pick<Report, "suite" | "judge">;

const judgeColumns = ["judge.pass_rate", "judge.pass_rate_corrected", "judge.panel_disagreement"];
const safetyColumns = metricNames.filter((name) => metricDefinitions[name].scorer === "safety");

/**
 * Metrics as columns of a table, in order of importance: those of required gates in the suite's order, then the rest of
 * what leads, then what else is gated, then the others. Whether a form is kept says nothing of what a review is worth, so
 * it never leads.
 * @param detection what is shown of detection, in its order
 * @param others all that is shown beside detection, the judge and safety
 */
export function orderColumns(report: Ordered, detection: readonly string[], others: readonly string[]): string[] {
  const { gates } = report.suite;
  const leads = leadingScorer(report);
  const required = gates.flatMap((gate) => (gate.required && !isForm(gate.metric) ? [gate.metric] : []));
  const first = { judge: judgeColumns, safety: safetyColumns }[leads] ?? detection;
  return [
    ...new Set([
      ...required,
      ...first,
      ...gates.filter((gate) => gate.required).map((gate) => gate.metric),
      ...detection,
      ...judgeColumns,
      ...gates.map((gate) => gate.metric),
      ...others,
    ]),
  ];
}

/** What the suite is about: what its first gate measures; without gates detection, and the judge where nothing looks for bugs. */
function leadingScorer({ suite, judge }: Ordered): string {
  const gated = suite.gates.toSorted((a, b) => Number(b.required) - Number(a.required)).map(({ metric }) => metric);
  const first = gated.find((metric) => !isForm(metric));
  if (first !== undefined && isMetricName(first)) return metricDefinitions[first].scorer ?? "";
  return judge !== null && suite.scorers["detection"] === undefined ? "judge" : "detection";
}

const isForm = (metric: string) => metric.startsWith("contract.");

/** What the judge's pass rate is called over a column: a comparison of words is not called a judge's verdict. */
export function passRateTitle(judge: Report["judge"]): string {
  if (judge?.members !== undefined) return "panel pass rate";
  return judge?.engine === "lexical" ? "lexical pass rate" : "judge pass rate";
}
