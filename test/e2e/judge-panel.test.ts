import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadRubric } from "../../src/load/rubric.ts";
import { loadSelfTest } from "../../src/load/self-test.ts";
import { findsBugs } from "../fixtures/chat-reviewer.ts";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { judgingWorkspace } from "../fixtures/judged-cases.ts";
import { honest, startJudge } from "../fixtures/judge-server.ts";
import { deadUrl, startScriptedServer } from "../fixtures/scripted-server.ts";
import { pathOf } from "../fixtures/small-dataset.ts";
import { flips, judges, startUnrulyJudge, timesHeard, unruly, type UnrulyJudge } from "../fixtures/unruly-judge.ts";

const makeWorkspace = workspaces();
const replay = ["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl"];
const refOf = ({ url }: Pick<UnrulyJudge, "url">, model = "j") => `openai:${model}@${url}`;
const named = (refs: readonly string[]) => refs.flatMap((ref) => ["--judge", ref]);
const fails = judges({ theme: "fail" });
const ids = ["one", "two", "three", "four"];

test("most judges decide, each by the medians of its runs, and each is told apart with what it took", async () => {
  await using first = await startUnrulyJudge({ two: fails, three: flips });
  await using second = await startUnrulyJudge({ two: fails, four: fails });
  await using third = await startUnrulyJudge({ one: fails, three: fails, four: fails });
  const servers = [first, second, third];
  const refs = servers.map((server) => refOf(server));
  const workspace = judgingWorkspace(makeWorkspace, ids);
  const { code, stdout, stderr } = await workspace.run([...replay, ...named(refs)]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  for (const server of servers) expect(timesHeard(server)).toEqual({ one: 3, two: 3, three: 3, four: 3 });

  const { report, lines } = workspace.readRun();
  expect(Object.fromEntries(lines.map(({ caseId, panel }) => [caseId, panel?.map(({ pass }) => pass)]))).toEqual({
    one: [true, true, false],
    two: [false, false, true],
    // The first changed its mind in one of three runs.
    three: [true, true, false],
    four: [true, false, false],
  });
  expect(lines[0]?.judged?.map(({ judge }) => judge)).toEqual(refs.flatMap((ref) => [ref, ref, ref]));
  const [reviewer] = report.reviewers;
  const metrics = reviewer?.metrics ?? {};
  expect(metrics["judge.pass_rate"]).toMatchObject({ value: 0.5, n: 4, unscored: 0 });
  expect(metrics["judge.pass_rate_consensus"]).toMatchObject({ numerator: 2, denominator: 4 });
  expect(metrics["judge.theme"]).toMatchObject({ value: 0.5 });
  expect(metrics["judge.voice"]).toMatchObject({ value: 1 });
  expect(metrics["judge.panel_disagreement"]).toMatchObject({ numerator: 4, denominator: 4 });
  expect(metrics["judge.flip_rate"]?.value).toBeCloseTo(1 / 12, 12);
  // By itself the first passes 3, 2 and 3 of 4.
  expect(reviewer?.judges?.map(({ ref, metrics: own }) => [ref, own["judge.pass_rate"]?.value])).toEqual([
    [refs[0], 0.75],
    [refs[1], 0.5],
    [refs[2], 0.25],
  ]);
  expect(reviewer?.judges?.[0]?.metrics["judge.panel_disagreement"]).toBeUndefined();

  expect(report.judge).toMatchObject({
    ref: refs.join(", "),
    runs: 3,
    hosts: servers.map(({ host }) => host),
    calls: 36,
    tokens: { in: 3600, out: 360 },
    calibration: null,
  });
  expect(report.judge?.members?.map(({ ref, calls, tokens }) => ({ ref, calls, tokens }))).toEqual(
    refs.map((ref) => ({ ref, calls: 12, tokens: { in: 1200, out: 120 } })),
  );
  expect(stdout).toMatch(/panel pass rate/);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    "judged by 3 judges, what most of them say by the medians of 3 runs each (rubric review); 36 questions, 3600 tokens in and 360 out, cost unknown",
  );
});

test("a judge that breaks down leaves its part open: the others decide where they agree", async () => {
  await using first = await startUnrulyJudge({ two: fails });
  await using second = await startUnrulyJudge({}, unruly.isDown);
  await using third = await startUnrulyJudge();
  const workspace = judgingWorkspace(makeWorkspace, ["one", "two"], { budget: { unscored: 1, errors: 1 } });
  const refs = [first, second, third].map((server) => refOf(server));
  expect((await workspace.run([...replay, ...named(refs)])).code).toBe(0);
  const { report, lines } = workspace.readRun();
  expect(lines.map(({ scores }) => scores["judge.pass_rate_consensus"])).toEqual([
    { numerator: 1, denominator: 1 },
    { value: null, reason: expect.stringMatching(/^the judge could not be asked: .*503/) as string },
  ]);
  expect(report.reviewers[0]?.metrics["judge.pass_rate"]).toMatchObject({ value: 1, n: 1, unscored: 1 });
  expect(report.judge?.members?.map(({ unscored }) => unscored.map(({ count }) => count))).toEqual([[], [6], []]);
  expect(report.warnings).toContainEqual(
    expect.stringMatching(/no review was scored by openai:j \(openai:j@\S+ left the review open\)$/),
  );
});

