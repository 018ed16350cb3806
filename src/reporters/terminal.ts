import {
  formatBound,
  formatInterval,
  formatOf,
  formatRateBound,
  formatValue,
  isLeast,
  neutralise,
  noValue,
  plural,
  shortRef,
} from "../core/format.ts";
import type { MetricName } from "../core/metric.ts";
import { formatDifference, ruleOf } from "../core/relative-words.ts";
import type { GateResult, Report, ReviewerReport } from "../core/report.ts";
import { fold, type TerminalStyle, visibleLength } from "./terminal-text.ts";
import { renderBaseline } from "./baseline-lines.ts";
import { groupWarnings } from "./group-warnings.ts";
import { renderJudge, renderMatcher } from "./judge-lines.ts";
import { judgeLeads, passRateTitle } from "./judge-place.ts";
import { renderLatency } from "./latency-lines.ts";
import { plainTable } from "./plain-table.ts";
import { renderSweep } from "./sweep-lines.ts";
import { reportedReviewers } from "./sweep-words.ts";

interface Column {
  title: string;
  metric: MetricName;
}

const detectionColumns: readonly Column[] = [
  { title: "F1", metric: "detection.f1" },
  { title: "recall", metric: "detection.recall" },
  { title: "precision", metric: "detection.precision" },
];

const otherColumns: readonly Column[] = [
  { title: "many-to-one F1", metric: "detection.f1_published" },
  { title: "relevance", metric: "ratings.relevance" },
  { title: "false alarms", metric: "detection.false_alarm_rate" },
  { title: "twins told apart", metric: "detection.twin_discrimination" },
  { title: "safety", metric: "safety.pass_rate" },
  { title: "overlap F1", metric: "overlap.f1" },
  { title: "valid", metric: "contract.valid_rate" },
  { title: "cost", metric: "cost.usd" },
  { title: "per bug found", metric: "cost.usd_per_bug_found" },
];

/** In order of importance: the last ones are left out where the terminal is too narrow. */
function columnsOf(report: Report): Column[] {
  const judge: Column[] = [
    { title: passRateTitle(report.judge), metric: "judge.pass_rate" },
    { title: "corrected", metric: "judge.pass_rate_corrected" },
    { title: "judges differ", metric: "judge.panel_disagreement" },
  ];
  const first = judgeLeads(report) ? [...judge, ...detectionColumns] : [...detectionColumns, ...judge];
  return [...first, ...otherColumns];
}

const statusWord = { pass: "pass", fail: "fail", inconclusive: "undecided" } as const;
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
  const gated = report.reviewers.filter((reviewer) => reviewer.gates.length > 0);
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
    ...gated.map((reviewer) => `\n${renderGates(reviewer, report.judge, style)}`),
    ...(warnings.length === 0 ? [] : ["", ...warnings.map((warning) => fold(warning, style.columns))]),
    "",
  ].join("\n");
}

