import { describe, expect, test } from "vitest";
import type { Bug } from "../../../src/core/case.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { checkVerdicts, RecordedVerdict, recordedMatcher } from "../../../src/core/match/recorded.ts";
import { messageOf } from "../../fixtures/complaint.ts";

const anchor = { side: "new", file: "a.go" } as const;
const bugs: Bug[] = ["b1", "b2"].map((id) => ({ id, anchor, category: "race", severity: "low", description: "d" }));
const source = { caseId: "c1", diff: "", bugs };
const findings = [{ message: "x" }];
/** Verdicts as they stand in a file of their own. */
const placed = (...verdicts: RecordedVerdict[]) =>
  verdicts.map((verdict, index) => ({ place: `verdicts.jsonl:${index + 1}`, verdict }));
const bothBugs = [
  { findingIndex: 0, bugIndex: 0 },
  { findingIndex: 0, bugIndex: 1 },
];

test("a recorded verdict is repeated with its confidence", () => {
  const matcher = recordedMatcher(
    placed(
      { caseId: "c1", findingIndex: 0, bugId: "b1", match: true, confidence: 0.75, judge: "j" },
      { caseId: "c1", findingIndex: 0, bugId: "b2", match: false, confidence: 0.75, judge: "j" },
    ),
  );
  expect(matcher.compare(source, findings, bothBugs)).toEqual([
    { findingIndex: 0, bugIndex: 0, verdict: "same", weight: 0.75 },
    { findingIndex: 0, bugIndex: 1, verdict: "different", weight: 0.25 },
  ]);
});

test("without a confidence a match weighs 1", () => {
  const matcher = recordedMatcher(placed({ caseId: "c1", findingIndex: 0, bugId: "b2", match: true, judge: "j" }));
  expect(matcher.compare(source, findings, [{ findingIndex: 0, bugIndex: 1 }])).toEqual([
    { findingIndex: 0, bugIndex: 1, verdict: "same", weight: 1 },
  ]);
});

test("a pair without a recorded verdict is undecided, also when another case has one", () => {
  const matcher = recordedMatcher(placed({ caseId: "c2", findingIndex: 0, bugId: "b1", match: true, judge: "j" }));
  expect(matcher.compare(source, findings, [{ findingIndex: 0, bugIndex: 0 }])).toEqual([
    { findingIndex: 0, bugIndex: 0, verdict: "undecided", weight: 0 },
  ]);
});

test("two verdicts for one pair are a usage error that names it and both lines", () => {
  const verdict = { caseId: "c1", findingIndex: 3, bugId: "b1", match: true, judge: "first" };
  const twice = placed(verdict, { ...verdict, bugId: "b2" }, { ...verdict, judge: "second" });
  expect(messageOf(() => recordedMatcher(twice), UsageError)).toBe(
    'verdicts.jsonl:3: case "c1", finding 3, bug "b1": expected one verdict, got another in verdicts.jsonl:1 ' +
      "(by first and second; keep one of them)",
  );
});

test("a recorded verdict needs the name of its judge", () => {
  const line = { caseId: "c1", findingIndex: 0, bugId: "b1", match: false };
  expect(RecordedVerdict.safeParse(line).success).toBe(false);
  expect(RecordedVerdict.safeParse({ ...line, judge: "ann" }).success).toBe(true);
});

describe("verdicts before a run", () => {
  const bugIdsOf = new Map([
    ["c1", ["rounds-items", "b2"]],
    ["clean", []],
  ]);
  const verdict = { caseId: "c1", findingIndex: 1, bugId: "b2", match: true, judge: "j" };
  const complaint = (changed: Partial<RecordedVerdict>, count: number | null) =>
    messageOf(
      () => checkVerdicts(placed(verdict, { ...verdict, ...changed }), { bugIdsOf, countFindings: () => count }),
      UsageError,
    );

  test("are fine about cases, bugs and findings that there are", () => {
    expect(() => checkVerdicts(placed(verdict), { bugIdsOf, countFindings: () => 2 })).not.toThrow();
  });

  test.each<[Partial<RecordedVerdict>, string]>([
    [{ caseId: "c9" }, 'verdicts.jsonl:2: caseId: the dataset has no case "c9" (mend the id, or remove the line)'],
    [
      { bugId: "round-items" },
      'verdicts.jsonl:2: bugId: case "c1" has no bug "round-items" (did you mean "rounds-items"? known: rounds-items, b2)',
    ],
    [{ caseId: "clean" }, 'verdicts.jsonl:2: bugId: case "clean" has no bug "b2" (none are known)'],
    [
      { findingIndex: 2 },
      'verdicts.jsonl:2: findingIndex: got 2, but the recorded review of case "c1" has 2 findings (count from 0)',
    ],
  ])("are refused with their line otherwise: %j", (changed, expected) => {
    expect(complaint(changed, 2)).toBe(expected);
  });

  test("may name any finding while the review is not known", () => {
    expect(() =>
      checkVerdicts(placed({ ...verdict, findingIndex: 99 }), { bugIdsOf, countFindings: () => null }),
    ).not.toThrow();
  });
});
