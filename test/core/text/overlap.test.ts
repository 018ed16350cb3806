import fc from "fast-check";
import { expect, test } from "vitest";
import { codeF1, codeReviewerBleu, exactMatch, rougeL, squadF1 } from "../../../src/core/text/overlap.ts";

const measures = { squadF1, codeF1, exactMatch, rougeL, codeReviewerBleu };

test("SQuAD's F1 takes the variable a for an article and so cannot tell the two conditions apart", () => {
  expect(squadF1("if (a != b)", "if (a == b)")).toBe(1);
});

test("the code-aware F1 tells the two conditions apart", () => {
  expect(codeF1("if (a != b)", "if (a == b)")).toBeCloseTo(6 / 7, 12);
});

test("SQuAD's F1 counts tokens as a multiset", () => {
  expect(squadF1("close close the file", "close a file")).toBeCloseTo(0.8, 12);
});

test("BLEU agrees with the published CodeReviewer computation, on a scale of 0 to 1", () => {
  expect(codeReviewerBleu("this should be a const", "make this a const please")).toBeCloseTo(0.3760603093086393, 14);
});

test("BLEU punishes a text shorter than its reference", () => {
  expect(codeReviewerBleu("close it", "close it after use")).toBeCloseTo(Math.exp(1 - 5 / 3), 12);
});

test("ROUGE-L of two wordings of one defect is low", () => {
  const left = "possible null dereference when user is missing";
  const right = "user may be null here causing a null dereference";
  expect(rougeL(left, right)).toBeCloseTo(0.25, 12);
});

test("ROUGE-L follows the order of words", () => {
  expect(rougeL("first second third", "third second first")).toBeCloseTo(1 / 3, 12);
});

test("an exact match ignores case, articles and punctuation, and nothing else", () => {
  expect(exactMatch("Close the file!", "close file")).toBe(1);
  expect(exactMatch("close file", "close files")).toBe(0);
});

test.each(Object.entries(measures))("%s gives an empty text nothing against any other text", (_name, measure) => {
  for (const text of ["close the file", "the", "!!", "_"]) {
    expect(measure("", text)).toBe(0);
    expect(measure(text, " \n")).toBe(0);
  }
  expect(measure("", "")).toBe(1);
});

test.each(Object.entries(measures))("%s lies in 0 to 1, and is 1 for a text against itself", (_name, measure) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      const value = measure(left, right);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      expect(measure(left, left)).toBe(1);
    }),
  );
});

test.each(Object.entries({ squadF1, codeF1, rougeL }))("%s is symmetric", (_name, measure) => {
  const words = fc.array(fc.constantFrom("null", "a", "user_id", "!=", "==", "check")).map((list) => list.join(" "));
  fc.assert(
    fc.property(words, words, (left, right) => {
      expect(measure(left, right)).toBe(measure(right, left));
    }),
  );
});
