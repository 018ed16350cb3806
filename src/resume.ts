import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { extendCommandLine } from "./command-line.ts";
import { UsageError } from "./core/errors.ts";
import type { JournalRequest } from "./core/journal.ts";
import { displayPath } from "./load/suite.ts";
import type { Override } from "./load/yaml.ts";
import { journalFile, readHeader } from "./run/journal.ts";

/**
 * The folder of the run to go on with, which is named or given as a path, or as a link to it (`latest`).
 * @throws UsageError where there is none
 */
export function findRun(out: string, resume: string): { parent: string; name: string } {
  const isPath = /[/\\]/.test(resume);
  const path = isPath ? resolve(resume) : join(out, resume);
  if (!existsSync(path))
    throw new UsageError(
      `--resume ${resume}: no such run${isPath ? "" : ` in ${displayPath(out)}`} (name the folder of a run, or give its path)`,
    );
  const target = lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
  return { parent: dirname(target), name: basename(target) };
}

/** How to name a run to resume it once more; a link may lead to another run by then. */
export function nameToResume(resume: string | undefined, run: { name: string; path: string }): string {
  if (resume === undefined || !/[/\\]/.test(resume)) return run.name;
  return basename(resolve(resume)) === run.name ? resume : run.path;
}

/** What a command line says of a run; what is undefined or empty it leaves out. */
export interface GivenRequest {
  suites: readonly string[];
  models: readonly string[] | undefined;
  overrides: readonly Override[];
  seed: number | undefined;
  judge: { refs: readonly string[]; runs: number | undefined };
  baseline?: string | undefined;
  /** Such as `2/3`. */
  shard?: string | undefined;
}

/** A request with what the command line leaves out. */
export interface RecalledRequest extends GivenRequest {
  /** The line that repeats the run; null where the command line itself is such a line. */
  command: string | null;
}

const noRequest: JournalRequest = { suite: "", models: [], overrides: [], judges: [], command: "" };

/**
 * Takes what the command line leaves out of a run to go on with from what its journal says of it.
 * @throws UsageError where there is no such run, and where neither says what suite it is of
 */
export async function recallRequest(
  given: GivenRequest,
  { out, resume, argv }: { out: string; resume: string; argv: readonly string[] },
): Promise<RecalledRequest> {
  const { parent, name } = findRun(out, resume);
  const file = journalFile(join(parent, name));
  // A folder without a journal is told of when the run is opened.
  const header = existsSync(file) ? await readHeader(file) : undefined;
  const { request: then = noRequest, seed } = header ?? {};
  if (given.suites.length === 0 && then.suite === "")
    throw new UsageError(`--resume ${resume}: the run does not tell its suite (name suite and models as they were)`);
  const paths = new Set(given.overrides.map(({ path }) => path));
  const recalled = {
    suites: given.suites.length > 0 ? given.suites : [then.suite],
    models: given.models ?? (then.models.length > 0 ? then.models : undefined),
    overrides: [...then.overrides.filter(({ path }) => !paths.has(path)), ...given.overrides],
    seed: given.seed ?? (seed === 1 ? undefined : seed),
    judge: {
      refs: given.judge.refs.length > 0 ? given.judge.refs : then.judges,
      runs: given.judge.runs ?? then.judgeRuns,
    },
    baseline: given.baseline ?? then.baseline,
    shard: given.shard ?? then.shard,
  };
  const isSaid = JSON.stringify(recalled) === JSON.stringify(given);
  return { ...recalled, command: isSaid || then.command === "" ? null : extendCommandLine(then.command, argv) };
}
