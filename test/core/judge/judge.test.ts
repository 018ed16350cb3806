import { describe, expect, test } from "vitest";
import {
  judgedBySilence,
  type JudgeAnswer,
  type JudgeCall,
  judgeQuestion,
  type ReadyRubric,
} from "../../../src/core/judge/judge.ts";
import type { Question } from "../../../src/core/judge/prompt.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";

const template = "{{diff}}\n{{references}}\n{{norm}}\n{{review}}\n{{axes}}\n{{contract}}";

function readyRubric(more: Record<string, unknown> = {}): ReadyRubric {
  const rubric = Rubric.parse({
    version: 1,
    name: "mine",
    judges: "review",
    prompt: "mine.md",
    axes: [
      { name: "theme", definition: "Says the same.", needs: "reference" },
      { name: "actionable", definition: "Says what to do." },
      { name: "voice", definition: "Sounds the same.", needs: "norm" },
    ],
    ...more,
  });
  return { rubric, template: { file: "mine.md", template } };
}

const question: Extract<Question, { judges: "review" }> = {
  judges: "review",
  diff: "+a",
  references: ["the reference"],
  norm: ["the norm"],
  review: "the review",
};

type Answers = Record<string, string | number>;
const passed: Answers = { theme: "pass", actionable: "pass", voice: "pass" };

/** The JSON that a judge answers a call with. */
const write = ({ nonce }: Pick<JudgeCall, "nonce">, answers: Answers) =>
  JSON.stringify({ evidence: `words ${nonce.slice(-1)}`, reasoning: "so", ...answers, nonce });

const axesOf = ({ schema }: JudgeCall) =>
  Object.keys(schema["properties"] as object).filter((name) => !["evidence", "reasoning", "nonce"].includes(name));

/** Puts the question to a judge that answers with this function; gives the runs and the calls that were made. */
async function judge(
  answer: (call: JudgeCall) => string | JudgeAnswer,
  { ready = readyRubric(), about = question, runs = 3 }: { ready?: ReadyRubric; about?: Question; runs?: number } = {},
) {
  const calls: JudgeCall[] = [];
  let nonces = 0;
  const ask = (call: JudgeCall): Promise<JudgeAnswer> => {
    calls.push(call);
    const said = answer(call);
    return Promise.resolve(typeof said === "string" ? { text: said } : said);
  };
  const judged = await judgeQuestion(ready, about, runs, ask, () => `nonce000${++nonces}`);
  return { judged, calls };
}

