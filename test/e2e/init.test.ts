import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { program, type Workspace, workspaces } from "../fixtures/command.ts";

const makeWorkspace = workspaces();
const root = resolve(import.meta.dirname, "../..");

interface Step {
  name?: string;
  id?: string;
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
}

/** Runs the script of a step as the runner does, with a program `npx` that starts ours; returns its exit code. */
function runStep(workspace: Workspace, { run = "" }: Step, env: Record<string, string>): number {
  workspace.write("bin/npx", `#!/bin/sh\nshift 2\nexec node ${program} "$@"\n`);
  execFileSync("chmod", ["+x", join(workspace.folder, "bin/npx")]);
  if (!existsSync(join(workspace.folder, "bin/node")))
    symlinkSync(process.execPath, join(workspace.folder, "bin/node"));
  const path = `${join(workspace.folder, "bin")}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
  const script = workspace.write("step.sh", run);
  try {
    execFileSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: workspace.folder,
      env: { HOME: workspace.folder, PATH: path, ...env },
      stdio: "pipe",
    });
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

describe("nitbench init", () => {
  test("writes a suite that runs and a workflow, and overwrites nothing", async () => {
    const workspace = makeWorkspace();
    workspace.write("nitbench/review.md", "Mine: {{diff}}\n");
    const { code, stdout } = await workspace.run(["init"]);
    expect(code).toBe(0);
    expect(stdout).toContain("wrote nitbench/ours.yaml");
    expect(stdout).toContain("left  nitbench/review.md, which was there");
    expect(workspace.read("nitbench/review.md")).toBe("Mine: {{diff}}\n");
    const run = await workspace.run([
      "nitbench/ours.yaml",
      "--model",
      "ceiling:oracle",
      "--out",
      "runs",
      "--name",
      "first",
    ]);
    expect(run.code).toBe(0);
    expect(workspace.readRun("first").report).toMatchObject({
      dataset: { cases: 4, bugs: 2, clean: 2 },
      verdict: { status: "ungated" },
    });
    const oracle = workspace.readRun("first").report.reviewers.find(({ id }) => id === "ceiling:oracle");
    expect(oracle?.metrics["detection.twin_discrimination"]?.value).toBe(1);
    expect((await workspace.run(["init"])).stdout).not.toContain("wrote");
  });

  test("writes a workflow whose gate step runs as it stands, with the baseline once there is one", async () => {
    const workspace = makeWorkspace();
    await workspace.run(["init"]);
    const workflow = parse(workspace.read(".github/workflows/nitbench.yml")) as { jobs: { gate: { steps: Step[] } } };
    const { steps } = workflow.jobs.gate;
    const gate = steps.find(({ name }) => name === "Measure and gate");
    expect(runStep(workspace, gate ?? {}, { MODEL: "ceiling:oracle" })).toBe(0);
    expect(existsSync(join(workspace.folder, "reports/runs/ci/junit.xml"))).toBe(true);
    await workspace.run(["baseline", "set", "ci"]);
    const again = { ...gate, run: gate?.run?.replace("--name ci", "--name ci2") ?? "" };
    expect(runStep(workspace, again, { MODEL: "floor:lgtm" })).toBe(0);
    const report = JSON.parse(workspace.read("reports/runs/ci2/report.json")) as {
      comparisons: { baseline: { name: string } }[];
    };
    expect(report.comparisons[0]?.baseline.name).toBe("ours");
    // Nothing that a pull request names is put into a script.
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
  });

  test("leaves a folder that cannot be written with one line", async () => {
    const workspace = makeWorkspace();
    workspace.write("nitbench", "a file in the way\n");
    const { code, stderr } = await workspace.run(["init"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nitbench\/ours\.yaml: cannot write it \(/);
  });
});

describe("the action", () => {
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as {
    inputs: Record<string, { default?: string; required?: boolean }>;
    outputs: Record<string, { value: string }>;
    runs: { using: string; steps: Step[] };
  };

  test("is composite, takes each input that it uses, and puts none into a script", () => {
    expect(action.runs.using).toBe("composite");
    const text = readFileSync(join(root, "action.yml"), "utf8");
    const used = [...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name ?? "");
    expect([...new Set(used)].sort()).toEqual(Object.keys(action.inputs).sort());
    for (const { run = "" } of action.runs.steps) expect(run).not.toContain("${{");
  });

  test("runs the suites with its inputs and hands on the exit code and the folder", () => {
    const workspace = makeWorkspace({ suite: { gates: [{ metric: "detection.recall", min: 0.9 }] } });
    const output = workspace.write("output", "");
    const measure = action.runs.steps.find(({ id }) => id === "measure");
    const env = {
      GITHUB_ACTION_PATH: root,
      GITHUB_OUTPUT: output,
      INPUT_SUITE: "./tiny.yaml\n",
      INPUT_MODEL: "floor:silent",
      INPUT_BASELINE: "ceiling:oracle",
      INPUT_ARGS: "--reporter\njunit\n--set\ngates[0].max=1",
      INPUT_NAME: "ci",
    };
    expect(Object.keys(env).slice(2).sort()).toEqual(Object.keys(measure?.env ?? {}).sort());
    const code = runStep(workspace, measure ?? {}, env);
    const report = JSON.parse(workspace.read("reports/runs/ci/report.json")) as {
      verdict: { exitCode: number };
      comparisons: unknown[];
    };
    expect(code).toBe(report.verdict.exitCode);
    expect(code).not.toBe(0);
    expect(report.comparisons).toHaveLength(1);
    expect(workspace.read("output")).toBe(`exit-code=${code}\nfolder=${join(workspace.folder, "reports/runs/ci")}\n`);
  });
});
