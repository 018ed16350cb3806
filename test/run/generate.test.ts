import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProviderError, type Provider } from "../../src/core/provider.ts";
import type { Job } from "../../src/core/plan.ts";
import { runJobs, type JobResult, type RunEnd, type RunJobsOptions } from "../../src/run/generate.ts";
import { createLimits } from "../../src/run/limits.ts";
import { answerOf, jobOf, jobsOf, providerOf } from "../fixtures/asking.ts";
import { virtualClock } from "../fixtures/virtual-clock.ts";

function optionsOf(provider: Provider, more: Partial<RunJobsOptions> = {}): RunJobsOptions {
  const world = more.world ?? virtualClock();
  const concurrency = more.concurrency ?? 4;
  return {
    provider,
    concurrency,
    retries: 1,
    timeoutMs: 10_000,
    caseDeadlineMs: 600_000,
    limits: createLimits({ concurrency, world }),
    world,
    ...more,
  };
}

const instant = providerOf(async ({ caseId: id }) => answerOf(`about ${id}`));

async function collect(run: AsyncGenerator<JobResult, RunEnd>): Promise<{ results: JobResult[]; end: RunEnd }> {
  const results: JobResult[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done) return { results, end: step.value };
    results.push(step.value);
  }
}

test("every job gives one generation with its own key, text and place", async () => {
  const { results, end } = await collect(runJobs(jobsOf(20), optionsOf(instant)));
  expect(end).toEqual({ isWhole: true });
  expect(new Set(results.map(({ generation }) => generation.key)).size).toBe(20);
  for (const { job, generation } of results) {
    expect(generation).toMatchObject({
      v: 1,
      kind: "generation",
      key: job.key,
      reviewer: "r",
      caseId: job.caseId,
      part: 0,
      repeat: 0,
      outcome: "completed",
      text: `about ${job.caseId}`,
      fromCache: false,
    });
  }
});

test("no jobs are a whole run", async () => {
  expect(await collect(runJobs([], optionsOf(instant)))).toEqual({ results: [], end: { isWhole: true } });
});

test("generations come in the order in which they are completed", async () => {
  const world = virtualClock();
  const slowFirst = providerOf(async ({ caseId: id }) => {
    await world.sleep(id === "case-0" ? 500 : 10);
    return answerOf(id);
  });
  const { results } = await collect(runJobs(jobsOf(3), optionsOf(slowFirst, { world })));
  expect(results.map(({ job }) => job.caseId)).toEqual(["case-1", "case-2", "case-0"]);
});

test("a failure is data and loses no other generation", async () => {
  const flaky = providerOf(async ({ caseId: id }) => {
    if (id === "case-3") throw new ProviderError("down", { isRetryable: false });
    return answerOf(id);
  });
  const { results, end } = await collect(runJobs(jobsOf(10), optionsOf(flaky)));
  const failed = results.filter(({ generation }) => generation.outcome === "transport-error");
  expect(failed.map(({ generation }) => [generation.caseId, generation.error])).toEqual([["case-3", "down"]]);
  expect(results).toHaveLength(10);
  expect(end.isWhole).toBe(true);
});

