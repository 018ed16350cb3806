import { describe, expect, test } from "vitest";
import type { Case } from "../../src/core/case.ts";
import type { JudgeAnswer, JudgeCall, JudgedRun } from "../../src/core/judge/judge.ts";
import { indexNorms } from "../../src/core/judge/norm.ts";
import type { Question } from "../../src/core/judge/prompt.ts";
import { Rubric } from "../../src/core/judge/rubric.ts";
import type { Finding } from "../../src/core/review.ts";
import { createJudgeScorer, type JudgeTools } from "../../src/scorers/judge.ts";
import { caseOf } from "../fixtures/cases.ts";

type Answers = Record<string, string | number>;
const axes = [
  { name: "theme", definition: "Says the same.", needs: "reference" },
  { name: "voice", definition: "Sounds the same.", needs: "norm" },
];
const rubricOf = (more: Record<string, unknown> = {}) =>
  Rubric.parse({ version: 1, name: "mine", judges: "review", prompt: "mine.md", axes, ...more });

const template = "{{diff}}\n{{references}}\n{{norm}}\n{{review}}\n{{axes}}\n{{contract}}";
const source = caseOf({ id: "a", references: [{ text: "An empty list fails here.", author: "ann" }] });
const others = [
  caseOf({ id: "b", references: [{ text: "Why not a set?", author: "ann" }] }),
  caseOf({ id: "c", references: [{ text: "A typo.", author: "ben" }] }),
];
const remark: Finding = { file: "src/a.ts", lines: [3, 3], message: "It fails for [].", suggestion: "return null;" };

const write = ({ nonce }: JudgeCall, answers: Answers): JudgeAnswer => ({
  text: JSON.stringify({ evidence: "e", reasoning: "r", ...answers, nonce }),
});

/** A judge that answers with this function, and the calls that it gets. */
function judgeOf(
  answer: (call: JudgeCall) => JudgeAnswer,
  { runs = 3, rubric = rubricOf(), cases = [source, ...others] as Case[] } = {},
) {
  const calls: JudgeCall[] = [];
  let nonces = 0;
  const ask = (call: JudgeCall) => {
    calls.push(call);
    return Promise.resolve(answer(call));
  };
  const ready = { rubric, template: { file: "mine.md", template } };
  const tools: JudgeTools = {
    judges: [{ ref: "j", engine: { kind: "model", ready, ask, newNonce: () => `nonce000${++nonces}` }, runs }],
    axes: rubric.axes,
    silence: rubric.silence,
    norms: indexNorms(cases, 1, (text) => text),
  };
  const scorer = createJudgeScorer(tools);
  const score = (findings: Finding[] = [remark], about: Case = source) =>
    Promise.resolve(scorer.score({ source: about, repeat: 0, review: { findings }, parts: [] }));
  return { calls, score };
}

const consensus = "judge.pass_rate_consensus" as const;
const flips = "judge.flip_rate" as const;

describe("what the judge is shown", () => {
  test("is the change, the references, the author's norm and the review with its places", async () => {
    const { calls, score } = judgeOf((call) => write(call, { theme: "pass", voice: "pass" }), { runs: 1 });
    await score();
    const [{ prompt, nonce } = { prompt: "", nonce: "" }] = calls;
    expect(prompt).toContain("An empty list fails here.");
    expect(prompt).toContain("Why not a set?");
    expect(prompt).not.toContain("A typo.");
    expect(prompt).toContain(`<<<DIFF ${nonce}\n--- a/src/a.ts`);
    expect(prompt).toContain(
      `<<<REVIEW ${nonce}\nsrc/a.ts:3: It fails for [].\n\`\`\`suggestion\nreturn null;\n\`\`\`\n${nonce} REVIEW>>>`,
    );
  });

  test("leaves out references without words", async () => {
    const { calls, score } = judgeOf((call) => write(call, { theme: "pass", voice: "pass" }), { runs: 1 });
    await score([remark], { ...source, references: [...source.references, { text: " \n" }] });
    expect(calls[0]?.prompt.match(/<<<REFERENCE/g)).toHaveLength(1);
  });
});

describe("a case", () => {
  test.each([[[]], [[{ text: " \n" }]]])("without a reference is not judged: %j", async (references) => {
    const { calls, score } = judgeOf(() => ({ text: "" }));
    expect(await score([remark], { ...source, references })).toEqual({ scores: {} });
    expect(calls).toEqual([]);
  });

  test.each<[string, Finding[]]>([
    ["no finding", []],
    ["a finding without words", [{ message: " ", file: "src/a.ts" }]],
  ])("whose review says nothing (%s) fails in every run, and nobody is asked", async (_, findings) => {
    const { calls, score } = judgeOf(() => ({ text: "" }));
    const { judged, scores } = await score(findings);
    expect(calls).toEqual([]);
    expect(judged?.map(({ axes: said, pass }) => [said, pass])).toEqual(
      Array.from({ length: 3 }, () => [{ theme: "fail", voice: "fail" }, false]),
    );
    expect(scores).toEqual({
      [consensus]: { numerator: 0, denominator: 1 },
      [flips]: { numerator: 0, denominator: 1 },
    });
  });
});

