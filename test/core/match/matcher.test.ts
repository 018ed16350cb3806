import { describe, expect, test } from "vitest";
import type { Bug } from "../../../src/core/case.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";
import { judgedMatcher } from "../../../src/core/match/judged.ts";
import { lexicalMatcher } from "../../../src/core/match/lexical.ts";
import type { Matcher } from "../../../src/core/match/matcher.ts";
import { recordedMatcher } from "../../../src/core/match/recorded.ts";
import { bugAt, findingAt } from "../../fixtures/cases.ts";

const description = "The index runs past the end of the list.";
const bugs: Bug[] = [bugAt(5, { description }), bugAt(50, { id: "b2", description: "A password is logged." })];
const findings = [findingAt(50, "The password is logged here."), findingAt(5, description)];

const axes = [{ name: "same", definition: "The same." }];
const rubric = Rubric.parse({ version: 1, name: "mine", judges: "pair", prompt: "mine.md", axes });
const judged = judgedMatcher({
  ready: { rubric, template: { file: "mine.md", template: "{{bug}}\n{{finding}}\n{{axes}}\n{{contract}}" } },
  runs: 1,
  newNonce: () => "nonce0000",
  ask: ({ prompt, nonce }) => {
    const isSame = /BUG[^]*password[^]*FINDING[^]*password|BUG[^]*index[^]*FINDING[^]*index/.test(prompt);
    const same = isSame ? "pass" : "fail";
    return Promise.resolve({ text: JSON.stringify({ evidence: "", reasoning: "", same, nonce }) });
  },
});
const recorded = recordedMatcher(
  [0, 1].flatMap((findingIndex) =>
    ["b1", "b2"].map((bugId) => ({
      place: "v.jsonl:1",
      verdict: { caseId: "c1", findingIndex, bugId, match: (findingIndex === 0) === (bugId === "b2"), judge: "ines" },
    })),
  ),
);

describe.each<Matcher>([lexicalMatcher, recorded, judged])("the $name matcher", (matcher) => {
  const questions = [
    { findingIndex: 1, bugIndex: 0 },
    { findingIndex: 0, bugIndex: 0 },
    { findingIndex: 0, bugIndex: 1 },
  ];
  const compare = () => matcher.compare({ caseId: "c1", diff: "", bugs }, findings, questions);

  test("answers just what it is asked, in order, with weights from 0 to 1", async () => {
    const answers = await compare();
    expect(answers.map(({ findingIndex, bugIndex }) => ({ findingIndex, bugIndex }))).toEqual(questions);
    expect(answers.map(({ verdict }) => verdict)).toEqual(["same", "different", "same"]);
    for (const { weight } of answers) {
      expect(weight).toBeGreaterThanOrEqual(0);
      expect(weight).toBeLessThanOrEqual(1);
    }
  });

  test("says the same again", async () => {
    expect(await compare()).toEqual(await compare());
  });
});
