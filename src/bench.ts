import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { compileReviewer, rankReviewers } from "./core/compile-report.ts";
import type { Report } from "./core/report.ts";
import { explainOutage, reachVerdict } from "./core/verdict.ts";
import { describeReport } from "./describe.ts";
import { type Ending, firstOf, setDeadline, takeUntil } from "./ending.ts";
import { type Measured, startMeasuring } from "./measure.ts";
import { openRunJournal } from "./open-journal.ts";
import { type PreparedReviewer, type PreparedRun, prepareRun, type PrepareWorld, type RunRequest } from "./prepare.ts";
import { openRunFolder, type RunFolder } from "./publish.ts";
import { checkReporters, loadReporters } from "./reporters/index.ts";
import { findRun, nameToResume } from "./resume.ts";
import { createCache } from "./run/cache.ts";
import { type Outage, runJobs } from "./run/generate.ts";
import { openJudgeLog } from "./run/judge-log.ts";
import { type Journal, readGenerations } from "./run/journal.ts";
import { createLimits } from "./run/limits.ts";
import { createProgress, type Progress, type ProgressStream } from "./run/progress.ts";
import { probeAll } from "./run/probe.ts";
import { openQueue } from "./run/queue.ts";
import { realWorld } from "./run/world.ts";
import { openPurse, type Purse } from "./spending.ts";

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
    const { measured, isWhole, outages, overspent } = await askAll(run, journal, folder, options, world);
    const { error = null, panel = [] } = run.judge ?? {};
    const reviewers = rankReviewers(
      measured.map((one) => compileReviewer(one, run.suite, run.seed, run.barred, error, panel)),
    );
    const reached = reachVerdict({
      reviewers,
      budget: run.suite.budget,
      isWhole,
      outages,
      allowInconclusive: options.allowInconclusive,
      judged: run.judge === null || run.judge.isLexical ? null : run.judge.cases * run.suite.reviewer.repeats,
      closedRecords: run.matching.closedRecords,
    });
    const verdict =
      overspent === null || outages.length > 0
        ? reached
        : { ...reached, sentence: `The run was cut short: ${overspent}.` };
    const report = describeReport({
      run,
      reviewers,
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
    const askable = [...run.reviewers, ...run.judges].flatMap(({ provider }) => provider ?? []);
    await probeAll(askable, world.signal);
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
  measured: Measured[];
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
  const perReviewer = run.dataset.entries.length * run.suite.reviewer.repeats;
  const progress = createProgress({
    total: perReviewer * run.reviewers.length,
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
    for (const reviewer of run.reviewers) {
      const one = await measureOne(reviewer, earlier, context);
      measured.push(one.measured);
      isWhole &&= one.isWhole;
      if (one.outage !== undefined) outages.push({ reviewer: reviewer.provider.ref, ...one.outage });
    }
  } finally {
    progress.finish();
    folder.endLines();
    deadline.close();
  }
  return { measured, isWhole: isWhole && !ending.wasHeard(), outages, overspent: purse.explain() };
}

interface MeasureContext {
  run: PreparedRun;
  journal: Journal;
  folder: RunFolder;
  progress: Progress;
  limits: ReturnType<typeof createLimits>;
  purse: Purse;
  ending: Ending;
  deadlineAtMs: number | undefined;
  world: BenchWorld;
}

/** @param earlier the keys that the run had finished before it was resumed */
async function measureOne(
  reviewer: PreparedReviewer,
  earlier: ReadonlySet<string>,
  context: MeasureContext,
): Promise<{ measured: Measured; isWhole: boolean; outage?: Outage }> {
  const { run, journal, folder, progress, limits, purse, ending, deadlineAtMs, world } = context;
  const measuring = startMeasuring(run, reviewer);
  const score = async (generation: Parameters<typeof measuring.take>[0]) => {
    const line = await measuring.take(generation);
    if (line === null) return;
    run.judge?.count(line.judged ?? []);
    folder.writeLine(line);
    progress.advance(1, line.outcome === "transport-error" ? 1 : 0);
  };
  const queue = openQueue(Math.max(1, ...run.judges.map((judge) => 2 * judge.concurrency)));
  const take = (generation: Parameters<typeof score>[0]) => queue.add(() => score(generation));

  const { concurrency, retries, timeoutMs, caseDeadlineMs, cache } = run.suite.reviewer;
  const jobs = takeUntil(ending, () => measuring.jobs((key) => earlier.has(key)));
  const results = runJobs(jobs, {
    provider: reviewer.provider,
    concurrency: Math.min(concurrency, reviewer.provider.concurrency ?? concurrency),
    retries,
    timeoutMs,
    caseDeadlineMs,
    runDeadlineAtMs: deadlineAtMs,
    limits,
    cache: cache ? createCache(resolve(".nitbench", "cache"), (line) => progress.note(line)) : undefined,
    world: realWorld,
    signal: world.signal,
  });
  try {
    if (earlier.size > 0) {
      for await (const generation of readGenerations(journal.file)) {
        world.signal.throwIfAborted();
        if (generation.reviewer === reviewer.provider.ref) await take(generation);
      }
    }
    purse.begin(reviewer.provider.ref);
    for (;;) {
      const step = await results.next();
      if (step.done) {
        const machineMs = purse.end();
        await queue.drain();
        return { measured: measuring.finish(machineMs), ...step.value };
      }
      journal.append(step.value.generation);
      purse.add(step.value.generation);
      await take(step.value.generation);
    }
  } catch (error) {
    // What cannot be kept is not worth asking on for.
    for (const judge of run.judges) judge.giveUp(error);
    throw error;
  } finally {
    await results.return({ isWhole: false });
    await queue.settle();
  }
}
