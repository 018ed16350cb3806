import { severities, type Severity } from "../case.ts";
import type { Finding } from "../review.ts";
import { cleanRemark } from "./clean.ts";
import { lineRange, type Place } from "./place.ts";
import { severityOf } from "./severity.ts";

type Fields = Record<string, unknown>;

const names = {
  file: ["file", "path", "filename", "file_path", "filepath", "fileName", "filePath", "file_name", "relevant_file"],
  message: [
    "message",
    "comment",
    "body",
    "description",
    "content",
    "text",
    "remark",
    "issue",
    "problem",
    "finding",
    "details",
    "explanation",
  ],
  title: ["title", "summary", "header", "issue_header", "name"],
  severity: ["severity", "priority", "level", "importance", "impact"],
  category: ["category", "type", "kind", "rule", "label", "tag"],
  confidence: ["confidence", "confidence_score", "confidenceScore", "certainty"],
  suggestion: ["suggestion", "suggested_code", "suggestedCode", "replacement", "fixed_code", "improved_code"],
  from: ["start_line", "startLine", "line_start", "lineStart", "from_line", "begin_line", "start"],
  to: ["end_line", "endLine", "line_end", "lineEnd", "to_line", "end"],
  line: ["lines", "line", "line_number", "lineNumber", "line_numbers", "line_range", "lineRange", "range"],
} as const;

/** Words that stand where a path should and name none. */
const noFile = new Set(["", "-", "n/a", "na", "none", "null", "unknown", "general", "undefined"]);

function field(record: Fields, known: readonly string[]): unknown {
  for (const name of known) {
    if (Object.hasOwn(record, name) && record[name] !== null && record[name] !== undefined) return record[name];
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? cleanRemark(value) : undefined;
}

/** A range from a number, "42", "L42-L45", "3:7", [3, 7], [3, 4, 5] or {start, end}; undefined for anything else. */
function linesOf(value: unknown): [number, number] | undefined {
  if (typeof value === "number") return lineRange(value);
  if (typeof value === "string") {
    const match = /^\D{0,10}(\d{1,12})(?:\s{0,3}(?:-|–|—|:|,|\.\.|to)\s{0,3}[Ll]?(\d{1,12}))?\s{0,3}$/.exec(value);
    return match === null || value.startsWith("-")
      ? undefined
      : lineRange(Number(match[1]), Number(match[2] ?? match[1]));
  }
  if (Array.isArray(value)) {
    const numbers = value.slice(0, 1_000).map(Number);
    return numbers.length === 0
      ? undefined
      : lineRange(
          numbers.length > 2 ? Math.min(...numbers) : (numbers[0] ?? 0),
          numbers.length > 2 ? Math.max(...numbers) : numbers.at(-1),
        );
  }
  if (isRecord(value))
    return lineRange(Number(field(value, names.from)), Number(field(value, names.to) ?? field(value, names.from)));
  return undefined;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function placeOf(record: Fields): Place {
  const location = record["location"];
  const inner: Fields = isRecord(location) ? location : {};
  const file = textOf(
    field(record, names.file) ?? field(inner, names.file) ?? (typeof location === "string" ? location : undefined),
  )?.trim();
  const from = field(record, names.from) ?? field(inner, names.from);
  const to = field(record, names.to) ?? field(inner, names.to);
  const line = field(record, names.line) ?? field(inner, names.line);
  const start = from ?? line;
  const named =
    start !== undefined && to !== undefined && !Array.isArray(start)
      ? lineRange(Number(start), Number(to))
      : linesOf(start);
  if (file === undefined || noFile.has(file.toLowerCase())) return named === undefined ? {} : { lines: named };
  const tail = start === undefined ? /(?::|#L)(\d{1,12})(?:-L?(\d{1,12}))?(?::\d{1,6})?$/.exec(file) : null;
  const lines = tail === null ? named : lineRange(Number(tail[1]), Number(tail[2] ?? tail[1]));
  const path = tail === null ? file : file.slice(0, tail.index);
  return { ...(path === "" ? {} : { file: path }), ...(lines === undefined ? {} : { lines }) };
}

/** A confidence in [0, 1] from a number up to 1, a number up to 100 or "85%"; words and anything else are dropped. */
export function confidenceFrom(value: unknown): number | undefined {
  const isText = typeof value === "string" && /^\s{0,9}\d{1,3}(?:\.\d{1,9})?\s{0,9}%?\s{0,9}$/.test(value);
  const isPercent = isText && value.includes("%");
  const raw = typeof value === "number" ? value : isText ? Number(value.replace("%", "")) : Number.NaN;
  if (!(raw >= 0 && raw <= 100)) return undefined;
  return raw > 1 || isPercent ? raw / 100 : raw;
}

function sideOf(value: unknown): "new" | "old" | undefined {
  if (typeof value !== "string") return undefined;
  if (["new", "right", "added", "additions"].includes(value.toLowerCase())) return "new";
  return ["old", "left", "removed", "deletions"].includes(value.toLowerCase()) ? "old" : undefined;
}

function severityField(record: Fields): Severity | undefined {
  const stated = field(record, names.severity);
  const word = typeof stated === "string" ? stated : record["type"];
  if (typeof word !== "string" || word.length > 40) return undefined;
  return severities.find((severity) => severity === word.toLowerCase()) ?? severityOf(word);
}

function messageOf(record: Fields): string | undefined {
  const title = textOf(field(record, names.title));
  const body = textOf(field(record, names.message));
  if (title === undefined || body === undefined) return body ?? title;
  return body.startsWith(title) ? body : `${title}\n${body}`;
}

/** Whether an object could only be a remark: it has a message and a place. */
export function isBareFinding(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const place = placeOf(value);
  return field(value, names.message) !== undefined && (place.file !== undefined || place.lines !== undefined);
}

/**
 * One finding from an object whose fields are called as any tool calls them; null when it has neither message nor place.
 * A place that cannot be read is dropped, never the finding.
 */
export function readFields(value: unknown): Finding | null {
  if (!isRecord(value)) return null;
  const message = messageOf(value);
  const place = placeOf(value);
  if (message === undefined && place.file === undefined && place.lines === undefined) return null;
  const side = sideOf(value["side"]);
  const severity = severityField(value);
  const category = textOf(field(value, names.category));
  const confidence = confidenceFrom(field(value, names.confidence));
  const suggestion = textOf(field(value, names.suggestion));
  return {
    ...place,
    ...(side === undefined ? {} : { side }),
    message: message ?? "",
    ...(severity === undefined ? {} : { severity }),
    ...(category === undefined ? {} : { category }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
