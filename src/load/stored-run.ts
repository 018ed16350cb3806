import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { explainIssues } from "../core/explain.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { CaseLine, Report } from "../core/report.ts";
import { type CaseRow, rowOf } from "../core/row.ts";
import { readLines } from "../io/lines.ts";
import { isFile, isFolder, reading } from "../io/readable.ts";
import { displayPath } from "./suite.ts";

/** A finished run as it lies on the disk. */
export interface StoredRun {
  /** The report's file, as messages name it. */
  file: string;
  report: Report;
  /**
   * What metrics need of each case, by reviewer; one line of cases.jsonl is held at a time.
   * @param wanted ids of the reviewers whose rows are kept; all where it is left out
   * @throws UsageError where it is missing, cut short or not what this version writes
   */
  readRows(wanted?: ReadonlySet<string>): Map<string, CaseRow[]>;
}

/** Folders below `reports` in which a run is looked up by its name, the first that has it. */
export type Home = "runs" | "baselines";

/**
 * Opens a run by the path of its folder or report, or by its name below `reports/runs` (`latest` among them).
 * @param homes where to look for a name
 * @throws UsageError in one line: no such run, cut short, of another version, or not a report at all
 */
export function openStoredRun(word: string, homes: readonly Home[] = ["runs"]): StoredRun {
  const path = findReport(word, homes);
  const file = displayPath(path);
  const report = parseReport(
    reading(`report "${file}"`, () => readFileSync(path, "utf8")),
    file,
  );
  return { file, report, readRows: (wanted) => readRows(report, join(dirname(path), "cases.jsonl"), wanted) };
}

/** Whether a word leads to a report, so that it is a stored run and not a model. */
export function isStoredRun(word: string, homes: readonly Home[]): boolean {
  return placesOf(word, homes).some(
    (place) => isFile(join(place, "report.json")) || (place.endsWith(".json") && isFile(place)),
  );
}

function placesOf(word: string, homes: readonly Home[]): string[] {
  return [resolve(word), ...(/[/\\]/.test(word) ? [] : homes.map((home) => resolve("reports", home, word)))];
}

function findReport(word: string, homes: readonly Home[]): string {
  for (const place of placesOf(word, homes)) {
    if (isFile(place)) return place;
    const inside = join(place, "report.json");
    if (isFile(inside)) return inside;
    if (isFolder(place)) throw new UsageError(`run "${word}": ${whatIsLeft(place)}`);
  }
  throw new UsageError(
    `run "${word}": no such folder, file or run in ${homes.map((home) => `reports/${home}`).join(" or ")} (name a run, or the path of its report.json)`,
  );
}

function whatIsLeft(folder: string): string {
  return existsSync(join(folder, "journal.jsonl"))
    ? "it is not finished: there is a journal and no report (go on with it by --resume)"
    : "the folder holds no report.json (name the folder of a run)";
}

function parseReport(text: string, file: string): Report {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // The parser quotes the text with its line ends.
    const why = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
    throw new UsageError(
      `report "${file}": cut short or no JSON: ${why} (run the suite again, or name a whole report)`,
    );
  }
  const version = typeof json === "object" && json !== null && "version" in json ? json.version : undefined;
  if (version === undefined) throw new UsageError(`report "${file}": it has no version, so it is no report of a run`);
  if (version !== 1)
    throw new UsageError(
      `report "${file}": it is of version ${JSON.stringify(version)}, and this program reads version 1 (read it with the program that wrote it; there is no conversion)`,
    );
  const result = Report.safeParse(json);
  if (result.success) return result.data;
  throw new UsageError(`report "${file}": ${explainIssues(result.error.issues, Report, json)}`);
}

function readRows(report: Report, path: string, wanted?: ReadonlySet<string>): Map<string, CaseRow[]> {
  const file = displayPath(path);
  if (!isFile(path))
    throw new UsageError(
      `${file}: missing, and without it a report cannot be looked into case by case (keep both together)`,
    );
  const rows = new Map<string, CaseRow[]>(report.reviewers.map(({ id }) => [id, []]));
  const counts = new Map(report.reviewers.map(({ id }) => [id, 0]));
  for (const { text, number } of readLines(path)) {
    const line = parseJsonLine(CaseLine, text, `${file}:${number}`);
    const own = rows.get(line.reviewer);
    if (own === undefined)
      throw new UsageError(
        `${file}:${number}: reviewer "${line.reviewer}" is not in the report (they are of two runs)`,
      );
    counts.set(line.reviewer, (counts.get(line.reviewer) ?? 0) + 1);
    if (wanted === undefined || wanted.has(line.reviewer)) own.push(rowOf(line));
  }
  for (const { id, cases } of report.reviewers) {
    const found = counts.get(id) ?? 0;
    if (found !== cases)
      throw new UsageError(
        `${file}: ${found} lines of ${id}, the report counts ${cases} (the file is cut short, or of another run)`,
      );
  }
  return rows;
}
