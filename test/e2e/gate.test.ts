import { describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { recordingOf, singleCases } from "../fixtures/ci-cases.ts";
import { filesBelow, type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const cases = singleCases(60);
const gates = [{ metric: "detection.recall", vsBaseline: { margin: 0.05 } }];

let made: ReturnType<typeof filesBelow> | null = null;

/** A project with a run `old`, which is the baseline `tiny`, and a run `new` that differs in nothing; measured once. */
async function makeProject(suite: Record<string, unknown> = {}): Promise<Workspace> {
  const workspace = makeWorkspace({ dataset: linesOf(cases), suite: { scorers: { detection: {} }, gates, ...suite } });
  const own = workspace.read("tiny.yaml");
  if (made === null)
    made = await measureProject(
      makeWorkspace({ dataset: linesOf(cases), suite: { scorers: { detection: {} }, gates } }),
    );
  for (const { path, bytes } of made) workspace.write(path, bytes);
  workspace.write("tiny.yaml", own);
  return workspace;
}

async function measureProject(workspace: Workspace): Promise<ReturnType<typeof filesBelow>> {
  workspace.write(
    "main.jsonl",
    recordingOf(cases, (index) => index % 4 !== 0),
  );
  for (const name of ["old", "new"]) await measure(workspace, name);
  expect((await workspace.run(["baseline", "set", "runs/old"])).code).toBe(0);
  return filesBelow(workspace.folder);
}

const measure = (workspace: Workspace, name: string, ...more: string[]) =>
  workspace.run([
    "tiny.yaml",
    "--out",
    "runs",
    "--model",
    "replay:main.jsonl",
    "--name",
    name,
    "--reporter",
    "json",
    ...more,
  ]);

/** Changes a file of a run, as a hand or a broken disk would. */
function mend(workspace: Workspace, path: string, change: (text: string) => string): void {
  const text = workspace.read(path);
  const changed = change(text);
  expect(changed).not.toBe(text);
  workspace.write(path, changed);
}

const withReport = (change: (report: Report) => void) => (text: string) => {
  const report = JSON.parse(text) as Report;
  change(report);
  return JSON.stringify(report);
};

describe("nitbench gate", () => {
  test.each<[string, string, (text: string) => string, RegExp]>([
    ["a report cut short", "runs/new/report.json", (text) => text.slice(0, 900), /cut short or no JSON/],
    [
      "a report of another version",
      "runs/new/report.json",
      (text) => text.replace('"version": 1', '"version": 2'),
      /it is of version 2/,
    ],
    [
      "a report with NaN",
      "runs/new/report.json",
      (text) => text.replace(/"value": [\d.]+/, '"value": NaN'),
      /cut short or no JSON/,
    ],
    [
      "a report with Infinity",
      "runs/new/report.json",
      (text) => text.replace(/"value": [\d.]+/, '"value": 1e999'),
      /value: /,
    ],
    [
      "a score beyond all bounds",
      "runs/new/cases.jsonl",
      (text) => text.replace('"numerator":1', '"numerator":1e999'),
      /cases\.jsonl:\d+: scores/,
    ],
    [
      "case lines cut short",
      "runs/new/cases.jsonl",
      (text) => text.split("\n").slice(0, 40).join("\n"),
      /40 lines of replay:main\.jsonl, the report counts 60/,
    ],
    [
      "a baseline cut short",
      "reports/baselines/tiny/report.json",
      (text) => text.slice(0, 900),
      /cut short or no JSON/,
    ],
    [
      "a baseline whose case lines are cut short",
      "reports/baselines/tiny/cases.jsonl",
      (text) => text.slice(0, -30),
      /baselines.tiny.cases\.jsonl:60: not JSON/,
    ],
    [
      "a baseline that is incomplete",
      "reports/baselines/tiny/report.json",
      withReport((report) => (report.run.isWhole = false)),
      /^baseline "tiny": its run is incomplete/,
    ],
    [
      "a report whose suite has no gates",
      "runs/new/report.json",
      withReport((report) => (report.suite.gates = [])),
      /its suite "tiny" has no gates/,
    ],
  ])("refuses %s in one line, exit 2", async (_, path, change, says) => {
    const workspace = await makeProject();
    mend(workspace, path, change);
    const { code, stdout, stderr } = await workspace.run(["gate", "runs/new", "--baseline", "tiny"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  test.each<[string, string[], RegExp]>([
    [
      "the run itself",
      ["runs/old", "--baseline", "tiny"],
      /^--baseline tiny: it is replay:main\.jsonl of this very run "old"/,
    ],
    [
      "a model, since it asks nobody",
      ["runs/new", "--baseline", "floor:silent"],
      /^--baseline floor:silent: gate asks nobody/,
    ],
    [
      "a name that nothing has",
      ["runs/new", "--baseline", "tinny"],
      /^--baseline tinny: no such run in reports\/baselines or reports\/runs, and no model/,
    ],
    [
      "a reviewer that its run has not",
      ["runs/new", "--baseline", "tiny#other"],
      /no reviewer "other" \(write tiny#REVIEWER/,
    ],
  ])("refuses as baseline %s", async (_, args, says) => {
    const workspace = await makeProject();
    const { code, stderr } = await workspace.run(["gate", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });

  test("compares two runs that were given the same name in different folders", async () => {
    const workspace = await makeProject();
    await measure(workspace, "old", "--out", "elsewhere");
    expect((await workspace.run(["gate", "elsewhere/old", "--baseline", "tiny"])).code).toBe(0);
  });

  test.each<[string, (report: Report) => void, RegExp]>([
    ["a run that was cut short", (report) => (report.run.isWhole = false), /The run was cut short/],
    [
      "a run that was incomplete",
      (report) => (report.verdict = { status: "incomplete", exitCode: 3, sentence: "The server was down." }),
      /The server was down\./,
    ],
    [
      "a run of which a part is missing",
      (report) => (report.dataset.cases = 90),
      /counts 60 of 90 reviews of replay:main\.jsonl: a part of the run is missing/,
    ],
    ["a run without cases", (report) => (report.dataset.cases = 0), /no case in the report/],
    ["a run in which nobody was measured", (report) => (report.reviewers[0]!.role = "company"), /Nobody was measured/],
  ])("is incomplete, exit 3, for %s", async (_, change, says) => {
    const workspace = await makeProject();
    mend(workspace, "runs/new/report.json", withReport(change));
    const { code, stdout } = await workspace.run(["gate", "runs/new", "--baseline", "tiny", "--allow-inconclusive"]);
    expect(code).toBe(3);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(says);
  });

  test("refuses case lines that give another figure than the report has", async () => {
    const workspace = await makeProject();
    const found = '"detection.recall":{"numerator":1,';
    mend(workspace, "runs/new/cases.jsonl", (text) => text.replace(found, found.replace("1", "0")));
    const { code, stdout, stderr } = await workspace.run(["gate", "runs/new", "--baseline", "tiny"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /detection\.recall of replay:main\.jsonl is \.\d+ by its case lines and \.\d+ in the report \(one of them was changed/,
    );
  });

  test("is incomplete where too much of its case lines is unscored, whatever the report says", async () => {
    const workspace = await makeProject();
    const lines = workspace.read("runs/new/cases.jsonl").trimEnd().split("\n");
    const unscored = lines.map((line, index) => {
      if (index >= 5) return line;
      const one = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify({ ...one, review: null, ledger: null, scores: {}, outcome: "transport-error" });
    });
    workspace.write("runs/new/cases.jsonl", `${unscored.join("\n")}\n`);
    const { code, stdout } = await workspace.run(["gate", "runs/new", "--baseline", "tiny"]);
    expect(code).toBe(3);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "5 of 60 reviews of replay:main.jsonl are unscored, above the budget of 2 %",
    );
  });

  test.each<[string, (report: Report) => void, RegExp]>([
    [
      "the baseline lacks the metric",
      (report) => delete report.reviewers[0]!.metrics["detection.recall"],
      /the baseline tiny has no detection\.recall/,
    ],
    [
      "its cases are others",
      (report) => (report.dataset.hash = "0".repeat(64)),
      /their cases differ: data \(60 cases, 00000000\) and data/,
    ],
    [
      "its scorer was set up otherwise",
      (report) => (report.suite.scorers["detection"] = { tolerance: 9 }),
      /detection is set up differently: tolerance 9 and 3/,
    ],
  ])("is undecided, exit 4, where %s", async (_, change, says) => {
    const workspace = await makeProject();
    mend(workspace, "reports/baselines/tiny/report.json", withReport(change));
    const { code, stdout } = await workspace.run(["gate", "runs/new", "--baseline", "tiny"]);
    expect(code).toBe(4);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(says);
  });
});

describe("nitbench baseline set", () => {
  test("keeps report and case lines together, under the suite's name or its own, in the place of an earlier one", async () => {
    const workspace = await makeProject();
    expect(workspace.read("reports/baselines/tiny/report.json")).toBe(workspace.read("runs/old/report.json"));
    expect(workspace.read("reports/baselines/tiny/cases.jsonl")).toBe(workspace.read("runs/old/cases.jsonl"));
    const replaced = await workspace.run(["baseline", "set", "runs/new"]);
    expect(replaced.stdout).toContain("reports/baselines/tiny: replaced by run new");
    expect(workspace.read("reports/baselines/tiny/report.json")).toBe(workspace.read("runs/new/report.json"));
    expect((await workspace.run(["baseline", "set", "runs/old", "--name", "release-1"])).code).toBe(0);
    expect((await workspace.run(["gate", "runs/new", "--baseline", "release-1"])).code).toBe(0);
  });

  test.each<[string, (workspace: Workspace) => void, string[], RegExp]>([
    [
      "a run that is not whole",
      (workspace) =>
        mend(
          workspace,
          "runs/new/report.json",
          withReport((report) => (report.run.isWhole = false)),
        ),
      ["runs/new"],
      /it is incomplete/,
    ],
    [
      "a run whose lines are cut short",
      (workspace) => mend(workspace, "runs/new/cases.jsonl", (text) => text.slice(0, -40)),
      ["runs/new"],
      /not JSON/,
    ],
    [
      "a run of company alone",
      (workspace) =>
        mend(
          workspace,
          "runs/new/report.json",
          withReport((report) => (report.reviewers[0]!.role = "company")),
        ),
      ["runs/new"],
      /nobody was measured/,
    ],
    ["a name that is no folder's", () => undefined, ["runs/new", "--name", "../x"], /run name "\.\.\/x"/],
    ["what is the baseline already", () => undefined, ["reports/baselines/tiny"], /it is the baseline "tiny" already/],
  ])("refuses %s and leaves the earlier one", async (_, prepare, args, says) => {
    const workspace = await makeProject();
    prepare(workspace);
    const earlier = workspace.read("reports/baselines/tiny/report.json");
    const { code, stderr } = await workspace.run(["baseline", "set", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(workspace.read("reports/baselines/tiny/report.json")).toBe(earlier);
  });
});

describe("nitbench run --baseline", () => {
  test("that is measured itself is refused, and one that is gone on with is recalled", async () => {
    const workspace = await makeProject();
    const self = await measure(workspace, "self", "--baseline", "replay:main.jsonl");
    expect(self).toMatchObject({ code: 2, stdout: "" });
    expect(self.stderr).toMatch(/^--baseline replay:main\.jsonl: it is measured itself/);
    await measure(workspace, "two", "--baseline", "floor:silent");
    const resumed = await workspace.run(["--resume", "two", "--out", "runs"]);
    expect(resumed).toMatchObject({ code: 0 });
    expect(workspace.readRun("two").report.comparisons[0]?.baseline.name).toBe("floor:silent");
  });

  test("is told by --dry-run when the cases are too few for the margin", async () => {
    const workspace = await makeProject({ gates: [{ metric: "detection.recall", vsBaseline: { margin: 0.01 } }] });
    const without = await measure(workspace, "dry", "--dry-run");
    expect(without.stdout).toContain("detection.recall > baseline - .01 (undecided: there is no baseline");
    const { code, stdout } = await measure(workspace, "dry", "--dry-run", "--baseline", "tiny");
    expect(code).toBe(0);
    expect(stdout).toContain("(cannot pass: an equal reviewer needs at least 268 independent cases, and there are 60)");
  });
});
