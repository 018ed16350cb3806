import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RateLimit } from "../../src/core/provider.ts";
import { createLimits, type Limits, type Slot } from "../../src/run/limits.ts";
import { type VirtualClock, virtualClock } from "../fixtures/virtual-clock.ts";

const patient = { maxPauseMs: Number.POSITIVE_INFINITY, isRetry: false };

async function take(limits: Limits, count: number, host = "h"): Promise<Slot[]> {
  const slots = await Promise.all(Array.from({ length: count }, () => limits.acquire(host, patient)));
  return slots.filter((slot) => slot !== null);
}

test("a host that never limits gets the full concurrency at once", async () => {
  const limits = createLimits({ concurrency: 8, world: virtualClock() });
  expect(await take(limits, 8)).toHaveLength(8);
});

test("no more than the concurrency is in flight", async () => {
  const limits = createLimits({ concurrency: 2, world: virtualClock() });
  const [first] = await take(limits, 2);
  let isServed = false;
  const third = limits.acquire("h", patient).then(() => (isServed = true));
  await Promise.resolve();
  expect(isServed).toBe(false);
  limits.release(first!, { kind: "answered" });
  await third;
  expect(isServed).toBe(true);
});

test("a 429 halves the concurrency and pauses the host for as long as it asks", async () => {
  const clock = virtualClock();
  const limits = createLimits({ concurrency: 8, world: clock });
  const [slot] = await take(limits, 1);
  limits.release(slot!, { kind: "limited", retryAfterMs: 7000 });
  expect(limits.limit("h")).toBe(4);
  expect(limits.pauseMs("h")).toBe(7000);
  await take(limits, 4);
  expect(clock.now()).toBe(7000);
});

test("all the 429s of one burst cut once, those of the next burst again", async () => {
  const limits = createLimits({ concurrency: 8, world: virtualClock() });
  for (const slot of await take(limits, 8)) limits.release(slot, { kind: "limited", retryAfterMs: 1000 });
  expect(limits.limit("h")).toBe(4);
  for (const slot of await take(limits, 4)) limits.release(slot, { kind: "limited", retryAfterMs: 1000 });
  expect(limits.limit("h")).toBe(2);
});

test("the concurrency never falls below one", async () => {
  const limits = createLimits({ concurrency: 3, world: virtualClock() });
  for (let round = 0; round < 5; round += 1) {
    const [slot] = await take(limits, 1);
    limits.release(slot!, { kind: "limited", retryAfterMs: 1 });
  }
  expect(limits.limit("h")).toBe(1);
});

test("it grows by one after as many answers in a row as it is high, up to the wanted concurrency", async () => {
  const limits = createLimits({ concurrency: 4, world: virtualClock() });
  const [slot] = await take(limits, 1);
  limits.release(slot!, { kind: "limited", retryAfterMs: 1 });
  const heights: number[] = [];
  for (let answers = 0; answers < 9; answers += 1) {
    const [next] = await take(limits, 1);
    limits.release(next!, { kind: "answered" });
    heights.push(limits.limit("h"));
  }
  expect(heights).toEqual([2, 3, 3, 3, 4, 4, 4, 4, 4]);
});

test("a failure does not shrink the concurrency but ends the row of answers", async () => {
  const limits = createLimits({ concurrency: 4, world: virtualClock() });
  const [slot] = await take(limits, 1);
  limits.release(slot!, { kind: "limited", retryAfterMs: 1 });
  for (const kind of ["answered", "failed", "answered"] as const) {
    const [next] = await take(limits, 1);
    limits.release(next!, { kind });
  }
  expect(limits.limit("h")).toBe(2);
});

test("without a Retry-After the pauses of rounds in a row grow, and an answer ends that", async () => {
  const clock = virtualClock(1);
  const limits = createLimits({ concurrency: 1, world: clock });
  const pauses: number[] = [];
  for (const kind of ["limited", "limited", "limited", "answered", "limited"] as const) {
    const [slot] = await take(limits, 1);
    limits.release(slot!, kind === "limited" ? { kind, retryAfterMs: null } : { kind });
    pauses.push(limits.pauseMs("h"));
  }
  expect(pauses).toEqual([500, 1000, 2000, 0, 500]);
});