describe("a reviewer that nobody gets an answer from", () => {
  const failing = (isWell: (count: number) => boolean, more: Partial<Provider> = {}) => {
    let asked = 0;
    const provider = providerOf(async () => {
      asked += 1;
      if (isWell(asked)) return answerOf("x");
      throw new ProviderError(`down (${asked})`, { isRetryable: false });
    }, more);
    return { provider, countAsked: () => asked };
  };

  test("is not asked on once its first twenty generations have failed", async () => {
    const { provider, countAsked } = failing(() => false);
    const { results, end } = await collect(runJobs(jobsOf(100), optionsOf(provider, { concurrency: 1 })));
    expect(results).toHaveLength(20);
    expect(countAsked()).toBe(20);
    expect(end).toEqual({ isWhole: false, outage: { failures: 20, error: "down (20)" } });
  });

  test.each([
    ["at once where all fail in one way that no retry mends", false, 5],
    ["after twenty where a retry might have mended it", true, 20],
  ])("is given up %s", async (_, isRetryable, expected) => {
    const provider = providerOf(async () => {
      throw new ProviderError("no such model", { isRetryable });
    });
    const options = optionsOf(provider, { concurrency: 1, retries: 0 });
    const { results, end } = await collect(runJobs(jobsOf(100), options));
    expect(results).toHaveLength(expected);
    expect(end.outage).toMatchObject({ failures: expected });
  });

  test("is given up with what is in flight", async () => {
    const world = virtualClock();
    let asked = 0;
    const provider = providerOf(async ({ caseId: id }, signal) => {
      asked += 1;
      if (id === "case-0") await world.sleep(3_600_000, signal);
      throw new ProviderError("down", { isRetryable: false });
    });
    const { results, end } = await collect(runJobs(jobsOf(100), optionsOf(provider, { world, concurrency: 4 })));
    expect(results.map(({ job }) => job.caseId)).not.toContain("case-0");
    expect(end.isWhole).toBe(false);
    expect(asked).toBeLessThan(30);
  });

  test("is asked to the end where there are no more jobs than that", async () => {
    const { results, end } = await collect(runJobs(jobsOf(20), optionsOf(failing(() => false).provider)));
    expect(results).toHaveLength(20);
    expect(end).toEqual({ isWhole: true });
  });

  test("is asked on after a single answer, however late it comes among them", async () => {
    const { provider } = failing((count) => count === 20);
    const { results, end } = await collect(runJobs(jobsOf(100), optionsOf(provider, { concurrency: 1 })));
    expect(results).toHaveLength(100);
    expect(end).toEqual({ isWhole: true });
  });

  test("may be a recording, of which every case is looked for", async () => {
    const { provider } = failing(() => false, { isTimed: false });
    const { results } = await collect(runJobs(jobsOf(100), optionsOf(provider)));
    expect(results).toHaveLength(100);
  });
});

test("never more in flight than the concurrency, nor more pulled than twice that beyond what was taken", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 40 }), async (concurrency, count) => {
      let pulled = 0;
      let taken = 0;
      let inFlight = 0;
      let mostPulled = 0;
      let mostInFlight = 0;
      async function* counted(): AsyncGenerator<Job> {
        for (const job of jobsOf(count)) {
          pulled += 1;
          mostPulled = Math.max(mostPulled, pulled - taken);
          yield job;
        }
      }
      const provider = providerOf(async () => {
        inFlight += 1;
        mostInFlight = Math.max(mostInFlight, inFlight);
        await new Promise(setImmediate);
        inFlight -= 1;
        return answerOf("x");
      });
      const world = virtualClock();
      // The host would take more.
      const limits = createLimits({ concurrency: 100, world });
      for await (const _ of runJobs(counted(), optionsOf(provider, { concurrency, limits, world }))) {
        taken += 1;
        if (taken % 3 === 0) await new Promise(setImmediate);
      }
      expect(taken).toBe(count);
      expect(mostInFlight).toBeLessThanOrEqual(concurrency);
      expect(mostPulled).toBeLessThanOrEqual(2 * concurrency + 1);
    }),
    { numRuns: 30 },
  );
});

test("a consumer that stops taking stops the asking", async () => {
  let asked = 0;
  const counting = providerOf(async () => answerOf(String((asked += 1))));
  const run = runJobs(jobsOf(1000), optionsOf(counting, { concurrency: 4 }));
  await run.next();
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  expect(asked).toBeLessThanOrEqual(10);
  await run.return({ isWhole: false });
});

test("what is done is yielded while the source is still making its next job", async () => {
  const gate = Promise.withResolvers<void>();
  async function* slowSource(): AsyncGenerator<Job> {
    yield jobOf("a");
    await gate.promise;
    yield jobOf("b");
  }
  const run = runJobs(slowSource(), optionsOf(instant));
  const first = await run.next();
  expect(first.done).toBe(false);
  gate.resolve();
  expect((await collect(run)).results).toHaveLength(1);
});

test("at the run's deadline no job is pulled, those in flight are given up, and the run is not whole", async () => {
  const world = virtualClock();
  const signals: AbortSignal[] = [];
  const provider = providerOf(async ({ caseId: id }, signal) => {
    signals.push(signal);
    await world.sleep(id === "case-0" ? 10 : 10_000, signal);
    return answerOf(id);
  });
  const options = optionsOf(provider, { world, concurrency: 2, runDeadlineAtMs: 1000 });
  const { results, end } = await collect(runJobs(jobsOf(100), options));
  expect(results.map(({ job }) => job.caseId)).toEqual(["case-0"]);
  expect(end).toEqual({ isWhole: false });
  expect(signals).toHaveLength(3);
  expect(signals.slice(1).every((signal) => signal.aborted)).toBe(true);
});

