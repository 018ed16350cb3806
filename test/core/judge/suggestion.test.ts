import { describe, expect, test } from "vitest";
import { judgeLexically } from "../../../src/core/judge/lexical.ts";
import { guidanceOf } from "../../../src/core/judge/suggestion.ts";

const proposes = (message: string) => guidanceOf({ message }).hasProposal;
const placed = (message: string) => guidanceOf({ message }).hasPlace;
const actionable = (candidate: string) => judgeLexically({ candidate, references: [], norm: [] }).actionable;

describe("a proposal", () => {
  test.each([
    "Move it above the loop.",
    "The last one is skipped, use the other operator.",
    "Could we close it in every branch?",
    "This should be `const`.",
    "Why not `Promise.all`?",
    "Consider `Map` here.",
    "`<=`",
    "It leaks on errors. `try/finally`.",
    "`==` -> `===`",
    "Fix: one byte more.",
    "Cache the answer.",
    "Bitte vorher prüfen.",
  ])("is seen in %j", (message) => expect(proposes(message)).toBe(true));

  test.each([
    "Nice and tidy.",
    "This adds a cache.",
    "The user could be null here.",
    "Cache misses are counted in `Stats`.",
    "It returns what `parse` found.",
    "`Order` and `Cart` were changed.",
    "I don't understand `merge`.",
    "Could you see this?",
  ])("is not seen in %j", (message) => expect(proposes(message)).toBe(false));

  test("that leaves the thinking to the author counts only where it names code", () => {
    expect(proposes("Check the error handling.")).toBe(false);
    expect(proposes("Check `error` before the loop.")).toBe(true);
  });

  test("is what a finding brings as replacement code", () => {
    expect(guidanceOf({ message: "Off by one.", suggestion: "i <= n" }).hasProposal).toBe(true);
  });
});

describe("a place", () => {
  test.each([
    "`parse` fails.",
    "L12: wrong.",
    "See line 4.",
    "In api/cart.go it differs.",
    "userId is wrong.",
    "max_age too.",
  ])("is named in %j", (message) => expect(placed(message)).toBe(true));

  test.each(["The error handling is thin.", "Add tests.", "This may fail in some cases."])(
    "is not named in %j",
    (message) => expect(placed(message)).toBe(false),
  );

  test("is what a finding is anchored on", () => {
    expect(guidanceOf({ message: "Off by one.", lines: [3, 3] }).hasPlace).toBe(true);
    expect(guidanceOf({ message: "Off by one.", file: "a.ts" }).hasPlace).toBe(true);
  });
});

describe("actionable", () => {
  test("needs a place and a proposal in one remark", () => {
    expect(actionable("Close `fd` on the early return.")).toBe("pass");
    expect(actionable("- `fd` stays open on the early return.\n- Add tests.")).toBe("fail");
  });

  test("passes for a suggestion block before or behind its remark", () => {
    const block = "```suggestion\nif (!user) return null;\n```";
    expect(actionable(`${block}\nA deleted user has no \`name\`.`)).toBe("pass");
    expect(actionable(`A deleted user has no \`name\`.\n${block}`)).toBe("pass");
  });

  test("fails for a block without a remark", () => {
    expect(actionable("```suggestion\nif (!user) return null;\n```")).toBe("fail");
  });
});