test("who does not want to wait that long is told at once, in the queue too", async () => {
  const limits = createLimits({ concurrency: 1, world: virtualClock() });
  const [slot] = await take(limits, 1);
  const waiting = limits.acquire("h", { maxPauseMs: 5000, isRetry: false });
  limits.release(slot!, { kind: "limited", retryAfterMs: 3_600_000 });
  expect(await waiting).toBeNull();
  expect(await limits.acquire("h", { maxPauseMs: 5000, isRetry: false })).toBeNull();
});

test("a request that failed before goes first", async () => {
  const limits = createLimits({ concurrency: 1, world: virtualClock() });
  const [slot] = await take(limits, 1);
  const order: string[] = [];
  const serve = async (name: string, isRetry: boolean) => {
    const next = await limits.acquire("h", { maxPauseMs: 1, isRetry });
    order.push(name);
    limits.release(next!, { kind: "answered" });
  };
  const all = [serve("new", false), serve("newer", false), serve("again", true)];
  limits.release(slot!, { kind: "answered" });
  await Promise.all(all);
  expect(order).toEqual(["again", "new", "newer"]);
});

test("an aborted wait rejects, leaves the queue, and does not stop who waits after it", async () => {
  const limits = createLimits({ concurrency: 1, world: virtualClock() });
  const [slot] = await take(limits, 1);
  limits.release(slot!, { kind: "limited", retryAfterMs: 1000 });
  const controller = new AbortController();
  const aborted = limits.acquire("h", { ...patient, signal: controller.signal });
  controller.abort("stop");
  await expect(aborted).rejects.toBe("stop");
  expect(await take(limits, 1)).toHaveLength(1);
});

test("one host's limits do not touch another's", async () => {
  const limits = createLimits({ concurrency: 4, world: virtualClock() });
  const [slot] = await take(limits, 1, "a");
  limits.release(slot!, { kind: "limited", retryAfterMs: 60_000 });
  expect(limits.limit("b")).toBe(4);
  expect(limits.pauseMs("b")).toBe(0);
});

