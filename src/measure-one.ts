import { resolve } from "node:path";
import { type Ending, takeUntil } from "./ending.ts";
import { type Measured, startMeasuring } from "./measure.ts";
import type { PreparedRun, PrepareWorld } from "./prepare.ts";
import type { RunFolder } from "./publish.ts";
import type { Generation } from "./core/generation.ts";
import type { Job } from "./core/plan.ts";
import { createCache } from "./run/cache.ts";
import { type Outage, runJobs } from "./run/generate.ts";
import { type Journal, readGenerations } from "./run/journal.ts";
import type { createLimits } from "./run/limits.ts";
import type { Progress } from "./run/progress.ts";
import { openQueue } from "./run/queue.ts";
import { realWorld } from "./run/world.ts";
import type { Purse } from "./spending.ts";
import type { Turn } from "./sweep.ts";

/** What all reviewers of a run are measured with. */
export interface MeasureContext {
  run: PreparedRun;
  journal: Journal;
  /** What stands for an answer that is not there, where nobody is asked for any; null where reviewers are. */
  missing: ((job: Job) => Generation) | null;
  folder: RunFolder;
  progress: Progress;
  limits: ReturnType<typeof createLimits>;
  purse: Purse;
  ending: Ending;
  deadlineAtMs: number | undefined;
  world: Pick<PrepareWorld, "signal">;
}

/**
 * Asks one reviewer about its cases, and scores and writes each as it is finished.
 * @param earlier the keys that the run had finished before it was resumed
 */
export async function measureOne(
  { reviewer, dataset }: Turn,
  earlier: ReadonlySet<string>,
  context: MeasureContext,
): Promise<{ measured: Measured; isWhole: boolean; outage?: Outage }> {
  const { run, journal, missing, folder, progress, limits, purse, ending, deadlineAtMs, world } = context;
  const measuring = startMeasuring({ ...run, dataset }, reviewer);
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
  const results =
    missing !== null
      ? answerAll(jobs, missing)
      : runJobs(jobs, {
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

/** Answers every job without asking anyone. */
async function* answerAll(jobs: Iterable<Job>, answer: (job: Job) => Generation): ReturnType<typeof runJobs> {
  for (const job of jobs) yield { job, generation: answer(job) };
  return { isWhole: true };
}
