import { formatValue, namesAmong, neutralise, plural } from "../core/format.ts";
import { isMetricName, metricDefinitions, type MetricName } from "../core/metric.ts";
import type { Report, ReviewerReport } from "../core/report.ts";
import { fold, type TerminalStyle } from "./terminal-text.ts";
import { renderBaseline } from "./baseline-lines.ts";
import { renderLikelyCauses } from "./diagnosis-lines.ts";
import { orderColumns, passRateTitle } from "./column-order.ts";
import { fitTable } from "./fit-table.ts";
import { renderGates } from "./gate-lines.ts";
import { groupWarnings } from "./group-warnings.ts";
import { renderJudge, renderMatcher } from "./judge-lines.ts";
import { renderLatency } from "./latency-lines.ts";
import { metricCells } from "./metric-cells.ts";
import { renderSweep } from "./sweep-lines.ts";
import { reportedReviewers } from "./sweep-words.ts";

interface Column {
  title: string;
  metric: MetricName;
}

const detectionColumns = ["detection.f1", "detection.recall", "detection.precision"];
const otherColumns = [
  "detection.f1_published",
  "ratings.relevance",
  "detection.false_alarm_rate",
  "detection.twin_discrimination",
  "safety.pass_rate",
  "overlap.f1",
  "contract.valid_rate",
  "cost.usd",
  "cost.usd_per_bug_found",
];

/** Where a metric's own name would say too little or too much. */
const titles: Partial<Record<MetricName, string>> = {
  "detection.f1": "F1",
  "detection.f1_published": "many-to-one F1",
  "detection.false_alarm_rate": "false alarms",
  "detection.twin_discrimination": "twins told apart",
  "judge.pass_rate_corrected": "corrected",
  "judge.panel_disagreement": "judges differ",
  "safety.pass_rate": "safety",
  "overlap.f1": "overlap F1",
  "contract.valid_rate": "valid",
  "cost.usd": "cost",
  "cost.usd_per_bug_found": "per bug found",
};

/** The last ones are left out where the terminal is too narrow; times have a table of their own. */
function columnsOf(report: Report): Column[] {
  return orderColumns(report, detectionColumns, otherColumns)
    .filter(isMetricName)
    .filter((name) => metricDefinitions[name].unit !== "ms")
    .map((metric) => ({ metric, title: titleOf(metric, report.judge) }));
}

function titleOf(metric: MetricName, judge: Report["judge"]): string {
  if (metric === "judge.pass_rate") return passRateTitle(judge);
  return titles[metric] ?? metric.replace(/^[^.]*\./, "").replaceAll("_", " ");
}

const statusColour = { pass: "green", fail: "red", inconclusive: "yellow", incomplete: "red", ungated: "dim" } as const;
const verdictWord = {
  pass: "pass",
  fail: "fail",
  inconclusive: "undecided",
  incomplete: "incomplete",
  ungated: "no gates",
} as const;

/** The report as a terminal shows it: verdict, reviewers side by side, gates, warnings. Text from outside is neutralised. */
export function renderTerminal(report: Report, style: TerminalStyle): string {
  const { dataset, suite, run } = report;
  const isAnnotated = dataset.unannotated < dataset.cases;
  const size = [
    plural(dataset.cases, "case"),
    plural(dataset.clusters, "cluster"),
    ...(isAnnotated ? [plural(dataset.bugs, "bug")] : []),
  ].join(", ");
  const head = `${style.paint("bold", `nitbench ${suite.name}`)} · ${size} · seed ${run.seed}`;
  const measuredFirst = reportedReviewers(report.reviewers).toSorted(
    (a, b) => Number(isMeasured(b)) - Number(isMeasured(a)),
  );
  const warnings = groupWarnings(report.warnings).map(
    (warning) => `${style.paint("yellow", "warning")}: ${neutralise(warning)}`,
  );
  return [
    head,
    "",
    renderAnswer(report, style),
    "",
    renderReviewers(measuredFirst, columnsOf(report), style),
    ...renderSweep(report, style),
    ...renderMatcher(report, style),
    ...renderJudge(report, style),
    ...renderBaseline(report, style),
    ...renderLatency(report, style),
    ...renderGates(report, style),
    ...renderLikelyCauses(report, style),
    ...(warnings.length === 0 ? [] : ["", ...warnings.map((warning) => fold(warning, style.columns))]),
    "",
  ].join("\n");
}

/** The verdict and the gates alone, as they are told when a finished run is gated again. */
export function renderGateReport(report: Report, style: TerminalStyle): string {
  const title = `${style.paint("bold", `nitbench gate ${report.suite.name}`)} · run ${neutralise(report.run.id)}`;
  return [
    title,
    "",
    renderAnswer(report, style),
    ...renderBaseline(report, style),
    ...(report.verdict.status === "incomplete" ? [] : renderGates(report, style)),
    "",
  ].join("\n");
}

function renderAnswer({ verdict }: Report, style: TerminalStyle): string {
  const status = style.paint(statusColour[verdict.status], verdictWord[verdict.status]);
  return fold(`${status}${verdict.sentence === "" ? "" : ` · ${neutralise(verdict.sentence)}`}`, style.columns);
}

function isMeasured({ role }: ReviewerReport): boolean {
  return role === "measured";
}

function renderReviewers(
  reviewers: readonly ReviewerReport[],
  columns: readonly Column[],
  style: TerminalStyle,
): string {
  const present = columns.filter(({ metric }) => reviewers.some(({ metrics }) => metrics[metric] !== undefined));
  const scored = present.filter(({ metric }) =>
    reviewers.some(({ metrics }) => (metrics[metric]?.value ?? null) !== null),
  );
  const measured = scored.length === 0 ? present : scored;
  // Times of the quality run are those of its load: a phase of its own says more.
  const hasPhase = reviewers.some(({ metrics }) => metrics["latency.p50_ms"] !== undefined);
  const timed = !hasPhase && reviewers.some(({ metrics }) => metrics["load.p50_ms"]?.value != null);
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  const names = reviewers.map((reviewer) => {
    const name = shorten(neutralise(nameOf(reviewer.id)), 40);
    return isMeasured(reviewer) ? style.paint("bold", name) : name;
  });
  const figures = measured.map(({ title, metric }) => ({
    title,
    cells: metricCells(
      reviewers.map(({ metrics }) => metrics[metric]),
      style,
    ),
  }));
  if (timed) figures.push({ title: "p50 / p95 ms", cells: reviewers.map((reviewer) => loadCell(reviewer)) });
  const ranked = figures.map((column, index) => ({ ...column, rank: -index }));
  return fitTable([{ title: "reviewer", cells: names }, ...ranked], "in the report", style);
}

function loadCell({ metrics }: ReviewerReport): string {
  const [p50, p95] = [metrics["load.p50_ms"], metrics["load.p95_ms"]];
  if (p50 === undefined || p95 === undefined || p50.value === null) return "";
  return `${formatValue(p50.value, "ms")} / ${formatValue(p95.value, "ms")}`;
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 12)}…${text.slice(-11)}`;
}