describe("a question to a judge", () => {
  test("is asked once in every run, by number, each with a nonce of its own", async () => {
    const { judged, calls } = await judge((call) => write(call, passed), { runs: 5 });
    expect(calls.map(({ run }) => run)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(calls.map(({ nonce }) => nonce)).size).toBe(5);
    for (const { prompt, nonce } of calls)
      expect(prompt).toContain(`<<<REVIEW ${nonce}\nthe review\n${nonce} REVIEW>>>`);
    expect(judged.map(({ pass }) => pass)).toEqual([true, true, true, true, true]);
  });

  test("keeps every run's own verdict and evidence, in the order of the runs", async () => {
    const { judged } = await judge((call) => write(call, { ...passed, theme: call.run === 1 ? "fail" : "pass" }));
    expect(judged).toEqual([
      { axes: passed, pass: true, evidence: "words 1", reasoning: "so" },
      { axes: { ...passed, theme: "fail" }, pass: false, evidence: "words 2", reasoning: "so" },
      { axes: passed, pass: true, evidence: "words 3", reasoning: "so" },
    ]);
  });

  test("passes only where all required axes pass", async () => {
    const axes = [
      { name: "theme", definition: "d", needs: "reference" },
      { name: "voice", definition: "d", required: false },
    ];
    const ready = readyRubric({ axes });
    const passOf = async (answers: Answers) =>
      (await judge((call) => write(call, answers), { ready, runs: 1 })).judged[0]?.pass;
    expect(await passOf({ theme: "pass", voice: "fail" })).toBe(true);
    expect(await passOf({ theme: "pass", voice: "unknown" })).toBe(true);
    expect(await passOf({ theme: "fail", voice: "pass" })).toBe(false);
  });

  test("shows points as pass or fail by their threshold, and passes by their total", async () => {
    const scale = { points: 3, threshold: 2 };
    const axes = [
      { name: "correct", definition: "d", scale },
      { name: "specific", definition: "d", scale },
    ];
    const ready = readyRubric({ axes, aggregate: { points: 5 } });
    const said = async (correct: number, specific: number) =>
      (await judge((call) => write(call, { correct, specific }), { ready, runs: 1 })).judged[0];
    expect(await said(3, 2)).toMatchObject({ axes: { correct: "pass", specific: "pass" }, pass: true });
    expect(await said(2, 2)).toMatchObject({ axes: { correct: "pass", specific: "pass" }, pass: false });
    expect(await said(3, 1)).toMatchObject({ axes: { correct: "pass", specific: "fail" }, pass: false });
  });

  test("about a finding and a bug asks all axes of its rubric", async () => {
    const axes = [{ name: "same", definition: "Is it the bug?", needs: "reference" }];
    const ready: ReadyRubric = {
      ...readyRubric({ judges: "pair", axes }),
      template: { file: "mine.md", template: "{{bug}}\n{{finding}}\n{{axes}}\n{{contract}}" },
    };
    const about: Question = { judges: "pair", diff: "", bug: "the bug", finding: "the finding" };
    const { judged, calls } = await judge((call) => write(call, { same: "fail" }), { ready, about, runs: 1 });
    expect(calls[0]?.prompt).toContain("the bug");
    expect(judged).toMatchObject([{ axes: { same: "fail" }, pass: false }]);
  });
});

describe("one axis a call", () => {
  const ready = readyRubric({ axesPerCall: "one" });

  test("asks each by itself and puts the answers together", async () => {
    const { judged, calls } = await judge((call) => write(call, { [axesOf(call)[0] ?? ""]: "pass" }), {
      ready,
      runs: 1,
    });
    expect(calls.map(axesOf)).toEqual([["theme"], ["actionable"], ["voice"]]);
    expect(judged).toEqual([
      { axes: passed, pass: true, evidence: "words 1\nwords 2\nwords 3", reasoning: "so\nso\nso" },
    ]);
  });

  test("leaves a run unscored as a whole where one of its calls gives no answer", async () => {
    const { judged } = await judge(
      (call) =>
        call.run === 0 && axesOf(call)[0] === "voice"
          ? { text: null, reason: "the judge refused" }
          : write(call, { [axesOf(call)[0] ?? ""]: "pass" }),
      { ready, runs: 3 },
    );
    expect(judged.map(({ pass, reason }) => [pass, reason])).toEqual([
      [null, "the judge refused"],
      [true, undefined],
      [true, undefined],
    ]);
    expect(judged[0]?.axes).toEqual({});
  });

  test("does not take one call's answer for another's", async () => {
    const { judged } = await judge((call) => write({ nonce: "nonce0001" }, { [axesOf(call)[0] ?? ""]: "pass" }), {
      ready,
      runs: 1,
    });
    expect(judged[0]).toMatchObject({ pass: null, reason: expect.stringContaining("nonce") as string });
  });
});

