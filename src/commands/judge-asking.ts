import { resolve } from "node:path";
import type { AskableJudge } from "../judging/ask-judge.ts";
import { IncompleteError, UsageError } from "../core/errors.ts";
import type { JudgedRun } from "../core/judge/judge.ts";
import type { Question } from "../core/judge/prompt.ts";
import type { Rubric } from "../core/judge/rubric.ts";
import { ProviderError, type ProviderWorld } from "../core/provider.ts";
import { makeFolder } from "../io/folder.ts";
import { setupKey } from "../load/judge-calibration.ts";
import type { LoadedRubric } from "../load/rubric.ts";
import { displayPath } from "../load/suite.ts";
import { openJudgeLog } from "../run/judge-log.ts";
import { type FolderLock, lockFolder } from "../run/lock.ts";
import { createProgress, type ProgressStream } from "../run/progress.ts";
import { judgeTogether } from "../scorers/judge.ts";

/** What these commands need of the outside. */
export interface JudgeWorld extends ProviderWorld {
  stderr: ProgressStream;
  signal: AbortSignal;
  /** Wall clock. */
  date: () => Date;
}

/** A question, and what tells its change from others whose diff is the same, or is not known. */
export interface AskedQuestion {
  question: Question;
  caseId: string;
}

/**
 * Every question in every run, pairs of one change together where the rubric asks so; what the judge answered before is
 * taken from its log.
 * @throws IncompleteError where the judge cannot be asked, UsageError where another process asks it
 */
export async function askAll(
  judge: AskableJudge,
  { rubric }: LoadedRubric,
  asked: readonly AskedQuestion[],
  concurrency: number,
  world: JudgeWorld,
): Promise<JudgedRun[][]> {
  const lock = await openLog(judge, world);
  const isQuiet = judge.provider === null;
  const progress = createProgress({
    total: asked.length,
    label: rubric.name,
    stream: world.stderr,
    now: world.now,
    isQuiet,
  });
  const judged: JudgedRun[][] = [];
  const queue = groupsOf(asked, rubric).values();
  const tools = { engine: judge.engine, axes: rubric.axes, silence: rubric.silence, runs: judge.setup.runs };
  const askInTurn = async () => {
    for (const group of queue) {
      // Without one answer there is no outcome, so the others are not worth their price.
      if (judge.outages.count > 0) return;
      const said = await judgeTogether(
        tools,
        group.map(({ question }) => question),
      );
      for (const [at, { index }] of group.entries()) {
        judged[index] = said[at] ?? [];
        progress.advance();
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, askInTurn));
  } catch (error) {
    if (world.signal.aborted) throw interruption();
    throw error;
  } finally {
    progress.finish();
    lock?.release();
  }
  if (judge.outages.count > 0)
    throw new IncompleteError(
      `${judge.ref}: ${judge.outages.first ?? ""} (its answers are kept: go on with the same command)`,
    );
  return judged;
}

/** What is asked together: each question by itself, or all pairs of one change, as a run would ask about its findings. */
function groupsOf(asked: readonly AskedQuestion[], { pairsPerCall }: Rubric): (AskedQuestion & { index: number })[][] {
  const numbered = asked.map((one, index) => ({ ...one, index }));
  if (pairsPerCall === "one") return numbered.map((one) => [one]);
  const changeOf = ({ caseId, question }: AskedQuestion) => JSON.stringify([caseId, question.diff]);
  return [...Map.groupBy(numbered, changeOf).values()];
}

/** Opens the log of all that this judge was ever asked, and looks whether it is there at all. */
async function openLog(judge: AskableJudge, { signal }: JudgeWorld): Promise<FolderLock | null> {
  if (judge.provider === null) return null;
  const folder = resolve(".nitbench", "judge", setupKey(judge.setup).slice(0, 16));
  const lock = takeFolder(folder);
  try {
    judge.open(openJudgeLog(folder), signal);
    await judge.provider.probe?.(signal);
    return lock;
  } catch (error) {
    lock.release();
    if (signal.aborted) throw interruption();
    if (error instanceof ProviderError) throw new IncompleteError(`${judge.ref}: ${error.message}`);
    throw error;
  }
}

function takeFolder(folder: string): FolderLock {
  try {
    makeFolder(folder);
    return lockFolder(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof UsageError)
      throw new UsageError(`${displayPath(folder)}: another process is asking this judge (wait for it or stop it)`);
    throw new UsageError(`${displayPath(folder)}: cannot write there (${why}; mend its permissions)`);
  }
}

function interruption(): Error {
  const error = new Error("interrupted; the judge's answers are kept: go on with the same command");
  error.name = "InterruptedError";
  return error;
}
