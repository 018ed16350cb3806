import { expect, test } from "vitest";
import { Case } from "../../src/core/case.ts";
import { countSentences } from "../../src/core/text/lengths.ts";
import { createFormScorer } from "../../src/scorers/form.ts";

const source = Case.parse({ id: "a", diff: "x", language: "python" });
const score = (...messages: string[]) =>
  createFormScorer().score({
    source,
    repeat: 0,
    review: { findings: messages.map((message) => ({ message })) },
    parts: [],
  });

test.each([
  ["The handle leaks", 1],
  ["The handle leaks. Close it!", 2],
  ["`a.b(). C.d()` leaks.", 1],
  ["`a`. `b`.", 0],
  ["This should be:\n```python\nreturn 1. Or 2.\n```", 1],
  ["```\nnever closed. At all.", 0],
  ["句柄没有关闭。请关闭它。", 2],
  ["", 0],
])("%j has %i sentences", (message, sentences) => {
  expect(countSentences(message)).toBe(sentences);
});

test("sentences are counted over findings, and words over the review", async () => {
  expect((await score("It leaks. Close it.", "Rename `tmp`")).scores).toEqual({
    "form.sentences_per_finding": { numerator: 3, denominator: 2 },
    "form.words_per_review": { numerator: 6, denominator: 1 },
  });
});

test("silence has no sentences per finding, and no words", async () => {
  expect((await score()).scores).toEqual({ "form.words_per_review": { numerator: 0, denominator: 1 } });
});
