import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { compareMetric } from "../../src/core/compare.ts";
import type { CaseRow } from "../../src/core/row.ts";

/** Rows of one metric: what each case scored, null for one that is unscored. */
function rows(
  scores: readonly (readonly [numerator: number, denominator: number] | null)[],
  clusterOf: (index: number) => string = (index) => `c${index}`,
): CaseRow[] {
  return scores.map((score, index) => ({
    caseId: `case${index}`,
    repeat: 0,
    cluster: clusterOf(index),
    fields: { bugs: 0, references: 1 },
    isScored: score !== null,
    isUndecided: false,
    scores:
      score === null
        ? {}
        : {
            "overlap.exact_match": { numerator: score[0], denominator: score[1] },
            "overlap.f1": { numerator: score[0], denominator: score[1] },
          },
    bugs: [],
    places: [],
    ranked: [],
    durationsMs: [],
    untimed: 0,
    judged: null,
    retried: 0,
  }));
}

/** The same scores as those of precision, of cases with a bug. */
const precise = (own: CaseRow[]) =>
  own.map((row) => ({
    ...row,
    fields: { bugs: 1 },
    scores: { "detection.precision": row.scores["overlap.f1"] as { numerator: number; denominator: number } },
  }));

const passes = (n: number, of: (index: number) => boolean) =>
  Array.from({ length: n }, (_, index) => [of(index) ? 1 : 0, 1] as const);