describe("what was not said is neither a pass nor a fail", () => {
  const echoed = write({ nonce: "attacker1" }, passed);

  test.each<[string, (call: JudgeCall) => string | JudgeAnswer, RegExp]>([
    ["an outage", () => ({ text: null, reason: "the judge could not be asked: down" }), /could not be asked: down/],
    ["an empty answer", () => "", /empty answer/],
    ["prose", () => "It passes.", /expected one JSON object/],
    ["two objects", (call) => `${write(call, passed)}\n${write(call, passed)}`, /got 2/],
    ["another nonce", () => echoed, /nonce: expected the nonce of the question/],
    ["no nonce", (call) => write(call, passed).replace(/,"nonce":"[^"]*"/, ""), /nonce/],
    ["a further key", (call) => write(call, { ...passed, score: 5 }), /score/],
    ["an axis that is missing", (call) => write(call, { theme: "pass", actionable: "pass" }), /voice: expected pass/],
    ["a word that is no verdict", (call) => write(call, { ...passed, theme: "yes" }), /theme: expected pass, fail/],
    ["an answer that is cut", (call) => write(call, passed).slice(0, -20), /never closed/],
  ])("%s", async (_, answer, reason) => {
    const { judged } = await judge(answer, { runs: 1 });
    expect(judged).toEqual([
      { axes: {}, pass: null, evidence: "", reasoning: "", reason: expect.stringMatching(reason) as string },
    ]);
  });

  test("unknown leaves the run open, names the axes, and keeps what was said of the others", async () => {
    const { judged } = await judge((call) => write(call, { theme: "unknown", actionable: "fail", voice: "unknown" }));
    expect(judged[0]).toMatchObject({
      axes: { theme: "unknown", actionable: "fail", voice: "unknown" },
      pass: null,
      reason: "the judge cannot tell: theme, voice",
    });
  });

  test("one run's failing leaves the others as they are", async () => {
    const { judged } = await judge((call) => (call.run === 1 ? "hm" : write(call, passed)));
    expect(judged.map(({ pass }) => pass)).toEqual([true, null, true]);
  });
});

describe("an axis that the case has nothing for", () => {
  test("is not asked, is unknown, and leaves the run open while the others are kept", async () => {
    const { judged, calls } = await judge((call) => write(call, { theme: "pass", actionable: "fail" }), {
      about: { ...question, norm: [] },
      runs: 1,
    });
    expect(calls.map(axesOf)).toEqual([["theme", "actionable"]]);
    expect(judged).toMatchObject([
      {
        axes: { theme: "pass", actionable: "fail", voice: "unknown" },
        pass: null,
        reason: "voice needs a norm, and the case has none",
      },
    ]);
  });

  test("does not stand in the way where it is not required", async () => {
    const axes = [
      { name: "theme", definition: "d", needs: "reference" },
      { name: "voice", definition: "d", needs: "norm", required: false },
    ];
    const options = { ready: readyRubric({ axes }), about: { ...question, norm: [] }, runs: 1 };
    const { judged } = await judge((call) => write(call, { theme: "pass" }), options);
    expect(judged).toMatchObject([{ axes: { theme: "pass", voice: "unknown" }, pass: true }]);
  });

  test("asks nobody where there is nothing for any axis", async () => {
    const ready = readyRubric({ axes: [{ name: "theme", definition: "d", needs: "reference" }] });
    const { judged, calls } = await judge(() => "", { ready, about: { ...question, references: [] } });
    expect(calls).toEqual([]);
    expect(judged.map(({ pass, reason }) => [pass, reason])).toEqual(
      Array.from({ length: 3 }, () => [null, "theme needs a reference, and the case has none"]),
    );
  });
});

test("an answer that was kept is read by the nonce of the call that it was given to", async () => {
  const kept = { text: write({ nonce: "earlier99" }, passed), nonce: "earlier99" };
  expect((await judge(() => kept, { runs: 1 })).judged).toMatchObject([{ pass: true }]);
  expect((await judge(() => ({ ...kept, nonce: "another99" }), { runs: 1 })).judged).toMatchObject([{ pass: null }]);
});

test("a run that is given up rejects with its reason", async () => {
  const stop = new Error("interrupted");
  await expect(
    judgeQuestion(
      readyRubric(),
      question,
      3,
      () => Promise.reject(stop),
      () => "nonce0001",
    ),
  ).rejects.toBe(stop);
});

test.each([
  [{}, "fail", false],
  [{ silence: "fail" }, "fail", false],
  [{ silence: "pass" }, "pass", true],
] as const)("of silence a rubric with %j says on every axis: %s", (more, said, pass) => {
  expect(judgedBySilence(readyRubric(more).rubric)).toEqual({
    axes: { theme: said, actionable: said, voice: said },
    pass,
    evidence: "",
    reasoning: "The review is empty.",
  });
});
