import { describe, expect, test } from "vitest";
import { readWords } from "../../src/core/where-words.ts";

const read = (expression: string) => readWords(expression, "p").map(({ kind, text }) => `${kind} ${text}`);

describe("readWords", () => {
  test("cuts words where no space parts them", () => {
    expect(read("(pr>=-1)")).toEqual(["symbol (", "bare pr", "symbol >=", "bare -1", "symbol )"]);
  });

  test("takes a keyword for a value only in quotes", () => {
    expect(read('not "not"')).toEqual(["symbol not", "quoted not"]);
    expect(read("nothing android")).toEqual(["bare nothing", "bare android"]);
  });

  test("undoes a backslash before the quote only", () => {
    expect(read(String.raw`"\"\d" 'it\'s \"'`)).toEqual([String.raw`quoted "\d`, String.raw`quoted it's \"`]);
  });

  test("tells where each word starts", () => {
    expect(readWords(" a  ==b", "p").map((word) => word.start)).toEqual([1, 4, 6]);
  });
});
