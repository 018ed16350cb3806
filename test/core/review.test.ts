import { expect, test } from "vitest";
import { Finding, reviewText } from "../../src/core/review.ts";

test("the text of a review is its messages, one a line, and empty for silence", () => {
  expect(reviewText({ findings: [{ message: "first", file: "a" }, { message: "second" }] })).toBe("first\nsecond");
  expect(reviewText({ findings: [] })).toBe("");
});

test("a finding may give its lines in either order, and no line 0", () => {
  expect(Finding.safeParse({ message: "m", lines: [9, 3] }).success).toBe(true);
  expect(Finding.safeParse({ message: "m", lines: [0, 3] }).success).toBe(false);
});

test("a confidence lies between 0 and 1", () => {
  expect(Finding.safeParse({ message: "m", confidence: 1 }).success).toBe(true);
  expect(Finding.safeParse({ message: "m", confidence: 80 }).success).toBe(false);
});
