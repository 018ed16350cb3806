import { Window } from "happy-dom";
import { describe, expect, test } from "vitest";
import { luckOf, recordingOf, singleCases } from "../fixtures/ci-cases.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const count = 300;
const cases = singleCases(count);
const gates = [
  { metric: "detection.recall", min: 0.5 },
  { metric: "detection.recall", vsBaseline: { margin: 0.05 } },
];
/** Finds 80 % of the bugs; the near one turns four of them either way, the worse one loses every sixth case. */
const found = luckOf(count, 0.8, 5);
const near = (index: number) => (index % 37 === 0 ? !found(index) : found(index));
const worse = (index: number) => found(index) && index % 6 !== 0;

function makeProject(more: Record<string, unknown> = {}): Workspace {
  const workspace = makeWorkspace({
    dataset: linesOf(cases),
    suite: { scorers: { detection: {}, contract: {} }, gates, ...more },
  });
  workspace.write("main.jsonl", recordingOf(cases, found));
  workspace.write("near.jsonl", recordingOf(cases, near));
  workspace.write("worse.jsonl", recordingOf(cases, worse));
  return workspace;
}

const measure = (workspace: Workspace, model: string, name: string, ...more: string[]) =>
  workspace.run([
    "tiny.yaml",
    "--out",
    "runs",
    "--model",
    model,
    "--name",
    name,
    "--reporter",
    "junit",
    "--reporter",
    "github",
    ...more,
  ]);

/** A project whose main branch was measured and kept as the baseline. */
async function makeProjectWithBaseline(): Promise<Workspace> {
  const workspace = makeProject();
  await measure(workspace, "replay:main.jsonl", "ci");
  const kept = await workspace.run(["baseline", "set", "runs/ci"]);
  expect(kept).toMatchObject({ code: 0, stderr: "" });
  expect(kept.stdout).toContain("reports/baselines/tiny: keeps run ci of replay:main.jsonl, 300 cases");
  return workspace;
}

function parseXml(text: string) {
  const document = new new Window().DOMParser().parseFromString(text, "application/xml");
  expect(document.querySelector("parsererror")).toBeNull();
  return document;
}

