import { describe, expect, it } from "vitest";
import { applyGates } from "../../src/core/apply-gates.ts";
import { compileReviewer } from "../../src/core/compile-report.ts";
import type { KnownError } from "../../src/core/judge/calibration.ts";
import { measure } from "../../src/core/reduce.ts";
import type { CaseRow } from "../../src/core/row.ts";
import type { Score } from "../../src/core/score.ts";
import type { JudgeError } from "../../src/core/stats/rogan-gladen.ts";
import { Gate, Suite } from "../../src/core/suite.ts";
import { emptyTally } from "../../src/core/tally.ts";
import { parseWhere } from "../../src/core/where.ts";

const name = "judge.pass_rate_corrected";
const error: JudgeError = { tpr: { value: 0.92, n: 50 }, tnr: { value: 0.8, n: 50 } };

/** A row for each verdict by consensus; null is one that the judge left open. */
function rowsOf(verdicts: readonly (boolean | null)[], clusterOf = (index: number) => `c${index}`): CaseRow[] {
  return verdicts.map((pass, index) => {
    const score: Score =
      pass === null ? { value: null, reason: "no verdict" } : { numerator: Number(pass), denominator: 1 };
    return {
      caseId: `case-${index}`,
      repeat: 0,
      cluster: clusterOf(index),
      fields: { language: index % 2 === 0 ? "go" : "java" },
      isScored: true,
      isUndecided: false,
      scores: { "judge.pass_rate_consensus": score },
      bugs: [],
      places: [],
      ranked: [],
      durationsMs: [],
      untimed: 0,
      judged: { pass: [pass] },
      retried: 0,
    };
  });
}
const passed = (passes: number, n: number) => Array.from({ length: n }, (_, index) => index < passes);
const corrected = (rows: readonly CaseRow[], judgeError: KnownError = error) =>
  measure(name, rows, 1, null, null, judgeError);

describe("judge.pass_rate_corrected", () => {
  it("is the consensus pass rate freed of the judge's error, with the interval that counts in how that is known", () => {
    const metric = corrected(rowsOf(passed(156, 200)));
    expect(metric).toMatchObject({ n: 200, unscored: 0, clusters: 200, unit: "rate", unitOfAnalysis: "case" });
    expect(metric.value).toBeCloseTo(0.8055555555555555, 12);
    expect(metric.low).toBeCloseTo(0.69041563804955, 8);
    expect(metric.high).toBeCloseTo(0.9482617742461706, 8);
    expect(metric.lowOneSided).toBeCloseTo(0.7115908691950992, 8);
  });

  it("is less certain where the cases of a cluster go together", () => {
    const alone = corrected(rowsOf(passed(156, 200)));
    const together = corrected(rowsOf(passed(156, 200), (index) => `c${Math.floor(index / 10)}`));
    expect(together.value).toBe(alone.value);
    expect(together.low).toBeLessThan((alone.low ?? 0) - 0.05);
  });

  it("leaves open verdicts out and counts them", () => {
    expect(corrected(rowsOf([...passed(156, 200), null, null]))).toMatchObject({ n: 200, unscored: 2 });
  });

  it("is that of the cases for which a condition holds", () => {
    const where = parseWhere("language == go", ["language"], "where");
    expect(measure(name, rowsOf(passed(156, 200)), 1, where, null, error).n).toBe(100);
  });

  it.each([
    ["the judge was not compared with people on all required axes", passed(1, 2), null],
    ["no case that this metric is about", [], error],
    ["not corrected: j failed the self-test", passed(1, 2), "not corrected: j failed the self-test"],
    [
      "pass rate not corrected: TPR 0.6 + TNR 0.4 = 1, expected more than 1: the judge is no better than chance (mend its rubric or take another)",
      passed(1, 2),
      { tpr: { value: 0.6, n: 50 }, tnr: { value: 0.4, n: 50 } },
    ],
  ])("has no value but a reason: %s", (reason, verdicts, judgeError) => {
    const bounds = { value: null, low: null, high: null, lowOneSided: null, highOneSided: null };
    expect(corrected(rowsOf(verdicts), judgeError)).toMatchObject({ ...bounds, reason });
  });
});

it("a gate on the corrected pass rate decides by its one-sided bound, and is undecided without a calibration", () => {
  const decide = (min: number, judgeError?: JudgeError) =>
    applyGates([Gate.parse({ metric: name, min })], rowsOf(passed(156, 200)), 1, {}, judgeError)[0];
  expect(decide(0.71, error)).toMatchObject({ status: "pass" });
  expect(decide(0.72, error)).toMatchObject({ status: "inconclusive" });
  expect(decide(0.71)).toMatchObject({
    status: "inconclusive",
    reason: "the judge was not compared with people on all required axes",
  });
});

it("a reviewer's report and its gates are made with the judge's error", () => {
  const suite = Suite.parse({
    version: 1,
    name: "judged",
    dataset: { path: "data" },
    scorers: { judge: {} },
    gates: [{ metric: name, min: 0.7 }],
  });
  const facts = {
    id: "r",
    ref: "r",
    role: "measured" as const,
    provider: "p",
    model: "m",
    prompt: { file: "p.md", hash: "" },
    effective: {},
    hosts: [],
  };
  const measurement = { facts, rows: rowsOf(passed(156, 200)), tally: emptyTally() };
  const report = compileReviewer(measurement, suite, 1, {}, error);
  expect(report.metrics[name]?.value).toBeCloseTo(0.8055555555555555, 12);
  expect(report.gates[0]).toMatchObject({ status: "pass" });
  expect(compileReviewer(measurement, suite, 1, {}).metrics[name]?.value).toBeNull();
});