test("silence passes on every axis where the rubric says so, and nobody is asked", async () => {
  const { calls, score } = judgeOf(() => ({ text: "" }), { rubric: rubricOf({ silence: "pass" }) });
  const { judged, scores } = await score([]);
  expect(calls).toEqual([]);
  expect(judged?.map(({ axes: said, pass }) => [said, pass])).toEqual(
    Array.from({ length: 3 }, () => [{ theme: "pass", voice: "pass" }, true]),
  );
  expect(scores[consensus]).toEqual({ numerator: 1, denominator: 1 });
});

describe("scores", () => {
  const inRuns = (marks: string) => (call: JudgeCall) => {
    const mark = marks[call.run];
    if (mark === "x") return { text: null, reason: "the judge refused" } as const;
    return write(call, { theme: mark === "+" ? "pass" : "fail", voice: mark === "?" ? "unknown" : "pass" });
  };
  const rate = (numerator: number) => ({ numerator, denominator: 1 });

  test.each([
    ["+++", rate(1), rate(0)],
    ["++-", rate(1), rate(1)],
    ["--+", rate(0), rate(1)],
    ["x++", rate(1), rate(0)],
    ["x--", rate(0), rate(0)],
  ])("of runs that say %s", async (marks, passed, flipped) => {
    const { judged, scores } = await judgeOf(inRuns(marks)).score();
    expect(judged).toHaveLength(3);
    expect(scores).toEqual({ [consensus]: passed, [flips]: flipped });
  });

  test.each([
    ["xxx", "the judge refused"],
    ["xx+", "the judge refused"],
    ["?x+", "the judge cannot tell: voice"],
  ])("are open where most runs are, with the first reason: %s", async (marks, reason) => {
    const { scores } = await judgeOf(inRuns(marks)).score();
    expect(scores).toEqual({ [consensus]: { value: null, reason }, [flips]: { value: null, reason } });
  });

  test("are open for a draw of the runs that were scored", async () => {
    const { scores } = await judgeOf(inRuns("x+-")).score();
    expect(scores).toEqual({ [consensus]: { value: null, reason: "the judge refused" }, [flips]: rate(1) });
  });

  test("have no flip rate where there is one run alone", async () => {
    const { scores } = await judgeOf(inRuns("+"), { runs: 1 }).score();
    expect(scores).toEqual({ [consensus]: rate(1) });
  });

  test("take a total of points for what most runs say of it, though every axis passes", async () => {
    const scale = { points: 3, threshold: 2 };
    const rubric = rubricOf({ axes: [{ name: "theme", definition: "d", scale }], aggregate: { points: 3 } });
    const points = [2, 3, 2];
    const { judged, scores } = await judgeOf((call) => write(call, { theme: points[call.run] ?? 0 }), {
      rubric,
    }).score();
    expect(judged?.map(({ axes: said, pass }) => [said["theme"], pass])).toEqual([
      ["pass", false],
      ["pass", true],
      ["pass", false],
    ]);
    expect(scores[consensus]).toEqual(rate(0));
  });
});

describe("the engine that compares words", () => {
  const runOf = (pass: boolean | null): JudgedRun => ({ axes: { theme: "pass" }, pass, evidence: "", reasoning: "" });

  test("is asked once, its answer is that of every run", async () => {
    const asked: Question[] = [];
    const judge = (question: Question) => {
      asked.push(question);
      return runOf(true);
    };
    const norms = indexNorms([source, ...others], 1, (text) => text);
    const scorer = createJudgeScorer({
      judges: [{ ref: "lexical", engine: { kind: "lexical", judge }, runs: 1 }],
      axes: rubricOf({ axes: axes.slice(0, 1) }).axes,
      silence: "fail",
      norms,
    });
    const { judged } = await scorer.score({ source, repeat: 0, review: { findings: [remark] }, parts: [] });
    expect(judged).toEqual([runOf(true)]);
    expect(asked).toMatchObject([
      { judges: "review", references: ["An empty list fails here."], norm: ["Why not a set?"] },
    ]);
  });
});

