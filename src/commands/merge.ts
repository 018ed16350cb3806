import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type NamedBaseline, openBaseline } from "../baseline.ts";
import { UsageError } from "../core/errors.ts";
import { checkShards, type ShardRun } from "../core/merge-shards.ts";
import type { Report } from "../core/report.ts";
import { isFile } from "../io/readable.ts";
import { openStoredRun } from "../load/stored-run.ts";
import { displayPath } from "../load/suite.ts";
import { mergeReports } from "../merge-reports.ts";
import { whichBaseline } from "../plan-shard.ts";
import { nameRun, openRunFolder } from "../publish.ts";
import { checkReporters, loadReporters } from "../reporters/index.ts";
import { placeCases, placeLines, type Shard, writeFiles } from "../shard-files.ts";
import { toolName } from "../version.ts";

export interface MergeOptions {
  /** Folder in which the joined run's folder is made. */
  out: string;
  name: string | undefined;
  reporters: readonly string[];
  allowInconclusive: boolean;
  /** The line that joins them. */
  command: string;
}

/**
 * Joins the shards of one run into a run folder, out of what their folders hold: nobody is asked, and neither suite nor
 * dataset is needed. Gates are applied to all of it.
 * @throws UsageError for what is no shard, for shards of different runs or damaged ones; IncompleteError where one is
 * missing or not finished
 */
export async function mergeRuns(
  words: readonly string[],
  { out, name, reporters, allowInconclusive, command }: MergeOptions,
): Promise<{ report: Report; folder: string }> {
  checkReporters(reporters);
  const shards = checkShards(words.map(openShard), toolName);
  const [first] = shards as [Shard];
  const { suite, run } = first.report;
  const baseline = openSameBaseline(first.report);
  const cases = placeCases(shards);
  const lines = placeLines(shards, cases.positionOf);
  if (name !== undefined) checkFree(join(out, name));
  const folder = openRunFolder(out, name ?? nameRun(out, run.startedAt, suite.name));
  try {
    const rowsOf = writeFiles(folder, shards, cases.places, lines);
    const named = { id: folder.name, name, command };
    const { licenses } = cases;
    const runs = shards.map(({ report }) => report);
    const report = mergeReports({ shards: runs, rowsOf, licenses, baseline, allowInconclusive, run: named });
    await folder.publish(report, await loadReporters(reporters));
    return { report, folder: folder.path };
  } catch (error) {
    folder.close();
    folder.discard();
    throw error;
  } finally {
    folder.close();
  }
}

/** @throws UsageError where a run lies there already, which may be one of the shards */
function checkFree(folder: string): void {
  const taken = ["report.json", "journal.jsonl"].find((file) => isFile(join(folder, file)));
  if (taken !== undefined)
    throw new UsageError(`${displayPath(join(folder, taken))}: this run exists already (choose another --name)`);
}

/** The report as it was written: what the schema gives back has its keys in another order. */
function openShard(word: string): { word: string; report: Report; folder: string } {
  const { file } = openStoredRun(word, ["runs"], { isShardWelcome: true });
  const path = resolve(file);
  return { word, folder: dirname(path), report: JSON.parse(readFileSync(path, "utf8")) as Report };
}

/** @throws UsageError where what the shards were to be compared with is not there, or is another run by now */
function openSameBaseline({ shard }: ShardRun): NamedBaseline | null {
  if (shard.baseline === null) return null;
  const { name, reviewer, run } = shard.baseline;
  if (reviewer !== undefined) return { name, kind: "reviewer", ref: reviewer };
  const opened = openBaseline(name);
  if (opened !== null && whichBaseline(opened) === shard.basis["baseline"]) return opened;
  throw new UsageError(
    `baseline "${name}": the shards name ${shard.basis["baseline"] ?? "none"}, and here it is another (bring run ${run ?? name} here)`,
  );
}
