import { randomBytes } from "node:crypto";
import { findingsJsonSchema } from "./core/findings-schema.ts";
import type { LatencyHeader, LatencyLine } from "./core/latency/journal.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import { levelsOf, limitsOf, type LatencySettings } from "./core/latency/settings.ts";
import { summariseLatency } from "./core/latency/summarise.ts";
import { isAnswered, isMiss } from "./core/latency/times.ts";
import type { TimedRequest } from "./core/latency/timed-request.ts";
import { type Provider, ProviderError } from "./core/provider.ts";
import type { Ending } from "./ending.ts";
import { calibrate, calibrationConcurrency, startOwnServer } from "./latency/calibrate.ts";
import { realClock } from "./latency/clock.ts";
import { createLatencyJournal, isFinished, type LatencyJournal, readLatencyLines } from "./latency/journal.ts";
import { runLevel } from "./latency/level.ts";
import { drawQuestions, type Questions } from "./latency/questions.ts";
import { openTarget, type Target } from "./latency/target.ts";
import type { PreparedRun } from "./prepare.ts";
import { createProgress, type ProgressStream } from "./run/progress.ts";
import type { Purse } from "./spending.ts";
import { toolName } from "./version.ts";

/** What the latency phase of a run needs. */
export interface LatencyPhase {
  run: Pick<PreparedRun, "suite" | "prompt" | "seed" | "dataset" | "reviewers">;
  /** The run's folder. */
  folder: string;
  purse: Pick<Purse, "add" | "begin" | "end">;
  ending: Pick<Ending, "refuse" | "signal">;
  world: { signal: AbortSignal; stderr: ProgressStream; date: () => Date };
  isQuiet: boolean;
}

/**
 * Times the reviewers after the quality run and apart from it, and keeps every request in `latency.jsonl`. A phase that an
 * earlier try of the run has finished is not measured again; an unfinished one is, whole.
 * @returns null where the suite does not ask for it
 * @throws the signal's reason once the run is stopped; IncompleteError when the record cannot be written
 */
export async function measureLatency(phase: LatencyPhase): Promise<LatencyReport | null> {
  const { suite, reviewers, seed } = phase.run;
  const settings = suite.scorers.latency;
  if (settings === undefined) return null;
  const timed = reviewers.map(({ provider }) => provider).filter(({ isTimed }) => isTimed);
  const limitMs = settings.timeoutMs ?? suite.reviewer.timeoutMs;
  const header: LatencyHeader = {
    v: 1,
    kind: "latency",
    startedAt: phase.world.date().toISOString(),
    tool: toolName,
    seed,
    settings,
    limitMs,
    reviewers: timed.map(({ ref, identity }) => ({ ref, identity })),
  };
  const earlier = readLatencyLines(phase.folder);
  if (isFinished(earlier, header)) return summariseLatency(earlier);
  const journal = createLatencyJournal(phase.folder, header);
  const lines: LatencyLine[] = [header];
  const keep = (line: LatencyLine) => {
    lines.push(line);
    journal.append(line);
  };
  try {
    await measureLevels(phase, { settings, limitMs, timed, journal, keep });
  } finally {
    journal.close();
  }
  return summariseLatency(lines);
}

interface Measuring {
  settings: LatencySettings;
  limitMs: number;
  timed: readonly Provider[];
  journal: LatencyJournal;
  keep: (line: LatencyLine) => void;
}