/** The verdict and the gates alone, as they are told when a finished run is gated again. */
export function renderGateReport(report: Report, style: TerminalStyle): string {
  const gated = report.reviewers.filter((reviewer) => isMeasured(reviewer) && reviewer.gates.length > 0);
  const tables = report.verdict.status === "incomplete" ? [] : gated;
  const title = `${style.paint("bold", `nitbench gate ${report.suite.name}`)} · run ${neutralise(report.run.id)}`;
  return [
    title,
    "",
    renderAnswer(report, style),
    ...renderBaseline(report, style),
    ...tables.map((reviewer) => `\n${renderGates(reviewer, report.judge, style)}`),
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

/** Each reviewer by its short name, or by its whole reference where two would look the same. */
function namesOf(reviewers: readonly ReviewerReport[]): string[] {
  const short = reviewers.map(({ id }) => shortRef(id));
  return reviewers.map(({ id }, index) => {
    const name = short[index] ?? id;
    return shorten(neutralise(short.indexOf(name) === short.lastIndexOf(name) ? name : id), 40);
  });
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
  const names = namesOf(reviewers);
  const cells = measured.map(({ title, metric }) => ({ title, cells: alignMetrics(reviewers, metric, style) }));
  if (timed) cells.push({ title: "p50 / p95 ms", cells: reviewers.map((reviewer) => loadCell(reviewer)) });

  const widthOf = (texts: readonly string[]) => Math.max(...texts.map(visibleLength));
  let room = style.columns - 2 - widthOf(["reviewer", ...names]);
  const shown = cells.filter(({ title, cells: texts }) => {
    room -= 3 + widthOf([title, ...texts]);
    return room >= 0;
  });
  const table = plainTable(["reviewer", ...shown.map(({ title }) => title)].map((title) => style.paint("dim", title)));
  names.forEach((name, row) => {
    const reviewer = reviewers[row];
    const strong = reviewer !== undefined && isMeasured(reviewer) ? style.paint("bold", name) : name;
    table.push([strong, ...shown.map(({ cells: texts }) => texts[row] ?? "")]);
  });
  const left = cells.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const more =
    left.length === 0
      ? ""
      : `\n${fold(style.paint("dim", ` in the report, too wide for here: ${left.join(", ")}`), style.columns)}`;
  return `${table.toString()}${more}`;
}

/** Values of one metric one under another on their decimal points, intervals quieter beside them. */
function alignMetrics(reviewers: readonly ReviewerReport[], name: MetricName, style: TerminalStyle): string[] {
  const values = reviewers.map(({ metrics }) => {
    const metric = metrics[name];
    return `${metric !== undefined && isLeast(metric) ? "≥ " : ""}${formatValue(metric?.value ?? null, metric?.unit ?? "rate")}`;
  });
  const width = Math.max(...values.map((value) => value.length));
  return reviewers.map(({ metrics }, row) => {
    const metric = metrics[name];
    const interval = metric === undefined ? "" : formatInterval(metric);
    return `${(values[row] ?? "").padStart(width)}${interval === "" ? "" : ` ${style.paint("dim", interval)}`}`;
  });
}

function loadCell({ metrics }: ReviewerReport): string {
  const [p50, p95] = [metrics["load.p50_ms"], metrics["load.p95_ms"]];
  if (p50 === undefined || p95 === undefined || p50.value === null) return "";
  return `${formatValue(p50.value, "ms")} / ${formatValue(p95.value, "ms")}`;
}

function renderGates(reviewer: ReviewerReport, judge: Report["judge"], style: TerminalStyle): string {
  const table = plainTable([]);
  for (const result of reviewer.gates) table.push(gateCells(result, style));
  const notes = reviewer.gates.flatMap((result) => {
    const note = noteOf(result, reviewer, judge);
    return note === "" ? [] : [fold(style.paint("dim", `  ${nameGate(result)}: ${note}`), style.columns)];
  });
  return [`  gates of ${style.paint("bold", neutralise(shortRef(reviewer.id)))}`, table.toString(), ...notes].join(
    "\n",
  );
}

function nameGate({ gate }: GateResult): string {
  return `${gate.metric}${gate.where === undefined ? "" : ` where ${neutralise(gate.where)}`}`;
}

function gateCells(result: GateResult, style: TerminalStyle): string[] {
  const { gate, status, value } = result;
  const show = (number: number) => formatOf(gate.metric, number);
  const asked = [
    gate.vsBaseline === undefined ? "" : ruleOf(gate),
    gate.min === undefined ? "" : `>= ${show(gate.min)}`,
    gate.max === undefined ? "" : `<= ${show(gate.max)}`,
  ];
  const shown = showBound(result);
  return [
    style.paint(statusColour[status], statusWord[status]),
    nameGate(result),
    (value === null ? noValue : show(value)).padStart(4),
    asked.filter(Boolean).join(" and "),
    style.paint("dim", shown),
    style.paint("dim", gate.required ? "" : "not required"),
  ];
}

function showBound({ gate, bound, versus }: GateResult): string {
  if (versus !== undefined && versus.difference !== null) {
    const reach = bound === null ? "" : `, bound ${formatDifference(bound, gate)}`;
    return `difference ${formatDifference(versus.difference, gate)}${reach}`;
  }
  if (bound === null) return "";
  return `bound ${formatBound(bound, gate)}`;
}

/** What else there is to know of a gate: why it has no value, how much would decide it, what looks wrong. */
function noteOf(
  { gate, status, value, bound, reason, casesToDecide, warning, versus }: GateResult,
  { metrics }: ReviewerReport,
  judge: Report["judge"],
): string {
  const unit = versus === undefined ? (metrics[gate.metric]?.unitOfAnalysis ?? "case") : "case";
  const isBarred = status === "inconclusive" && bound === null && reason !== judge?.informsBecause;
  const detectable = versus?.detectable ?? null;
  const notes = [
    value === null || isBarred ? neutralise(reason) : "",
    casesToDecide === null || casesToDecide === 0 ? "" : `about ${plural(casesToDecide, `more ${unit}`)} would decide`,
    detectable === null
      ? ""
      : `these ${versus?.cases ?? 0} cases would show a difference of ${formatRateBound(detectable)} 8 times in 10`,
    warning ?? "",
  ];
  return notes.filter(Boolean).join("; ");
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 12)}…${text.slice(-11)}`;
}