describe("a comparison of two reviewers", () => {
  it("on single cases that pass or fail is Tango's interval and McNemar's mid-p", () => {
    const first = rows(passes(200, (index) => index < 100));
    // 12 of those that the first passed are lost, 8 others gained.
    const second = rows(passes(200, (index) => (index >= 12 && index < 100) || index >= 192));
    const comparison = compareMetric("overlap.exact_match", first, second, 1);
    expect(comparison).toMatchObject({ first: 0.5, second: 0.48, cases: 200, clusters: 200, leftOut: 0 });
    expect(comparison?.difference).toBeCloseTo(-0.02, 12);
    expect(comparison?.lowOneSided).toBeCloseTo(-0.059351712020533576, 9);
    expect(comparison?.p).toBeCloseTo(0.3833, 3);
    expect(comparison?.method).toBe("tango, mid-p mcnemar: 8 gained, 12 lost");
  });

  it("on counts that happen to be 0 or 1 is no test of passes", () => {
    const values = passes(30, (index) => index % 2 === 0);
    expect(compareMetric("overlap.f1", rows(values), rows(values), 1)?.method).toContain("bootstrap");
  });

  it("takes only the cases that both have, and says how many it left out", () => {
    const first = rows([[1, 1], [0, 1], null, [1, 1]]);
    const second = rows([[1, 1], null, [0, 1], [0, 1]]);
    expect(compareMetric("overlap.exact_match", first, second, 1)).toMatchObject({
      first: 1,
      second: 0.5,
      difference: -0.5,
      cases: 2,
      leftOut: 2,
    });
  });

  it("resamples whole clusters where cases go together", () => {
    const clusterOf = (index: number) => `c${Math.floor(index / 4)}`;
    const first = rows(
      passes(80, (index) => Math.floor(index / 4) % 2 === 0),
      clusterOf,
    );
    const second = rows(
      passes(80, (index) => Math.floor(index / 4) % 2 === 0 || Math.floor(index / 4) < 4),
      clusterOf,
    );
    const comparison = compareMetric("overlap.exact_match", first, second, 1);
    expect(comparison).toMatchObject({
      clusters: 20,
      method: "paired bca bootstrap by cluster, swap test",
    });
    expect(comparison?.difference).toBeCloseTo(0.1, 12);
    // Two clusters of 20 differ: four ways to swap them, of which two are as far from 0.
    expect(comparison?.p).toBeGreaterThan(0.45);
    expect(comparison?.low).toBeLessThanOrEqual(0);
  });

  it("has no difference where they share no case, and says why", () => {
    const comparison = compareMetric("overlap.f1", rows([[0.5, 1], null]), rows([null, [0.5, 1]]), 1);
    expect(comparison).toMatchObject({ difference: null, p: null, reason: "no case that both have", leftOut: 2 });
  });

  it("goes by the standard error where the two count unequally much, for swapping would test the counts", () => {
    const alternating = (most: number) =>
      rows(Array.from({ length: 30 }, (_, index) => [index % 2, index % 3 === 0 ? most : 1] as const));
    const comparison = compareMetric("detection.precision", precise(alternating(1)), precise(alternating(4)), 1);
    expect(comparison?.method).toBe("paired bca bootstrap by cluster, t test by its standard error");
    expect(comparison?.p).toBeGreaterThan(0);
    expect(comparison?.p).toBeLessThan(0.05);
    expect(comparison?.high).toBeLessThan(0);
    // What decides a gate reaches farther than what is shown, never less far.
    expect(comparison?.lowOneSided).toBeLessThan(comparison?.high ?? 0);
  });

  it("turns its sign with the reviewers, and finds none between a reviewer and itself", () => {
    const [first, second] = [
      rows(passes(30, (index) => index % 3 === 0)),
      rows(passes(30, (index) => index % 2 === 0)),
    ];
    const there = compareMetric("overlap.exact_match", first, second, 1);
    const back = compareMetric("overlap.exact_match", second, first, 1);
    expect(back?.difference).toBeCloseTo(-(there?.difference ?? 0), 12);
    expect(back?.low).toBeCloseTo(-(there?.high ?? 0), 6);
    expect(compareMetric("overlap.exact_match", first, first, 1)).toMatchObject({ difference: 0, p: 1 });
  });

  it("of a judge's pass rates is of their medians over runs, on the cases that both have", () => {
    const judged = (runs: readonly (readonly (boolean | null)[])[]) =>
      rows(runs.map(() => [0, 1] as const)).map((row, index) => ({ ...row, judged: { pass: runs[index] ?? [] } }));
    const first = judged([
      [true, true, false],
      [false, false, false],
      [true, true, true],
      [true, null, null],
    ]);
    const second = judged([
      [true, true, true],
      [true, false, true],
      [true, true, true],
      [true, true, true],
    ]);
    // The last case is unscored in most runs of the first: runs of 2, 2 and 1 of 3 against 3, 2 and 3 of 3.
    const comparison = compareMetric("judge.pass_rate", first, second, 1);
    expect(comparison).toMatchObject({ second: 1, cases: 3, leftOut: 1 });
    expect(comparison?.first).toBeCloseTo(2 / 3, 12);
  });

  it("refuses judges of unequally many runs", () => {
    const judged = (pass: boolean[]) => rows([[0, 1]]).map((row) => ({ ...row, judged: { pass } }));
    expect(() => compareMetric("judge.pass_rate", judged([true]), judged([true, true, true]), 1)).toThrow(
      "expected equally many runs of the judge, got 2 and 6",
    );
  });

  it("does not compare quantiles of times case by case", () => {
    expect(compareMetric("load.p95_ms", rows([]), rows([]), 1)).toBeNull();
  });

  it("covers a true difference of means about 95 times in 100", () => {
    const generator = xoroshiro128plus(21);
    const uniform = () => (generator.next() >>> 0) / 2 ** 32;
    const trials = 120;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const hard = Array.from({ length: 40 }, uniform);
      const of = (lift: number) => rows(hard.map((one) => [0.5 * one + 0.4 * uniform() + lift, 1] as const));
      const comparison = compareMetric("overlap.f1", of(0), of(0.05), trial);
      if ((comparison?.low ?? 1) <= 0.05 && 0.05 <= (comparison?.high ?? 0)) covered += 1;
    }
    expect(covered / trials).toBeGreaterThan(0.91);
  });
});
