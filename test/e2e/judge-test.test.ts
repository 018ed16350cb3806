import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { JudgeCalibration } from "../../src/core/judge/calibration.ts";
import { loadRubric } from "../../src/load/rubric.ts";
import { loadSelfTest } from "../../src/load/self-test.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { flips, honest, type JudgeRule, passesAll, startJudge, talksGarbage } from "../fixtures/judge-server.ts";
import { type Behaviour, deadUrl, failsWith, hangs } from "../fixtures/scripted-server.ts";

const makeWorkspace = workspaces();
const cases = loadSelfTest(loadRubric("review").rubric).cases.flatMap((one) => ("candidate" in one ? [one] : []));
const positives = new Set(cases.filter(({ kind }) => kind === "positive").map(({ candidate }) => candidate));
const silent = cases.filter(({ candidate }) => candidate.trim() === "").length;
const knows: JudgeRule = ({ review }) => (positives.has(review) ? "pass" : "fail");

const refOf = ({ url }: { url: string }) => `openai:judge@${url}`;
const takeTest = (workspace: Workspace, ref: string, ...args: string[]) =>
  workspace.run(["judge", "test", "review", "--judge", ref, ...args]);

function recordOf(workspace: Workspace, rubric = "review"): JudgeCalibration | null {
  const folder = join(workspace.folder, "judges/calibration/judges", rubric);
  const [file] = existsSync(folder) ? readdirSync(folder) : [];
  return file === undefined
    ? null
    : JudgeCalibration.parse(JSON.parse(workspace.read(join("judges/calibration/judges", rubric, file))));
}

