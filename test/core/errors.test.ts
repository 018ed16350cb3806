import { expect, test } from "vitest";
import { IncompleteError, nearWord, suggestNearest, suggestWord, UsageError } from "../../src/core/errors.ts";

const known = ["recall", "precision", "f1"];

test.each([
  ["recal", 'did you mean "recall"? known: recall, precision, f1'],
  ["precison", 'did you mean "precision"? known: recall, precision, f1'],
  ["zebra-crossing", "known: recall, precision, f1"],
])("%s: %s", (got, advice) => {
  expect(suggestWord(got, known)).toBe(advice);
});

test.each([
  ["recal", 'did you mean "recall"? list all'],
  ["zebra-crossing", "the nearest: precision, recall, f1; list all"],
])("of many words only those near %s are told: %s", (got, advice) => {
  expect(suggestNearest(got, known, "list all")).toBe(advice);
});

test.each([
  ["recal", "recall"],
  ["recall", "recall"],
  ["zebra-crossing", null],
])("%s is near %s", (got, word) => {
  expect(nearWord(got, known)).toBe(word);
  expect(nearWord(got, [])).toBeNull();
});

test("where nothing is known nothing is suggested", () => {
  expect(suggestWord("x", [])).toBe("none are known");
});

test("the two kinds of expected error can be told apart by name", () => {
  expect([new UsageError("a").name, new IncompleteError("b").name]).toEqual(["UsageError", "IncompleteError"]);
});
