import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { DiagnosedRun } from "../core/diagnosis/diagnosed-run.ts";
import type { Reviewed } from "../core/diagnosis/candidate.ts";
import { diagnose, reviewedOf } from "../core/diagnosis/diagnose.ts";
import { type ExportedCase, exportedCase, isHeldOut } from "../core/diagnosis/export.ts";
import { clusterFailures, failuresOf, isOfCluster } from "../core/diagnosis/failures.ts";
import { Case } from "../core/case.ts";
import { suggestWord, UsageError } from "../core/errors.ts";
import { neutralise, plural } from "../core/format.ts";
import { parseJsonLine } from "../core/json-line.ts";
import type { CaseLine, Report } from "../core/report.ts";
import { makeFolder } from "../io/folder.ts";
import { readLines, readText } from "../io/lines.ts";
import { isFile } from "../io/readable.ts";
import { withDefaults } from "../load/dataset.ts";
import { displayPath } from "../load/suite.ts";
import { writeAll } from "../run/disk.ts";
import { readSide } from "../stored-side.ts";

/**
 * Diagnoses one reviewer of a stored run.
 * @param word `RUN`, or `RUN#REVIEWER` where several were measured
 * @throws UsageError where the run cannot be read, is a shard, or the reviewer is not in it
 */
export function diagnoseRun(word: string): DiagnosedRun {
  return open(word).found;
}

interface Opened {
  found: DiagnosedRun;
  reviews: readonly Reviewed[];
  report: Report;
  /** The run's folder. */
  folder: string;
}

function open(word: string): Opened {
  const { run, side } = readSide(word);
  const { report, reviewer, rows } = side;
  const reviews = reviewedOf(rows);
  const scored = rows.filter(({ isScored }) => isScored).length;
  if (reviews.length < scored)
    throw new UsageError(
      `run "${word}": its cases.jsonl does not tell what a diagnosis needs, as one of an earlier version (score it again: bench score ${word.split("#")[0]})`,
    );
  const { causes, asked } = diagnose(reviews);
  const found: DiagnosedRun = {
    version: 1,
    run: report.run.id,
    word,
    reviewer: reviewer.id,
    model: reviewer.model,
    cases: new Set(rows.map(({ caseId }) => caseId)).size,
    scored,
    isWhole: report.run.isWhole,
    asked,
    causes,
    clusters: clusterFailures(reviews, causes),
  };
  return { found, reviews, report, folder: dirname(resolve(run.file)) };
}

/**
 * Writes the cases of one cluster as JSON lines to a file or to standard output, and tells on standard error what was left
 * out and what training on them spoils. Cases of the split that decides gates are left out.
 * @throws UsageError for a cluster that there is not, for a run without its dataset.jsonl, where nothing is left to write,
 * and where the file cannot be written
 */
export async function exportCluster(word: string, cluster: string, out: string | undefined): Promise<void> {
  const opened = open(word);
  const { found, report, folder } = opened;
  const wanted = found.clusters.find(({ name }) => name === cluster);
  if (wanted === undefined) {
    const names = found.clusters.map(({ name }) => name);
    throw new UsageError(`cluster "${cluster}": no such cluster of ${found.reviewer} (${suggestWord(cluster, names)})`);
  }
  const path = join(folder, "dataset.jsonl");
  if (!isFile(path))
    throw new UsageError(
      `${displayPath(path)}: missing, and the cases' diffs are in it (export from a whole run folder)`,
    );
  const ids = new Set(wanted.cases);
  const places = findCases(path, ids);
  const lost = wanted.cases.find((id) => !places.has(id));
  if (lost !== undefined)
    throw new UsageError(
      `${displayPath(path)}: case ${lost} is missing (dataset.jsonl and cases.jsonl are of two runs)`,
    );
  const held = [...places.values()].filter(({ split }) => isHeldOut(split, report.dataset.split));
  const kept = places.size - held.length;
  const splits = [...new Set(held.map(({ split }) => split))].join(", ");
  if (kept === 0)
    throw new UsageError(
      `cluster "${cluster}": all of its ${plural(held.length, "case")} are of the split ${splits}, which decides gates and would measure nothing once trained on (measure another split: --set dataset.split=train)`,
    );
  const lines = exportLines({ ...opened, ids, cluster, places, path });
  if (out === undefined) await printLines(lines);
  else writeLines(resolve(out), lines);
  tellWhatItSpoils(report, {
    kept,
    held: held.length,
    splits,
    hasSplit: [...places.values()].some(({ split }) => split !== null),
  });
}