test("a deadline that has passed asks nothing", async () => {
  const { results, end } = await collect(runJobs(jobsOf(5), optionsOf(instant, { runDeadlineAtMs: -1 })));
  expect(results).toEqual([]);
  expect(end.isWhole).toBe(false);
});

test("a run that ends before its deadline is whole and leaves no timer", async () => {
  const world = virtualClock();
  const { end } = await collect(runJobs(jobsOf(5), optionsOf(instant, { world, runDeadlineAtMs: 5000 })));
  expect(end.isWhole).toBe(true);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(world.now()).toBe(0);
});

test("an abort yields what is finished and then throws the signal's reason", async () => {
  const world = virtualClock();
  const controller = new AbortController();
  const reason = new Error("interrupted");
  const provider = providerOf(async ({ caseId: id }, signal) => {
    if (id === "case-2") controller.abort(reason);
    if (id !== "case-0") await world.sleep(10_000, signal);
    return answerOf(id);
  });
  const run = runJobs(jobsOf(9), optionsOf(provider, { world, concurrency: 3, signal: controller.signal }));
  expect((await run.next()).value).toMatchObject({ job: { caseId: "case-0" } });
  await expect(run.next()).rejects.toBe(reason);
});

describe("an interrupt is heard", () => {
  /** Every look at this clock takes a millisecond. */
  function busyClock() {
    const world = virtualClock();
    let nowMs = 0;
    return { ...world, now: () => (nowMs += 1) };
  }

  test("though no reviewer ever waits", async () => {
    const controller = new AbortController();
    const reason = new Error("interrupted");
    setImmediate(() => controller.abort(reason));
    let taken = 0;
    const all = (async () => {
      const options = optionsOf(instant, { world: busyClock(), signal: controller.signal });
      for await (const _ of runJobs(jobsOf(5000), options)) taken += 1;
    })();
    await expect(all).rejects.toBe(reason);
    expect(taken).toBeLessThan(100);
  });

  test("though the jobs take long to find and there are none", async () => {
    const world = busyClock();
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const next = (): IteratorResult<Job> => {
      setImmediate(() => controller.abort(reason));
      for (let look = 0; look < 50; look += 1) world.now();
      return { done: true, value: undefined };
    };
    const nothing: Iterable<Job> = { [Symbol.iterator]: () => ({ next }) };
    const all = collect(runJobs(nothing, optionsOf(instant, { world, signal: controller.signal })));
    await expect(all).rejects.toBe(reason);
  });
});

test("jobs that cannot be read throw after what was finished", async () => {
  function* broken(): Generator<Job> {
    yield jobOf("a");
    throw new Error("line 2 is damaged");
  }
  const run = runJobs(broken(), optionsOf(instant));
  const seen: string[] = [];
  const all = (async () => {
    for await (const { job } of run) seen.push(job.caseId);
  })();
  await expect(all).rejects.toThrow("line 2 is damaged");
});

test("a consumer that leaves ends the source and what is in flight", async () => {
  const signals: AbortSignal[] = [];
  let isSourceClosed = false;
  function* source(): Generator<Job> {
    try {
      yield* jobsOf(100);
    } finally {
      isSourceClosed = true;
    }
  }
  const provider = providerOf(async ({ caseId: id }, signal) => {
    signals.push(signal);
    if (id !== "case-0") await new Promise(() => {});
    return answerOf(id);
  });
  for await (const _ of runJobs(source(), optionsOf(provider))) break;
  expect(isSourceClosed).toBe(true);
  expect(signals.slice(1).every((signal) => signal.aborted)).toBe(true);
});

test("ten thousand jobs leave no listeners on the run's signal", async () => {
  const { signal } = new AbortController();
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.name);
  process.on("warning", onWarning);
  const { results } = await collect(runJobs(jobsOf(10_000), optionsOf(instant, { concurrency: 64, signal })));
  await new Promise(setImmediate);
  process.off("warning", onWarning);
  expect(results).toHaveLength(10_000);
  expect(warnings).toEqual([]);
});
