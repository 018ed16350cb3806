import { describe, expect, test } from "vitest";
import type { Bug } from "../../../src/core/case.ts";
import { UsageError } from "../../../src/core/errors.ts";
import {
  checkVerdicts,
  RecordedVerdict,
  recordedMatcher,
  verdictsByReviewer,
} from "../../../src/core/match/recorded.ts";
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

describe("of a case with several recorded repeats", () => {
  const reviews = [
    { repeat: 0, standsForOthers: true, findings: 1 },
    { repeat: 2, standsForOthers: false, findings: 1 },
  ];
  const verdict = { caseId: "c1", findingIndex: 0, bugId: "b1", judge: "j" };
  const matcher = recordedMatcher(
    placed({ ...verdict, repeat: 0, match: true }, { ...verdict, repeat: 2, match: false }),
    () => reviews,
  );
  const saidOf = (repeat: number) =>
    [matcher.compare({ ...source, repeat }, findings, [{ findingIndex: 0, bugIndex: 0 }])].flat();

  test("each has its own verdicts, and a repeat without a recording those of the one that stands for it", () => {
    expect([0, 1, 2, 3].map((repeat) => saidOf(repeat))).toMatchObject(
      ["same", "same", "different", "same"].map((said) => [{ verdict: said }]),
    );
  });

  test("one verdict may not be said twice of a repeat", () => {
    const only = [{ repeat: 1, standsForOthers: false, findings: 1 }];
    const twice = placed({ ...verdict, match: true }, { ...verdict, repeat: 1, match: false });
    expect(() => recordedMatcher(twice, () => only)).toThrow("expected one verdict, got another in verdicts.jsonl:1");
  });
});

describe("verdicts on several reviewers", () => {
  const verdict = { caseId: "c1", findingIndex: 0, bugId: "b1", match: true, judge: "j" };
  const [ofAda, ofBob, ofNobody] = placed(
    { ...verdict, reviewer: "replay:ada" },
    { ...verdict, reviewer: "replay:bob" },
    verdict,
  );

  test("are kept apart, and those on others are left out", () => {
    const told = verdictsByReviewer([ofAda!, ofBob!], ["replay:ada"]);
    expect([...told]).toEqual([["replay:ada", [ofAda]]]);
    expect([...verdictsByReviewer([ofAda!, ofBob!], ["replay:bob", "replay:ada"])]).toEqual([
      ["replay:bob", [ofBob]],
      ["replay:ada", [ofAda]],
    ]);
  });

  test("need no name while there is one reviewer, or none", () => {
    expect([...verdictsByReviewer([ofNobody!], ["replay:ada"])]).toEqual([["replay:ada", [ofNobody]]]);
    expect([...verdictsByReviewer([ofNobody!], [])]).toEqual([]);
  });

  test("are refused without a name where there are two", () => {
    expect(messageOf(() => verdictsByReviewer([ofAda!, ofNobody!], ["replay:ada", "replay:bob"]), UsageError)).toBe(
      "verdicts.jsonl:3: reviewer: missing, but the run has 2 recorded reviewers (name the one that the verdict is about: replay:ada, replay:bob)",
    );
  });

  test("are refused where the run's reviewer seems to be written otherwise", () => {
    expect(messageOf(() => verdictsByReviewer([ofAda!], ["replay:./ada"]), UsageError)).toBe(
      'verdicts.jsonl:1: reviewer: the run has no recorded reviewer "replay:ada", and no verdict is about replay:./ada (write the reviewer as the run calls it)',
    );
  });
});

describe("verdicts before a run", () => {
  const bugIdsOf = new Map([
    ["c1", ["rounds-items", "b2"]],
    ["clean", []],
  ]);
  const verdict = { caseId: "c1", findingIndex: 1, bugId: "b2", match: true, judge: "j" };
  const reviewsOf =
    (...counts: number[]) =>
    () =>
      counts.map((count, repeat) => ({ repeat, standsForOthers: repeat === 0, findings: count }));
  const complaint = (changed: Partial<RecordedVerdict>, ...counts: number[]) =>
    messageOf(
      () => checkVerdicts(placed({ ...verdict, ...changed }), { bugIdsOf, reviewsOf: reviewsOf(...counts) }),
      UsageError,
    );

  test("are fine about cases, bugs and findings that there are", () => {
    expect(() => checkVerdicts(placed(verdict), { bugIdsOf, reviewsOf: reviewsOf(2) })).not.toThrow();
  });

  test.each<[Partial<RecordedVerdict>, string]>([
    [{ caseId: "c9" }, 'verdicts.jsonl:1: caseId: the dataset has no case "c9" (mend the id, or remove the line)'],
    [
      { bugId: "round-items" },
      'verdicts.jsonl:1: bugId: case "c1" has no bug "round-items" (did you mean "rounds-items"? known: rounds-items, b2)',
    ],
    [{ caseId: "clean" }, 'verdicts.jsonl:1: bugId: case "clean" has no bug "b2" (none are known)'],
    [
      { findingIndex: 2 },
      'verdicts.jsonl:1: findingIndex: got 2, but the recorded review of case "c1" has 2 findings (count from 0)',
    ],
  ])("are refused with their line otherwise: %j", (changed, expected) => {
    expect(complaint(changed, 2)).toBe(expected);
  });

  test("are held against the repeat that they name, not against the longest", () => {
    expect(complaint({ repeat: 1, findingIndex: 1 }, 2, 1)).toBe(
      'verdicts.jsonl:1: findingIndex: got 1, but recorded repeat 1 of case "c1" has 1 finding (count from 0)',
    );
    expect(() =>
      checkVerdicts(placed({ ...verdict, repeat: 0 }), { bugIdsOf, reviewsOf: reviewsOf(2, 1) }),
    ).not.toThrow();
  });

  test("are refused without a repeat, or with another, where the case has several", () => {
    expect(complaint({}, 2, 2)).toBe(
      'verdicts.jsonl:1: repeat: missing, but case "c1" has recorded repeats 0, 1 (say which of them the verdict is about)',
    );
    expect(complaint({ repeat: 2 }, 2, 2)).toContain('repeat: got 2, but case "c1" has recorded repeats 0, 1 (');
    expect(complaint({ repeat: 1 }, 2)).toContain('repeat: got 1, but case "c1" has recorded repeat 0 (');
  });

  test("may name any finding while the review is not known", () => {
    expect(() =>
      checkVerdicts(placed({ ...verdict, findingIndex: 99 }), { bugIdsOf, reviewsOf: () => [] }),
    ).not.toThrow();
  });
});
