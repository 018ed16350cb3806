import { plainTable } from "./plain-table.ts";
import { fold, type TerminalStyle, visibleLength } from "./terminal-text.ts";

/** A column of a table: its title, and a cell for every row. */
export interface TableColumn {
  title: string;
  cells: readonly string[];
  /** Left out before all columns with a greater one where the terminal is too narrow; never left out without one. */
  rank?: number;
}

/** Blanks between two columns. */
const gap = 3;

/** How wide a table of these columns is, in characters. */
export function tableWidth(columns: readonly TableColumn[]): number {
  return columns.reduce((width, { title, cells }) => width + gap + widestLine([title, ...cells]), 1 - gap);
}

/**
 * A table no wider than the terminal where leaving columns out makes it so; what was left out is named below it.
 * @param elsewhere where the columns that are left out can be read, such as `in the report`
 */
export function fitTable(columns: readonly TableColumn[], elsewhere: string, style: TerminalStyle): string {
  let shown = [...columns];
  const dispensable = columns
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  for (const column of dispensable) {
    if (tableWidth(shown) <= style.columns) break;
    shown = shown.filter((one) => one !== column);
  }
  const left = columns.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note = ` ${elsewhere}, too wide for here: ${left.join(", ")}`;
  return [drawTable(shown, style), ...(left.length === 0 ? [] : [fold(style.paint("dim", note), style.columns)])].join(
    "\n",
  );
}

/** The columns as a table; without titles it has no head. */
export function drawTable(columns: readonly TableColumn[], { paint }: Pick<TerminalStyle, "paint">): string {
  const hasHead = columns.some(({ title }) => title !== "");
  const table = plainTable(hasHead ? columns.map(({ title }) => paint("dim", title)) : []);
  for (const row of columns[0]?.cells.keys() ?? []) table.push(columns.map(({ cells }) => cells[row] ?? ""));
  return table.toString();
}

function widestLine(texts: readonly string[]): number {
  return Math.max(0, ...texts.flatMap((text) => text.split("\n").map(visibleLength)));
}
