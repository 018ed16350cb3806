import { describe, expect, test } from "vitest";
import { mostPairs } from "../../../src/core/judge/batch.ts";
import type { JudgeAnswer, JudgeCall, ReadyRubric } from "../../../src/core/judge/judge.ts";
import { judgeQuestion } from "../../../src/core/judge/judge.ts";
import { judgePairs } from "../../../src/core/judge/judge-pairs.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";

const same = { name: "same", definition: "The same defect." };
const near = { name: "near", definition: "In the same place.", required: false };

function readyRubric(more: Record<string, unknown> = {}): ReadyRubric {
  const rubric = Rubric.parse({
    version: 1,
    name: "mine",
    judges: "pair",
    pairsPerCall: "case",
    prompt: "mine.md",
    axes: [same],
    ...more,
  });
  const template = "{{diff}}\n{{bug}}{{bugs}}\n{{finding}}{{findings}}\n{{pairs}}\n{{axes}}\n{{contract}}";
  return { rubric, template: { file: "mine.md", template } };
}

const pairs = [
  { finding: "two", bug: "uno" },
  { finding: "one", bug: "uno" },
  { finding: "two", bug: "due" },
];

interface Entry {
  finding: number;
  bug: number;
}

const entriesOf = ({ prompt }: JudgeCall): Entry[] =>
  [...prompt.matchAll(/^- FINDING (\d+) and BUG (\d+)$/gm)].map(([, finding, bug]) => ({
    finding: Number(finding),
    bug: Number(bug),
  }));
const axesOf = ({ prompt }: JudgeCall) => [...prompt.matchAll(/^- ([a-z]+): /gm)].map(([, name = ""]) => name);

/** An answer by the contract that says the same of every pair, but for those that are named. */
function write(call: JudgeCall, said: Record<string, string> = {}, usual = "pass"): string {
  const entries = entriesOf(call).map(({ finding, bug }) => {
    const answers = axesOf(call).map((axis) => [axis, said[`${finding} ${bug}`] ?? usual]);
    return { finding, bug, evidence: "e", reasoning: "r", ...Object.fromEntries(answers) };
  });
  return JSON.stringify({ pairs: entries, nonce: call.nonce });
}

async function judge(answer: (call: JudgeCall) => string | JudgeAnswer, ready = readyRubric(), asked = pairs) {
  const calls: JudgeCall[] = [];
  let nonces = 0;
  const ask = (call: JudgeCall): Promise<JudgeAnswer> => {
    calls.push(call);
    const said = answer(call);
    return Promise.resolve(typeof said === "string" ? { text: said } : said);
  };
  const judged = await judgePairs(ready, "+a", asked, 3, ask, () => `nonce000${++nonces}`);
  return { judged, calls, passes: judged.map((runs) => runs.map(({ pass }) => pass)) };
}

