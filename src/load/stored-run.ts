import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { IncompleteError, UsageError } from "../core/errors.ts";
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
   * @param slim takes away from a row what is not needed, before the next line is read
   * @throws UsageError where it is missing, cut short or not what this version writes
   */
  readRows(wanted?: ReadonlySet<string>, slim?: (row: CaseRow) => CaseRow): Map<string, CaseRow[]>;
}

/** Folders below `reports` in which a run is looked up by its name, the first that has it. */
export type Home = "runs" | "baselines";

/**
 * Opens a run by the path of its folder or report, or by its name below `reports/runs` (`latest` among them).
 * @param homes where to look for a name
 * @param isShardWelcome whether it may be a part of a run, which says nothing of the whole
 * @throws UsageError in one line: no such run, cut short, of another version, or not a report at all
 */
export function openStoredRun(
  word: string,
  homes: readonly Home[] = ["runs"],
  { isShardWelcome = false }: { isShardWelcome?: boolean } = {},
): StoredRun {
  const path = findReport(word, homes, isShardWelcome);
  const file = displayPath(path);
  const report = parseReport(
    reading(`report "${file}"`, () => readFileSync(path, "utf8")),
    file,
  );
  if (report.shard !== undefined && !isShardWelcome) {
    const { index, of } = report.shard;
    throw new UsageError(
      `run "${word}": it is shard ${index} of ${of}, which decides nothing by itself (join all ${of} with bench merge, and name that run)`,
    );
  }
  return {
    file,
    report,
    readRows: (wanted, slim) => readRows(report, join(dirname(path), "cases.jsonl"), wanted, slim),
  };
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

function findReport(word: string, homes: readonly Home[], isShardWelcome: boolean): string {
  for (const place of placesOf(word, homes)) {
    if (isFile(place)) return place;
    const inside = join(place, "report.json");
    if (isFile(inside)) return inside;
    if (!isFolder(place)) continue;
    const message = `run "${word}": ${whatIsLeft(place)}`;
    // Of several runs that are to be joined one that is under way is only missing yet.
    throw isShardWelcome && isUnderWay(place) ? new IncompleteError(message) : new UsageError(message);
  }
  throw new UsageError(
    `run "${word}": no such folder, file or run in ${homes.map((home) => `reports/${home}`).join(" or ")} (name a run, or the path of its report.json)`,
  );
}

function isUnderWay(folder: string): boolean {
  return existsSync(join(folder, "journal.jsonl"));
}

function whatIsLeft(folder: string): string {
  return isUnderWay(folder)
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

function readRows(
  report: Report,
  path: string,
  wanted?: ReadonlySet<string>,
  slim: (row: CaseRow) => CaseRow = (row) => row,
): Map<string, CaseRow[]> {
  const file = displayPath(path);
  if (!isFile(path))
    throw new UsageError(
      `${file}: missing, and without it a report cannot be looked into case by case (keep both together)`,
    );
  const rows = new Map<string, CaseRow[]>(report.reviewers.map(({ id }) => [id, []]));
  const found = new Map(report.reviewers.map(({ id }) => [id, new Set<string>()]));
  for (const { text, number } of readLines(path)) {
    const line = parseJsonLine(CaseLine, text, `${file}:${number}`);
    const own = rows.get(line.reviewer);
    if (own === undefined)
      throw new UsageError(
        `${file}:${number}: reviewer "${line.reviewer}" is not in the report (they are of two runs)`,
      );
    const reviews = found.get(line.reviewer);
    const review = `${line.repeat}\n${line.caseId}`;
    if (reviews?.has(review))
      throw new UsageError(
        `${file}:${number}: a second review of case "${line.caseId}" by ${line.reviewer} (the file was changed: score the run again with bench score)`,
      );
    reviews?.add(review);
    if (wanted === undefined || wanted.has(line.reviewer)) own.push(slim(rowOf(line)));
  }
  for (const { id, cases } of report.reviewers) {
    const lines = found.get(id)?.size ?? 0;
    if (lines !== cases)
      throw new UsageError(
        `${file}: ${lines} lines of ${id}, the report counts ${cases} (the file is cut short, or of another run)`,
      );
  }
  return rows;
}
