import { describe, expect, test } from "vitest";
import type { SpentRatio } from "../../src/core/comparison.ts";
import { spentWords } from "../../src/reporters/spent-words.ts";

const ratio = (more: Partial<SpentRatio>): SpentRatio => ({
  of: "latency.p50_ms",
  first: 10_164,
  second: 840,
  ratio: 840 / 10_164,
  low: 1 / 12.7,
  high: 1 / 11.6,
  method: "by turns",
  n: 90,
  ...more,
});

describe("what the second took, in words", () => {
  test.each<[string, Partial<SpentRatio>, string]>([
    ["faster", {}, "time, median: 840 ms, of the first 10164 ms: 12.1x faster [11.6 12.7]"],
    [
      "dearer",
      { of: "cost.usd", first: 0.01, second: 0.034, ratio: 3.4, low: 3, high: 4 },
      "cost of a review: $.034, of the first $.010: 3.40x dearer [3.00 4.00]",
    ],
    [
      "not told apart",
      { ratio: 0.97, low: 0.9, high: 1.05 },
      "time, median: 840 ms, of the first 10164 ms: 0.97x [0.90 1.05], not told apart",
    ],
    [
      "without an interval, with the reason",
      { of: "latency.p95_ms", low: null, high: null, reason: "timed in two runs" },
      "time, p95: 840 ms, of the first 10164 ms: 12.1x faster (timed in two runs)",
    ],
    [
      "alike, without an interval",
      { first: 840, ratio: 1.0004, low: null, high: null },
      "time, median: 840 ms, of the first 840 ms: 1.00x",
    ],
    [
      "nothing known of one",
      { second: null, ratio: null, low: null, high: null, reason: "b: it was not timed" },
      "time, median: –, of the first 10164 ms: – (b: it was not timed)",
    ],
  ])("%s", (_, more, words) => {
    expect(spentWords(ratio(more))).toBe(words);
  });
});
