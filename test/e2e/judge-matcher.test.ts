import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadRubric } from "../../src/load/rubric.ts";
import { loadSelfTest } from "../../src/load/self-test.ts";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { honest, passesAll, startJudge } from "../fixtures/judge-server.ts";
import { failsWith, type ScriptedServer } from "../fixtures/scripted-server.ts";
import { pathOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const jsonl = (lines: readonly unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const refOf = ({ url }: ScriptedServer) => `openai:judge@${url}`;
const findingOf = (id: string, message: string, line = 2) => ({
  caseId: id,
  findings: [{ file: pathOf(id), lines: [line, line], message }],
});

/** A suite that lets a judge match, and a recorded reviewer: right about one, wrong about two, silent on the twins. */
function start(suite: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Workspace {
  const workspace = makeWorkspace({
    suite: { scorers: { detection: { matcher: "judge" }, ...more }, ...suite },
  });
  const silent = ["one.clean", "two.clean"].map((caseId) => ({ caseId, findings: [] }));
  const said = [findingOf("one", "Right: nothing may be there."), findingOf("two", "A poor name.")];
  workspace.write("reviews.jsonl", jsonl([...said, ...silent]));
  return workspace;
}

const args = ["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl"];
const byWord = honest(({ finding }) => (finding.includes("Right") ? "pass" : "fail"));

test("a judge says which findings describe bugs, and the report says who it was", async () => {
  await using server = await startJudge(byWord);
  const workspace = start();
  expect((await workspace.run([...args, "--judge", refOf(server)])).code).toBe(0);
  const { report, lines } = workspace.readRun();
  expect(report.matcher).toMatchObject({
    name: "judge",
    calibration: null,
    judge: refOf(server),
    asked: { rubric: { name: "same-bug" }, runs: 3, hosts: [server.host], calls: 6, unscored: [], calibration: null },
  });
  expect(report.reviewers[0]?.metrics["detection.recall"]).toMatchObject({ numerator: 1, denominator: 2, unscored: 0 });
  expect(
    lines.map(({ ledger }) => ledger?.findings.map(({ state }) => state) ?? null).filter((states) => states?.length),
  ).toEqual([["matched"], ["unlisted"]]);
  expect(workspace.read("runs/latest/report.html")).toContain(`<code>${server.host}</code> (the judge)`);
  expect(jsonLines(join(workspace.folder, "runs/latest/judge.jsonl"))).toHaveLength(6);
});

test("a finding far from every bug is not asked about, and the run is whole", async () => {
  await using server = await startJudge(passesAll);
  const workspace = start();
  workspace.write("reviews.jsonl", jsonl(["one", "one.clean", "two", "two.clean"].map((id) => findingOf(id, "x", 40))));
  expect((await workspace.run([...args, "--judge", refOf(server)])).code).toBe(0);
  expect(server.chats).toEqual([]);
  const { metrics = {}, undecided } = workspace.readRun().report.reviewers[0] ?? {};
  expect(metrics["detection.recall"]).toMatchObject({ numerator: 0, denominator: 2, unscored: 0 });
  expect(undecided).toBeUndefined();
});

test("beside a judge of reviews both keep their answers in one log, which a resumed run asks none of again", async () => {
  await using server = await startJudge(byWord);
  const workspace = makeWorkspace({ suite: { scorers: { detection: { matcher: "judge" }, judge: {} } } });
  const cases = workspace.read("data/cases.jsonl").trimEnd().split("\n");
  const referenced = cases.map((line) => ({
    ...(JSON.parse(line) as object),
    references: [{ text: "An empty list.", author: "ines" }],
  }));
  workspace.write("data/cases.jsonl", jsonl(referenced));
  workspace.write(
    "reviews.jsonl",
    jsonl(["one", "one.clean", "two", "two.clean"].map((id) => findingOf(id, "Right: empty."))),
  );
  const judged = [...args, "--judge", refOf(server)];
  expect((await workspace.run([...judged, "--name", "both"])).code).toBe(0);
  const log = join(workspace.folder, "runs/both/judge.jsonl");
  const asked = server.chats.length;
  expect(jsonLines(log)).toHaveLength(asked);
  const kinds = server.chats.map(({ body }) => JSON.stringify(body).includes("<<<BUG"));
  expect(kinds.filter(Boolean)).toHaveLength(6);
  expect(asked).toBeGreaterThan(6);

  expect(
    (
      await workspace.run([
        "tiny.yaml",
        "--out",
        "runs",
        "--model",
        "replay:reviews.jsonl",
        "--judge",
        refOf(server),
        "--resume",
        "both",
      ])
    ).code,
  ).toBe(0);
  expect(server.chats).toHaveLength(asked);
});

test("a judge that breaks down leaves its pairs undecided, which makes the run incomplete and says why", async () => {
  await using server = await startJudge(failsWith(503, "overloaded"));
  const workspace = start({}, { judge: { retries: 0 } });
  const { code, stdout } = await workspace.run([...args, "--judge", refOf(server)]);
  expect(code).toBe(3);
  expect(stdout).toContain("hold findings that the matcher could not decide, above the budget");
  expect(workspace.readRun().report.warnings.join("\n")).toMatch(
    /6 verdicts of the judge on findings and bugs unscored \(the judge could not be asked: /,
  );
});

describe("a gate on detection", () => {
  const gates = [{ metric: "detection.recall", min: 0.4, decide: "point" }];

  test("is undecided while nothing is known of the judge, and decided once it is tested and calibrated", async () => {
    const { cases } = loadSelfTest(loadRubric("same-bug").rubric);
    const known = new Map(cases.map((one) => ["finding" in one ? one.finding : "", one.kind === "positive"]));
    const isSame = (finding: string) => known.get(finding) ?? finding.includes("Right");
    await using server = await startJudge(honest(({ finding }) => (isSame(finding) ? "pass" : "fail")));
    const workspace = start({ gates });
    const judged = [...args, "--judge", refOf(server)];
    const before = await workspace.run(judged);
    expect(before.code).toBe(4);
    const reasonOf = () => workspace.readRun().report.reviewers[0]?.gates[0]?.reason;
    const testing = `nitbench judge test same-bug --judge ${refOf(server)}`;
    expect(reasonOf()).toContain(testing);
    expect((await workspace.run(testing.split(" ").slice(1))).code).toBe(0);
    expect((await workspace.run(judged)).code).toBe(4);
    const command = `nitbench judge calibrate same-bug --judge ${refOf(server)} --against bc-bench`;
    expect(reasonOf()).toContain(command);

    const pairs = Array.from({ length: 60 }, (_, index) => ({
      expected: { body: "The commit in the loop leaves partial data." },
      candidate: { body: `${index % 2 === 0 ? "Right" : "Naming"} ${index}` },
      should_match: index % 2 === 0,
    }));
    workspace.write("bc-bench/judge_calibration.jsonl", jsonl(pairs));
    const [, ...calibrate] = command.split(" ");
    expect((await workspace.run([...calibrate, "--dir", "bc-bench"])).code).toBe(0);
    expect((await workspace.run(judged)).code).toBe(0);
    expect(workspace.readRun().report.matcher?.asked).toMatchObject({
      informsBecause: null,
      calibration: { selfTest: { holds: true }, axes: { same: { tp: 30 } } },
    });
  });
});

describe("without a judge that can be asked", () => {
  const needs = (got: string) =>
    `scorers.detection.matcher: judge needs a model, got ${got} (name one with --judge REF or NITBENCH_JUDGE, or write matcher: lexical)\n`;

  test.each([
    [[], needs("none")],
    [["--judge", "lexical"], needs("lexical")],
    [
      ["--judge", "openai:j@http://127.0.0.1:9/v1", "--set", "scorers.detection.rubric=review"],
      /^scorers\.detection\.rubric: .*review\.yaml judges reviews \(name one that judges pairs, such as same-bug\)\n$/,
    ],
  ])("%j is refused before anything is asked", async (more, says) => {
    const { code, stderr } = await start().run([...args, ...more]);
    expect(code).toBe(2);
    if (typeof says === "string") expect(stderr).toBe(says);
    else expect(stderr).toMatch(says);
  });

  test("NITBENCH_JUDGE names it, and it is not the reviewer itself", async () => {
    await using server = await startJudge(byWord);
    const own = ["tiny.yaml", "--out", "runs", "--model", refOf(server)];
    const { code, stderr } = await start().run(own, { NITBENCH_JUDGE: refOf(server) });
    expect(code).toBe(2);
    expect(stderr).toContain("it is the reviewer");
  });
});
