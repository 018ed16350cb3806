import { describe, expect, test, vi } from "vitest";
import type { Case } from "../../src/core/case.ts";
import { parsePrompt } from "../../src/core/prompt.ts";
import type { GenerationRequest } from "../../src/core/provider.ts";
import { realClock } from "../../src/latency/clock.ts";
import { watchLoopLag } from "../../src/latency/loop-lag.ts";
import { drawQuestions } from "../../src/latency/questions.ts";
import { openSupply, withWord } from "../../src/latency/supply.ts";
import type { Target } from "../../src/latency/target.ts";
import { plainQuestions } from "../fixtures/virtual-load.ts";

const plan = {
  prompt: parsePrompt("Review:\n{{diff}}", "review.md"),
  unit: "case",
  parameters: { maxTokens: 64, temperature: 0, seed: 1 },
} as const;

function caseOf(index: number): Case {
  const added = Array.from({ length: index + 1 }, (_, line) => `+line ${line}\n`).join("");
  const file = (path: string) => `--- a/${path}\n+++ b/${path}\n@@ -0,0 +1,${index + 1} @@\n${added}`;
  return { id: `case-${index}`, language: "python", references: [], diff: file("a.py") + file("b.py") };
}

const source = { diffLines: [2, 4, 6], read: caseOf };

describe("questions", () => {
  test("are the same for the same seed, each case once before any comes again", () => {
    const [first, again] = [drawQuestions(source, plan, "as-is", 3), drawQuestions(source, plan, "as-is", 3)];
    const ids = Array.from({ length: 6 }, (_, index) => first.at(index).caseId);
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
    expect(Array.from({ length: 6 }, (_, index) => again.at(5 - index).caseId).toReversed()).toEqual(ids);
  });

  test("are put as in the quality run, part by part where the suite says so", () => {
    const whole = drawQuestions({ diffLines: [2], read: caseOf }, plan, "as-is", 1);
    expect(whole.at(0)).toMatchObject({ caseId: "case-0", part: 0, diffLines: 2 });
    expect(whole.at(0).request.prompt).toBe(`Review:\n${caseOf(0).diff}`);
    const parts = drawQuestions({ diffLines: [2], read: caseOf }, { ...plan, unit: "file" }, "as-is", 1);
    expect([parts.at(0).part, parts.at(1).part, parts.at(2).part]).toEqual([0, 1, 0]);
    expect(parts.at(1)).toMatchObject({ diffLines: 1 });
  });

  test("of the warm-up are about a change that is in no dataset", () => {
    const { request, caseId, diffLines } = drawQuestions(source, plan, "as-is", 1).warmup(4);
    expect(caseId).toBe("warm-up");
    expect(request.prompt).toContain("ReadingStore");
    expect(diffLines).toBeGreaterThan(5);
  });

  test("of an empty dataset are told to be missing", () => {
    expect(() => drawQuestions({ diffLines: [], read: caseOf }, plan, "as-is", 1).at(0)).toThrow("no case");
  });
});

describe("a supply", () => {
  function targetOf(written: GenerationRequest[]): Target {
    return {
      ref: "r",
      isRemote: true,
      async prepare(request) {
        written.push(request);
        return { send: () => Promise.reject(new Error("not sent here")) };
      },
      close: () => undefined,
    };
  }

  test("writes questions before they are asked for, in order, and none twice", async () => {
    const written: GenerationRequest[] = [];
    const supply = openSupply(targetOf(written), plainQuestions, 30, () => null);
    await supply.fill();
    expect(written).toHaveLength(30);
    const indices: number[] = [];
    for (let time = 0; time < 30; time += 1) indices.push((await supply.take()).index);
    expect(indices).toEqual(Array.from({ length: 30 }, (_, index) => index));
    expect(written).toHaveLength(30);
  });

  test("goes on writing while others are under way where not all may wait", async () => {
    const written: GenerationRequest[] = [];
    const supply = openSupply(targetOf(written), plainQuestions, Infinity, () => null);
    await supply.fill();
    const waiting = written.length;
    for (let time = 0; time < 50; time += 1) await supply.take();
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
    expect(written).toHaveLength(waiting + 50);
  });

  test("gives each request its own word before its prompt and for the server's cache", async () => {
    const question = plainQuestions.at(0);
    expect(withWord(question, "ab12")).toMatchObject({
      prompt: `ab12 is the name of this request.\n\n${question.request.prompt}`,
      cacheSalt: "ab12",
    });
    expect(withWord(question, null)).toBe(question.request);
  });
});

describe("the clock", () => {
  test("never ends a wait early, although timers may", async () => {
    for (const ms of [0, 0.4, 1, 3.7]) {
      const dueMs = realClock.now() + ms;
      await realClock.until(dueMs, new AbortController().signal);
      expect(realClock.now()).toBeGreaterThanOrEqual(dueMs);
    }
  });

  test("ends a wait with the run", async () => {
    const stop = new AbortController();
    const waiting = realClock.until(realClock.now() + 600_000, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
  });
});

describe("a loop that was kept busy", () => {
  test("is told to be late", async () => {
    const lag = watchLoopLag(() => performance.now());
    await new Promise((resolve) => setTimeout(resolve, 15));
    const busyUntilMs = performance.now() + 60;
    while (performance.now() < busyUntilMs);
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(lag.stop().mostMs).toBeGreaterThan(30);
    expect(watchLoopLag(() => performance.now()).stop()).toEqual({ p99Ms: 0, mostMs: 0 });
  });

  test("counts by its time: one long stall is not one look among a thousand", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      let [nowMs, looks] = [0, 0];
      const lag = watchLoopLag(() => nowMs);
      for (; looks < 1000; looks += 1) {
        nowMs += looks === 500 ? 411 : 10;
        vi.advanceTimersToNextTimer();
      }
      // 40 looks of 1,040 were due in it, the eleventh slowest of which is the p99.
      const { p99Ms, mostMs } = lag.stop();
      expect(mostMs).toBe(400);
      expect(p99Ms).toBeGreaterThan(250);
      expect(p99Ms).toBeLessThan(310);
    } finally {
      vi.useRealTimers();
    }
  });
});