interface Place {
  offset: number;
  bytes: number;
  split: string | null;
}

function findCases(path: string, ids: ReadonlySet<string>): Map<string, Place> {
  const file = displayPath(path);
  const places = new Map<string, Place>();
  for (const { text, number, offset, bytes } of readLines(path)) {
    if (text.trim() === "") continue;
    const { id, split = null } = parseJsonLine(Case, text, `${file}:${number}`);
    if (ids.has(id)) places.set(id, { offset, bytes, split });
  }
  return places;
}

interface Exporting extends Opened {
  cluster: string;
  ids: ReadonlySet<string>;
  places: ReadonlyMap<string, Place>;
  path: string;
}

/** One line for every review of the cluster, one case at a time. */
function* exportLines({ found, reviews, report, folder, cluster, ids, places, path }: Exporting): Generator<string> {
  const reviewedAt = new Map(reviews.map((one) => [`${one.row.repeat}\n${one.row.caseId}`, one]));
  const cause = found.causes.find(({ name }) => name === cluster);
  const handle = openSync(path, "r");
  try {
    for (const { text } of readLines(join(folder, "cases.jsonl"))) {
      const line = JSON.parse(text) as CaseLine;
      const place = places.get(line.caseId);
      const reviewed = reviewedAt.get(`${line.repeat}\n${line.caseId}`);
      if (line.reviewer !== found.reviewer || !ids.has(line.caseId) || place === undefined || reviewed === undefined)
        continue;
      if (isHeldOut(place.split, report.dataset.split)) continue;
      const failures = failuresOf(reviewed);
      if (cause === undefined && !failures.some((failure) => isOfCluster(failure, cluster))) continue;
      const source = withDefaults(JSON.parse(readText(handle, place.offset, place.bytes)) as Case);
      const exported: ExportedCase = exportedCase({ source, line, failures, cluster, cause: cause?.cause ?? null });
      yield `${JSON.stringify(exported)}\n`;
    }
  } finally {
    closeSync(handle);
  }
}

/** Whoever reads may leave early, which ends the export. */
async function printLines(lines: Iterable<string>): Promise<void> {
  for (const line of lines) {
    const error = await new Promise((done) => process.stdout.write(line, done));
    if (error !== undefined && error !== null) return;
  }
}

/** What an interrupt leaves half written is never under the file's own name. */
function writeLines(path: string, lines: Iterable<string>): void {
  const fresh = `${path}.new`;
  try {
    makeFolder(dirname(path));
    const handle = openSync(fresh, "w");
    try {
      for (const line of lines) writeAll(handle, Buffer.from(line));
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${displayPath(path)}: cannot write (${why}; choose another place with --out)`);
  }
}

function tellWhatItSpoils(
  { suite }: Report,
  { kept, held, splits, hasSplit }: { kept: number; held: number; splits: string; hasSplit: boolean },
): void {
  const isGated = suite.gates.length > 0;
  const told = [
    `${plural(kept, "case")} exported`,
    ...(held === 0
      ? []
      : [`${held} of the split ${splits} left out, since training on them spoils the gates' measure`]),
    ...(hasSplit ? [] : ["these cases have no split, so nothing keeps training and measuring apart"]),
    `once trained on, they measure nothing: ${isGated ? `they were measured under the gates of ${suite.name}; ` : ""}gate on other cases, and let --where or dataset.split leave these out`,
  ];
  process.stderr.write(`${neutralise(told.join("; "))}\n`);
}
