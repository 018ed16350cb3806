import { describe, expect, test } from "vitest";
import { findObstacles } from "../../src/core/comparability.ts";
import type { Report } from "../../src/core/report.ts";
import { makeRun } from "../fixtures/run-data.ts";

const { report } = makeRun({ measured: 1 });
const other = (change: (report: Report) => void): Report => {
  const copy = structuredClone(report);
  change(copy);
  return copy;
};
const judge = {
  ref: "openai:judge",
  rubric: { name: "review", file: "judges/review.yaml", hash: "a".repeat(64) },
  runs: 3,
  temperature: 0,
} as unknown as NonNullable<Report["judge"]>;
const withJudge = (change: Partial<NonNullable<Report["judge"]>>) =>
  other((one) => (one.judge = { ...judge, ...change }));

describe("two reports", () => {
  test("are compared where they measure the same way, whoever is measured", () => {
    expect(
      findObstacles(
        report,
        other((one) => (one.reviewers = [])),
      ),
    ).toEqual([]);
  });

  test("are not compared case by case where their cases differ", () => {
    const [obstacle, ...more] = findObstacles(
      report,
      other((one) => (one.dataset.hash = "0".repeat(64))),
    );
    expect(more).toEqual([]);
    expect(obstacle).toMatchObject({ concerns: "all" });
    expect(obstacle?.reason).toContain("their cases differ");
  });

  test("are compared without the scorer that is set up differently, and with the others", () => {
    const changed = other((one) => (one.suite.scorers = { ...one.suite.scorers, detection: { tolerance: 5 } }));
    const mine = other((one) => (one.suite.scorers = { ...one.suite.scorers, detection: { tolerance: 3 } }));
    expect(findObstacles(mine, changed)).toEqual([
      { concerns: "detection", reason: "detection is set up differently: tolerance 3 and 5" },
    ]);
  });

  test.each([
    [{ ref: "openai:other" }, "the judges differ: openai:judge and openai:other"],
    [{ runs: 5 }, "the judge was asked 3 times in one and 5 in the other"],
    [{ temperature: 1 }, "the judge's temperature is 0 in one and 1 in the other"],
    [{ rubric: { ...judge.rubric, hash: "b".repeat(64) } }, "the rubrics differ: review aaaaaaaa and review bbbbbbbb"],
  ])("are compared without the judge where %j", (change, reason) => {
    expect(findObstacles(withJudge({}), withJudge(change))).toEqual([{ concerns: "judge", reason }]);
  });

  test("are compared without detection where findings are matched otherwise", () => {
    const matched = (name: string) => other((one) => (one.matcher = { name, calibration: null }));
    const obstacles = findObstacles(matched("lexical"), matched("recorded"));
    expect(obstacles).toContainEqual({
      concerns: "detection",
      reason: "findings are matched by lexical in one and by recorded in the other",
    });
  });
});
