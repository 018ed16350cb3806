import { expect, test } from "vitest";
import type { Bug } from "../../../src/core/case.ts";
import { RecordedVerdict, recordedMatcher } from "../../../src/core/match/recorded.ts";

const anchor = { side: "new", file: "a.go" } as const;
const bugs: Bug[] = ["b1", "b2"].map((id) => ({ id, anchor, category: "race", severity: "low", description: "d" }));
const source = { caseId: "c1", bugs };
const findings = [{ message: "x" }];
const bothBugs = [
  { findingIndex: 0, bugIndex: 0 },
  { findingIndex: 0, bugIndex: 1 },
];

test("a recorded verdict is repeated with its confidence", () => {
  const matcher = recordedMatcher([
    { caseId: "c1", findingIndex: 0, bugId: "b1", match: true, confidence: 0.75, judge: "j" },
    { caseId: "c1", findingIndex: 0, bugId: "b2", match: false, confidence: 0.75, judge: "j" },
  ]);
  expect(matcher.compare(source, findings, bothBugs)).toEqual([
    { findingIndex: 0, bugIndex: 0, verdict: "same", weight: 0.75 },
    { findingIndex: 0, bugIndex: 1, verdict: "different", weight: 0.25 },
  ]);
});

test("without a confidence a match weighs 1", () => {
  const matcher = recordedMatcher([{ caseId: "c1", findingIndex: 0, bugId: "b2", match: true, judge: "j" }]);
  expect(matcher.compare(source, findings, [{ findingIndex: 0, bugIndex: 1 }])).toEqual([
    { findingIndex: 0, bugIndex: 1, verdict: "same", weight: 1 },
  ]);
});

test("a pair without a recorded verdict is undecided, also when another case has one", () => {
  const matcher = recordedMatcher([{ caseId: "c2", findingIndex: 0, bugId: "b1", match: true, judge: "j" }]);
  expect(matcher.compare(source, findings, [{ findingIndex: 0, bugIndex: 0 }])).toEqual([
    { findingIndex: 0, bugIndex: 0, verdict: "undecided", weight: 0 },
  ]);
});

test("two verdicts for one pair are an error that names it", () => {
  const verdict = { caseId: "c1", findingIndex: 3, bugId: "b1", match: true, judge: "first" };
  expect(() => recordedMatcher([verdict, { ...verdict, judge: "second" }])).toThrow(
    "case c1, finding 3, bug b1: expected one verdict, got two (by first and second)",
  );
});

test("a recorded verdict needs the name of its judge", () => {
  const line = { caseId: "c1", findingIndex: 0, bugId: "b1", match: false };
  expect(RecordedVerdict.safeParse(line).success).toBe(false);
  expect(RecordedVerdict.safeParse({ ...line, judge: "ann" }).success).toBe(true);
});
