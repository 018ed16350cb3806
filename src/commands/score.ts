import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { bench, type BenchResult, InterruptedError, processWorld } from "../bench.ts";
import { UsageError } from "../core/errors.ts";
import { parseShard } from "../core/shard.ts";
import { catchInterrupt } from "./interrupt.ts";
import { isUnfinishedScore } from "../open-journal.ts";
import { openSavedRun, type SavedRun } from "../saved-run.ts";

export interface ScoreOptions {
  /** Name or path of the suite; that of the run where it is left out. */
  suite: string | undefined;
  /** Folder in which the new run's folder is made; that of the run where it is left out. */
  out: string | undefined;
  name: string | undefined;
  reporters: readonly string[];
  allowInconclusive: boolean;
  command: string;
}

/**
 * Scores the reviews of a finished run again, by what the suite says now, into a new run folder. No reviewer is asked;
 * judges are, where the run has no answer of theirs. What the run's command set in the suite stays set.
 * @throws UsageError where the run or the suite cannot be read, and where the suite asks reviewers something else now;
 * InterruptedError
 */
export async function scoreRun(
  word: string,
  { suite, out, name, reporters, allowInconclusive, command }: ScoreOptions,
): Promise<BenchResult> {
  const saved = await openSavedRun(word);
  const { report, header } = saved;
  const { request } = header;
  const parent = out === undefined ? dirname(saved.folder) : resolve(out);
  const interrupt = catchInterrupt();
  try {
    return await bench(
      {
        suite: suite ?? suiteOf(saved),
        models: report.reviewers.filter(({ role }) => role === "measured").map(({ ref }) => ref),
        overrides: request?.overrides ?? [],
        seed: report.run.seed,
        judge: { refs: request?.judges ?? [], runs: request?.judgeRuns },
        baseline: request?.baseline,
        ...(request?.shard === undefined ? {} : { shard: parseShard(request.shard) }),
        saved,
        out: parent,
        name: name ?? (await nameScore(parent, saved)),
        reporters,
        allowInconclusive,
        isQuiet: false,
        command,
      },
      processWorld(interrupt.signal),
    );
  } catch (error) {
    if (error instanceof InterruptedError)
      error.message = `interrupted; what the judge said is kept, so score it again with: ${command}`;
    throw error;
  } finally {
    interrupt.stop();
  }
}

/** @throws UsageError where the file of the run's suite is not there */
function suiteOf({ report: { run, suite } }: SavedRun): string {
  if (existsSync(suite.file)) return resolve(suite.file);
  throw new UsageError(`run "${run.id}": its suite ${suite.file} is not here (name it with --suite PATH)`);
}

/** RUN-scored, or what an earlier try has left of it; with a number where that is finished. */
async function nameScore(parent: string, saved: SavedRun): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = `${basename(saved.folder)}-scored${number === 1 ? "" : `-${number}`}`;
    const folder = join(parent, name);
    if (!existsSync(folder) || (await isUnfinishedScore(folder, saved))) return name;
  }
}
