import fc from "fast-check";
import { expect, test } from "vitest";
import { defectWords, stopWords } from "../../../src/core/text/defect-words.ts";
import { codeTokens, stemmedWords, wordProfile } from "../../../src/core/text/words.ts";

test("code tokens split camelCase, acronyms, snake_case and digits, and lower-case them", () => {
  expect(codeTokens("getUserID2 parseHTTPHeader MAX_retry_count")).toEqual([
    "get",
    "user",
    "id",
    "2",
    "parse",
    "http",
    "header",
    "max",
    "retry",
    "count",
  ]);
});

test("code tokens keep each operator character", () => {
  expect(codeTokens("if (a != b)")).toEqual(["if", "(", "a", "!", "=", "b", ")"]);
});

test("code tokens lose nothing but blanks and underscores", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
      expect(codeTokens(text).join("")).toBe(text.replace(/[\s_]/g, "").toLowerCase());
    }),
  );
});

test("stemmed words drop stop words and numbers and stem what is left", () => {
  expect(stemmedWords("The connections in userPool_2 were not closed by 14 workers")).toEqual([
    "connect",
    "user",
    "pool",
    "close",
    "worker",
  ]);
});

test("stemmed words treat a non-breaking or wide space as a gap", () => {
  expect(stemmedWords("closing\u00a0files\u3000twice")).toEqual(["close", "file", "twice"]);
});

test("words for one kind of defect hint at the same kind", () => {
  const { kinds } = wordProfile("undefined");
  expect(kinds).not.toBe(0);
  for (const word of ["null", "nil", "None", "`user?.name`"]) expect(wordProfile(word).kinds & kinds).toBe(kinds);
});

test("a hyphenated term is read as a whole and not by its pieces", () => {
  const lifetime = wordProfile("dangling").kinds;
  expect(wordProfile("use-after-free").kinds).toBe(lifetime);
  expect(wordProfile("use after free").kinds).not.toBe(lifetime);
});

test("the profile of a word does not depend on the texts read before", () => {
  const before = wordProfile("an unclosed descriptor leaks in readAll()");
  for (let index = 0; index < 21_000; index += 1) wordProfile(`identifier${index.toString(36)}x`);
  expect(wordProfile("an unclosed descriptor leaks in readAll()")).toEqual(before);
});

test("the table of defect words fits the bits of a profile and holds no stop word", () => {
  const stops = new Set(stopWords.split(" "));
  const words = Object.values(defectWords).flatMap((list) => list.split(" "));
  expect(Object.keys(defectWords).length).toBeLessThanOrEqual(31);
  expect(words.filter((word) => word === "" || stops.has(word))).toEqual([]);
});