describe("several judges", () => {
  const requiredAxis = rubricOf({ axes: axes.slice(0, 1) }).axes;

  /** Judges that say of each axis what their marks say, a run each: passed, failed or unscored. */
  const panelOf = (...marks: string[]) =>
    createJudgeScorer({
      axes: requiredAxis,
      silence: "fail",
      norms: indexNorms([source], 1, (text) => text),
      judges: marks.map((said, index) => {
        const rubric = rubricOf({ axes: axes.slice(0, 1) });
        const ready = { rubric, template: { file: "mine.md", template } };
        const ask = (call: JudgeCall) => {
          const mark = said[call.run];
          if (mark === "?") return Promise.resolve({ text: null, reason: `judge ${index} is down` } as const);
          return Promise.resolve(write(call, { theme: mark === "+" ? "pass" : "fail" }));
        };
        return {
          ref: `j${index}`,
          engine: { kind: "model" as const, ready, ask, newNonce: () => "nonce0001" },
          runs: 3,
        };
      }),
    });
  const tell = async (...marks: string[]) =>
    panelOf(...marks).score({ source, repeat: 0, review: { findings: [remark] }, parts: [] });
  const disagreement = "judge.panel_disagreement" as const;

  test("pass by most of whole verdicts, and by consensus axis by axis", async () => {
    // Each run of the first two judges fails an axis, another one in turn, so that each axis passes in two of three.
    const torn = ["-++", "+-+", "++-"];
    const rubric = rubricOf({ axes: ["theme", "place", "voice"].map((name) => ({ name, definition: "d" })) });
    const ready = { rubric, template: { file: "mine.md", template } };
    const judges = [torn, torn, ["+++", "+++", "+++"]].map((runs, index) => ({
      ref: `j${index}`,
      runs: 3,
      engine: {
        kind: "model" as const,
        ready,
        newNonce: () => "nonce0001",
        ask: (call: JudgeCall) => {
          const [theme, place, voice] = Array.from(runs[call.run] ?? "", (mark) => (mark === "+" ? "pass" : "fail"));
          return Promise.resolve(write(call, { theme: theme ?? "", place: place ?? "", voice: voice ?? "" }));
        },
      },
    }));
    const norms = indexNorms([source], 1, (text) => text);
    const scorer = createJudgeScorer({ judges, axes: rubric.axes, silence: "fail", norms });
    const { panel, scores } = await scorer.score({ source, repeat: 0, review: { findings: [remark] }, parts: [] });
    expect(panel).toEqual([
      { judge: "j0", pass: false, consensus: true },
      { judge: "j1", pass: false, consensus: true },
      { judge: "j2", pass: true, consensus: true },
    ]);
    expect(scores[consensus]).toEqual({ numerator: 1, denominator: 1 });
    expect(scores[disagreement]).toEqual({ numerator: 1, denominator: 1 });
  });

  test("decide by the majority of what each says by the median of its runs", async () => {
    const { scores, panel } = await tell("++-", "+-+", "---");
    expect(panel).toEqual([
      { judge: "j0", pass: true, consensus: true },
      { judge: "j1", pass: true, consensus: true },
      { judge: "j2", pass: false, consensus: false },
    ]);
    expect(scores[consensus]).toEqual({ numerator: 1, denominator: 1 });
    expect(scores[disagreement]).toEqual({ numerator: 1, denominator: 1 });
    // Most of all nine runs would say the contrary.
    expect((await tell("++-", "++-", "---")).scores[consensus]).toEqual({ numerator: 1, denominator: 1 });
  });

  test("tell whose each run is, and how often a judge changes its mind", async () => {
    const { judged, scores } = await tell("++-", "+++", "---");
    expect(judged?.map(({ judge, pass }) => [judge, pass])).toEqual([
      ["j0", true],
      ["j0", true],
      ["j0", false],
      ["j1", true],
      ["j1", true],
      ["j1", true],
      ["j2", false],
      ["j2", false],
      ["j2", false],
    ]);
    expect(scores[flips]).toEqual({ numerator: 1 / 3, denominator: 1 });
  });

  test("leave a review open where most of them do, and where those that decide are at a tie", async () => {
    const down = await tell("???", "???", "+++");
    expect(down.scores[consensus]).toEqual({ value: null, reason: "judge 0 is down" });
    expect(down.scores[disagreement]).toEqual({ value: null, reason: "judge 0 is down" });
    const tied = await tell("???", "+++", "---");
    expect(tied.scores[consensus]).toMatchObject({ value: null });
    expect(tied.scores[disagreement]).toEqual({ numerator: 1, denominator: 1 });
    expect((await tell("???", "+++", "+++")).scores[consensus]).toEqual({ numerator: 1, denominator: 1 });
  });

  test("are asked nothing about silence, which all of them fail", async () => {
    const { panel, scores } = await panelOf("+++", "+++", "+++").score({
      source,
      repeat: 0,
      review: { findings: [] },
      parts: [],
    });
    expect(panel?.map(({ pass }) => pass)).toEqual([false, false, false]);
    expect(scores[consensus]).toEqual({ numerator: 0, denominator: 1 });
  });
});
