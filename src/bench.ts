import { concludeRun, type MeasuredRun } from "./conclude.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import { withLatency } from "./core/latency/metrics.ts";
import type { Report } from "./core/report.ts";
import { describeReport } from "./describe.ts";
import { firstOf, setDeadline } from "./ending.ts";
import type { LatencyPhase } from "./latency-phase.ts";
import type { Measured } from "./measure.ts";
import { explainLeft } from "./left-to-ask.ts";
import { measureOne } from "./measure-one.ts";
import { type OpenedJournal, openRunJournal } from "./open-journal.ts";
import { type PreparedRun, prepareRun, type PrepareWorld, type RunRequest } from "./prepare.ts";
import { nameRun, openRunFolder, type RunFolder } from "./publish.ts";
import { checkReporters, loadReporters } from "./reporters/index.ts";
import { findRun, nameToResume } from "./resume.ts";
import type { Outage } from "./run/generate.ts";
import { openJudgeLog } from "./run/judge-log.ts";
import { readGenerations } from "./run/journal.ts";
import { createLimits } from "./run/limits.ts";
import { createProgress, type ProgressStream } from "./run/progress.ts";
import { realWorld } from "./run/world.ts";
import { copyJudgeLog, keepLatency, withHoursOf } from "./saved-run.ts";
import { openPurse } from "./spending.ts";
import { countReviews, planTurns, probeRun, reviewersToTime, withTurn } from "./sweep.ts";

/** How a run is carried out, beside what is measured. */
export interface BenchOptions extends RunRequest {
  /** Folder in which run folders are made. */
  out: string;
  /** Name of the run's folder; made of time and suite where it is left out. */
  name?: string | undefined;
  /** Name or path of the run to go on with. */
  resume?: string | undefined;
  reporters: readonly string[];
  allowInconclusive: boolean;
  isQuiet: boolean;
  /** The line that repeats the run. */
  command: string;
}

export interface BenchWorld extends PrepareWorld {
  stderr: ProgressStream;
  /** Aborted when the person interrupts. */
  signal: AbortSignal;
  /** Wall clock. */
  date: () => Date;
}

/** The world of this process. @param signal aborted when the person interrupts */
export function processWorld(signal: AbortSignal): BenchWorld {
  const { env, stderr } = process;
  return { fetch: globalThis.fetch, now: () => performance.now(), env, stderr, signal, date: () => new Date() };
}

export interface BenchResult {
  report: Report;
  /** The run's folder. */
  folder: string;
  /** What there is left to ask, in one line, and the run to resume; null where that is nothing. */
  left: { message: string; resume: string } | null;
}

/** A run that was stopped on purpose: its journal is whole. */
export class InterruptedError extends Error {
  /** The run to resume, as `--resume` takes it. */
  readonly resume: string;
  constructor(resume: string) {
    super("interrupted");
    this.name = "InterruptedError";
    this.resume = resume;
  }
}

/**
 * Runs one suite: asks every reviewer for its review of every case, scores them as they come, and writes the report.
 * @throws UsageError before anything was asked; IncompleteError when a reviewer cannot be reached; InterruptedError
 */
export async function bench(options: BenchOptions, world: BenchWorld): Promise<BenchResult> {
  const startMs = world.now();
  const startedAt = world.date().toISOString();
  checkReporters(options.reporters);
  const run = await prepareRun(options, world);
  let folder: RunFolder | null = null;
  try {
    folder = openFolder(options, startedAt, run.suite.name);
    const opened = await openRunJournal(folder, run, options, startedAt);
    const { journal } = opened;
    // Loaded while the first answers are awaited.
    const reporters = loadReporters(options.reporters);
    const all = await askAll(run, opened, folder, options, world);
    const { latency, isWhole, outages, overspent } = all;
    const conclusion = concludeRun(run, all, options.allowInconclusive);
    const { reviewers } = conclusion;
    const report = describeReport({
      run,
      ...conclusion,
      latency,
      isWhole,
      startedAt: journal.header.startedAt,
      durationMs: world.now() - startMs,
      runName: folder.name,
      name: options.name,
      command: options.command,
    });
    await folder.publish(report, await reporters);
    const message = explainLeft({ run, reviewers, isWhole, outages, overspent });
    const left = message === null ? null : { message, resume: nameToResume(options.resume, folder) };
    return { report, folder: folder.path, left };
  } finally {
    folder?.close();
    run.dataset.close();
    for (const { provider } of run.reviewers) await provider.close?.();
    for (const judge of run.judges) await judge.close();
    for (const engine of run.engines) await engine.close?.();
  }
}

