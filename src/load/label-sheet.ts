import { CsvError, parse } from "csv-parse/sync";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { suggestWord, UsageError } from "../core/errors.ts";
import type { JudgeLabel } from "../core/judge/labels.ts";
import { sheetColumns, SheetItem } from "../core/judge/sheet.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { readLines } from "../io/lines.ts";
import { isFile, reading } from "../io/readable.ts";
import { displayPath } from "./suite.ts";

/** The labels of a filled sheet, and how many of its rows nobody filled. */
export interface ReadSheet {
  labels: JudgeLabel[];
  empty: number;
}

/** Reads the key that was written beside a sheet. @throws UsageError with the line that is none of it */
export function readSheetKey(path: string): Map<string, SheetItem> {
  const file = displayPath(path);
  if (!isFile(path))
    throw new UsageError(`${file}: no such file (keep the filled sheet beside the key.jsonl that came with it)`);
  const lines = reading(`key "${file}"`, () => [...readLines(path)]).filter(({ text }) => text.trim() !== "");
  const items = lines.map(({ text, number }) => parseJsonLine(SheetItem, text, `${file}:${number}`));
  return new Map(items.map((one) => [one.item, one]));
}

/**
 * Reads a filled sheet back, whatever a spreadsheet separates its cells with. A cell of an axis says pass, fail or nothing.
 * @param by who filled the rows that do not say so themselves
 * @throws UsageError for the first cell that cannot be read, with the line where its row ends
 */
export function readLabelSheet(
  path: string,
  key: ReadonlyMap<string, SheetItem>,
  axes: readonly string[],
  by: string | undefined,
): ReadSheet {
  const file = displayPath(path);
  if (!isFile(path)) throw new UsageError(`sheet "${file}": no such file`);
  const text = decode(
    reading(`sheet "${file}"`, () => readFileSync(path)),
    file,
  );
  const lineOf = new Map<string, number>();
  const labels: JudgeLabel[] = [];
  let empty = 0;
  for (const { cells, line } of readRows(text, file, axes)) {
    const item = cells[sheetColumns.item]?.trim() ?? "";
    const place = `${file}:${line}: item ${item}`;
    const found = key.get(item);
    if (found === undefined) throw new UsageError(`${file}:${line}: no item "${item}" in the key (restore the cell)`);
    const earlier = lineOf.get(item);
    if (earlier !== undefined) throw new UsageError(`${place}: stands already in line ${earlier} (remove one row)`);
    lineOf.set(item, line);
    const said = readAxes(cells, axes, place);
    if (Object.keys(said).length === 0) {
      empty += 1;
      continue;
    }
    const person = (cells[sheetColumns.by] ?? "").trim() || by;
    if (person === undefined) throw new UsageError(`${place}: by: nobody is named (fill the cell, or give --by NAME)`);
    labels.push({ caseId: found.caseId, review: found.review, axes: said, by: person });
  }
  if (labels.length === 0) throw new UsageError(`sheet "${file}": nobody has filled it (write pass or fail)`);
  return { labels, empty };
}

/** Spreadsheets write UTF-8, or UTF-16 that says so by its mark. */
function decode(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  const text = new TextDecoder(encoding).decode(bytes);
  if (!text.includes("\0")) return text;
  throw new UsageError(`sheet "${file}": is no text (save it from the spreadsheet as CSV in UTF-8)`);
}

function readAxes(
  cells: Readonly<Record<string, string>>,
  axes: readonly string[],
  place: string,
): Record<string, "pass" | "fail"> {
  return Object.fromEntries(
    axes.flatMap((axis) => {
      const cell = cells[axis] ?? "";
      const word = cell.trim().toLowerCase();
      if (word === "") return [];
      if (word === "pass" || word === "fail") return [[axis, word]];
      throw new UsageError(
        `${place}: ${axis}: expected pass, fail or nothing, got ${JSON.stringify(cell.slice(0, 60))} (leave it empty where you cannot tell)`,
      );
    }),
  );
}

const Rows = z.array(
  z.looseObject({
    record: z.record(z.string(), z.string()),
    info: z.looseObject({ lines: z.number() }),
  }),
);

function readRows(text: string, file: string, axes: readonly string[]) {
  const [header = ""] = text.replace(/^\u{FEFF}/u, "").split(/\r?\n/, 1);
  const delimiter = /[,;\t]/.exec(header)?.[0] ?? ",";
  const columns = header.split(delimiter).map((column) => column.replaceAll('"', "").trim());
  for (const column of [sheetColumns.item, ...axes]) {
    if (!columns.includes(column))
      throw new UsageError(`${file}:1: no column "${column}" (${suggestWord(column, columns)})`);
  }
  try {
    const rows: unknown = parse(text, {
      columns: () => columns,
      bom: true,
      info: true,
      delimiter,
      skip_empty_lines: true,
    });
    return Rows.parse(rows).map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (error instanceof CsvError)
      throw new UsageError(`sheet "${file}": not CSV: ${error.message} (save it from the spreadsheet as CSV)`);
    throw error;
  }
}