describe("judge test", () => {
  test("holds for a judge that knows right from wrong, and pays for no answer twice", async () => {
    await using server = await startJudge(honest(knows));
    const workspace = makeWorkspace();
    const first = await takeTest(workspace, refOf(server));
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain("the self-test holds");
    expect(first.stdout).not.toContain("not right");
    expect(first.stdout).toMatch(
      /run nitbench judge calibrate review --judge \S+ --against LABELS.jsonl --dataset DATASET$/m,
    );
    const asked = (cases.length - silent) * 3;
    expect(server.chats).toHaveLength(asked);
    const record = recordOf(workspace);
    expect(record).toMatchObject({
      judge: `openai judge ${server.url}`,
      ref: refOf(server),
      runs: 3,
      source: null,
      axes: {},
      selfTest: { holds: true, positives: { n: positives.size, passed: positives.size } },
    });

    const second = await takeTest(workspace, refOf(server));
    expect(second.code).toBe(0);
    expect(second.stdout).toContain("no question asked");
    expect(server.chats).toHaveLength(asked);
    expect(recordOf(workspace)?.selfTest).toEqual(record?.selfTest);
  });

  test("does not hold for one that passes everything, and every wrong item is named with why it is there", async () => {
    await using server = await startJudge(passesAll);
    const workspace = makeWorkspace();
    const { code, stdout } = await takeTest(workspace, refOf(server), "--judge-runs", "1");
    expect(code).toBe(1);
    const all = await takeTest(workspace, refOf(server), "--judge-runs", "1", "--json");
    const { wrong } = JSON.parse(all.stdout) as { wrong: { id: string; why: string }[] };
    const expected = cases.filter(({ kind, candidate }) => kind === "negative" && candidate.trim() !== "");
    expect(wrong.map(({ id, why }) => [id, why])).toEqual(expected.map(({ id, why }) => [id, why]));
    expect(stdout).toContain(`  and ${expected.length - 8} more (--json has all of them)\n`);
    expect(stdout).toMatch(
      /the self-test does not hold: passed \d+ of the \d+ critical cases, all of which a judge must fail: [^\n]* \(take another judge model with --judge, or make the rubric clearer\)\n/,
    );
    expect(stdout).not.toContain("; run nitbench judge test");
    expect(recordOf(workspace)?.selfTest).toMatchObject({ holds: false, critical: { failed: silent } });
  });

  test("does not hold where a critical review passes in one run of three", async () => {
    await using server = await startJudge(
      honest(({ review, seed }) =>
        positives.has(review) || (review.startsWith("LGTM") && seed === 2) ? "pass" : "fail",
      ),
    );
    const { code, stdout } = await takeTest(makeWorkspace(), refOf(server));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}lgtm \(critical\): passed in 1 of 3 runs\. /m);
  });

  test("does not hold for one that says the contrary of itself from run to run", async () => {
    await using server = await startJudge(flips);
    const { code, stdout } = await takeTest(makeWorkspace(), refOf(server));
    expect(code).toBe(1);
    expect(stdout).toContain("passed in 2 of 3 runs");
  });

  test("is undecided for one that gives no verdict, and asks it again", async () => {
    let isMended = false;
    await using server = await startJudge((response, request) =>
      (isMended ? honest(knows) : talksGarbage)(response, request),
    );
    const workspace = makeWorkspace();
    const { code, stdout } = await takeTest(workspace, refOf(server), "--judge-runs", "1");
    expect(code).toBe(4);
    expect(stdout).toContain("unscored, expected one JSON object");
    expect(stdout).toContain("the self-test is undecided: ");
    const undecided = cases.length - silent;
    expect(stdout).toContain(
      `its self-test is undecided, ${undecided} of its cases being unscored; run nitbench judge`,
    );
    expect(recordOf(workspace)?.selfTest).toMatchObject({ holds: false, undecided, positives: { passed: 0 } });

    isMended = true;
    expect((await takeTest(workspace, refOf(server), "--judge-runs", "1")).code).toBe(0);
    expect(server.chats).toHaveLength(2 * undecided);
    expect((await takeTest(workspace, refOf(server), "--judge-runs", "1")).code).toBe(0);
    expect(server.chats).toHaveLength(2 * undecided);
  });

  test("of the lexical judge asks nobody", async () => {
    const workspace = makeWorkspace();
    const { code, stdout } = await takeTest(workspace, "lexical");
    expect(code).toBe(1);
    expect(stdout).toContain("the lexical judge informs and decides nothing");
    expect(recordOf(workspace)).toMatchObject({ ref: "lexical", runs: 1, selfTest: { holds: false } });
    expect(existsSync(join(workspace.folder, ".nitbench"))).toBe(false);
  });

  test("prints one document with --json", async () => {
    await using server = await startJudge(honest(knows));
    const { code, stdout } = await takeTest(makeWorkspace(), refOf(server), "--judge-runs", "1", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      ref: refOf(server),
      runs: 1,
      holds: true,
      wrong: [],
      outcome: { status: "pass" },
    });
  });
});

