import { describe, expect, test } from "vitest";
import type { RunComparison } from "../../src/core/compare-runs.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const dataset = linesOf(smallDataset(Array.from({ length: 12 }, (_, index) => `case${index}`)));

async function measure(workspace: Workspace, model: string, name: string, ...more: string[]) {
  const args = ["tiny.yaml", "--out", "runs", "--model", model, "--name", name, "--quiet", ...more];
  expect((await workspace.run(args)).code).toBe(0);
}

async function workspaceWithRuns() {
  const workspace = makeWorkspace({ dataset });
  await measure(workspace, "floor:silent", "silent");
  await measure(workspace, "ceiling:oracle", "oracle");
  return workspace;
}

describe("nitbench compare", () => {
  test("tells by how much two runs differ, how sure that is, and which cases turned", async () => {
    const workspace = await workspaceWithRuns();
    const { code, stdout } = await workspace.run(["compare", "runs/silent", "runs/oracle"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/detection\.recall +\.00 +1\.00 +\+1\.00/);
    expect(stdout).toContain("12 cases right with both, 0 wrong with both");
    expect(stdout).toMatch(/fixed +12: case0, case1, case10/);
    expect(stdout).toMatch(/broken +none/);
  });

  test("prints one JSON document on request", async () => {
    const workspace = await workspaceWithRuns();
    const { stdout } = await workspace.run(["compare", "runs/oracle", "runs/silent", "--json"]);
    const comparison = JSON.parse(stdout) as RunComparison;
    expect(comparison).toMatchObject({
      version: 1,
      first: { reviewer: "ceiling:oracle" },
      second: { reviewer: "floor:silent" },
    });
    const recall = comparison.metrics.find(({ metric }) => metric === "detection.recall");
    expect(recall).toMatchObject({ first: 1, second: 0, difference: -1, cases: 12, clusters: 12, leftOut: 0 });
    expect(recall?.p).toBeCloseTo(2 ** -12, 9);
    expect(comparison.flips).toMatchObject({ fixed: [], bothRight: 12 });
    expect(comparison.flips?.broken).toHaveLength(12);
  });

  test("says what it does not compare, and compares the rest", async () => {
    const workspace = await workspaceWithRuns();
    await measure(workspace, "ceiling:oracle", "wide", "--set", "scorers.detection.tolerance=9");
    const { code, stdout } = await workspace.run(["compare", "runs/silent", "runs/wide"]);
    expect(code).toBe(0);
    expect(stdout).toContain("not compared: detection.*: detection is set up differently: tolerance 3 and 9");
    expect(stdout).not.toContain("detection.recall");
    expect(stdout).toContain("contract.valid_rate");
  });

  test("compares the cases that both have, and says how many it left out", async () => {
    const workspace = await workspaceWithRuns();
    await measure(workspace, "ceiling:oracle", "few", "--limit", "4");
    const { stdout } = await workspace.run(["compare", "runs/silent", "runs/few"]);
    expect(stdout).toMatch(/detection\.recall +\.00 +1\.00 .* 2 *$/m);
    expect(stdout).toContain("20 cases that only one of the two has");
  });

  test("compares nothing case by case where the cases differ", async () => {
    const workspace = await workspaceWithRuns();
    workspace.write("data/cases.jsonl", linesOf(smallDataset(["other"])));
    await measure(workspace, "ceiling:oracle", "others");
    const { stdout } = await workspace.run(["compare", "runs/silent", "runs/others"]);
    expect(stdout).toContain("not compared: case by case: their cases differ");
    expect(stdout).toContain("nothing that both have can be compared");
  });

  test("compares two reviewers of one run, once it is told which", async () => {
    const workspace = makeWorkspace({ dataset });
    await measure(workspace, "floor:silent", "both", "--model", "ceiling:oracle");
    const unclear = await workspace.run(["compare", "runs/both", "runs/both#floor:silent"]);
    expect(unclear).toMatchObject({ code: 2, stdout: "" });
    expect(unclear.stderr).toContain("2 reviewers were measured (write runs/both#REVIEWER, one of");
    const clear = await workspace.run(["compare", "runs/both#floor:silent", "runs/both#ceiling:oracle"]);
    expect(clear.stdout).toContain("ceiling:oracle (both) against floor:silent (both)");
  });

  test.each([
    [["runs/silent", "runs/none"], "no such folder"],
    [["runs/silent", "runs/silent"], "both sides are floor:silent"],
    [["runs/silent#nobody", "runs/oracle"], 'no reviewer "nobody"'],
  ])("refuses %j in one line", async (words, message) => {
    const workspace = await workspaceWithRuns();
    const { code, stderr } = await workspace.run(["compare", ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("refuses a copy of the same run", async () => {
    const workspace = await workspaceWithRuns();
    for (const file of ["report.json", "cases.jsonl"])
      workspace.write(`runs/copy/${file}`, workspace.read(`runs/silent/${file}`));
    const { code, stderr } = await workspace.run(["compare", "runs/silent", "runs/copy"]);
    expect(code).toBe(2);
    expect(stderr).toContain("are both of run");
  });

  test("measures two models first, side by side on the suite standard", async () => {
    const workspace = makeWorkspace({ dataset });
    const { code, stdout, stderr } = await workspace.run(["compare", "floor:silent", "floor:lgtm"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^nitbench compare · floor:lgtm \(.*-standard-.*\) against floor:silent/);
    expect(stdout).not.toContain("gates");
    expect(stderr).toContain("standard  100 %");
  });

  test("measures nothing where one of the words is neither run nor model", async () => {
    const workspace = makeWorkspace({ dataset });
    const { code, stderr } = await workspace.run(["compare", "floor:silent", "./no-such-folder"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "compare floor:silent ./no-such-folder: expected two runs or two models, and floor:silent is a model (measure it first: bench SUITE --model floor:silent)\n",
    );
  });
});
