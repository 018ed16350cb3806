import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Report } from "../../src/core/report.ts";
import { startReviewer } from "../fixtures/chat-reviewer.ts";
import { program, type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pairOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const colour = /\u001B\[\d+m/;
const terminalMaker = "/usr/bin/script";
const canMakeTerminal = process.platform === "linux" && existsSync(terminalMaker);
const lgtm = ["--model", "floor:lgtm"];

function runTiny(workspace: Workspace, ...args: string[]) {
  return workspace.run(["tiny.yaml", "--out", "runs", ...args]);
}

function casesOf(workspace: Workspace): string[] {
  return workspace
    .readRun()
    .lines.map(({ caseId }) => caseId)
    .sort();
}

describe("what is printed", () => {
  test("with --json is exactly the report as one JSON document", async () => {
    const workspace = makeWorkspace();
    const { code, stdout } = await runTiny(workspace, ...lgtm, "--json");
    expect(code).toBe(0);
    expect(Report.parse(JSON.parse(stdout))).toEqual(workspace.readRun().report);
  });

  test("with --json for two suites is one list of their reports", async () => {
    const workspace = makeWorkspace();
    workspace.write("other.yaml", workspace.read("tiny.yaml").replace('"tiny"', '"other"'));
    const { stdout } = await workspace.run(["tiny.yaml", "other.yaml", "--out", "runs", "--json", ...lgtm]);
    expect((JSON.parse(stdout) as unknown[]).map((report) => Report.parse(report).suite.name)).toEqual([
      "tiny",
      "other",
    ]);
    expect(workspace.readRun().report.run.command).toBe("nitbench other.yaml --out runs --json --model floor:lgtm");
  });

  test("with --quiet is nothing", async () => {
    const workspace = makeWorkspace();
    expect(await runTiny(workspace, ...lgtm, "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(workspace.readRun().lines).toHaveLength(4);
  });

  test("has no colours where it is no terminal, unless they are forced", async () => {
    const workspace = makeWorkspace();
    expect((await runTiny(workspace, ...lgtm)).stdout).not.toContain("\u001B");
    const coloured = await workspace.run(["tiny.yaml", "--out", "runs", ...lgtm], { FORCE_COLOR: "1" });
    expect(coloured.stdout).toMatch(colour);
  });

  test.skipIf(!canMakeTerminal)("has colours on a terminal, and none there with NO_COLOR", async () => {
    const workspace = makeWorkspace();
    const onTerminal = async (env: Record<string, string>) => {
      const line = [process.execPath, program, "tiny.yaml", "--out", "runs", ...lgtm]
        .map((word) => `'${word}'`)
        .join(" ");
      const { stdout } = await promisify(execFile)(terminalMaker, ["-qec", line, "/dev/null"], {
        cwd: workspace.folder,
        env: { PATH: process.env["PATH"], TERM: "xterm-256color", ...env },
      });
      return stdout;
    };
    expect(await onTerminal({})).toMatch(colour);
    const plain = await onTerminal({ NO_COLOR: "1" });
    expect(plain).toContain("floor:lgtm");
    expect(plain).not.toMatch(colour);
  });

  test("names another file than the HTML report where that was not asked for", async () => {
    const workspace = makeWorkspace();
    const { stdout } = await runTiny(workspace, ...lgtm, "--reporter", "json", "--name", "mine");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(join("runs", "mine", "report.json"));
    expect(readdirSync(join(workspace.folder, "runs", "mine")).sort()).toEqual([
      "cases.jsonl",
      "dataset.jsonl",
      "journal.jsonl",
      "report.json",
    ]);
  });
});

describe("--dry-run", () => {
  test("says what would be asked, and asks and writes nothing", async () => {
    const workspace = makeWorkspace({
      suite: { company: ["floor:silent"], gates: [{ metric: "detection.recall", min: 0.5 }] },
    });
    await using server = await startReviewer();
    const { code, stdout, stderr } = await runTiny(workspace, "--model", `openai:m@${server.url}`, "--dry-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("tiny: 4 cases of data, 2 clusters, seed 1\n");
    expect(stdout).toContain(`openai:m@${server.url}  4 reviews, sent to ${server.host}\n`);
    expect(stdout).toContain("detection.recall >= 0.5 (cannot pass: 2 clusters without a fault show at least .22)\n");
    expect(stdout).toMatch(/nothing was asked\n$/);
    expect(server.requests).toEqual([]);
    expect(workspace.runs()).toEqual([]);
  });

  test("counts for a gate what it is about", async () => {
    const gates = [
      { metric: "detection.recall", min: 0.5, where: "severity == critical" },
      { metric: "detection.false_alarm_rate", max: 0.3, required: false },
    ];
    const workspace = makeWorkspace({ dataset: linesOf(smallDataset(["a", "b", "c"])), suite: { gates } });
    const { stdout } = await runTiny(workspace, ...lgtm, "--dry-run");
    expect(stdout).toContain("where severity == critical >= 0.5 (undecided: there is no case that it is about)\n");
    expect(stdout).toContain("<= 0.3 (not required) (cannot pass: 3 clusters without a fault show at most .63)\n");
  });

  test("says who judges, how much it is asked, where that goes, and that it may not gate yet", async () => {
    const judged = smallDataset(["a", "b"]).map((one) => ({ ...one, references: [{ text: "What if it is empty?" }] }));
    const workspace = makeWorkspace({
      dataset: linesOf([...judged, ...pairOf("c")]),
      suite: {
        company: ["floor:shotgun"],
        scorers: { judge: {} },
        gates: [{ metric: "judge.pass_rate", min: 0.7, required: false }],
      },
    });
    const { stdout } = await runTiny(
      workspace,
      ...lgtm,
      "--judge",
      "openai:j@http://127.0.0.1:9/v1",
      "--judge-runs",
      "5",
      "--dry-run",
    );
    expect(stdout).toContain(
      "judge     openai:j@http://127.0.0.1:9/v1  up to 40 questions (4 reviews with a reference x 2 reviewers x 5 runs), sent to 127.0.0.1:9\n",
    );
    expect(stdout).toMatch(/gate {6}judge\.pass_rate >= 0\.7 \(not required\) \(undecided: [^\n]*judge test[^\n]*\)\n/);
    const words = await runTiny(workspace, ...lgtm, "--dry-run");
    expect(words.stdout).toContain("judge     lexical  asks nobody\n");
    expect(words.stdout).toMatch(/\(undecided: no judge model is named, so the lexical judge informs/);
  });

  test("with --json is one JSON document", async () => {
    const { stdout } = await runTiny(
      makeWorkspace(),
      ...lgtm,
      "--dry-run",
      "--json",
      "--repeats",
      "2",
      "--set",
      "reviewer.temperature=1",
    );
    expect(JSON.parse(stdout)).toMatchObject({
      suite: "tiny",
      cases: 4,
      reviewers: [{ ref: "floor:lgtm", generations: 8, hosts: [] }],
    });
  });

  test("finds mistakes as a run does", async () => {
    const { code, stderr } = await runTiny(makeWorkspace({ dataset: "{\n" }), ...lgtm, "--dry-run");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^data\/cases\.jsonl:1: expected one whole JSON object/);
  });
});

describe("what is measured", () => {
  const languages = ["go", "python", "java"].flatMap((language) => pairOf(language, { language }));

  test("--where keeps the cases for which it holds", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(languages) });
    await runTiny(workspace, ...lgtm, "--where", "language in [go, java]");
    expect(casesOf(workspace)).toEqual(["go", "go.clean", "java", "java.clean"]);
    expect(workspace.readRun().report.dataset).toMatchObject({
      cases: 4,
      clusters: 2,
      where: "language in [go, java]",
    });
  });

  test("--limit keeps whole clusters, chosen by the seed alone", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(smallDataset(["a", "b", "c", "d", "e", "f"])) });
    const chosen = async (...args: string[]) => {
      await runTiny(workspace, ...lgtm, "--limit", "4", ...args);
      return casesOf(workspace);
    };
    const first = await chosen("--seed", "1");
    expect(first).toHaveLength(4);
    expect(first.map((id) => id.replace(".clean", ""))).toEqual([first[0], first[0], first[2], first[2]]);
    expect(await chosen("--seed", "1")).toEqual(first);
    expect(await chosen("--seed", "3")).not.toEqual(first);
    expect(workspace.readRun().report.run.seed).toBe(3);
  });

  test("--seed reaches the reviewer, another for each repeat", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")) });
    await using server = await startReviewer();
    await runTiny(
      workspace,
      "--model",
      `openai:m@${server.url}`,
      "--seed",
      "40",
      "--repeats",
      "2",
      "--set",
      "reviewer.temperature=0.7",
    );
    expect(server.chats.map(({ body }) => String(body["seed"])).sort()).toEqual(["40", "40", "41", "41"]);
    expect(new Set(server.chats.map(({ body }) => body["temperature"]))).toEqual(new Set([0.7]));
    expect(workspace.readRun().report.suite.repeats).toBe(2);
  });

  test("--set changes what the suite says, and its hash", async () => {
    const workspace = makeWorkspace();
    await runTiny(workspace, ...lgtm);
    const before = workspace.readRun().report;
    await runTiny(
      workspace,
      ...lgtm,
      "--set",
      "gates=[{metric: detection.recall, max: 0.5, decide: point}]",
      "--set",
      "scorers.detection.tolerance=1",
    );
    const { report } = workspace.readRun();
    expect(report.verdict.status).toBe("pass");
    expect(report.suite.scorers["detection"]).toMatchObject({ tolerance: 1 });
    expect(report.suite.hash).not.toBe(before.suite.hash);
    expect(report.run.command).toBe(
      `nitbench tiny.yaml --out runs --model floor:lgtm --set 'gates=[{metric: detection.recall, max: 0.5, decide: point}]' --set scorers.detection.tolerance=1`,
    );
  });

  test("--name names the run's folder and the report", async () => {
    const workspace = makeWorkspace();
    await runTiny(workspace, ...lgtm, "--name", "before-merge");
    expect(workspace.runs()).toEqual(["before-merge"]);
    expect(workspace.readRun().report.run).toMatchObject({ id: "before-merge", name: "before-merge" });
  });

  test("--model replaces the suite's reviewers and keeps its company", async () => {
    const workspace = makeWorkspace({
      suite: { reviewers: ["floor:shotgun"], company: ["ceiling:oracle", "floor:lgtm"] },
    });
    const roles = () => Object.fromEntries(workspace.readRun().report.reviewers.map(({ id, role }) => [id, role]));
    await runTiny(workspace);
    expect(roles()).toEqual({ "floor:shotgun": "measured", "ceiling:oracle": "company", "floor:lgtm": "company" });
    await runTiny(workspace, "--model", "floor:silent", "--model", "floor:lgtm");
    expect(roles()).toEqual({ "floor:silent": "measured", "floor:lgtm": "measured", "ceiling:oracle": "company" });
  });

  test("a suite is found by name in the working folder's own suites, before the bundled one", async () => {
    const workspace = makeWorkspace();
    workspace.write(
      "suites/quickstart.yaml",
      workspace.read("tiny.yaml").replace('"data"', '"../data"').replace("prompt.md", "../prompt.md"),
    );
    await workspace.run(["quickstart", "--out", "runs", ...lgtm]);
    expect(workspace.readRun().report).toMatchObject({
      suite: { name: "tiny", file: join("suites", "quickstart.yaml") },
      dataset: { cases: 4 },
    });
  });
});

test("a judge for a suite that has none is refused before anything is asked", async () => {
  const workspace = makeWorkspace();
  const { code, stderr } = await runTiny(workspace, ...lgtm, "--judge", "lexical");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: '--judge: suite "tiny" has no judge (add --set scorers.judge={}, or leave it out)\n',
  });
  expect(workspace.runs()).toEqual([]);
});
