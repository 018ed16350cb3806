import { formatInterval, formatValue, neutralise } from "../core/format.ts";
import type { Report } from "../core/report.ts";
import { plainTable } from "./plain-table.ts";
import { besideBase, formatLoss, sweepMethod, sweepRows, type SweepRow } from "./sweep-words.ts";
import { alignRight, fold, type TerminalStyle } from "./terminal-text.ts";

/** The checkpoints of a training run by step, beside the trainer's own losses; none where none were measured. */
export function renderSweep({ sweep, reviewers }: Report, style: TerminalStyle): string[] {
  if (sweep === undefined) return [];
  const rows = sweepRows(sweep, reviewers);
  const table = plainTable(["step", "loss", "eval loss", sweep.metric, ""].map((title) => style.paint("dim", title)));
  const columns = [
    alignRight(rows.map(({ point }) => (point === null ? "base" : String(point.step)))),
    alignRight(rows.map(({ point }) => (point === null ? "" : formatLoss(point.loss)))),
    alignRight(rows.map(({ point }) => (point === null ? "" : formatLoss(point.evalLoss)))),
    rows.map((row) => valueCell(row, style)),
    rows.map(({ note, isChosen }) => (isChosen ? note : style.paint("dim", note))),
  ];
  for (const [index, { isChosen }] of rows.entries()) {
    const [step = "", ...others] = columns.map((column) => column[index] ?? "");
    table.push([isChosen ? style.paint("bold", step) : step, ...others]);
  }
  const gain = besideBase(sweep);
  return [
    "",
    fold(`  sweep of ${style.paint("bold", neutralise(sweep.ref))}: ${sweepMethod(sweep)}`, style.columns),
    table.toString(),
    ...(gain === null ? [] : [fold(`  ${gain}`, style.columns)]),
    ...sweep.leftOut.map(({ name, reason }) =>
      fold(style.paint("dim", `  left out: ${neutralise(`${name} ${reason}`)}`), style.columns),
    ),
  ];
}

function valueCell({ metric }: SweepRow, style: TerminalStyle): string {
  if (metric === undefined) return "–";
  const interval = formatInterval(metric);
  const value = formatValue(metric.value, metric.unit);
  return `${value.padStart(4)}${interval === "" ? "" : ` ${style.paint("dim", interval)}`}`;
}
