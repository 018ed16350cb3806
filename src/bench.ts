import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compareWithBaseline } from "./against-baseline.ts";
import { compileReviewer, rankReviewers, type ReviewerMeasurement } from "./core/compile-report.ts";
import { answerSweep, decideSweep } from "./core/describe-sweep.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import { withLatency } from "./core/latency/metrics.ts";
import type { Report } from "./core/report.ts";
import { explainOutage, reachVerdict } from "./core/verdict.ts";
import { describeReport } from "./describe.ts";
import { firstOf, setDeadline } from "./ending.ts";
import type { LatencyPhase } from "./latency-phase.ts";
import type { Measured } from "./measure.ts";
import { measureOne } from "./measure-one.ts";
import { openRunJournal } from "./open-journal.ts";
import { type PreparedRun, prepareRun, type PrepareWorld, type RunRequest } from "./prepare.ts";
import { openRunFolder, type RunFolder } from "./publish.ts";
import { checkReporters, loadReporters } from "./reporters/index.ts";
import { findRun, nameToResume } from "./resume.ts";
import type { Outage } from "./run/generate.ts";
import { openJudgeLog } from "./run/judge-log.ts";
import { type Journal, readGenerations } from "./run/journal.ts";
import { createLimits } from "./run/limits.ts";
import { createProgress, type ProgressStream } from "./run/progress.ts";
import { realWorld } from "./run/world.ts";
import { openPurse } from "./spending.ts";
import {
  chooseOf,
  countReviews,
  gateChosen,
  judgedReviews,
  planTurns,
  probeRun,
  reviewersToTime,
  withTurn,
} from "./sweep.ts";

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

export interface BenchResult {
  report: Report;
  /** The run's folder. */
  folder: string;
  /** How reviewers were given up or the budget spent, in one line, and the run to resume; null where neither happened. */
  givenUp: { message: string; resume: string } | null;
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
    const journal = await openRunJournal(folder, run, options, startedAt);
    // Loaded while the first answers are awaited.
    const reporters = loadReporters(options.reporters);
    const { measured, latency, isWhole, outages, overspent } = await askAll(run, journal, folder, options, world);
    const { error = null, panel = [] } = run.judge ?? {};
    const choice = chooseOf(run, measured);
    const compiled = measured.map((one) =>
      compileReviewer(gateChosen(one, choice), run.suite, run.seed, run.barred, error, panel),
    );
    const rowsOf = new Map(measured.map(({ facts, rows }) => [facts.id, rows]));
    const { reviewers: unranked, comparisons } = compareWithBaseline(run, compiled, rowsOf, choice);
    const reviewers = rankReviewers(unranked);
    const reached = reachVerdict({
      reviewers,
      budget: run.suite.budget,
      isWhole,
      outages,
      allowInconclusive: options.allowInconclusive,
      judged: run.judge === null || run.judge.isLexical ? null : judgedReviews(run),
      closedRecords: run.matching.closedRecords,
    });
    const own =
      overspent === null || outages.length > 0
        ? reached
        : { ...reached, sentence: `The run was cut short: ${overspent}.` };
    const sweep = choice === null ? null : decideSweep(choice, reviewers, own);
    const verdict = sweep === null ? own : answerSweep(own, sweep);
    const report = describeReport({
      run,
      reviewers,
      comparisons,
      sweep,
      latency,
      verdict,
      isWhole,
      startedAt: journal.header.startedAt,
      durationMs: world.now() - startMs,
      runName: folder.name,
      name: options.name,
      command: options.command,
    });
    await folder.publish(report, await reporters);
    const message = [
      ...outages.map((outage) => `${outage.reviewer}: ${explainOutage(outage)}`),
      ...(overspent === null ? [] : [overspent]),
    ].join("; ");
    const givenUp = message === "" ? null : { message, resume: nameToResume(options.resume, folder) };
    return { report, folder: folder.path, givenUp };
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

function nameRun(out: string, startedAt: string, suite: string): string {
  const name = `${startedAt.slice(0, 10)}-${suite}-${randomBytes(2).toString("hex")}`;
  return existsSync(join(out, name)) ? nameRun(out, startedAt, suite) : name;
}

/** Asks first whether the reviewers are there at all: a new run without them leaves nothing behind. */
async function askAll(
  run: PreparedRun,
  journal: Journal,
  folder: RunFolder,
  options: BenchOptions,
  world: BenchWorld,
): Promise<MeasuredAll> {
  let isReached = false;
  try {
    await probeRun(run, world.signal);
    isReached = true;
    return await measureAll(run, journal, folder, options, world);
  } catch (error) {
    if (world.signal.aborted) throw new InterruptedError(nameToResume(options.resume, folder));
    throw error;
  } finally {
    await journal.close();
    if (!isReached && options.resume === undefined && !world.signal.aborted) folder.discard();
  }
}

interface MeasuredAll {
  measured: (Measured & Pick<ReviewerMeasurement, "latency">)[];
  latency: LatencyReport | null;
  isWhole: boolean;
  /** Reviewers that were given up. */
  outages: (Outage & { reviewer: string })[];
  /** What of its budget the run spent, so that it was stopped; null where it was not. */
  overspent: string | null;
}

/** One reviewer after the other, so that none slows another down; their cases are written as they are finished. */
async function measureAll(
  run: PreparedRun,
  journal: Journal,
  folder: RunFolder,
  options: BenchOptions,
  world: BenchWorld,
): Promise<MeasuredAll> {
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
    const log = openJudgeLog(folder.path);
    for (const judge of run.judges) judge.open(log, world.signal, ending);
  }
  const limits = createLimits({ concurrency: run.suite.reviewer.concurrency, world: realWorld });
  const context = { run, journal, folder, progress, limits, purse, ending, deadlineAtMs: deadline.atMs, world };
  const earlier = new Set(journal.finishedKeys);
  const measured: Measured[] = [];
  let isWhole = true;
  const outages: MeasuredAll["outages"] = [];
  folder.startLines(run.dataset);
  try {
    for await (const generation of earlier.size === 0 ? [] : readGenerations(journal.file)) purse.add(generation);
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
  return { measured: withLatency(measured, latency), latency, isWhole, outages, overspent: purse.explain() };
}

/** What a suite without a latency phase does not need is not loaded. */
async function timeReviewers(
  phase: LatencyPhase & { run: PreparedRun },
  measured: readonly Measured[],
): Promise<LatencyReport | null> {
  const { run, world } = phase;
  if (run.suite.scorers.latency === undefined) return null;
  const reviewers = await reviewersToTime(run, measured, world.signal);
  const { measureLatency } = await import("./latency-phase.ts");
  return await measureLatency({ ...phase, run: { ...run, reviewers } });
}
