import { describe, expect, test } from "vitest";
import { explainIssue } from "../../../src/core/explain.ts";
import { askableAxes, axesByCall, Rubric, rubricJsonSchema } from "../../../src/core/judge/rubric.ts";

const least = {
  version: 1,
  name: "mine",
  judges: "review",
  prompt: "mine.md",
  axes: [{ name: "theme", definition: "Says the same." }],
};
const axis = (more: object) => ({ ...least, axes: [{ ...least.axes[0], ...more }] });

function mistakeIn(input: object): string {
  const { error } = Rubric.safeParse(input);
  return (error?.issues ?? []).map((issue) => explainIssue(issue, Rubric, input)).join("; ");
}

test("a rubric of a few lines has a default for all else", () => {
  expect(Rubric.parse(least)).toEqual({
    ...least,
    description: "",
    engine: "model",
    axes: [{ name: "theme", definition: "Says the same.", needs: "nothing", scale: "verdict", required: true }],
    aggregate: "all",
    runs: 3,
    temperature: 0,
    maxTokens: 1024,
    axesPerCall: "all",
    pairsPerCall: "one",
    silence: "fail",
    floor: { tpr: 0.8, tnr: 0.8, selfTest: 0.9 },
  });
});

describe("a rubric is refused", () => {
  test.each([
    ["4 runs", { ...least, runs: 4 }, "expected an odd number, so that the median is a run's, got 4 (write 3 or 5)"],
    ["2 runs", { ...least, runs: 2 }, "expected an odd number, so that the median is a run's, got 2 (write 1 or 3)"],
    [
      "24 runs",
      { ...least, runs: 24 },
      "expected an odd number, so that the median is a run's, got 24 (write 23 or 25)",
    ],
    ["26 runs", { ...least, runs: 26 }, "expected at most 25, got 26"],
    ["no run", { ...least, runs: 0 }, "expected at least 1, got 0"],
    ["no axes", { ...least, axes: [] }, "expected at least 1 item, got a list of 0"],
    ["an upper-case axis", axis({ name: "Theme" }), 'joined by dashes or underscores (write no_insult), got "Theme"'],
    ["an axis with a blank", axis({ name: "no insult" }), 'got "no insult"'],
    ["an axis called nonce", axis({ name: "nonce" }), "expected another name than evidence, reasoning, nonce"],
    ["an axis called evidence", axis({ name: "evidence" }), "expected another name than evidence, reasoning, nonce"],
    ["an axis without a definition", axis({ definition: "" }), 'expected at least 1 character, got ""'],
    ["an unknown need", axis({ needs: "norms" }), 'did you mean "norm"?'],
    ["a threshold of 0", axis({ scale: { points: 3, threshold: 0 } }), "expected at least 1, got 0"],
    ["a threshold of 4", axis({ scale: { points: 3, threshold: 4 } }), "expected at most 3, got 4"],
    ["a scale to 5", axis({ scale: { points: 5, threshold: 3 } }), "expected verdict or points to be 3"],
    ["a floor in percent", { ...least, floor: { tpr: 80 } }, "expected at most 1, got 80 (write 0.8)"],
    ["a misspelt key", { ...least, agregate: "all" }, 'unknown key "agregate" (did you mean "aggregate"?'],
    ["another version", { ...least, version: 2 }, "expected 1, got 2"],
  ])("for %s", (_, input, message) => {
    expect(mistakeIn(input)).toContain(message);
  });
});

test.each([1, 3, 5, 25])("%i runs are taken", (runs) => {
  expect(Rubric.parse({ ...least, runs }).runs).toBe(runs);
});

test.each(["theme", "no_secret_leak", "same-bug", "axis2"])("an axis may be called %s", (name) => {
  expect(Rubric.parse(axis({ name })).axes[0]?.name).toBe(name);
});

describe("axes", () => {
  const rubric = Rubric.parse({
    ...least,
    axes: (["reference", "nothing", "norm"] as const).map((needs) => ({ name: needs, definition: "…", needs })),
  });
  const names = (axes: readonly { name: string }[]) => axes.map(({ name }) => name);

  test.each([
    [{ hasReference: true, hasNorm: true }, ["reference", "nothing", "norm"]],
    [{ hasReference: true, hasNorm: false }, ["reference", "nothing"]],
    [{ hasReference: false, hasNorm: true }, ["nothing", "norm"]],
    [{ hasReference: false, hasNorm: false }, ["nothing"]],
  ])("can be asked as far as the case has what they need: %o", (shown, expected) => {
    expect(names(askableAxes(rubric, shown))).toEqual(expected);
  });

  test("are asked in one call, or each in its own", () => {
    expect(axesByCall({ axesPerCall: "all" }, rubric.axes).map(names)).toEqual([["reference", "nothing", "norm"]]);
    expect(axesByCall({ axesPerCall: "one" }, rubric.axes).map(names)).toEqual([["reference"], ["nothing"], ["norm"]]);
  });

  test.each(["all", "one"] as const)("that are none make no call (%s)", (axesPerCall) => {
    expect(axesByCall({ axesPerCall }, [])).toEqual([]);
  });
});

test("the JSON schema asks only for what has no default, and describes the rest", () => {
  expect(rubricJsonSchema()).toMatchObject({
    required: ["version", "name", "judges", "axes"],
    additionalProperties: false,
    properties: { runs: { minimum: 1, maximum: 25, default: 3 }, engine: { enum: ["model", "lexical"] } },
  });
});
