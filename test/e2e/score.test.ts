import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { startReviewer } from "../fixtures/chat-reviewer.ts";
import { filesBelow, type Finished, jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { judgingWorkspace } from "../fixtures/judged-cases.ts";
import { linesOf, pairOf, pathOf, smallDataset } from "../fixtures/small-dataset.ts";
import { startUnrulyJudge, timesHeard } from "../fixtures/unruly-judge.ts";

const makeWorkspace = workspaces();

const score = (workspace: Workspace, ...more: string[]): Promise<Finished> =>
  workspace.run(["score", "runs/first", "--reporter", "json", ...more]);

interface SuiteFile {
  name: string;
  dataset: Record<string, unknown>;
  reviewer: Record<string, unknown>;
  scorers: Record<string, Record<string, unknown>>;
  gates: Record<string, unknown>[];
}

/** Changes the suite, which the workspace holds as JSON. */
function changeSuite(workspace: Workspace, change: (suite: SuiteFile) => void, path = "tiny.yaml"): void {
  const suite = JSON.parse(workspace.read("tiny.yaml")) as SuiteFile;
  change(suite);
  workspace.write(path, JSON.stringify(suite));
}

let made: ReturnType<typeof filesBelow> = [];

beforeAll(async () => {
  made = filesBelow((await measureRun()).folder).filter(({ path }) => !path.includes("latest"));
}, 30_000);

/** A run `first` of a recorded reviewer who points five lines beside every bug, without its recording. */
function makeRun(): Workspace {
  const workspace = makeWorkspace();
  for (const { path, bytes } of made) workspace.write(path, bytes);
  return workspace;
}

async function measureRun(): Promise<Workspace> {
  const workspace = makeWorkspace({ suite: { company: ["floor:shotgun", "ceiling:oracle"] } });
  const message = "An empty list has no first item: the index fails with an IndexError.";
  const reviews = smallDataset().map(({ id, bugs = [] }) => ({
    caseId: id,
    findings: bugs.length === 0 ? [] : [{ file: pathOf(id), lines: [7, 7], message }],
  }));
  workspace.write("main.jsonl", reviews.map((review) => `${JSON.stringify(review)}\n`).join(""));
  const { code } = await workspace.run([
    "tiny.yaml",
    "--out",
    "runs",
    "--model",
    "replay:main.jsonl",
    "--name",
    "first",
    "--reporter",
    "json",
    "--quiet",
  ]);
  expect(code).toBe(0);
  rmSync(join(workspace.folder, "main.jsonl"));
  return workspace;
}

const measuredOf = (workspace: Workspace, run: string) =>
  workspace.readRun(run).report.reviewers.find(({ role }) => role === "measured");
const recallOf = (workspace: Workspace, run: string) => measuredOf(workspace, run)?.metrics["detection.recall"]?.value;

describe("nitbench score", () => {
  test("scores by the suite of now what a run has answered, into a folder of its own that says whose reviews these are", async () => {
    const workspace = makeRun();
    const before = filesBelow(join(workspace.folder, "runs/first"));
    expect(recallOf(workspace, "first")).toBe(0);
    changeSuite(workspace, (suite) => {
      suite.scorers = { detection: { tolerance: 10 } };
      suite.gates = [{ metric: "detection.recall", min: 0.9, decide: "point" }];
    });
    const { code, stdout } = await score(workspace);
    expect(code).toBe(0);
    expect(stdout).toMatch(/the reviews are those of run first of \d{4}-\d\d-\d\d; they were only scored again/);
    expect(recallOf(workspace, "first-scored")).toBe(1);
    const { report } = workspace.readRun("first-scored");
    const { startedAt, tool } = workspace.readRun("first").report.run;
    expect(report.run.scored).toEqual({ of: "first", startedAt, tool });
    expect(report.run.command).toBe("nitbench score runs/first --reporter json");
    expect(measuredOf(workspace, "first-scored")).toMatchObject({ id: "replay:main.jsonl", provider: "replay" });
    expect(filesBelow(join(workspace.folder, "runs/first"))).toEqual(before);
  });

  test("gives the very figures of the run where nothing has changed", async () => {
    const workspace = makeRun();
    expect((await score(workspace, "--name", "again")).code).toBe(0);
    const [then, now] = ["first", "again"].map((run) => workspace.readRun(run));
    expect(now?.report.reviewers).toEqual(then?.report.reviewers);
    expect(now?.lines).toEqual(then?.lines);
  });

  test("exits as its gates say, and scores as often as it is told to", async () => {
    const workspace = makeRun();
    changeSuite(workspace, (suite) => (suite.gates = [{ metric: "detection.recall", min: 0.9, decide: "point" }]));
    expect((await score(workspace)).code).toBe(1);
    expect((await score(workspace, "--json")).code).toBe(1);
    expect(workspace.runs().sort()).toEqual(["first", "first-scored", "first-scored-2"]);
  });

  test("asks no reviewer, also about what it never answered: that is an outage", async () => {
    const workspace = makeWorkspace({ suite: { budget: { unscored: 0.2 } } });
    await using server = await startReviewer();
    const model = `openai:m@${server.url}`;
    expect((await workspace.run(["tiny.yaml", "--out", "runs", "--model", model, "--name", "first"])).code).toBe(0);
    const asked = server.requests.length;
    const journal = workspace.read("runs/first/journal.jsonl").trimEnd().split("\n");
    workspace.write("runs/first/journal.jsonl", `${journal.slice(0, -1).join("\n")}\n`);
    const { code, stdout } = await score(workspace);
    expect(code).toBe(3);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("1 of 4 reviews");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("run first holds no answer, and scoring asks nobody");
    expect(server.requests).toHaveLength(asked);
    const { report, lines } = workspace.readRun("first-scored");
    expect(report.reviewers[0]).toMatchObject({ cases: 4, unscored: 1, hosts: [server.host] });
    expect(lines.filter(({ outcome }) => outcome === "transport-error")).toHaveLength(1);
    expect(
      lines.every(({ parts }) =>
        parts.every(({ error, durationMs }) => (error === undefined) === (durationMs !== null)),
      ),
    ).toBe(true);
  });

  test("asks a judge for what the run has no answer of, and for nothing else", async () => {
    await using server = await startUnrulyJudge();
    const ids = ["one", "two"];
    const workspace = judgingWorkspace(makeWorkspace, ids, { judge: { model: `openai:j@${server.url}`, runs: 3 } });
    const line = ["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl", "--name", "first"];
    expect((await workspace.run(line)).code).toBe(0);
    expect(timesHeard(server)).toEqual({ one: 3, two: 3 });

    changeSuite(workspace, (suite) => (suite.gates = [{ metric: "judge.pass_rate", min: 0.1, required: false }]));
    expect((await score(workspace)).code).toBe(0);
    expect(timesHeard(server)).toEqual({ one: 3, two: 3 });
    expect(workspace.readRun("first-scored").report.judge).toMatchObject({ calls: 0, kept: { calls: 6 } });

    changeSuite(workspace, ({ scorers }) => Object.assign(scorers["judge"] ?? {}, { runs: 5 }));
    expect((await score(workspace)).code).toBe(0);
    expect(timesHeard(server)).toEqual({ one: 5, two: 5 });
    expect(jsonLines(join(workspace.folder, "runs/first-scored-2/judge.jsonl"))).toHaveLength(10);
    expect(jsonLines(join(workspace.folder, "runs/first/judge.jsonl"))).toHaveLength(6);
  });

  test("takes another suite where it is told to, and scores the cases that this one chooses", async () => {
    const workspace = makeRun();
    changeSuite(
      workspace,
      (suite) => {
        suite.name = "stricter";
        suite.dataset["where"] = "bugs == 0";
      },
      "stricter.yaml",
    );
    rmSync(join(workspace.folder, "tiny.yaml"));
    const missing = await score(workspace);
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toBe('run "first": its suite tiny.yaml is not here (name it with --suite PATH)\n');
    expect((await score(workspace, "--suite", "stricter.yaml")).code).toBe(0);
    const { report } = workspace.readRun("first-scored");
    expect(report).toMatchObject({ suite: { name: "stricter" }, dataset: { cases: 2, bugs: 0 } });
    expect(report.reviewers[0]).toMatchObject({ cases: 2, unscored: 0 });
  });

  test("keeps what the run's command set in the suite", async () => {
    const workspace = makeWorkspace({ suite: { company: ["floor:silent"] } });
    await workspace.run(["tiny.yaml", "--out", "runs", "--name", "first", "--limit", "2", "--quiet"]);
    expect((await score(workspace)).code).toBe(0);
    expect(workspace.readRun("first-scored").report.dataset).toMatchObject({ cases: 2, limit: 2 });
  });

  test("refuses cases that are others by now, and names both", async () => {
    const workspace = makeRun();
    workspace.write("data/cases.jsonl", linesOf([...smallDataset(), ...pairOf("three")]));
    const { code, stdout, stderr } = await score(workspace);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^run "first" is of dataset data \(\w{12}\), and the suite's is data \(\w{12}\): reviews of other cases cannot be scored/,
    );
    expect(workspace.runs()).toEqual(["first"]);
  });

  test.each<[string, (suite: SuiteFile) => void, RegExp]>([
    ["prompt", (suite) => (suite.reviewer["prompt"] = "other.md"), /the text of reviewer\.prompt has changed/],
    ["temperature", (suite) => (suite.reviewer["temperature"] = 0.5), /reviewer\.temperature was 0, now it is 0\.5/],
  ])("refuses a suite that asks with another %s", async (_, change, says) => {
    const workspace = makeRun();
    workspace.write("other.md", "Look at this:\n{{diff}}\n");
    changeSuite(workspace, change);
    const { code, stderr } = await score(workspace);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^run "first" was asked otherwise: /);
    expect(stderr).toMatch(says);
  });

  test("cannot be gone on with: the run itself can", async () => {
    const workspace = makeRun();
    await score(workspace);
    workspace.write("main.jsonl", `${JSON.stringify({ caseId: "one", findings: [] })}\n`);
    const { code, stderr } = await workspace.run(["--out", "runs", "--resume", "first-scored"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/its reviews are those of run first and were only scored again \(resume that run/);
  });

  test("takes what an interrupted try has left, and no folder of anybody else", async () => {
    const workspace = makeRun();
    await score(workspace);
    rmSync(join(workspace.folder, "runs/first-scored/report.json"));
    expect((await score(workspace)).code).toBe(0);
    expect(workspace.runs().sort()).toEqual(["first", "first-scored"]);
    expect(existsSync(join(workspace.folder, "runs/first-scored/report.json"))).toBe(true);
    const taken = await score(workspace, "--name", "first-scored");
    expect(taken).toMatchObject({ code: 2 });
    expect(taken.stderr).toMatch(/this run exists already/);
  });

  test.each<[string, (workspace: Workspace) => void, string, RegExp]>([
    ["what is no run", () => {}, "runs/none", /^run "runs\/none": no such folder, file or run/],
    [
      "a run without its journal",
      ({ folder }) => rmSync(join(folder, "runs/first/journal.jsonl")),
      "runs/first",
      /^run "runs\/first": its folder has no journal\.jsonl, which holds the reviews/,
    ],
  ])("refuses %s", async (_, change, run, says) => {
    const workspace = makeRun();
    change(workspace);
    const { code, stdout, stderr } = await workspace.run(["score", run]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
  });
});
