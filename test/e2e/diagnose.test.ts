import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { DiagnosedRun } from "../../src/core/diagnosis/diagnosed-run.ts";
import type { ExportedCase } from "../../src/core/diagnosis/export.ts";
import type { Report } from "../../src/core/report.ts";
import { type Finished, jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const files = ["report.json", "cases.jsonl", "dataset.jsonl"] as const;
type Stored = Record<(typeof files)[number], string>;

/** Twelve pairs, of which the first eight are to be trained on. */
const dataset = linesOf(
  Array.from({ length: 12 }, (_, index) =>
    pairOf(`case${index}`, { split: index < 8 ? "train" : "test", language: index % 2 === 0 ? "python" : "go" }),
  ).flat(),
);
let stored: Stored;
let measured: Finished;

// One run for all tests, that of two reviewers.
beforeAll(async () => {
  const workspace = makeWorkspace({ dataset });
  const models = ["--model", "floor:silent", "--model", "ceiling:oracle"];
  measured = await workspace.run(["tiny.yaml", "--out", "runs", "--name", "r", ...models]);
  const read = (name: string) => readFileSync(join(workspace.folder, "runs", "r", name), "utf8");
  stored = {
    "report.json": read("report.json"),
    "cases.jsonl": read("cases.jsonl"),
    "dataset.jsonl": read("dataset.jsonl"),
  };
});

/** A workspace with the run as `latest`, its files changed as a test wants them. */
function workspaceWith(change: Partial<Record<keyof Stored, ((text: string) => string) | null>> = {}): Workspace {
  const workspace = makeWorkspace();
  for (const name of files) {
    const changed = change[name];
    if (changed !== null) workspace.write(`reports/runs/latest/${name}`, (changed ?? String)(stored[name]));
  }
  return workspace;
}

const changedReport = (change: (report: Report) => void) => ({
  "report.json": (text: string) => {
    const report = JSON.parse(text) as Report;
    change(report);
    return JSON.stringify(report);
  },
});

describe("a run", () => {
  test("tells the likely causes of those that it measured, and keeps them in its report", () => {
    expect(measured.stdout).toContain("likely cause of failures of floor:silent");
    expect(measured.stdout).toContain("it approves nearly everything: it is silent on 12 of 12 cases");
    const { reviewers } = JSON.parse(stored["report.json"]) as Report;
    expect(reviewers.map(({ id, diagnosis }) => [id, diagnosis.map(({ name }) => name)])).toEqual([
      ["ceiling:oracle", []],
      ["floor:silent", ["always-approves"]],
    ]);
  });
});

test("floors get their cause over the bundled twins, and the oracle gets none", async () => {
  const twins = { path: resolve(import.meta.dirname, "../../datasets/twins"), limit: 60 };
  const workspace = makeWorkspace({ suite: { dataset: twins, scorers: { detection: {} } } });
  const models = ["floor:lgtm", "floor:silent", "floor:shotgun", "ceiling:oracle"].flatMap((ref) => ["--model", ref]);
  const { stdout } = await workspace.run(["tiny.yaml", "--out", "runs", "--reporter", "json", "--json", ...models]);
  const { reviewers } = JSON.parse(stdout) as Report;
  const namesOf = new Map(reviewers.map(({ id, diagnosis }) => [id, diagnosis.map(({ name }) => name)]));
  expect(Object.fromEntries(namesOf)).toEqual({
    "floor:lgtm": ["always-approves"],
    "floor:silent": ["always-approves"],
    "floor:shotgun": ["invents-issues"],
    "ceiling:oracle": [],
  });
});

describe("nitbench diagnose", () => {
  test("tells causes and failures of the latest run", async () => {
    const { code, stdout } = await workspaceWith().run(["diagnose", "latest#floor:silent"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^It approves nearly everything +always-approves$/m);
    expect(stdout).toMatch(/^ {2}missed-bugs +12 {2}bugs that were missed$/m);
  });

  test("prints one JSON document that names every case, as the report has the causes", async () => {
    const { stdout } = await workspaceWith().run(["diagnose", "latest#floor:silent", "--json"]);
    const found = JSON.parse(stdout) as DiagnosedRun;
    expect(found).toMatchObject({ version: 1, run: "r", reviewer: "floor:silent", cases: 24, isWhole: true });
    expect(found.causes[0]?.cases).toHaveLength(12);
    expect(found.clusters.map(({ name }) => name)).toContain("category:null-handling");
    const { reviewers } = JSON.parse(stored["report.json"]) as Report;
    const reported = reviewers.find(({ id }) => id === "floor:silent")?.diagnosis[0];
    expect(found.causes[0]).toMatchObject({ evidence: reported?.evidence, p: reported?.p });
  });

  test("writes the cases of a cluster to train on, without those of the test split, and says so", async () => {
    const workspace = workspaceWith();
    const { code, stdout, stderr } = await workspace.run([
      "diagnose",
      "latest#floor:silent",
      "--export",
      "language:go",
    ]);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as ExportedCase);
    expect(lines.map(({ caseId, split }) => [caseId, split]).toSorted()).toEqual(
      [1, 3, 5, 7].map((index) => [`case${index}`, "train"]),
    );
    expect(lines[0]).toMatchObject({
      cluster: "language:go",
      language: "go",
      license: "MIT",
      references: [],
      bugs: [{ id: "case1-bug" }],
      findings: [],
      why: ["it misses bug case1-bug (null-handling, high)"],
      tags: ["language:go", "category:null-handling", "severity:high"],
    });
    expect(lines[0]?.diff).toContain("+    best = items[0]");
    expect(stderr).toMatch(/^4 cases exported; 2 of the split test left out, .*measure nothing/);
  });

  test("writes them to a file", async () => {
    const workspace = workspaceWith();
    const args = ["diagnose", "latest#floor:silent", "--export", "always-approves", "--out", "out/train.jsonl"];
    const { code, stdout } = await workspace.run(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const lines = jsonLines(join(workspace.folder, "out", "train.jsonl")) as ExportedCase[];
    expect(lines).toHaveLength(8);
    expect(lines[0]?.why[0]).toBe("it approves nearly everything");
  });

  test("says of cases without a split that nothing keeps training and measuring apart", async () => {
    const unsplit = (text: string) => text.replaceAll(/"split":"\w+",?/g, "");
    const { stdout, stderr } = await workspaceWith({ "dataset.jsonl": unsplit }).run([
      "diagnose",
      "latest#floor:silent",
      "--export",
      "missed-bugs",
    ]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(12);
    expect(stderr).toContain("12 cases exported; these cases have no split");
  });

  test.each<[string, string[], Parameters<typeof workspaceWith>[0], string]>([
    ["several measured reviewers", [], {}, "2 reviewers were measured (write latest#REVIEWER, one of"],
    ["a reviewer that is not there", ["latest#x"], {}, 'no reviewer "x"'],
    ["a run that is not there", ["other"], {}, "no such folder, file or run"],
    [
      "an unknown cluster",
      ["latest#floor:silent", "--export", "missed-bug"],
      {},
      'did you mean "missed-bugs"? known: always-approves, missed-bugs, ',
    ],
    [
      "an export without cases",
      ["latest#floor:silent", "--export", "missed-bugs"],
      { "dataset.jsonl": null },
      "dataset.jsonl: missing",
    ],
    [
      "an export whose cases are of another run",
      ["latest#floor:silent", "--export", "missed-bugs"],
      { "dataset.jsonl": (text) => text.replaceAll("case0", "caseX") },
      "case case0 is missing",
    ],
    [
      "an export of the test split alone",
      ["latest#floor:silent", "--export", "missed-bugs"],
      { "dataset.jsonl": (text) => text.replaceAll('"train"', '"test"') },
      "all of its 12 cases are of the split test",
    ],
    ["a truncated report", [], { "report.json": (text) => text.slice(0, -60) }, "cut short or no JSON"],
    [
      "lines that are cut short",
      ["latest#floor:silent"],
      { "cases.jsonl": (text) => text.slice(0, text.lastIndexOf('{"v"')) },
      "the report counts",
    ],
    [
      "a shard",
      ["latest#floor:silent"],
      changedReport((report) => {
        report.shard = {
          index: 1,
          of: 3,
          cases: 72,
          positions: [],
          reviewers: [],
          maxTokens: 1,
          notes: [],
          baseline: null,
          basis: {},
        };
      }),
      "it is shard 1 of 3",
    ],
    [
      "lines of an earlier version",
      ["latest#floor:silent"],
      { "cases.jsonl": (text) => text.replaceAll(/"signs":\{[^}]*\},/g, "") },
      "score it again: bench score latest",
    ],
    ["--out without --export", ["latest#floor:silent", "--out", "x"], {}, "nothing is exported"],
    ["--json with --export", ["latest#floor:silent", "--export", "missed-bugs", "--json"], {}, "JSON lines already"],
  ])("refuses %s in one line", async (_, args, change, message) => {
    const { code, stdout, stderr } = await workspaceWith(change).run(["diagnose", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
