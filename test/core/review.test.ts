import { expect, test } from "vitest";
import { parseReview } from "../../src/core/parse/review.ts";
import { Finding, reviewText, reviewWithPlaces } from "../../src/core/review.ts";

test("the text of a review is its messages, one a line, and empty for silence", () => {
  expect(reviewText({ findings: [{ message: "first", file: "a" }, { message: "second" }] })).toBe("first\nsecond");
  expect(reviewText({ findings: [] })).toBe("");
});

test("with places a review is what its reader sees: each remark at its place, with the code that it proposes", () => {
  const findings: Finding[] = [
    { file: "src/a.py", lines: [2, 2], message: "An empty list fails.", suggestion: "return None" },
    { file: "src/b.py", lines: [4, 7], message: "Two lines\nof words." },
    { file: "src/c.py", message: "No test." },
    { message: "Well done." },
  ];
  const text = reviewWithPlaces({ findings });
  expect(text).toBe(
    [
      "src/a.py:2: An empty list fails.\n```suggestion\nreturn None\n```",
      "src/b.py:4-7: Two lines\nof words.",
      "src/c.py: No test.",
      "Well done.",
    ].join("\n\n"),
  );
  expect(parseReview(text)).toMatchObject({ ok: true, review: { findings: findings.slice(0, 3) } });
});

test("with places a proposal that holds a fence stays whole, and remarks without words are nothing", () => {
  const suggestion = "````\ncode\n````";
  expect(reviewWithPlaces({ findings: [{ message: "m", suggestion }] })).toBe(
    `m\n\`\`\`\`\`suggestion\n${suggestion}\n\`\`\`\`\``,
  );
  expect(reviewWithPlaces({ findings: [{ file: "src/a.py", lines: [1, 1], message: " " }] })).toBe("");
  expect(reviewWithPlaces({ findings: [] })).toBe("");
});

test("a finding may give its lines in either order, and no line 0", () => {
  expect(Finding.safeParse({ message: "m", lines: [9, 3] }).success).toBe(true);
  expect(Finding.safeParse({ message: "m", lines: [0, 3] }).success).toBe(false);
});

test("a confidence lies between 0 and 1", () => {
  expect(Finding.safeParse({ message: "m", confidence: 1 }).success).toBe(true);
  expect(Finding.safeParse({ message: "m", confidence: 80 }).success).toBe(false);
});