describe("a regression gate in CI", () => {
  test("without a baseline is undecided, and says how to give one", async () => {
    const workspace = makeProject();
    const { code, stdout } = await measure(workspace, "replay:main.jsonl", "first");
    expect(code).toBe(4);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("there is no baseline to compare with (give one: --baseline");
  });

  test("passes an equal model and fails a worse one, run after run under the same name", async () => {
    const workspace = await makeProjectWithBaseline();
    const equal = await measure(workspace, "replay:near.jsonl", "pr-1", "--baseline", "tiny");
    expect(equal.code).toBe(0);
    const { report } = workspace.readRun("pr-1");
    const [, relative] = report.reviewers[0]?.gates ?? [];
    expect(relative).toMatchObject({ status: "pass", versus: { cases: 300 } });
    expect(relative?.bound).toBeGreaterThan(-0.05);
    expect(report.comparisons[0]).toMatchObject({
      reviewer: "replay:near.jsonl",
      baseline: { name: "tiny", run: "ci", reviewer: "replay:main.jsonl" },
      obstacles: [],
    });

    const regressed = await measure(workspace, "replay:worse.jsonl", "pr-2", "--baseline", "tiny");
    expect(regressed.code).toBe(1);
    expect(regressed.stdout.replaceAll(/\s+/g, " ")).toMatch(
      /fail · replay:worse\.jsonl fails: recall is \.\d+, \.\d+ worse than the baseline's \.\d+, and less than \.05 worse than the baseline is required/,
    );
    expect(regressed.stdout).toMatch(/these 300 cases would show a difference of \.\d+ 8 times in 10/);
  });

  test("is undecided on too few cases, with how many would decide", async () => {
    const workspace = await makeProjectWithBaseline();
    const few = await measure(
      workspace,
      "replay:main.jsonl",
      "few",
      "--baseline",
      "tiny",
      "--limit",
      "40",
      "--set",
      "gates[0].min=0.2",
    );
    expect(few.code).toBe(4);
    const [, relative] = workspace.readRun("few").report.reviewers[0]?.gates ?? [];
    // 52 pairs that do not differ at all are the fewest that show non-inferiority at .05.
    expect(relative).toMatchObject({ status: "inconclusive", casesToDecide: 12, versus: { cases: 40, difference: 0 } });
    const allowed = await workspace.run(["gate", "runs/few", "--baseline", "tiny", "--allow-inconclusive"]);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout.replaceAll(/\s+/g, " ")).toContain("Undecided gates were allowed");
  });

  test("is incomplete where the endpoint is dead, and a mistake where the suite is broken", async () => {
    const workspace = await makeProjectWithBaseline();
    const dead = await measure(workspace, "openai:reviewer@http://127.0.0.1:9/v1", "dead", "--baseline", "tiny");
    expect(dead.code).toBe(3);
    workspace.write("tiny.yaml", workspace.read("tiny.yaml").replace('"margin": 0.05', '"margin": 5'));
    const broken = await measure(workspace, "replay:near.jsonl", "broken", "--baseline", "tiny");
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(
      /^tiny\.yaml:\d+: gates\[1\]\.vsBaseline\.margin: expected less than 1, got 5 \(write 0\.05\)$/m,
    );
  });

  test("measures a second reviewer on the same cases as the baseline, and gates it never", async () => {
    const workspace = makeProject();
    const { code } = await measure(workspace, "replay:worse.jsonl", "two", "--baseline", "replay:main.jsonl");
    expect(code).toBe(1);
    const { report } = workspace.readRun("two");
    expect(report.reviewers.find(({ id }) => id === "replay:main.jsonl")).toMatchObject({ role: "company", gates: [] });
    expect(report.comparisons[0]?.baseline).toEqual({
      name: "replay:main.jsonl",
      reviewer: "replay:main.jsonl",
      model: "main.jsonl",
    });
    // The baseline lies in the run itself, so gating again needs no word about it.
    expect((await workspace.run(["gate", "runs/two"])).code).toBe(1);
  });

  test("is gated again from the stored run, with the exit code alone as the answer", async () => {
    const workspace = await makeProjectWithBaseline();
    await measure(workspace, "replay:near.jsonl", "pr");
    expect((await workspace.run(["gate", "runs/pr"])).code).toBe(4);
    const passed = await workspace.run(["gate", "runs/pr/report.json", "--baseline", "reports/baselines/tiny"]);
    expect(passed.code).toBe(0);
    expect(passed.stdout).toContain("detection.recall");
    const json = await workspace.run(["gate", "runs/pr", "--baseline", "tiny", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, run: "pr", verdict: { status: "pass", exitCode: 0 } });
  });

  test("writes JUnit with failures and skipped gates that any reader of XML takes", async () => {
    const workspace = await makeProjectWithBaseline();
    await measure(
      workspace,
      "replay:worse.jsonl",
      "pr",
      "--baseline",
      "tiny",
      "--set",
      'gates[0].where=language == "python"',
      "--set",
      "gates[0].min=0.8",
    );
    const document = parseXml(workspace.read("runs/pr/junit.xml"));
    const root = document.documentElement;
    expect(root.tagName).toBe("testsuites");
    expect([root.getAttribute("tests"), root.getAttribute("failures"), root.getAttribute("skipped")]).toEqual([
      "3",
      "1",
      "1",
    ]);
    const failed = document.querySelector("failure");
    expect(failed?.parentElement?.getAttribute("name")).toBe("detection.recall > baseline - .05");
    expect(failed?.getAttribute("message")).toMatch(/^upper 95 % bound -0\.\d+ is below -0\.050/);
    const skipped = document.querySelector("skipped");
    expect(skipped?.parentElement?.getAttribute("name")).toBe('detection.recall where language == "python" >= 0.8');
    expect(skipped?.getAttribute("message")).toMatch(/^undecided: .* more would decide$/);
  });

  test("tells a job on GitHub: summary, annotations on the lines of cases that broke, a comment", async () => {
    const workspace = await makeProjectWithBaseline();
    const summaryFile = workspace.write("summary-of-job.md", "earlier\n");
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summaryFile, GITHUB_WORKSPACE: workspace.folder };
    const { code, stderr } = await workspace.run(
      ["tiny.yaml", "--out", "runs", "--model", "replay:worse.jsonl", "--name", "pr", "--baseline", "tiny"],
      env,
    );
    expect(code).toBe(1);
    const summary = workspace.read("summary-of-job.md");
    expect(summary).toMatch(/^earlier\n## nitbench tiny\n\n\*\*❌ fail\*\*/);
    expect(summary).toContain("| detection.recall ↑ |".replace("_", String.raw`\_`));
    const suiteLines = workspace.read("tiny.yaml").split("\n");
    const annotations = stderr.split("\n").filter((text) => text.startsWith("::"));
    const error =
      /^::error file=tiny\.yaml,line=(\d+),title=detection\.recall > baseline - \.05 fails::replay:worse\.jsonl: /;
    const [, gateLine] = error.exec(annotations[0] ?? "") ?? [];
    // The gate begins with its brace, before its metric and its rule.
    expect(suiteLines.slice(Number(gateLine) - 1, Number(gateLine) + 2).join("")).toMatch(
      /^ *\{ *"metric".*"vsBaseline"/,
    );
    const broken = annotations.filter((text) => text.includes("title=case "));
    expect(broken).toHaveLength(9);
    for (const text of broken) {
      const [, number, id] = /file=data\/cases\.jsonl,line=(\d+),title=case (\w+) broke::/.exec(text) ?? [];
      expect(cases[Number(number) - 1]?.id).toBe(id);
    }
    expect(workspace.read("runs/pr/comment.md")).toMatch(/^<!-- nitbench:tiny -->\n### nitbench tiny\n/);
  });
});
