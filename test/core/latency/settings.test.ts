import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawCases } from "../../../src/core/latency/draw.ts";
import {
  checkLatencySettings,
  describeLevel,
  LatencySettings,
  levelsOf,
  limitsOf,
} from "../../../src/core/latency/settings.ts";
import { sizeClassOf } from "../../../src/core/latency/size-class.ts";
import { roundOrder, turnOf } from "../../../src/core/latency/turns.ts";

const read = (value: object) => LatencySettings.parse(value);

describe("settings", () => {
  test("are a closed loop of one with 200 requests unless told", () => {
    const settings = read({});
    expect(settings).toMatchObject({ mode: "closed", warmup: 5, cache: "cold" });
    expect(levelsOf(settings)).toEqual([{ mode: "closed", concurrency: 1 }]);
    expect(limitsOf(settings)).toEqual({ requests: 200, durationMs: Infinity });
  });

  test("end by time alone where only that is told, else by what comes first", () => {
    expect(limitsOf(read({ durationS: 2 }))).toEqual({ requests: Infinity, durationMs: 2000 });
    expect(limitsOf(read({ durationS: 2, requests: 9 }))).toEqual({ requests: 9, durationMs: 2000 });
  });

  test("have one level for each number of a list", () => {
    expect(levelsOf(read({ mode: "sweep", concurrency: [1, 8] })).map(describeLevel)).toEqual([
      "1 in flight",
      "8 in flight",
    ]);
    expect(levelsOf(read({ mode: "open", rate: [0.5, 2] })).map(describeLevel)).toEqual(["0.5 a second", "2 a second"]);
  });

  test.each([
    [{ mode: "sweep" }, "concurrency", "expected several levels, got 1 (write [1, 4, 16])"],
    [{ concurrency: [1, 4] }, "concurrency", "expected one level, got several (write mode: sweep)"],
    [{ mode: "open" }, "rate", "expected requests a second, got none (write rate: 2)"],
    [{ rate: 3 }, "rate", "belongs to mode: open, got closed (write mode: open, or remove it)"],
    [{ mode: "open", rate: [2, 2] }, "rate", "2 is listed twice (write each level once)"],
  ])("%j are told to be wrong", (value, path, message) => {
    expect(checkLatencySettings(read(value))).toEqual([{ path: [path], message }]);
  });

  test.each([{}, { mode: "sweep", concurrency: [1, 4] }, { mode: "open", rate: 2 }])("%j are right", (value) => {
    expect(checkLatencySettings(read(value))).toEqual([]);
  });
});

describe("cases are drawn", () => {
  const take = (count: number, ...given: Parameters<typeof drawCases>): number[] => {
    const drawn: number[] = [];
    for (const index of drawCases(...given)) {
      drawn.push(index);
      if (drawn.length === count) break;
    }
    return drawn;
  };
  const lines = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 40 });

  test("each once before any is drawn again, by a seed", () => {
    fc.assert(
      fc.property(lines, fc.nat(), (diffLines, seed) => {
        const drawn = take(2 * diffLines.length, diffLines, "as-is", seed);
        expect(new Set(drawn.slice(0, diffLines.length)).size).toBe(diffLines.length);
        expect(new Set(drawn.slice(diffLines.length)).size).toBe(diffLines.length);
        expect(take(2 * diffLines.length, diffLines, "as-is", seed)).toEqual(drawn);
      }),
    );
  });

  test("evenly by size where that is asked for", () => {
    const diffLines = [...Array<number>(50).fill(3), 200, 500];
    const drawn = take(300, diffLines, "even", 1);
    const classes = drawn.map((index) => sizeClassOf(diffLines[index] ?? 0));
    expect([0, 2, 3].map((one) => classes.filter((other) => other === one).length)).toEqual([100, 100, 100]);
    expect(new Set(drawn.filter((index) => index < 50)).size).toBe(50);
  });

  test("not at all where there are none", () => {
    expect(take(3, [], "as-is", 1)).toEqual([]);
  });
});

describe("turns", () => {
  const limits = { requests: 200, durationMs: 8000 };

  test("are one where one reviewer is asked", () => {
    expect(turnOf({ mode: "closed", concurrency: 4 }, limits, 1)).toEqual(limits);
  });

  test("are short where several are", () => {
    expect(turnOf({ mode: "closed", concurrency: 1 }, limits, 2).requests).toBe(1);
    expect(turnOf({ mode: "closed", concurrency: 4 }, limits, 2).requests).toBe(16);
    expect(turnOf({ mode: "open", rate: 3, arrivals: "poisson" }, limits, 3)).toEqual({
      requests: 50,
      durationMs: 2000,
    });
  });

  test("change their order round by round, so that over two rounds each place is each one's as often", () => {
    expect([roundOrder(2, 0), roundOrder(2, 1), roundOrder(2, 2)]).toEqual([
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(roundOrder(3, 1)).toEqual([2, 1, 0]);
  });
});
