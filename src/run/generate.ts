import type { Generation } from "../core/generation.ts";
import type { Job } from "../core/plan.ts";
import type { Provider } from "../core/provider.ts";
import { attempt } from "./attempt.ts";
import type { Cache } from "./cache.ts";
import type { Limits } from "./limits.ts";
import { takeTurns } from "./turns.ts";
import type { RunWorld } from "./world.ts";

export interface RunJobsOptions {
  provider: Provider;
  /** Jobs in flight at once. */
  concurrency: number;
  retries: number;
  timeoutMs: number;
  caseDeadlineMs: number;
  /** When the run must end, on the world's clock. */
  runDeadlineAtMs?: number | undefined;
  limits: Limits;
  cache?: Cache | undefined;
  world: RunWorld;
  signal?: AbortSignal | undefined;
}

export interface JobResult {
  job: Job;
  generation: Generation;
}

/** `isWhole` is false when the run's deadline came, or the reviewer was given up, before the last job was done. */
export interface RunEnd {
  isWhole: boolean;
  /** Why the reviewer was given up: how many generations had been made, all of them failures, and how the last failed. */
  outage?: Outage;
}

export interface Outage {
  failures: number;
  error: string;
}

/** Failures from the start on, without an answer among them, after which a reviewer is given up. */
export const firstFailures = 20;

/** The same where all are one and the same failure that waiting does not mend, such as a model that is not there. */
const firstAlike = 5;

/**
 * Asks all jobs and yields their generations as they are completed. Jobs are pulled only when there is room: those in
 * flight and those not yet taken by the consumer are together at most twice the concurrency. At the run's deadline, or
 * when the signal is aborted or the jobs cannot be read, jobs in flight are given up and what is finished is still
 * yielded; after that the generator ends, or throws the signal's reason or the jobs' error. So it does once the first
 * twenty generations have all failed, each after its retries, or the first five in one and the same way that no retry
 * mends: who answers nothing is not asked for hours. Timers and
 * interrupts are heard even where no answer is ever waited for.
 */
export async function* runJobs(
  jobs: AsyncIterable<Job> | Iterable<Job>,
  options: RunJobsOptions,
): AsyncGenerator<JobResult, RunEnd> {
  const { concurrency, world, signal } = options;
  const source = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
  const stopper = new AbortController();
  const finished: JobResult[] = [];
  const failures: unknown[] = [];
  let inFlight = 0;
  let isPulling = false;
  let isExhausted = false;
  let isCut = false;
  let outage: Outage | undefined;
  const firsts = watchFirsts(options.provider);
  let news = Promise.withResolvers<void>();

  const stop = () => {
    isCut ||= !isExhausted || inFlight > 0;
    stopper.abort();
    news.resolve();
  };
  const fail = (reason: unknown) => {
    failures.push(reason);
    stop();
  };
  const onAbort = () => fail(signal?.reason);

  function pull(): void {
    const isFull = inFlight >= concurrency || inFlight + finished.length >= 2 * concurrency;
    if (isPulling || isExhausted || isFull || stopper.signal.aborted) return;
    if (options.runDeadlineAtMs !== undefined && world.now() >= options.runDeadlineAtMs) return stop();
    isPulling = true;
    // The executor turns what a synchronous source throws into a rejection.
    new Promise<IteratorResult<Job>>((resolve) => resolve(source.next())).then(start, fail);
  }

  function start(step: IteratorResult<Job>): void {
    isPulling = false;
    if (step.done) {
      isExhausted = true;
      return news.resolve();
    }
    if (stopper.signal.aborted) return;
    outage = firsts.outage();
    if (outage !== undefined) return stop();
    const job = step.value;
    inFlight += 1;
    generateOne(job, options, stopper.signal)
      .then((generation) => void finished.push({ job, generation: firsts.see(generation) }))
      .catch((reason: unknown) => {
        if (!stopper.signal.aborted) fail(reason);
      })
      .finally(() => {
        inFlight -= 1;
        news.resolve();
        pull();
      });
    pull();
  }

  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const alarm = new AbortController();
  if (options.runDeadlineAtMs !== undefined) {
    world.sleep(Math.max(0, options.runDeadlineAtMs - world.now()), alarm.signal).then(stop, () => {});
  }
  const turn = takeTurns(world.now);
  try {
    pull();
    for (;;) {
      const others = turn();
      if (others !== null) await others;
      const result = finished.shift();
      if (result !== undefined) {
        pull();
        yield result;
        continue;
      }
      if (inFlight === 0 && (isExhausted || stopper.signal.aborted)) break;
      await news.promise;
      news = Promise.withResolvers();
    }
  } finally {
    alarm.abort();
    signal?.removeEventListener("abort", onAbort);
    stopper.abort();
    // A source that is still making its next job is not waited for: that may never come.
    if (isPulling) void Promise.resolve(source.return?.()).catch(() => {});
    else if (!isExhausted) await source.return?.();
  }
  if (failures.length > 0) throw failures[0];
  return { isWhole: !isCut, ...(outage === undefined ? {} : { outage }) };
}

/** Watches whether a reviewer answers at all. A recording has what it has, and looking for it takes no time. */
function watchFirsts({ isTimed }: Provider): { see(generation: Generation): Generation; outage(): Outage | undefined } {
  let failures = 0;
  let error = "";
  let alike = 0;
  let hasAnswered = !isTimed;
  return {
    see(generation) {
      if (generation.fromCache) return generation;
      if (generation.outcome !== "transport-error") hasAnswered = true;
      else {
        failures += 1;
        alike = !isPermanent(generation) ? 0 : generation.error === error ? alike + 1 : 1;
        error = generation.error ?? "";
      }
      return generation;
    },
    outage: () => (hasAnswered || (failures < firstFailures && alike < firstAlike) ? undefined : { failures, error }),
  };
}

/** What will not pass was not tried again, and is told as it was said: without a word about tries. */
function isPermanent({ attempts, error }: Generation): boolean {
  return error !== undefined && attempts.at(-1)?.error === error;
}

/** The generation of one job, from the cache where that has it. */
async function generateOne(job: Job, options: RunJobsOptions, signal: AbortSignal): Promise<Generation> {
  const { provider, cache, world, limits, retries, timeoutMs } = options;
  const { key, reviewer, caseId, part, repeat } = job;
  const head = { v: 1, kind: "generation", key, reviewer, caseId, part, repeat } as const;
  const kept = cache === undefined ? null : await cache.find(provider, job.request);
  signal.throwIfAborted();
  if (kept !== null) {
    const nowMs = world.now();
    const timing = {
      scheduledMs: nowMs,
      dispatchedMs: nowMs,
      firstChunkMs: null,
      lastChunkMs: null,
      finishedMs: nowMs,
    };
    return { ...head, ...kept, timing, attempts: [], fromCache: true };
  }
  const deadlineMs = options.caseDeadlineMs;
  const attempted = await attempt(provider, job.request, { retries, timeoutMs, deadlineMs, limits, world, signal });
  if (cache !== undefined) await cache.keep(provider, job.request, attempted);
  return { ...head, ...attempted, fromCache: false };
}
