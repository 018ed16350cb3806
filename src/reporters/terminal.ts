import Table from "cli-table3";
import { formatInterval, formatRate, formatValue, neutralise } from "../core/format.ts";
import type { MetricName } from "../core/metric.ts";
import type { GateResult, Report, ReviewerReport } from "../core/report.ts";

/** How the terminal looks: its width in columns and a painter that leaves text plain where colour is off. */
export interface TerminalStyle {
  columns: number;
  paint: (style: "bold" | "dim" | "red" | "green" | "yellow", text: string) => string;
}

interface Column {
  title: string;
  metric: MetricName;
}

/** In order of importance: the last ones are left out where the terminal is too narrow. */
const columns: readonly Column[] = [
  { title: "F1", metric: "detection.f1" },
  { title: "recall", metric: "detection.recall" },
  { title: "precision", metric: "detection.precision" },
  { title: "false alarms", metric: "detection.false_alarm_rate" },
  { title: "twins told apart", metric: "detection.twin_discrimination" },
  { title: "overlap F1", metric: "overlap.f1" },
  { title: "valid", metric: "contract.valid_rate" },
];

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
  const { dataset, suite, run, verdict } = report;
  const head = `${style.paint("bold", `nitbench ${suite.name}`)} · ${dataset.cases} cases, ${dataset.clusters} clusters, ${dataset.bugs} bugs · seed ${run.seed}`;
  const answer = `${style.paint(statusColour[verdict.status], verdictWord[verdict.status])}${verdict.sentence === "" ? "" : ` · ${neutralise(verdict.sentence)}`}`;
  const gated = report.reviewers.filter((reviewer) => reviewer.gates.length > 0);
  const warnings = report.warnings.map((warning) => `${style.paint("yellow", "warning")}: ${neutralise(warning)}`);
  return [
    head,
    "",
    fold(answer, style.columns),
    "",
    renderReviewers(report.reviewers, style),
    ...gated.map((reviewer) => `\n${renderGates(reviewer, style)}`),
    ...(warnings.length === 0 ? [] : ["", ...warnings.map((warning) => fold(warning, style.columns))]),
    "",
  ].join("\n");
}

function renderReviewers(reviewers: readonly ReviewerReport[], style: TerminalStyle): string {
  const measured = columns.filter(({ metric }) => reviewers.some((reviewer) => reviewer.metrics[metric] !== undefined));
  const timed = reviewers.some((reviewer) => reviewer.metrics["load.p50_ms"]?.value != null);
  const names = reviewers.map((reviewer) => shorten(neutralise(reviewer.id), 40));
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
    const isMeasured = reviewers[row]?.role === "measured";
    table.push([isMeasured ? style.paint("bold", name) : name, ...shown.map(({ cells: texts }) => texts[row] ?? "")]);
  });
  return table.toString();
}

/** Values of one metric one under another on their decimal points, intervals quieter beside them. */
function alignMetrics(reviewers: readonly ReviewerReport[], name: MetricName, style: TerminalStyle): string[] {
  const values = reviewers.map(({ metrics }) =>
    formatValue(metrics[name]?.value ?? null, metrics[name]?.unit ?? "rate"),
  );
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

function renderGates(reviewer: ReviewerReport, style: TerminalStyle): string {
  const table = plainTable([]);
  for (const result of reviewer.gates) table.push(gateCells(result, style));
  return `  gates of ${style.paint("bold", neutralise(reviewer.id))}\n${table.toString()}`;
}

function gateCells(result: GateResult, style: TerminalStyle): string[] {
  const { gate, status, value, bound, casesToDecide, reason, warning } = result;
  const asked = [
    gate.min === undefined ? "" : `>= ${formatRate(gate.min)}`,
    gate.max === undefined ? "" : `<= ${formatRate(gate.max)}`,
  ]
    .filter(Boolean)
    .join(" and ");
  const notes = [
    bound === null ? (value === null ? reason : "") : `bound ${formatRate(bound)}`,
    casesToDecide === null || casesToDecide === 0 ? "" : `about ${casesToDecide} more would decide`,
    gate.required ? "" : "not required",
    warning ?? "",
  ].filter(Boolean);
  return [
    style.paint(statusColour[status], statusWord[status]),
    `${gate.metric}${gate.where === undefined ? "" : ` where ${neutralise(gate.where)}`}`,
    value === null ? "–" : formatRate(value),
    asked,
    style.paint("dim", notes.join(", ")),
  ];
}

function plainTable(head: string[]): InstanceType<typeof Table> {
  const chars = Object.fromEntries(
    [
      "top",
      "top-mid",
      "top-left",
      "top-right",
      "bottom",
      "bottom-mid",
      "bottom-left",
      "bottom-right",
      "left",
      "left-mid",
      "mid",
      "mid-mid",
      "right",
      "right-mid",
    ].map((name) => [name, ""]),
  );
  return new Table({
    head,
    chars: { ...chars, middle: "  " },
    style: { head: [], border: [], "padding-left": 1, "padding-right": 0 },
  });
}

// eslint-disable-next-line no-control-regex -- the escapes are our own colours
const ansi = /\u001b\[[0-9;]*m/g;

function visibleLength(text: string): number {
  return text.replaceAll(ansi, "").length;
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 12)}…${text.slice(-11)}`;
}

/** Breaks a paragraph at spaces so that no line is wider than the terminal. */
function fold(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && visibleLength(line) + 1 + visibleLength(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
