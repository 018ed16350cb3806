import fc from "fast-check";
import { expect, test } from "vitest";
import type { Bug } from "../../../src/core/case.ts";
import { lexicalMatcher, lexicalSimilarity, lexicalThreshold } from "../../../src/core/match/lexical.ts";

const sentence = fc
  .array(
    fc.constantFrom("null", "user.name", "never", "closed", "leaks", "`parseId`", "off-by-one", "lgtm", "query", "the"),
    { minLength: 1, maxLength: 12 },
  )
  .map((words) => words.join(" "));
const category = fc.constantFrom("null-handling", "resource-leak", "logic-error", "whatever");

function bug(id: string, kind: string, description: string): Bug {
  return { id, anchor: { side: "new", file: "a.ts" }, category: kind, severity: "high", description };
}

test("the similarity lies in 0 to 1", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), category, (message, description, kind) => {
      const similarity = lexicalSimilarity({ message }, { category: kind, description });
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(similarity).toBeLessThanOrEqual(1);
    }),
  );
});

test("the order of words does not change the similarity", () => {
  fc.assert(
    fc.property(sentence, sentence, category, (message, description, kind) => {
      const turned = (text: string): string => text.split(" ").toReversed().join(" ");
      expect(
        lexicalSimilarity({ message: turned(message) }, { category: kind, description: turned(description) }),
      ).toBe(lexicalSimilarity({ message }, { category: kind, description }));
    }),
  );
});

test("a finding that repeats the bug's description is the same, whatever the category", () => {
  const text = "`total` is divided by the number of rows, which is zero for an empty sheet";
  for (const kind of ["arithmetic", "null-handling", "race-condition"]) {
    expect(lexicalSimilarity({ message: text }, { category: kind, description: text })).toBe(1);
  }
});

test("a finding on another subject shares nothing", () => {
  const finding = { message: "Spelling: recieve" };
  const known = { category: "race-condition", description: "Two threads increment the counter without a lock." };
  expect(lexicalSimilarity(finding, known)).toBe(0);
});

test("another defect of the same expression is different", () => {
  const known = { category: "null-handling", description: "`order.total` is read although `order` may be null." };
  expect(lexicalSimilarity({ message: "`order.total` is logged at debug level" }, known)).toBeLessThan(
    lexicalThreshold,
  );
});

test("synonyms of the bug's kind are the same without a shared word", () => {
  const known = { category: "null-handling", description: "`order.total` is read although `order` may be null." };
  expect(lexicalSimilarity({ message: "undefined dereference" }, known)).toBeGreaterThanOrEqual(lexicalThreshold);
});

test("praise weighs less than a report in the same words", () => {
  const known = { category: "missing-test", description: "The error branch has no test." };
  const report = lexicalSimilarity({ message: "test of the error branch" }, known);
  expect(lexicalSimilarity({ message: "thanks, test of the error branch" }, known)).toBeLessThan(report);
});

test("the matcher answers the questions in their order and weighs with the similarity", () => {
  const bugs = [bug("b1", "null-handling", "user may be null"), bug("b2", "resource-leak", "file is never closed")];
  const findings = [{ message: "close the file" }, { message: "user can be undefined" }];
  const questions = [
    { findingIndex: 1, bugIndex: 0 },
    { findingIndex: 0, bugIndex: 1 },
    { findingIndex: 0, bugIndex: 0 },
  ];
  const verdicts = lexicalMatcher.compare({ caseId: "c", diff: "", bugs }, findings, questions);
  expect(verdicts).toEqual([
    { findingIndex: 1, bugIndex: 0, verdict: "same", weight: expect.any(Number) },
    { findingIndex: 0, bugIndex: 1, verdict: "same", weight: lexicalSimilarity(findings[0]!, bugs[1]!) },
    { findingIndex: 0, bugIndex: 0, verdict: "different", weight: expect.any(Number) },
  ]);
});

test("a question about a finding that is not there is an error", () => {
  const ask = () =>
    lexicalMatcher.compare({ caseId: "c7", diff: "", bugs: [] }, [], [{ findingIndex: 0, bugIndex: 0 }]);
  expect(ask).toThrow("case c7: no finding 0 or no bug 0");
});
