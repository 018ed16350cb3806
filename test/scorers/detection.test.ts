import { expect, test } from "vitest";
import { createDetectionScorer } from "../../src/scorers/detection.ts";
import type { Case } from "../../src/core/case.ts";
import type { Finding } from "../../src/core/review.ts";
import { bugAt, caseOf, detection, findingAt, namingMatcher } from "../fixtures/cases.ts";

const scoreOf = (source: Case, findings: Finding[], more: Partial<typeof detection> = {}) =>
  createDetectionScorer({ ...detection, ...more }, namingMatcher).score({
    source,
    repeat: 0,
    review: { findings },
    parts: [],
  });

test("a case that is not annotated has no score and no ledger", async () => {
  expect(await scoreOf(caseOf(), [findingAt(1)])).toEqual({ scores: {} });
});

test("an annotated case has scores and the ledger that they are made of", async () => {
  const { scores, ledger } = await scoreOf(caseOf({ bugs: [bugAt(10)] }), [findingAt(11), findingAt(50, "x")]);
  expect(scores["detection.recall"]).toEqual({ numerator: 1, denominator: 1 });
  expect(scores["detection.precision"]).toEqual({ numerator: 1, denominator: 2 });
  expect(ledger?.findings.map(({ state }) => state)).toEqual(["matched", "unlisted"]);
});

test("the suite's tolerance, places and beta are kept to", async () => {
  const source = caseOf({ bugs: [bugAt(10), bugAt(90, { id: "b2" })] });
  const recall = async (findings: Finding[], more: Partial<typeof detection>) =>
    (await scoreOf(source, findings, more)).scores["detection.recall"];
  expect(await recall([findingAt(20)], { tolerance: 9 })).toMatchObject({ numerator: 0 });
  expect(await recall([findingAt(20)], { tolerance: 10 })).toMatchObject({ numerator: 1 });
  expect(await recall([{ message: "b1" }], { location: "optional" })).toMatchObject({ numerator: 1 });
  expect((await scoreOf(source, [findingAt(10)], { beta: 2 })).scores["detection.f_beta"]).toEqual({
    numerator: 5,
    denominator: 9,
  });
});
