import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { compileReviewer, rankReviewers } from "./core/compile-report.ts";
import { UsageError } from "./core/errors.ts";
import type { RunIdentity } from "./core/journal.ts";
import { judgeErrorOf } from "./core/judge/calibration.ts";
import type { Job } from "./core/plan.ts";
import type { ProviderWorld } from "./core/provider.ts";
import type { Report } from "./core/report.ts";
import { reachVerdict } from "./core/verdict.ts";
import { describeReport } from "./describe.ts";
import { displayPath } from "./load/suite.ts";
import { type Measured, startMeasuring } from "./measure.ts";
import { type PreparedReviewer, type PreparedRun, prepareRun, type RunRequest } from "./prepare.ts";
import { openRunFolder, type RunFolder } from "./publish.ts";
import { checkReporters, loadReporters } from "./reporters/index.ts";
import { createCache } from "./run/cache.ts";
import { runJobs } from "./run/generate.ts";
import { openJudgeLog } from "./run/judge-log.ts";
import { createJournal, type Journal, readGenerations, resumeJournal } from "./run/journal.ts";
import { createLimits } from "./run/limits.ts";
import { createProgress, type Progress, type ProgressStream } from "./run/progress.ts";
import { probeAll } from "./run/probe.ts";
import { openQueue } from "./run/queue.ts";
import { realWorld } from "./run/world.ts";
import { toolName } from "./version.ts";

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

export interface BenchWorld extends ProviderWorld {
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
    const journal = await openJournal(folder, run, options, startedAt);
    if (run.judges.length > 0) {
      const log = openJudgeLog(folder.path);
      for (const judge of run.judges) judge.open(log, world.signal);
    }
    // Loaded while the first answers are awaited.
    const reporters = loadReporters(options.reporters);
    const { measured, isWhole } = await askAll(run, journal, folder, options, world);
    const judgeError = judgeErrorOf(run.judge?.report().calibration ?? null);
    const reviewers = rankReviewers(
      measured.map((one) => compileReviewer(one, run.suite, run.seed, run.barred, judgeError)),
    );
    const verdict = reachVerdict({
      reviewers,
      budget: run.suite.budget,
      isWhole,
      allowInconclusive: options.allowInconclusive,
      judged: run.judge?.provider == null ? null : run.judge.cases * run.suite.reviewer.repeats,
    });
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
    return { report, folder: folder.path };
  } finally {
    folder?.close();
    run.dataset.close();
    for (const { provider } of run.reviewers) await provider.close?.();
    for (const judge of run.judges) await judge.close();
  }
}

/** A new folder, or that of the run to go on with, which is named or given as a path, or as a link to it (`latest`). */
function openFolder({ out, name, resume }: BenchOptions, startedAt: string, suite: string): RunFolder {
  if (resume === undefined) return openRunFolder(out, name ?? nameRun(out, startedAt, suite));
  const isPath = /[/\\]/.test(resume);
  const path = isPath ? resolve(resume) : join(out, resume);
  if (!existsSync(path))
    throw new UsageError(
      `--resume ${resume}: no such run${isPath ? "" : ` in ${displayPath(out)}`} (name the folder of a run, or give its path)`,
    );
  const target = isLink(path) ? realpathSync(path) : path;
  return openRunFolder(dirname(target), basename(target));
}

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

/** How to name a run to resume it once more; a link may lead to another run by then. */
function nameToResume({ resume }: BenchOptions, folder: RunFolder): string {
  if (resume === undefined || !/[/\\]/.test(resume)) return folder.name;
  return basename(resolve(resume)) === folder.name ? resume : folder.path;
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
): Promise<{ measured: Measured[]; isWhole: boolean }> {
  let isReached = false;
  try {
    const askable = [...run.reviewers, ...run.judges].flatMap(({ provider }) => provider ?? []);
    await probeAll(askable, world.signal);
    isReached = true;
    return await measureAll(run, journal, folder, options, world);
  } catch (error) {
    if (world.signal.aborted) throw new InterruptedError(nameToResume(options, folder));
    throw error;
  } finally {
    await journal.close();
    if (!isReached && options.resume === undefined && !world.signal.aborted) folder.discard();
  }
}

