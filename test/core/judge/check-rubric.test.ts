import { describe, expect, test } from "vitest";
import { checkRubric } from "../../../src/core/judge/check-rubric.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";

const theme = { name: "theme", definition: "Says the same." };
const points = { points: 3, threshold: 2 };
const mistakesOf = (more: object) =>
  checkRubric(
    Rubric.parse({ version: 1, name: "mine", judges: "review", prompt: "mine.md", axes: [theme], ...more }),
  ).map(({ path, message }) => `${path.join(".")}: ${message}`);
const lexical = { engine: "lexical", prompt: undefined };

test.each([
  ["one axis", {}],
  ["a total that can be reached", { axes: [{ ...theme, scale: points }], aggregate: { points: 3 } }],
  ["an optional axis beside a required one", { axes: [theme, { ...theme, name: "voice", required: false }] }],
  ["a model", { model: "openai:judge" }],
  ["the lexical engine", lexical],
  ["all pairs of a case in one call", { judges: "pair", pairsPerCall: "case" }],
  ["reviews whose silence passes", { silence: "pass" }],
])("a rubric with %s has no mistake", (_, more) => {
  expect(mistakesOf(more)).toEqual([]);
});

describe("a mistake is found where it stands:", () => {
  test.each([
    ["a name that stands twice", { axes: [theme, theme] }, 'axes.1.name: expected every name once, got "theme" again'],
    [
      "no required axis",
      { axes: [{ ...theme, required: false }] },
      "axes: expected a required axis, got none (without one every review would pass)",
    ],
    [
      "a pair that needs a norm",
      { judges: "pair", axes: [{ ...theme, needs: "norm" }] },
      "axes.0.needs: expected nothing or reference, got norm (a pair is a finding and a bug, which have no norm)",
    ],
    [
      "a total without points",
      { aggregate: { points: 1 } },
      "aggregate.points: expected at most the 0 points of the required axes, got 1 (write all, or give an axis a scale of points)",
    ],
    [
      "a total that only optional axes could reach",
      {
        axes: [
          { ...theme, scale: points },
          { ...theme, name: "extra", scale: points, required: false },
        ],
        aggregate: { points: 4 },
      },
      "aggregate.points: expected at most the 3 points of the required axes, got 4 (write 3 or less)",
    ],
    [
      "no prompt",
      { prompt: undefined },
      "prompt: missing (write the path of a Mustache template, relative to this file)",
    ],
    [
      "a model that is no reference",
      { model: "opnai:judge" },
      /^model: model "opnai:judge": unknown kind "opnai" .*did you mean "openai"\?/,
    ],
    [
      "lexical with a prompt",
      { engine: "lexical" },
      "prompt: the engine lexical asks no model (remove it, or write engine: model)",
    ],
    [
      "lexical with a model",
      { ...lexical, model: "openai:judge" },
      "model: the engine lexical asks no model (remove it, or write engine: model)",
    ],
    [
      "lexical with an axis of its own",
      { ...lexical, axes: [{ ...theme, name: "them" }] },
      'axes.0.name: the engine lexical has no axis "them" (did you mean "theme"? known: theme, actionable, voice)',
    ],
    [
      "lexical with points",
      { ...lexical, axes: [{ ...theme, scale: points }] },
      "axes.0.scale: expected verdict for the engine lexical, got points",
    ],
    [
      "several pairs a call where reviews are judged",
      { pairsPerCall: "case" },
      "pairsPerCall: expected one for a rubric of reviews, got case (remove it, or write judges: pair)",
    ],
    [
      "pairs whose silence passes",
      { judges: "pair", silence: "pass" },
      "silence: expected fail for a rubric of pairs, got pass (a finding without a word describes no bug: remove it)",
    ],
    [
      "lexical for pairs",
      { ...lexical, judges: "pair" },
      "judges: expected review for the engine lexical, got pair (write engine: model)",
    ],
  ])("%s", (_, more, expected) => {
    expect(mistakesOf(more)).toEqual([typeof expected === "string" ? expected : expect.stringMatching(expected)]);
  });
});
