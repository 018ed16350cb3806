import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";
import { parseJudgeTemplate } from "../../../src/core/judge/template.ts";
import { messageOf } from "../../fixtures/complaint.ts";

const file = "judges/prompts/mine.md";
const rubricOf = (judges: string, needs: string) =>
  Rubric.parse({ version: 1, name: "mine", judges, prompt: "x", axes: [{ name: "theme", definition: "…", needs }] });
const plain = rubricOf("review", "nothing");
const several = "{{axes}}{{bugs}}{{findings}}{{pairs}}{{contract}}";
const together: Rubric = { ...rubricOf("pair", "reference"), pairsPerCall: "case" };
const whole = "{{axes}}\n{{review}}\n{{contract}}\n";
const complaint = (template: string, rubric = plain) =>
  messageOf(() => parseJudgeTemplate(template, file, rubric), UsageError);

test.each([
  ["what every review needs", whole, plain],
  ["sections and remarks", `{{! mine }}{{#diff}}{{diff}}{{/diff}}{{^norm}}none{{/norm}}${whole}{{nonce}}`, plain],
  ["a reference", `${whole}{{references}}`, rubricOf("review", "reference")],
  ["a norm", `${whole}{{#norm}}{{{norm}}}{{/norm}}`, rubricOf("review", "norm")],
  ["a pair", "{{axes}}{{bug}}{{&finding}}{{contract}}", rubricOf("pair", "reference")],
  ["several pairs", several, together],
  ["both", `{{#pairs}}${several}{{/pairs}}{{^pairs}}{{bug}}{{finding}}{{/pairs}}`, together],
])("a template with %s is taken", (_, template, rubric) => {
  expect(parseJudgeTemplate(template, file, rubric)).toEqual({ file, template });
});

describe("a template is refused with its line", () => {
  test.each([
    ["an unknown field", `${whole}{{reviw}}`, ':4: unknown field "reviw" (did you mean "review"? known: diff,'],
    ["an unknown section", `${whole}{{#norms}}{{/norms}}`, ':4: unknown field "norms" (did you mean "norm"?'],
    ["an unknown field in a section", "{{#diff}}\n{{dif}}{{/diff}}", ':2: unknown field "dif"'],
    ["a field of pairs", `${whole}{{bug}}`, ':4: unknown field "bug"'],
    ["what every object has", `${whole}{{constructor}}`, ':4: unknown field "constructor"'],
    ["a partial", `${whole}{{> header}}`, ':4: got the partial "header" (write its text here instead)'],
    ["an open section", "a\n{{#norm}}\nb", ':3: unclosed section "norm" (close what is open)'],
    ["an open tag", "a\n{{norm", ":2: unclosed tag (close what is open)"],
  ])("for %s", (_, template, message) => {
    expect(complaint(template)).toContain(`${file}${message}`);
  });

  test("for a field of reviews where a pair is judged", () => {
    expect(complaint("{{review}}", rubricOf("pair", "nothing"))).toContain(':1: unknown field "review"');
  });
});

describe("a template is refused that does not show", () => {
  test.each([
    ["the review", "{{axes}}{{contract}}", plain, "{{review}}"],
    ["the contract, with the nonce", "{{axes}}{{review}}{{nonce}}", plain, "{{contract}}"],
    ["the axes", "{{review}}{{contract}}", plain, "{{axes}}"],
    ["the review but in a section over it", "{{axes}}{{contract}}{{#review}}yes{{/review}}", plain, "{{review}}"],
    ["the references that an axis needs", whole, rubricOf("review", "reference"), "{{references}}"],
    ["the norm that an axis needs", whole, rubricOf("review", "norm"), "{{norm}}"],
    ["the pair", "{{axes}}{{contract}}", rubricOf("pair", "reference"), "{{bug}}, {{finding}}"],
    ["which pairs there are", "{{axes}}{{bug}}{{finding}}{{contract}}", together, "{{bugs}}, {{findings}}, {{pairs}}"],
  ])("%s", (_, template, rubric, tags) => {
    expect(complaint(template, rubric)).toBe(
      `${file}: the judge is not shown what the rubric rests on (write ${tags})`,
    );
  });
});