async function openJournal(
  folder: RunFolder,
  run: PreparedRun,
  options: BenchOptions,
  startedAt: string,
): Promise<Journal> {
  const identity: RunIdentity = {
    suiteHash: run.generationHash,
    datasetHash: run.dataset.hash,
    reviewers: run.reviewers.map(({ provider }) => ({
      id: provider.ref,
      provider: provider.name,
      model: provider.model,
      identity: provider.identity,
      hosts: [...provider.hosts],
    })),
  };
  if (options.resume !== undefined) return resumeJournal(folder.path, identity, folder.lock);
  const { name: runId, lock } = folder;
  const header = { v: 1, kind: "run", runId, ...identity, seed: run.seed, startedAt, tool: toolName } as const;
  return createJournal(folder.path, header, lock);
}

/** One reviewer after the other, so that none slows another down; their cases are written as they are finished. */
async function measureAll(
  run: PreparedRun,
  journal: Journal,
  folder: RunFolder,
  options: BenchOptions,
  world: BenchWorld,
): Promise<{ measured: Measured[]; isWhole: boolean }> {
  const perReviewer = run.dataset.entries.length * run.suite.reviewer.repeats;
  const progress = createProgress({
    total: perReviewer * run.reviewers.length,
    label: run.suite.name,
    stream: world.stderr,
    now: world.now,
    isQuiet: options.isQuiet,
  });
  const { runDeadlineMs } = run.suite.reviewer;
  const deadlineAtMs = runDeadlineMs === undefined ? undefined : world.now() + runDeadlineMs;
  const limits = createLimits({ concurrency: run.suite.reviewer.concurrency, world: realWorld });
  const context = { run, journal, folder, progress, limits, deadlineAtMs, world };
  const earlier = new Set(journal.finishedKeys);
  const measured: Measured[] = [];
  let isWhole = true;
  folder.startLines(run.dataset);
  try {
    for (const reviewer of run.reviewers) {
      const one = await measureOne(reviewer, earlier, context);
      measured.push(one.measured);
      isWhole &&= one.isWhole;
    }
  } finally {
    progress.finish();
    folder.endLines();
  }
  return { measured, isWhole };
}

interface MeasureContext {
  run: PreparedRun;
  journal: Journal;
  folder: RunFolder;
  progress: Progress;
  limits: ReturnType<typeof createLimits>;
  deadlineAtMs: number | undefined;
  world: BenchWorld;
}

/** @param earlier the keys that the run had finished before it was resumed */
async function measureOne(
  reviewer: PreparedReviewer,
  earlier: ReadonlySet<string>,
  context: MeasureContext,
): Promise<{ measured: Measured; isWhole: boolean }> {
  const { run, journal, folder, progress, limits, deadlineAtMs, world } = context;
  const measuring = startMeasuring(run, reviewer);
  const score = async (generation: Parameters<typeof measuring.take>[0]) => {
    const line = await measuring.take(generation);
    if (line === null) return;
    run.judge?.count(line.judged ?? []);
    folder.writeLine(line);
    progress.advance();
  };
  const queue = openQueue(Math.max(1, ...run.judges.map((judge) => 2 * judge.concurrency)));
  const take = (generation: Parameters<typeof score>[0]) => queue.add(() => score(generation));

  const { concurrency, retries, timeoutMs, caseDeadlineMs, cache } = run.suite.reviewer;
  const jobs: Iterable<Job> = measuring.jobs((key) => earlier.has(key));
  const results = runJobs(jobs, {
    provider: reviewer.provider,
    concurrency,
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
    for (;;) {
      const step = await results.next();
      if (step.done) {
        await queue.drain();
        return { measured: measuring.finish(), isWhole: step.value.isWhole };
      }
      journal.append(step.value.generation);
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