async function measureLevels(phase: LatencyPhase, measuring: Measuring): Promise<void> {
  const { run, ending, world, purse } = phase;
  const { settings, limitMs, timed, keep, journal } = measuring;
  const { contract } = run.suite.reviewer;
  const signal = AbortSignal.any([world.signal, ending.signal]);
  const questions = drawOwn(run, settings);
  const limits = limitsOf(settings);
  const levels = levelsOf(settings);
  const all = Number.isFinite(limits.requests) ? limits.requests * levels.length * timed.length : 0;
  const { stderr } = world;
  const label = `${run.suite.name} latency`;
  const quiet = phase.isQuiet || all === 0;
  const progress = createProgress({ total: all, label, stream: stderr, now: realClock.now, isQuiet: quiet });
  const targets: Target[] = [];
  try {
    for (const provider of timed) {
      const reason = await meet(provider, questions, settings, limitMs, signal);
      if (reason === null) targets.push(openTarget(provider, { contract, timeoutMs: limitMs, now: realClock.now }));
      else keep({ v: 1, kind: "left-out", reviewer: provider.ref, reason });
    }
    for (const [stage, level] of levels.entries()) {
      if (targets.length === 0) break;
      if (ending.refuse() !== null) return;
      if (targets.some(({ isRemote }) => isRemote)) {
        await using server = await startOwnServer();
        const times = await calibrate(server.url, calibrationConcurrency(level), limits.requests, realClock, signal);
        for (const one of times) keep({ v: 1, kind: "calibration", stage, ...one });
      }
      const outcome = await runLevel({
        stage,
        level,
        targets,
        questions,
        limits,
        seed: run.seed + stage,
        signal,
        clock: realClock,
        warmup: settings.warmup,
        // As long for each, so that it makes no prompt longer than another's.
        nextWord: () => (settings.cache === "warm" ? null : randomBytes(8).toString("hex")),
        refuse: () => ending.refuse(),
        onTurn: ({ ref }) => {
          purse.end();
          purse.begin(ref);
        },
        onLine: (line) => {
          keep(line);
          purse.add(spentOn(line));
          if (!line.isWarmup) progress.advance(1, isMiss(line) ? 1 : 0);
        },
      }).finally(() => purse.end());
      keep({ v: 1, kind: "stage", stage, ...outcome });
      journal.flush();
    }
    if (ending.refuse() === null) keep({ v: 1, kind: "end" });
  } catch (error) {
    // What the run's own deadline broke off is not whole, and all that was measured until then is kept.
    if (world.signal.aborted || !ending.signal.aborted) throw error;
  } finally {
    progress.finish();
    for (const target of targets) target.close();
  }
}

function drawOwn({ suite, prompt, seed, dataset }: LatencyPhase["run"], { sizes }: LatencySettings): Questions {
  const { maxTokens, temperature, unit, structured } = suite.reviewer;
  const { entries } = dataset;
  const source = {
    diffLines: entries.map(({ fields }) => Number(fields["lines"] ?? 0)),
    read: (index: number) => dataset.read(entries[index] as (typeof entries)[number]),
  };
  const plan = {
    prompt: prompt.prompt,
    unit,
    parameters: { maxTokens, temperature, seed },
    ...(structured ? { schema: findingsJsonSchema() } : {}),
  };
  return drawQuestions(source, plan, sizes, seed);
}

/**
 * Asks once through the provider itself, so that it learns what its server refuses before anything is timed.
 * @returns why the reviewer cannot be timed; null where it can
 */
async function meet(
  provider: Provider,
  questions: Questions,
  settings: LatencySettings,
  limitMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  if (settings.warmup === 0) return null;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(Math.min(limitMs, 2 ** 31 - 1))]);
    const { outcome } = await provider.generate(questions.warmup(0).request, limited);
    return outcome === "overflow" || outcome === "transport-error" ? `the warm-up ended in ${outcome}` : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProviderError) return error.message;
    if (error instanceof DOMException) return `the warm-up had no answer within ${limitMs / 1000} s`;
    throw error;
  }
}

/** What a request cost counts like a generation of the quality run; a miss costs what nobody knows. */
function spentOn(line: TimedRequest): Parameters<Purse["add"]>[0] {
  const { reviewer, usage } = line;
  return { reviewer, outcome: isAnswered(line) ? "completed" : "transport-error", usage, fromCache: false };
}