test("a resumed panel asks no judge again for what it answered", async () => {
  await using first = await startUnrulyJudge();
  await using second = await startUnrulyJudge();
  let isDown = true;
  await using third = await startUnrulyJudge({}, (question) => (isDown ? unruly.isDown() : judges()(question)));
  const refs = [first, second, third].map((server) => refOf(server));
  const workspace = judgingWorkspace(makeWorkspace, ["one", "two"]);
  await workspace.run([...replay, ...named(refs), "--name", "mine"]);
  const asked = [first, second, third].map((server) => server.questions().length);
  isDown = false;
  expect((await workspace.run(["--out", "runs", "--resume", "mine"])).code).toBe(0);
  expect([first, second, third].map((server, at) => server.questions().length - (asked[at] ?? 0))).toEqual([0, 0, 6]);
  expect(jsonLines(join(workspace.folder, "runs/mine/judge.jsonl"))).toHaveLength(18);
  const { report } = workspace.readRun("mine");
  expect(report.judge).toMatchObject({ calls: 6, members: [{ calls: 0 }, { calls: 0 }, { calls: 6 }] });
  expect(report.reviewers[0]?.metrics["judge.panel_disagreement"]).toMatchObject({ numerator: 0, denominator: 2 });
});

test("a member of the reviewer's family is named, and one that is the reviewer itself is refused", async () => {
  await using server = await startScriptedServer([findsBugs]);
  const reviewer = `openai:qwen-small@${server.url}`;
  await using judge = await startUnrulyJudge();
  const refs = ["qwen-large", "llama-large", "granite-large"].map((model) => refOf(judge, model));
  const args = ["tiny.yaml", "--out", "runs", "--model", reviewer];
  const workspace = judgingWorkspace(makeWorkspace, ["one", "two"]);
  expect((await workspace.run([...args, ...named(refs)])).code).toBe(0);
  expect(workspace.readRun().report.warnings).toContain(
    `the judge qwen-large is of one model family (qwen) with ${reviewer}`,
  );
  const self = await workspace.run([...args, ...named([...refs.slice(0, 2), reviewer])]);
  expect(self.code).toBe(2);
  expect(self.stderr).toContain(`judge "${reviewer}": it is the reviewer ${reviewer} itself`);
});

