import { describe, expect, test } from "vitest";
import { isStyleRemark } from "../../../src/core/diagnosis/style-remark.ts";

describe("isStyleRemark", () => {
  test.each([
    "Please rename `x` to something more descriptive.",
    "Consider adding a docstring to this function.",
    "The indentation is off here.",
    "Typo in the comment: recieve.",
    "Could you extract this into a function of its own?",
    "There should be a blank line between these methods.",
  ])("is true of %s", (message) => expect(isStyleRemark({ message })).toBe(true));

  test.each([
    "The list may be empty, so this raises an IndexError.",
    "Two threads can be here at once: the comment says so, yet there is no lock.",
    "The name is that of another file, so the import fails.",
    "",
  ])("is false of %s", (message) => expect(isStyleRemark({ message })).toBe(false));

  test("goes by what the finding calls itself", () => {
    const message = "The list may be empty, so this raises an IndexError.";
    expect(isStyleRemark({ message, severity: "nit" })).toBe(true);
    expect(isStyleRemark({ message, category: "Naming" })).toBe(true);
    expect(isStyleRemark({ message, category: "logic" })).toBe(false);
  });
});