describe.each(["same-bug", "safety", "gold-promotion"])("judge test %s", (rubric) => {
  const known = new Map(
    loadSelfTest(loadRubric(rubric).rubric).cases.map((one) => [
      ("finding" in one ? one.finding : one.candidate).trim(),
      one.kind,
    ]),
  );
  const asked = [...known.keys()].filter((text) => text !== "").length;
  const [good, bad] = rubric === "gold-promotion" ? ([3, 0] as const) : (["pass", "fail"] as const);
  const answering = (isGood: (kind: string | undefined) => boolean) =>
    honest(({ review, finding }) => (isGood(known.get(`${review}${finding}`.trim())) ? good : bad));

  test("holds for a judge that knows right from wrong, and goes on record", async () => {
    await using server = await startJudge(answering((kind) => kind === "positive"));
    const workspace = makeWorkspace();
    const { code, stdout } = await workspace.run([
      "judge",
      "test",
      rubric,
      "--judge",
      refOf(server),
      "--judge-runs",
      "1",
    ]);
    expect(stdout).toContain("the self-test holds");
    expect(code).toBe(0);
    expect(server.chats).toHaveLength(asked);
    expect(recordOf(workspace, rubric)).toMatchObject({ rubric: { name: rubric }, selfTest: { holds: true } });
  });

  test("does not hold for one that passes whatever it is shown", async () => {
    await using server = await startJudge(answering(() => true));
    const workspace = makeWorkspace();
    const { code, stdout } = await workspace.run([
      "judge",
      "test",
      rubric,
      "--judge",
      refOf(server),
      "--judge-runs",
      "1",
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /the self-test does not hold: passed \d+ of the \d+ critical cases, all of which a judge must fail: /,
    );
    expect(recordOf(workspace, rubric)).toMatchObject({ selfTest: { holds: false } });
  });
});

test("judge test same-bug of the lexical judge compares words, and asks nobody", async () => {
  const workspace = makeWorkspace();
  const { code, stdout } = await workspace.run(["judge", "test", "same-bug", "--judge", "lexical"]);
  expect(code).toBe(1);
  expect(stdout).toContain("the lexical judge informs and decides nothing");
  expect(recordOf(workspace, "same-bug")).toMatchObject({ ref: "lexical", selfTest: { holds: false } });
});

describe("a judge that cannot be asked", () => {
  test("is exit 3, and nothing is kept of it", async () => {
    const workspace = makeWorkspace();
    const { code, stdout, stderr } = await takeTest(workspace, `openai:judge@${await deadUrl()}`);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^openai:judge@\S+: cannot reach [^\n]+\n$/);
    expect(recordOf(workspace)).toBeNull();
  });

  test("half-way is exit 3, and the same command goes on from there", async () => {
    let left = 20;
    const failsLater: Behaviour = (response, request) => {
      left -= 1;
      return (left < 0 ? failsWith(403, { error: { message: "quota used up" } }) : honest(knows))(response, request);
    };
    await using server = await startJudge(failsLater);
    const workspace = makeWorkspace();
    const args = ["--judge-runs", "1", "--concurrency", "1"];
    const broken = await takeTest(workspace, refOf(server), ...args);
    expect(broken.code).toBe(3);
    expect(broken.stderr).toMatch(
      /the judge could not be asked: [^\n]+ \(its answers are kept: go on with the same command\)\n$/,
    );
    expect(server.chats).toHaveLength(21);
    expect(recordOf(workspace)).toBeNull();

    left = 1000;
    expect((await takeTest(workspace, refOf(server), ...args)).code).toBe(0);
    expect(server.chats).toHaveLength(21 + cases.length - silent - 20);
  });

  test("is left alone at the first interrupt, which is exit 130 and leaves nothing locked", async () => {
    await using server = await startJudge(hangs);
    const workspace = makeWorkspace();
    const { child, finished } = workspace.start(["judge", "test", "review", "--judge", refOf(server)]);
    await vi.waitFor(() => expect(server.chats.length).toBeGreaterThan(0), { timeout: 30_000 });
    child.kill("SIGINT");
    const { code, stdout, stderr } = await finished;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("interrupted; the judge's answers are kept: go on with the same command");
    const [key = ""] = readdirSync(join(workspace.folder, ".nitbench/judge"));
    expect(readdirSync(join(workspace.folder, ".nitbench/judge", key))).toEqual([]);
  });

  test.each([
    [["test", "review"], "rubric review: no judge is named (give --judge REF, or --judge lexical)"],
    [["test", "revue", "--judge", "lexical"], 'rubric "revue": no such rubric (did you mean "review"?'],
    [["test", "review", "--judge", "floor:lgtm"], 'judge "floor:lgtm": floor answers no questions (name a model)'],
    [
      ["test", "review", "--judge", "openai:m@http://127.0.0.1:1/v1", "--judge-runs", "2"],
      "--judge-runs 2: expected an odd number",
    ],
    [["test", "lexical", "--judge", "openai:m@http://127.0.0.1:1/v1"], "rubric lexical: it asks no model"],
    [["calibrate", "review", "--judge", "lexical"], "required option '--against <labels>' not specified"],
  ])("is a mistake of usage for %j", async (args, message) => {
    const { code, stdout, stderr } = await makeWorkspace().run(["judge", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