describe("what makes no panel", () => {
  const [a, b, c] = [
    "openai:a@http://127.0.0.1:9/v1",
    "openai:b@http://127.0.0.1:9/v1",
    "openai:c@http://127.0.0.1:9/v1",
  ];

  test.each([
    [
      [a, b],
      {},
      "--judge: expected an odd number of judges, so that there is a majority, got 2 (add one or leave one out)\n",
    ],
    [[a, b, a], {}, `--judge ${a}: it is named twice (name each judge once)\n`],
    [
      [a, b, "openai:a@http://127.0.0.1:9/v1/"],
      {},
      /^judge "openai:a@\S+": another judge of the panel is the same model/,
    ],
    [[a, b, "lexical"], {}, /^--judge lexical: words do not judge in a panel/],
    [
      [a, b, c],
      { keyVariable: "KEY" },
      /^scorers\.judge\.keyVariable: it is that of one judge, and 3 judge \(write it beside the judge/,
    ],
    [
      [],
      { model: [a, b] },
      /scorers\.judge\.model: expected an odd number of judges, so that there is a majority, got 2/,
    ],
    [[], { model: [a, b, { model: a }] }, /scorers\.judge\.model: "openai:a@\S+" is named twice/],
  ])("%j with %j is refused", async (refs, judge, says) => {
    const workspace = judgingWorkspace(makeWorkspace, ["one"], { judge });
    const { code, stderr } = await workspace.run([...replay, ...named(refs)]);
    expect(code).toBe(2);
    if (typeof says === "string") expect(stderr).toBe(says);
    else expect(stderr).toMatch(says);
    expect(workspace.runs()).toEqual([]);
  });
});

test("each judge of a suite has its own key", async () => {
  await using first = await startUnrulyJudge();
  await using second = await startUnrulyJudge();
  await using third = await startUnrulyJudge();
  const model = [
    { model: refOf(first), keyVariable: "KEY_A" },
    { model: refOf(second), keyVariable: "KEY_B" },
    refOf(third),
  ];
  const workspace = judgingWorkspace(makeWorkspace, ["one", "two"], { judge: { model, runs: 1 } });
  expect((await workspace.run(replay, { KEY_A: "aaa", KEY_B: "bbb" })).code).toBe(0);
  const keys = [first, second, third].map(({ chats }) => chats[0]?.headers["authorization"]);
  expect(keys.slice(0, 2)).toEqual(["Bearer aaa", "Bearer bbb"]);
  expect(keys[2]).not.toMatch(/aaa|bbb/);
});

test("a gate on a panel is undecided until every judge may gate", async () => {
  const { cases } = loadSelfTest(loadRubric("same-bug").rubric);
  const known = new Map(cases.map((one) => ["finding" in one ? one.finding : "", one.kind === "positive"]));
  const isSame = (finding: string) => known.get(finding) ?? finding.includes("Right");
  const judging = honest(({ finding }) => (isSame(finding) ? "pass" : "fail"));
  await using first = await startJudge(judging);
  await using second = await startJudge(judging);
  await using third = await startJudge(judging);
  const refs = [first, second, third].map(({ url }) => `openai:judge@${url}`);
  const workspace = pairsWorkspace();
  const judged = [...replay, ...named(refs)];
  const gateOf = () => workspace.readRun().report.reviewers[0]?.gates[0];
  expect((await workspace.run(judged)).code).toBe(4);
  expect(gateOf()?.reason).toMatch(
    /^openai:judge@\S+ informs and decides nothing: .* \(and so for 2 more of the 3 judges\)$/,
  );

  const [one = ""] = refs;
  await workspace.run(["judge", "test", "same-bug", "--judge", one]);
  workspace.write("bc-bench/judge_calibration.jsonl", pairsOfPeople());
  await workspace.run(["judge", "calibrate", "same-bug", "--judge", one, "--against", "bc-bench", "--dir", "bc-bench"]);
  expect((await workspace.run(judged)).code).toBe(4);
  expect(gateOf()?.reason).toMatch(/^openai:judge@\S+ informs .* \(and so for 1 more of the 3 judges\)$/);

  const records = "judges/calibration/judges/same-bug";
  const [record = ""] = readdirSync(join(workspace.folder, records));
  for (const [index, server] of [second, third].entries())
    workspace.write(
      `${records}/${index}.json`,
      workspace.read(`${records}/${record}`).replaceAll(first.url, server.url),
    );
  expect((await workspace.run(judged)).code).toBe(0);
  expect(gateOf()).toMatchObject({ status: "pass", value: 0.5 });
  expect(workspace.readRun().report.matcher).toMatchObject({
    judge: refs.join(", "),
    asked: { calls: 18, informsBecause: null, members: [{ calls: 6 }, { calls: 6 }, { calls: 6 }] },
  });
  expect(workspace.read("runs/latest/report.html")).toContain(`<code>${first.host}</code> (judges)`);
});

test("a panel of which one judge is not there is exit 3 before anybody is asked", async () => {
  await using first = await startUnrulyJudge();
  await using second = await startUnrulyJudge();
  const refs = [refOf(first), refOf(second), `openai:j@${await deadUrl()}`];
  const workspace = judgingWorkspace(makeWorkspace, ["one"]);
  const { code, stderr } = await workspace.run([...replay, ...named(refs)]);
  expect(code).toBe(3);
  expect(stderr).toContain("connection refused");
  expect([first, second].flatMap((server) => server.questions())).toEqual([]);
  expect(workspace.runs()).toEqual([]);
});

/** Labels of people on 60 pairs, half of them the same. */
function pairsOfPeople(): string {
  const pairs = Array.from({ length: 60 }, (_, index) => ({
    expected: { body: "The commit in the loop leaves partial data." },
    candidate: { body: `${index % 2 === 0 ? "Right" : "Naming"} ${index}` },
    should_match: index % 2 === 0,
  }));
  return pairs.map((pair) => `${JSON.stringify(pair)}\n`).join("");
}

/** A suite in which judges match; of its two recorded findings one is right. */
function pairsWorkspace(): Workspace {
  const gates = [{ metric: "detection.recall", min: 0.4, decide: "point" }];
  const workspace = makeWorkspace({ suite: { scorers: { detection: { matcher: "judge" } }, gates } });
  const said = { one: "Right: nothing may be there.", two: "A poor name." };
  const reviews = ["one", "one.clean", "two", "two.clean"].map((caseId) => {
    const message = said[caseId as keyof typeof said];
    return { caseId, findings: message === undefined ? [] : [{ file: pathOf(caseId), lines: [2, 2], message }] };
  });
  workspace.write("reviews.jsonl", reviews.map((review) => `${JSON.stringify(review)}\n`).join(""));
  return workspace;
}
