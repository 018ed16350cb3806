import { describe, expect, test } from "vitest";
import { firstOf, setDeadline } from "../src/ending.ts";

/** A world whose clock and alarms a test moves by hand. */
function handClock() {
  let nowMs = 0;
  const waiting: { atMs: number; ring: () => void }[] = [];
  return {
    now: () => nowMs,
    sleep: (ms: number) => new Promise<void>((ring) => waiting.push({ atMs: nowMs + ms, ring })),
    async moveTo(ms: number) {
      nowMs = ms;
      for (const { atMs, ring } of waiting) if (atMs <= ms) ring();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe("a deadline", () => {
  test("refuses from its time on, and gives up what is under way", async () => {
    const clock = handClock();
    const deadline = setDeadline(100, clock);
    await clock.moveTo(99);
    expect(deadline.refuse()).toBeNull();
    expect(deadline.wasHeard()).toBe(false);
    await clock.moveTo(100);
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.refuse()).toBe("the run's deadline came first");
    expect(deadline.wasHeard()).toBe(true);
  });

  test("that is not set never comes", async () => {
    const clock = handClock();
    const deadline = setDeadline(undefined, clock);
    await clock.moveTo(1e12);
    expect([deadline.atMs, deadline.refuse(), deadline.signal.aborted]).toEqual([undefined, null, false]);
  });
});

test("of several endings the first that comes counts", () => {
  const ending = (reason: string | null, isAborted = false) => ({
    refuse: () => reason,
    signal: isAborted ? AbortSignal.abort() : new AbortController().signal,
    wasHeard: () => reason !== null,
  });
  expect(firstOf([ending(null), ending(null)]).refuse()).toBeNull();
  const both = firstOf([ending(null, true), ending("b")]);
  expect([both.refuse(), both.signal.aborted, both.wasHeard()]).toEqual(["b", true, true]);
});
