import { describe, expect, it } from "vitest";
import type { Metric, ReviewerReport } from "../../../src/core/report.ts";
import { wilson } from "../../../src/core/stats/proportion.ts";
import { findWeakness } from "../../../src/reporters/html/weak-slices.ts";
import { makeRun } from "../../fixtures/run-data.ts";

const [fixture] = makeRun({ measured: 1, company: false }).report.reviewers;

function recallOf(found: number, bugs: number): Metric {
  const range = wilson(found, bugs);
  const base = fixture?.metrics["detection.recall"];
  if (base === undefined || range === null) throw new Error("the fixture has a recall");
  return { ...base, value: found / bugs, low: range.low, high: range.high, n: bugs };
}

function reviewerWith(overall: [number, number], slices: Record<string, [number, number]>): ReviewerReport {
  if (fixture === undefined) throw new Error("the fixture has a reviewer");
  return {
    ...fixture,
    metrics: { "detection.recall": recallOf(...overall) },
    slices: Object.entries(slices).map(([value, [found, bugs]]) => ({
      field: "category",
      value,
      cases: bugs,
      metrics: { "detection.recall": recallOf(found, bugs) },
    })),
  };
}

const listed = (reviewer: ReviewerReport) => findWeakness(reviewer)?.slices.map(({ slice }) => slice.value);

describe("weak spots", () => {
  it("are slices whose interval lies below the whole", () => {
    expect(listed(reviewerWith([120, 200], { race: [10, 60], logic: [50, 80], secret: [35, 60] }))).toEqual(["race"]);
  });

  it("are clearly lower slices of at least five bugs, however wide their interval", () => {
    expect(listed(reviewerWith([14, 23], { python: [1, 5], sql: [0, 1], go: [3, 5] }))).toEqual(["python"]);
  });

  it("are at most eight, lowest first", () => {
    const slices = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`s${index}`, [12 - index, 60]]));
    const weakness = findWeakness(reviewerWith([500, 800], slices as Record<string, [number, number]>));
    expect(weakness?.slices.map(({ slice }) => slice.value)).toEqual([
      "s11",
      "s10",
      "s9",
      "s8",
      "s7",
      "s6",
      "s5",
      "s4",
    ]);
    expect(weakness?.sentence).toContain("lower in 12 of 12 slices; the 8 lowest are listed");
  });

  it("are one sentence where recall is nothing everywhere", () => {
    const weakness = findWeakness(reviewerWith([0, 23], { python: [0, 5], sql: [0, 18] }));
    expect(weakness).toEqual({ slices: [], sentence: "Recall is .00 in every one of 2 slices." });
  });

  it("are one sentence where recall is about the same everywhere", () => {
    const weakness = findWeakness(reviewerWith([60, 100], { python: [29, 50], sql: [31, 50] }));
    expect(weakness).toEqual({ slices: [], sentence: "Recall is much the same everywhere: .58 to .62 in 2 slices." });
  });

  it("are one sentence where slices differ but none is clearly lower", () => {
    const weakness = findWeakness(reviewerWith([14, 23], { python: [2, 4], sql: [12, 19] }));
    expect(weakness?.slices).toEqual([]);
    expect(weakness?.sentence).toMatch(/^Recall is \.61 \(.+\), and none of 2 slices is clearly below that\.$/);
  });

  it("are unknown where no bug was scored", () => {
    if (fixture === undefined) throw new Error("the fixture has a reviewer");
    expect(findWeakness({ ...fixture, metrics: {} })).toBeNull();
  });
});
