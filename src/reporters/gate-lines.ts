import { formatBound, formatOf, formatRateBound, namesAmong, neutralise, noValue, plural } from "../core/format.ts";
import { formatDifference, ruleOf } from "../core/relative-words.ts";
import type { GateResult, Report, ReviewerReport } from "../core/report.ts";
import { drawTable, type TableColumn, tableWidth } from "./fit-table.ts";
import { fold, type TerminalStyle, visibleLength } from "./terminal-text.ts";

const statusWord = { pass: "pass", fail: "fail", inconclusive: "undecided" } as const;
const statusColour = { pass: "green", fail: "red", inconclusive: "yellow" } as const;

/** A table of gates for every gated reviewer, with what else there is to know of them below it; none without gates. */
export function renderGates({ reviewers, judge }: Report, style: TerminalStyle): string[] {
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  const gated = reviewers.filter(({ gates }) => gates.length > 0);
  return gated.flatMap((reviewer) => {
    const notes = reviewer.gates.flatMap((result) => {
      const note = noteOf(result, reviewer, judge);
      return note === "" ? [] : [{ name: nameGate(result), note }];
    });
    // Why there is no value is mostly the same for all of them.
    const together = [...Map.groupBy(notes, ({ note }) => note)].map(([note, ofGates]) => {
      const isOfAll = ofGates.length > 1 && ofGates.length === reviewer.gates.length;
      return `${isOfAll ? "all of them" : ofGates.map(({ name }) => name).join(", ")}: ${note}`;
    });
    return [
      "",
      `  gates of ${style.paint("bold", neutralise(nameOf(reviewer.id)))}`,
      gateTable(reviewer.gates, style),
      ...together.map((text) => fold(style.paint("dim", `  ${text}`), style.columns)),
    ];
  });
}

/** As wide as it needs to be; in a narrow terminal slices, and then what is asked, stand below each other. */
function gateTable(gates: readonly GateResult[], style: TerminalStyle): string {
  const status = columnOf(gates, ({ status: one }) => style.paint(statusColour[one], statusWord[one]));
  const values = columnOf(gates, showValue);
  const asked = columnOf(gates, showRule);
  const bounds = columnOf(gates, (result) => style.paint("dim", showBound(result)));
  const required = columnOf(gates, ({ gate }) => style.paint("dim", gate.required ? "" : "not required"));
  const below = columnOf(gates, nameInLines);
  const layouts = [
    [status, columnOf(gates, nameGate), values, asked, bounds, required],
    [status, below, values, asked, bounds, required],
    [status, below, values, asked, stack(bounds, required)],
    [status, below, values, stack(asked, bounds, required)],
  ];
  const fitting = layouts.find((columns) => tableWidth(columns) <= style.columns);
  return drawTable(fitting ?? layouts.at(-1) ?? [], style);
}

function columnOf(gates: readonly GateResult[], cellOf: (result: GateResult) => string): TableColumn {
  return { title: "", cells: gates.map(cellOf) };
}

/** Columns as the lines of one. */
function stack(...columns: readonly TableColumn[]): TableColumn {
  const cells = (columns[0]?.cells ?? []).map((_, row) =>
    columns
      .map((column) => column.cells[row] ?? "")
      .filter((cell) => visibleLength(cell) > 0)
      .join("\n"),
  );
  return { title: "", cells };
}

function nameGate({ gate }: GateResult): string {
  return `${gate.metric}${gate.where === undefined ? "" : ` where ${neutralise(gate.where)}`}`;
}

const sliceWidth = 26;

/** The same with the slice below the metric. */
function nameInLines({ gate }: GateResult): string {
  if (gate.where === undefined) return gate.metric;
  const lines = fold(`where ${neutralise(gate.where)}`, sliceWidth).split("\n");
  return [gate.metric, ...lines.map((line) => `  ${line}`)].join("\n");
}

function showValue({ gate, value }: GateResult): string {
  return (value === null ? noValue : formatOf(gate.metric, value)).padStart(4);
}

function showRule({ gate }: GateResult): string {
  const show = (number: number) => formatOf(gate.metric, number);
  const rules = [
    gate.vsBaseline === undefined ? "" : ruleOf(gate),
    gate.min === undefined ? "" : `>= ${show(gate.min)}`,
    gate.max === undefined ? "" : `<= ${show(gate.max)}`,
  ];
  return rules.filter(Boolean).join(" and ");
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