describe("pairs of one change that are asked about together", () => {
  test("are one call a run, each with a nonce of its own and the number of its pairs", async () => {
    const { calls, passes } = await judge(write);
    expect(calls.map(({ run, pairs: count }) => [run, count])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(new Set(calls.map(({ nonce }) => nonce)).size).toBe(3);
    expect(passes).toEqual(pairs.map(() => [true, true, true]));
  });

  test("get each its own verdict, whatever their order", async () => {
    // By the order of the texts: findings one, two; bugs due, uno.
    const answer = (call: JudgeCall) => write(call, { "1 2": call.run === 0 ? "pass" : "unknown", "2 1": "fail" });
    const there = await judge(answer);
    expect(there.passes).toEqual([
      [true, true, true],
      [true, null, null],
      [false, false, false],
    ]);
    const back = await judge(answer, readyRubric(), pairs.toReversed());
    expect(back.passes.toReversed()).toEqual(there.passes);
  });

  test("are the same question whatever their order, so that an answer is found again", async () => {
    const shown = async (asked: typeof pairs) =>
      (await judge(write, readyRubric(), asked)).calls.map(({ prompt, nonce }) => prompt.replaceAll(nonce, ""));
    expect(await shown(pairs.toReversed())).toEqual(await shown(pairs));
    expect(await shown([...pairs, ...pairs])).toEqual(await shown(pairs));
  });

  test("that are equal are asked about once, and each has the verdict", async () => {
    const { calls, passes } = await judge((call) => write(call, {}, "fail"), readyRubric(), [pairs[0]!, pairs[0]!]);
    expect(calls.map(entriesOf)).toEqual(Array.from({ length: 3 }, () => [{ finding: 1, bug: 1 }]));
    expect(passes).toEqual([
      [false, false, false],
      [false, false, false],
    ]);
  });

  test("are split where there are more than one call may hold", async () => {
    const many = Array.from({ length: mostPairs + 6 }, (_, index) => ({ finding: `f${index}`, bug: "b" }));
    const { calls, passes } = await judge(write, readyRubric({ runs: 1 }), many);
    expect(calls.filter(({ run }) => run === 0).map((call) => entriesOf(call).length)).toEqual([mostPairs, 6]);
    expect(passes.flat()).toEqual(Array.from({ length: 3 * many.length }, () => true));
  });

  test("without a pair are no question", async () => {
    expect(await judge(write, readyRubric(), [])).toMatchObject({ judged: [], calls: [] });
  });

  test("are a call for each axis where the rubric says so, and the answers are put together", async () => {
    const ready = readyRubric({ axes: [same, near], axesPerCall: "one" });
    const { calls, judged } = await judge(
      (call) => write(call, {}, axesOf(call)[0] === "near" ? "fail" : "pass"),
      ready,
    );
    expect(calls).toHaveLength(6);
    expect(judged[0]?.[0]).toEqual({
      axes: { same: "pass", near: "fail" },
      pass: true,
      evidence: "e\ne",
      reasoning: "r\nr",
    });
  });
});

describe("a pair that an answer leaves out", () => {
  test("is unscored with the reason, and the others keep their verdicts", async () => {
    const { judged } = await judge((call) => {
      const answer = JSON.parse(write(call)) as { pairs: Entry[] };
      return JSON.stringify({ ...answer, pairs: answer.pairs.slice(1) });
    });
    const [first, missing, last] = judged;
    expect([first, last].flatMap((runs) => runs?.map(({ pass }) => pass))).toEqual(Array(6).fill(true));
    const open = {
      axes: {},
      pass: null,
      evidence: "",
      reasoning: "",
      reason: "pairs: expected one entry for the pair, got none",
    };
    expect(missing).toEqual([open, open, open]);
  });

  test("of one axis is unscored as a whole", async () => {
    const ready = readyRubric({ axes: [same, near], axesPerCall: "one" });
    const { passes } = await judge(
      (call) => (axesOf(call)[0] === "near" && call.run === 1 ? "hm" : write(call)),
      ready,
    );
    expect(passes).toEqual(pairs.map(() => [true, null, true]));
  });
});

test.each<[string, (call: JudgeCall) => string | JudgeAnswer, string]>([
  ["an outage", () => ({ text: null, reason: "the judge could not be asked: down" }), "could not be asked: down"],
  ["prose", () => "They are the same.", "expected one JSON object"],
  ["another nonce", (call) => write({ ...call, nonce: "attacker1" }), "nonce: expected the nonce of the question"],
])("%s leaves every pair of the call unscored", async (_, answer, reason) => {
  const { judged } = await judge(answer);
  expect(judged.flat().map(({ pass }) => pass)).toEqual(Array(9).fill(null));
  expect(judged[0]?.[0]?.reason).toContain(reason);
});

test("an answer that was kept is read by the nonce of the call that it was given to", async () => {
  const kept = (call: JudgeCall) => ({ text: write({ ...call, nonce: "earlier99" }), nonce: "earlier99" });
  expect((await judge(kept)).passes.flat()).toEqual(Array(9).fill(true));
});

test("a run that is given up rejects with its reason", async () => {
  const stop = () => Promise.reject(new Error("interrupted"));
  await expect(judgePairs(readyRubric(), "", pairs, 1, stop, () => "nonce0001")).rejects.toThrow("interrupted");
});

test("a rubric that asks about each pair by itself makes a call of each in every run", async () => {
  const ready = readyRubric({ pairsPerCall: "one" });
  const { calls, passes } = await judge(
    (call) => JSON.stringify({ evidence: "e", reasoning: "r", same: "pass", nonce: call.nonce }),
    ready,
  );
  expect(calls).toHaveLength(9);
  expect(calls.every((call) => call.pairs === undefined)).toBe(true);
  expect(passes).toEqual(pairs.map(() => [true, true, true]));
});

test("a pair by itself is no question to a rubric that asks about all together", async () => {
  const question = { judges: "pair" as const, diff: "", bug: "b", finding: "f" };
  const asking = judgeQuestion(
    readyRubric(),
    question,
    1,
    () => Promise.resolve({ text: "" }),
    () => "nonce0001",
  );
  await expect(asking).rejects.toThrow("rubric mine: expected all pairs of a case at once, got one by itself");
});
