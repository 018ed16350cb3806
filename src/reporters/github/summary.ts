import type { BaselineComparison } from "../../core/comparison.ts";
import {
  formatInterval,
  formatRateBound,
  formatSigned,
  formatValue,
  noValue,
  plural,
  namesAmong,
  shortRef,
} from "../../core/format.ts";
import { metricDefinitions, type MetricName } from "../../core/metric.ts";
import type { GateResult, Report, ReviewerReport } from "../../core/report.ts";
import { gateTitle } from "../gate-title.ts";
import { plain, statusMark, table } from "./markdown.ts";

const columns: readonly [title: string, metric: MetricName][] = [
  ["F1", "detection.f1"],
  ["recall", "detection.recall"],
  ["precision", "detection.precision"],
  ["false alarms", "detection.false_alarm_rate"],
  ["judge", "judge.pass_rate"],
  ["overlap", "overlap.f1"],
  ["valid", "contract.valid_rate"],
];
const mostReviewers = 20;
const mostCases = 20;
const mostWarnings = 10;

/** The whole run for a job summary: answer, gates, baseline, reviewers, warnings, how to repeat it. */
export function renderSummary(report: Report): string {
  const { suite, dataset, run, warnings } = report;
  return [
    `## nitbench ${plain(suite.name)}`,
    "",
    renderAnswer(report),
    "",
    `${plural(dataset.cases, "case")}, ${plural(dataset.clusters, "cluster")} · run ${plain(run.id)} · seed ${run.seed}`,
    ...renderGates(report),
    ...report.comparisons.flatMap(renderBaseline),
    ...renderReviewers(report),
    ...(warnings.length === 0
      ? []
      : ["", "### Warnings", "", ...cut(warnings, mostWarnings, (warning) => `- ${plain(warning)}`)]),
    "",
    `<sub>Repeat it: ${plain(run.command)}</sub>`,
    "",
  ].join("\n");
}

/** The verdict in one line. */
export function renderAnswer({ verdict }: Report): string {
  return `**${statusMark(verdict.status)}**${verdict.sentence === "" ? "" : ` · ${plain(verdict.sentence)}`}`;
}

/** The gates of every measured reviewer, one table each. */
export function renderGates({ reviewers, verdict }: Report): string[] {
  const gated = reviewers.filter(({ gates, role }) => role === "measured" && gates.length > 0);
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  const tables = gated.flatMap((reviewer) => gateTable(reviewer, nameOf(reviewer.id)));
  if (verdict.status !== "incomplete" || gated.length === 0) return tables;
  return ["", "The gates below decide nothing, since the run is incomplete.", ...tables];
}

function gateTable({ gates, metrics }: ReviewerReport, name: string): string[] {
  const rows = gates.map((result) => {
    const { gate, status, value } = result;
    const unit = metrics[gate.metric]?.unit ?? "rate";
    return [
      `${statusMark(status)}${gate.required ? "" : " (not required)"}`,
      plain(gateTitle(gate)),
      formatValue(value, unit),
      whyOf(result),
    ];
  });
  return ["", `### Gates of ${plain(name)}`, "", table(["", "gate", "value", "why"], rows)];
}

function whyOf({ reason, casesToDecide, versus, warning }: GateResult): string {
  const unit = versus === undefined ? "more" : "more cases";
  const detectable = versus?.detectable ?? null;
  return [
    plain(reason),
    ...(casesToDecide === null || casesToDecide === 0 ? [] : [`about ${casesToDecide} ${unit} would decide`]),
    ...(detectable === null ? [] : [`a difference of ${formatRateBound(detectable)} would show 8 times in 10`]),
    ...(warning === undefined ? [] : [`warning: ${plain(warning)}`]),
  ].join("; ");
}

/** One measured reviewer beside its baseline: metrics and the cases that turned. */
export function renderBaseline({ reviewer, baseline, obstacles, metrics, flips }: BaselineComparison): string[] {
  const told = metrics.filter(({ difference }) => difference !== null);
  const rows = told.map((one) => {
    const { unit, better } = metricDefinitions[one.metric];
    const signed = (value: number | null) => (value === null ? noValue : formatSigned(value, unit));
    const interval = one.low === null || one.high === null ? noValue : `${signed(one.low)} to ${signed(one.high)}`;
    const arrow = better === "higher" ? " ↑" : better === "lower" ? " ↓" : "";
    return [
      `${plain(one.metric)}${arrow}`,
      formatValue(one.first, unit),
      formatValue(one.second, unit),
      signed(one.difference),
      interval,
      one.detectable !== null && unit === "rate" ? formatRateBound(one.detectable) : formatValue(one.detectable, unit),
    ];
  });
  const run = baseline.run === undefined ? "" : `, run ${plain(baseline.run)}`;
  return [
    "",
    `### ${plain(shortRef(reviewer))} against its baseline`,
    "",
    `Baseline: ${plain(shortRef(baseline.reviewer))}${run}. Differences are paired, with 95 % intervals; the last column is the difference that these cases would show 8 times in 10.`,
    ...obstacles.map(
      ({ concerns, reason }) => `\nNot compared${concerns === "all" ? "" : ` (${plain(concerns)})`}: ${plain(reason)}`,
    ),
    ...(rows.length === 0
      ? []
      : ["", table(["metric", "baseline", "now", "difference", "interval", "would show"], rows)]),
    ...(flips === null
      ? []
      : [
          "",
          `${plural(flips.fixed.length, "case")} fixed, ${flips.broken.length} broken${flips.broken.length === 0 ? "" : `: ${listed(flips.broken)}`}`,
        ]),
  ];
}

function listed(ids: readonly string[]): string {
  const more = ids.length > mostCases ? ` and ${ids.length - mostCases} more` : "";
  return `${ids.slice(0, mostCases).map(plain).join(", ")}${more}`;
}

function renderReviewers({ reviewers }: Report): string[] {
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  const shown = columns.filter(([, metric]) => reviewers.some(({ metrics }) => metrics[metric]?.value != null));
  if (shown.length === 0) return [];
  const measuredFirst = reviewers.toSorted((a, b) => Number(b.role === "measured") - Number(a.role === "measured"));
  const rows = measuredFirst.slice(0, mostReviewers).map(({ id, role, metrics }) => {
    const name = plain(nameOf(id));
    return [
      role === "measured" ? `**${name}**` : name,
      ...shown.map(([, metric]) => {
        const found = metrics[metric];
        return found === undefined
          ? noValue
          : plain(`${formatValue(found.value, found.unit)} ${formatInterval(found)}`.trim());
      }),
    ];
  });
  const left = reviewers.length - rows.length;
  return [
    "",
    "### Reviewers",
    "",
    table(["reviewer", ...shown.map(([title]) => title)], rows),
    ...(left === 0 ? [] : ["", `and ${left} more in the report`]),
  ];
}

function cut<Item>(items: readonly Item[], most: number, show: (item: Item) => string): string[] {
  const left = items.length - most;
  return [...items.slice(0, most).map(show), ...(left > 0 ? [`- and ${left} more in the report`] : [])];
}
