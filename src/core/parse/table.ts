import type { Finding } from "../review.ts";
import { cleanRemark } from "./clean.ts";
import { confidenceFrom } from "./fields.ts";
import { lineRange, readPlace } from "./place.ts";
import { stripPrefixes, type RemarkScope } from "./remark.ts";
import { severityOf } from "./severity.ts";

type Column = "file" | "lines" | "severity" | "category" | "confidence" | "message" | "more" | "other";

const columns: readonly [Column, RegExp][] = [
  ["file", /^(?:file|path|filename|file name|location|where|datei|fichier|archivo)$/i],
  ["lines", /^(?:lines?|line\(s\)|line numbers?|zeilen?|lignes?|l[ií]neas?|loc)$/i],
  ["severity", /^(?:severity|priority|level|sev)$/i],
  ["category", /^(?:category|type|kind)$/i],
  ["confidence", /^confidence$/i],
  [
    "message",
    /^(?:issues?|problems?|findings?|comments?|bugs?|concerns?|remarks?|description|message|details?|observation|beschreibung)$/i,
  ],
  ["more", /^(?:suggestions?|fix|recommendations?|suggested fix|solution|why|impact)$/i],
];

/** The cells of a row; a pipe in backticks or behind a backslash is text. */
function cellsOf(row: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let isCode = false;
  const inner = row.replace(/^\|/, "");
  for (let at = 0; at < inner.length; at += 1) {
    const mark = inner[at] ?? "";
    if (mark === "\\" && inner[at + 1] === "|") {
      cell += "|";
      at += 1;
    } else if (mark === "|" && !isCode) {
      cells.push(cell.trim());
      cell = "";
    } else {
      if (mark === "`") isCode = !isCode;
      cell += mark;
    }
  }
  if (cell.trim() !== "") cells.push(cell.trim());
  return cells;
}

function columnOf(title: string): Column {
  const plain = title.replace(/[*_`]/g, "").trim();
  return columns.find(([, pattern]) => pattern.test(plain))?.[0] ?? "other";
}

function findingOf(cells: readonly string[], header: readonly Column[], scope: RemarkScope): Finding | null {
  const cell = (column: Column) => cells[header.indexOf(column)]?.trim() ?? "";
  const text = cleanRemark([cell("message"), cell("more")].filter((part) => part !== "").join("\n"));
  if (text === "") return null;
  const stripped = stripPrefixes(text);
  const numbers = cell("lines").match(/\d{1,12}/g) ?? [];
  const lines = numbers.length === 0 ? undefined : lineRange(Number(numbers[0]), Number(numbers[1] ?? numbers[0]));
  const file = readPlace(cell("file"));
  const inherited = header.includes("file") ? {} : scope;
  const place = { ...readPlace(text, inherited), ...file, ...(lines === undefined ? {} : { lines }) };
  const severity = severityOf(cell("severity")) ?? stripped.severity ?? scope.severity;
  const category = cell("category").replace(/[*_`]/g, "");
  const confidence = confidenceFrom(cell("confidence"));
  return {
    ...place,
    message: stripped.message === "" ? text : stripped.message,
    ...(severity === undefined ? {} : { severity }),
    ...(category === "" ? {} : { category }),
    ...(confidence === undefined ? {} : { confidence }),
  };
}

/**
 * The findings of a Markdown table: one a row, where a column holds remarks and another a line or a severity. A table of
 * files and what changed in them is no list of findings.
 */
export function readTable(rows: readonly string[], scope: RemarkScope): Finding[] {
  const header = cellsOf(rows[0] ?? "")
    .slice(0, 40)
    .map(columnOf);
  const isRemarks = header.includes("message") || header.includes("more");
  if (
    !isRemarks ||
    !(header.includes("lines") || header.includes("severity") || /issue|problem|finding|bug/i.test(rows[0] ?? ""))
  )
    return [];
  const findings: Finding[] = [];
  for (const row of rows.slice(1, 1_200)) {
    const cells = cellsOf(row);
    if (cells.every((cell) => /^:?-*:?$/.test(cell))) continue;
    const finding = findingOf(cells, header, scope);
    if (finding !== null) findings.push(finding);
  }
  return findings;
}