/** A new folder, or that of the run to go on with. */
function openFolder({ out, name, resume }: BenchOptions, startedAt: string, suite: string): RunFolder {
  if (resume === undefined) return openRunFolder(out, name ?? nameRun(out, startedAt, suite));
  const found = findRun(out, resume);
  return openRunFolder(found.parent, found.name);
}

/** Asks first whether the reviewers are there at all: a new run without them leaves nothing behind. */
async function askAll(
  run: PreparedRun,
  opened: OpenedJournal,
  folder: RunFolder,
  options: BenchOptions,
  world: BenchWorld,
): Promise<MeasuredRun> {
  let isReached = false;
  try {
    await probeRun(run, world.signal);
    isReached = true;
    return await measureAll(run, opened, folder, options, world);
  } catch (error) {
    if (world.signal.aborted) throw new InterruptedError(nameToResume(options.resume, folder));
    throw error;
  } finally {
    await opened.journal.close();
    if (!isReached && options.resume === undefined && !world.signal.aborted) folder.discard();
  }
}

/** One reviewer after the other, so that none slows another down; their cases are written as they are finished. */
async function measureAll(
  run: PreparedRun,
  { journal, missing }: OpenedJournal,
  folder: RunFolder,
  options: BenchOptions,
  world: BenchWorld,
): Promise<MeasuredRun> {
  const { saved } = run;
  const progress = createProgress({
    total: countReviews(run),
    label: run.suite.name,
    stream: world.stderr,
    now: world.now,
    isQuiet: options.isQuiet,
  });
  const deadline = setDeadline(run.suite.reviewer.runDeadlineMs, realWorld);
  const purse = openPurse(run.suite.budget, run.reviewers, run.paidJudges, realWorld.now);
  const ending = firstOf([deadline, purse]);
  if (run.judges.length > 0) {
    if (saved !== null) copyJudgeLog(saved.folder, folder.path);
    const log = openJudgeLog(folder.path);
    for (const judge of run.judges) judge.open(log, world.signal, ending);
  }
  const limits = createLimits({ concurrency: run.suite.reviewer.concurrency, world: realWorld });
  const context = {
    run,
    journal,
    missing,
    folder,
    progress,
    limits,
    purse,
    ending,
    deadlineAtMs: deadline.atMs,
    world,
  };
  const earlier = new Set(journal.finishedKeys);
  const measured: Measured[] = [];
  let isWhole = saved === null || saved.report.run.isWhole;
  const outages: (Outage & { reviewer: string })[] = [];
  folder.startLines(run.dataset);
  try {
    // What a saved run's answers took was paid then.
    const paid = earlier.size === 0 || saved !== null ? [] : readGenerations(journal.file);
    for await (const generation of paid) purse.add(generation);
    for (const turn of planTurns(run, () => ({ measured, isWhole: isWhole && !ending.wasHeard() }))) {
      const one = await withTurn(turn, world.signal, () => measureOne(turn, earlier, context));
      measured.push(one.measured);
      isWhole &&= one.isWhole;
      if (one.outage !== undefined) outages.push({ reviewer: turn.reviewer.provider.ref, ...one.outage });
    }
  } catch (error) {
    deadline.close();
    throw error;
  } finally {
    progress.finish();
    folder.endLines();
  }
  const phase = { run, folder: folder.path, purse, ending, world, isQuiet: options.isQuiet };
  const latency = await timeReviewers(phase, measured).finally(() => deadline.close());
  isWhole &&= latency?.isWhole !== false && !ending.wasHeard();
  const priced = saved === null ? measured : measured.map((one) => withHoursOf(one, saved));
  return { measured: withLatency(priced, latency), latency, isWhole, outages, overspent: purse.explain() };
}

/** What a suite without a latency phase does not need is not loaded. */
async function timeReviewers(
  phase: LatencyPhase & { run: PreparedRun },
  measured: readonly Measured[],
): Promise<LatencyReport | null> {
  const { run, world } = phase;
  if (run.suite.scorers.latency === undefined) return null;
  if (run.saved !== null) return keepLatency(run.saved, run.suite, phase.folder);
  const reviewers = await reviewersToTime(run, measured, world.signal);
  const { measureLatency } = await import("./latency-phase.ts");
  return await measureLatency({ ...phase, run: { ...run, reviewers } });
}