describe("a host that tells what it still takes", () => {
  const full = { remainingRequests: null, requestsResetMs: null, remainingTokens: null, tokensResetMs: null };

  /** Sends one request, whose answer tells the given limit. */
  async function hear(limits: Limits, told: Partial<RateLimit>, tokens: number | null = null) {
    const [slot] = await take(limits, 1);
    limits.release(slot!, { kind: "answered", rateLimit: { ...full, ...told }, tokens });
  }

  /** When each of so many requests is sent, in milliseconds, one after the other. */
  async function sentAt(limits: Limits, clock: VirtualClock, count: number): Promise<number[]> {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const [slot] = await take(limits, 1);
      times.push(clock.now());
      limits.release(slot!, { kind: "answered" });
    }
    return times;
  }

  test("is sent no more than that until its limit is full again", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 8, world: clock });
    await hear(limits, { remainingRequests: 2, requestsResetMs: 9000 });
    expect(await sentAt(limits, clock, 4)).toEqual([0, 0, 9000, 9000]);
    expect(limits.limit("h")).toBe(8);
  });

  test("and takes no more at all is held at once, those in the queue too", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 1, world: clock });
    const [slot] = await take(limits, 1);
    const waiting = limits.acquire("h", patient).then(() => clock.now());
    limits.release(slot!, { kind: "answered", rateLimit: { ...full, remainingRequests: 0, requestsResetMs: 4000 } });
    expect(await waiting).toBe(4000);
  });

  test("is counted for what was sent since the request whose answer told so", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 8, world: clock });
    const [first, ...others] = await take(limits, 3);
    limits.release(first!, { kind: "answered", rateLimit: { ...full, remainingRequests: 3, requestsResetMs: 5000 } });
    for (const other of others) limits.release(other, { kind: "answered" });
    expect(await sentAt(limits, clock, 2)).toEqual([0, 5000]);
  });

  test("is believed by its newest request: what an earlier one hears later is stale", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 8, world: clock });
    const [early, late] = await take(limits, 2);
    limits.release(late!, { kind: "answered", rateLimit: { ...full, remainingRequests: 9, requestsResetMs: 5000 } });
    limits.release(early!, { kind: "answered", rateLimit: { ...full, remainingRequests: 0, requestsResetMs: 5000 } });
    expect(await sentAt(limits, clock, 2)).toEqual([0, 0]);
  });

  test("tokens are shared out by the most that one request took", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 8, world: clock });
    await hear(limits, {}, 400);
    await hear(
      limits,
      { remainingRequests: 99, requestsResetMs: 1000, remainingTokens: 900, tokensResetMs: 7000 },
      100,
    );
    expect(await sentAt(limits, clock, 3)).toEqual([0, 0, 7000]);
  });

  test("is not waited for longer than a minute: it says itself whether it really takes nothing", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 8, world: clock });
    await hear(limits, { remainingRequests: 0, requestsResetMs: 86_400_000 });
    expect(await sentAt(limits, clock, 2)).toEqual([60_000, 60_000]);
  });

  test("is a queue and no pause: it ends no case, however short its deadline", async () => {
    const limits = createLimits({ concurrency: 8, world: virtualClock() });
    await hear(limits, { remainingRequests: 0, requestsResetMs: 30_000 });
    expect(limits.pauseMs("h")).toBe(0);
    expect(await limits.acquire("h", { maxPauseMs: 10, isRetry: false })).not.toBeNull();
  });

  test("without saying when it is full again holds nobody", async () => {
    const clock = virtualClock();
    const limits = createLimits({ concurrency: 8, world: clock });
    await hear(limits, { remainingRequests: 0 });
    expect(await sentAt(limits, clock, 1)).toEqual([0]);
  });

  test("never gets more than it takes, but for what is under way before its first answer, and serves everybody", async () => {
    const window = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(
        window,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 30 }),
        async (most, concurrency, count) => {
          const clock = virtualClock();
          const limits = createLimits({ concurrency, world: clock });
          const perWindow = new Map<number, number>();
          let served = 0;
          const one = async () => {
            const slot = await limits.acquire("h", patient);
            const index = Math.floor(clock.now() / 1000);
            const taken = (perWindow.get(index) ?? 0) + 1;
            perWindow.set(index, taken);
            served += 1;
            const rateLimit = {
              ...full,
              remainingRequests: Math.max(0, most - taken),
              requestsResetMs: (index + 1) * 1000 - clock.now(),
            };
            limits.release(slot!, { kind: "answered", rateLimit });
          };
          // The first one tells the others what there is.
          await one();
          await Promise.all(Array.from({ length: count }, one));
          expect(served).toBe(count + 1);
          for (const [, taken] of perWindow) expect(taken).toBeLessThanOrEqual(Math.max(most, concurrency));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("whatever a host answers, everybody is served once and the limit is kept", async () => {
  const result = fc.constantFrom("answered", "failed", "limited", "asked" as const);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(result, { maxLength: 40 }),
      async (concurrency, results) => {
        const limits = createLimits({ concurrency, world: virtualClock() });
        let inFlight = 0;
        let served = 0;
        await Promise.all(
          results.map(async (kind) => {
            const slot = await limits.acquire("h", patient);
            inFlight += 1;
            served += 1;
            expect(inFlight).toBeLessThanOrEqual(concurrency);
            await Promise.resolve();
            inFlight -= 1;
            if (kind === "asked") limits.release(slot!, { kind: "limited", retryAfterMs: 1000 });
            else if (kind === "limited") limits.release(slot!, { kind, retryAfterMs: null });
            else limits.release(slot!, { kind });
          }),
        );
        expect(served).toBe(results.length);
        expect(limits.limit("h")).toBeGreaterThanOrEqual(1);
      },
    ),
    { numRuns: 50 },
  );
});
