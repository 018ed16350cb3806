import { expect, it } from "vitest";
import { identityByWords, judgeByWords } from "../../../src/core/judge/by-words.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";

const rubric = (judges: "review" | "pair", ...names: string[]) =>
  Rubric.parse({ version: 1, name: "r", judges, axes: names.map((name) => ({ name, definition: "…" })) });

const reference = "An empty list has no first item, so `items[0]` fails with an IndexError. Return None instead.";
const question = {
  judges: "review" as const,
  diff: "+    best = items[0]",
  references: [reference],
  norm: ["A missing key fails with a KeyError, so `rows[id]` breaks. Use `get` instead."],
  review: "`items[0]` fails with an IndexError for an empty list. Return None there instead.",
};

it("passes a review that says by its words what the reference says, and fails one that says nothing of it", () => {
  const judge = rubric("review", "theme", "actionable");
  expect(judgeByWords(judge, question)).toMatchObject({ pass: true, axes: { theme: "pass", actionable: "pass" } });
  expect(judgeByWords(judge, { ...question, review: "LGTM" })).toMatchObject({ pass: false, axes: { theme: "fail" } });
});

it("leaves open what words say nothing of, and names it", () => {
  const { axes, pass, reason } = judgeByWords(rubric("review", "theme", "politeness"), question);
  expect({ pass, reason, axes }).toEqual({
    pass: null,
    reason: "words cannot tell: politeness",
    axes: { theme: "pass", politeness: "unknown" },
  });
});

it("tells by the lexical matcher whether a finding and a bug are the same", () => {
  const same = (finding: string) =>
    judgeByWords(rubric("pair", "same"), { judges: "pair", diff: "", bug: reference, finding }).axes["same"];
  expect(same("An IndexError for an empty list: it has no first item.")).toBe("pass");
  expect(same("The function name should follow the conventions of this module.")).toBe("fail");
});

it("has an identity for each of the two that judge by words", () => {
  expect(identityByWords({ judges: "review" })).toMatch(/^lexical judge \d+$/);
  expect(identityByWords({ judges: "pair" })).toMatch(/^lexical matcher \d+$/);
});
