import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { filesBelow, program, type Workspace, workspaces } from "../fixtures/command.ts";
import { startReviewer } from "../fixtures/chat-reviewer.ts";
import { deadUrl, failsWith, floods, hangs } from "../fixtures/scripted-server.ts";
import { linesOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();

const recall = (min: number, more: Record<string, unknown> = {}) => ({ metric: "detection.recall", min, ...more });
const atPoint = { decide: "point" };

function runTiny(workspace: Workspace, ...args: string[]) {
  return workspace.run(["tiny.yaml", "--out", "runs", ...args]);
}

/** A file of recorded reviews of these cases: the reviewer was silent on each. */
function recordingOf(workspace: Workspace, ids: readonly string[]): string {
  workspace.write("silent.jsonl", ids.map((id) => `${JSON.stringify({ caseId: id, findings: [] })}\n`).join(""));
  return "replay:silent.jsonl";
}

describe("exit 0", () => {
  test("when every required gate passed", async () => {
    const workspace = makeWorkspace({
      suite: { gates: [recall(0.5, atPoint), recall(1, { required: false, decide: "bound" })] },
    });
    const { code, stdout } = await runTiny(workspace, "--model", "ceiling:oracle");
    expect(code).toBe(0);
    expect(stdout).toContain("pass · ceiling:oracle passes: the required gate holds.");
    expect(workspace.readRun().report.verdict).toMatchObject({ status: "pass", exitCode: 0 });
  });

  test("when the suite has no gates", async () => {
    const workspace = makeWorkspace();
    expect((await runTiny(workspace, "--model", "floor:silent")).code).toBe(0);
    expect(workspace.readRun().report.verdict.status).toBe("ungated");
  });

  test("when only a gate that is not required failed", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5, { required: false, decide: "point" })] } });
    expect((await runTiny(workspace, "--model", "floor:silent")).code).toBe(0);
    expect(workspace.readRun().report.reviewers[0]?.gates[0]?.status).toBe("fail");
  });

  test("when company fails what it is never gated by", async () => {
    const workspace = makeWorkspace({ suite: { company: ["floor:silent"], gates: [recall(0.5, atPoint)] } });
    expect((await runTiny(workspace, "--model", "ceiling:oracle")).code).toBe(0);
  });
});

describe("exit 1", () => {
  test("when a required gate failed, and the verdict says by how much", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5, atPoint)] } });
    const { code, stdout } = await runTiny(workspace, "--model", "floor:silent");
    expect(code).toBe(1);
    expect(stdout.replaceAll("\n", " ")).toContain(
      "fail · floor:silent fails: recall is .00, at least .50 is required.",
    );
  });

  test("when one of several measured reviewers fails", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5, atPoint)] } });
    expect((await runTiny(workspace, "--model", "ceiling:oracle", "--model", "floor:silent")).code).toBe(1);
  });

  test("before 4, when one gate failed and another is undecided", async () => {
    const workspace = makeWorkspace({
      suite: { gates: [recall(0.5), { metric: "detection.false_alarm_rate", max: 0.5, ...atPoint }] },
    });
    expect((await runTiny(workspace, "--model", "floor:shotgun")).code).toBe(1);
  });
});

describe("exit 4", () => {
  test("when a required gate is undecided, with about how many more units would decide", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5)] } });
    const { code, stdout } = await runTiny(workspace, "--model", "ceiling:oracle");
    expect(code).toBe(4);
    expect(stdout).toMatch(/about \d+ more bugs?\s+would\s+decide/);
  });

  test("becomes 0 with --allow-inconclusive, which the verdict says", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5)] } });
    const { code, stdout } = await runTiny(workspace, "--model", "ceiling:oracle", "--allow-inconclusive");
    expect(code).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toContain("undecided");
    expect(workspace.readRun().report.verdict.sentence).toContain("Undecided gates were allowed");
  });

  test("stays 1 with --allow-inconclusive where a gate failed", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5, atPoint)] } });
    expect((await runTiny(workspace, "--model", "floor:silent", "--allow-inconclusive")).code).toBe(1);
  });
});

describe("exit 3", () => {
  test("when the endpoint cannot be reached: one line, and nothing is left behind", async () => {
    const workspace = makeWorkspace({ suite: { company: ["floor:silent"] } });
    const url = await deadUrl();
    const { code, stdout, stderr } = await runTiny(workspace, "--model", `openai:m@${url}`);
    expect(code).toBe(3);
    expect(stderr).toBe(`openai:m@${url}: cannot reach ${url}: connection refused (is the server running?)\n`);
    expect(stdout).toBe("");
    expect(workspace.runs()).toEqual([]);
  });

  test("when one of several endpoints cannot be reached: the others are not asked", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    const { code, stderr } = await runTiny(
      workspace,
      "--model",
      `openai:m@${server.url}`,
      "--model",
      `openai:other@${await deadUrl()}`,
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/^openai:other@\S+: cannot reach [^\n]+\n$/);
    expect(server.chats).toEqual([]);
  });

  test("when more cases are unscored than the budget allows, though all gates would pass", async () => {
    const workspace = makeWorkspace({ suite: { gates: [{ metric: "detection.recall", max: 1, ...atPoint }] } });
    const model = recordingOf(workspace, ["one", "one.clean", "two"]);
    const { code } = await runTiny(workspace, "--model", model);
    const { report } = workspace.readRun();
    expect(code).toBe(3);
    expect(report.verdict.sentence).toContain(
      "1 of 4 reviews of replay:silent.jsonl are unscored, above the budget of 2 %",
    );
    expect(report.warnings.join()).toContain("no recorded review of this case");
    expect(
      (await runTiny(workspace, "--model", model, "--set", "budget.unscored=0.5", "--set", "budget.errors=0.5")).code,
    ).toBe(0);
  });

  test("before 1, when a gate failed as well", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5, atPoint)] } });
    const model = recordingOf(workspace, ["one", "one.clean", "two"]);
    expect((await runTiny(workspace, "--model", model)).code).toBe(3);
    expect(workspace.readRun().report.reviewers[0]?.gates[0]?.status).toBe("fail");
  });

  test("when the run was cut short by its deadline", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer({ two: () => undefined });
    const { code } = await runTiny(
      workspace,
      "--model",
      `openai:m@${server.url}`,
      "--set",
      "reviewer.runDeadlineMs=1500",
    );
    const { report } = workspace.readRun();
    expect(code).toBe(3);
    expect(report.run.isWhole).toBe(false);
    expect(report.verdict.sentence).toContain("cut short");
  });
});

describe.skipIf(process.platform === "win32")(
  "exit 3, with the reason in one line, when the disk takes no more",
  () => {
    /** Runs the command so that no file can grow above this size. */
    async function runWithin(bytes: number, workspace: Workspace, args: string[]) {
      const line = `ulimit -f ${Math.floor(bytes / 512)} && exec "$@"`;
      const child = spawn("sh", ["-c", line, "sh", process.execPath, program, ...args], {
        cwd: workspace.folder,
        env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
      return { code: code as number, stderr };
    }

    test("of the lines of the cases, even in the middle of their last piece", async () => {
      const ids = Array.from({ length: 10 }, (_, id) => `c${id}`);
      const workspace = makeWorkspace({ dataset: linesOf(smallDataset(ids)) });
      const args = ["tiny.yaml", "--out", "runs", "--model", "floor:shotgun", "--reporter", "json", "--quiet"];
      expect((await workspace.run([...args, "--name", "whole"])).code).toBe(0);
      const sizes = filesBelow(join(workspace.folder, "runs", "whole")).map(
        ({ path, bytes }) => [path, bytes.length] as const,
      );
      const others = Math.max(...sizes.filter(([path]) => path !== "cases.jsonl").map(([, size]) => size));
      const own = Object.fromEntries(sizes)["cases.jsonl"]!;
      expect(own).toBeGreaterThan(others + 2048);
      // So that there is one piece only, which is written in part.
      expect(own).toBeLessThan(64 * 1024);

      const { code, stderr } = await runWithin(others + 1024, workspace, [...args, "--name", "cut"]);
      expect(stderr).toMatch(
        /^\S*runs\/cut\/cases\.jsonl\.new: cannot write \(EFBIG[^\n]+\); free the disk, then go on with --resume\n$/,
      );
      expect(code).toBe(3);
      expect((await workspace.run([...args, "--resume", "cut"])).code).toBe(0);
      expect(workspace.readRun("cut").lines).toHaveLength(20);
    });

    test("of the journal, at once, whatever is still being answered", async () => {
      const workspace = makeWorkspace({ suite: { reviewer: { prompt: "prompt.md", timeoutMs: 1_000_000 } } });
      await using server = await startReviewer({ one: floods(1024 * 1024), two: hangs });
      const args = ["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, "--quiet"];
      const { code, stderr } = await runWithin(512 * 1024, workspace, args);
      expect(stderr).toMatch(
        /journal\.jsonl: cannot write \(EFBIG[^\n]+\); free the disk, then go on with --resume\n$/,
      );
      expect(code).toBe(3);
    });
  },
);

describe("nothing scored is never green", () => {
  const allowingAll = ["--allow-inconclusive", "--set", "budget.unscored=1", "--set", "budget.errors=1"];

  test("when every request failed, whatever is allowed", async () => {
    const workspace = makeWorkspace();
    const everything = Object.fromEntries(
      ["one", "one.clean", "two", "two.clean"].map((id) => [id, failsWith(500, "down")]),
    );
    await using server = await startReviewer(everything);
    const { code } = await runTiny(workspace, "--model", `openai:m@${server.url}`, ...allowingAll, "--set", "gates=[]");
    expect(code).toBe(3);
    expect(workspace.readRun().report.verdict).toMatchObject({ status: "incomplete", exitCode: 3 });
  });

  test("when the measured reviewer alone failed beside company that was scored", async () => {
    const workspace = makeWorkspace({ suite: { company: ["ceiling:oracle"] } });
    const model = recordingOf(workspace, ["of-another-dataset"]);
    expect((await runTiny(workspace, "--model", model, ...allowingAll)).code).toBe(3);
  });

  test("when no case is annotated, so that no metric has a value", async () => {
    const bare = { id: "a", language: "text", diff: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" };
    const workspace = makeWorkspace({
      dataset: `${JSON.stringify(bare)}\n`,
      suite: { scorers: { detection: {} }, gates: [recall(0.1)] },
    });
    expect((await runTiny(workspace, "--model", "floor:lgtm", ...allowingAll)).code).toBe(3);
    expect((await runTiny(workspace, "--model", "floor:lgtm", ...allowingAll, "--set", "gates=[]")).code).toBe(3);
  });
});

describe("several suites", () => {
  test("exit with the gravest of their codes", async () => {
    const workspace = makeWorkspace({ suite: { gates: [recall(0.5)] } });
    workspace.write(
      "strict.yaml",
      workspace
        .read("tiny.yaml")
        .replace('"name": "tiny"', '"name": "strict"')
        .replace("0.5", '0.5, "max": 0.6, "decide": "point"'),
    );
    const { code } = await workspace.run(["tiny.yaml", "strict.yaml", "--out", "runs", "--model", "ceiling:oracle"]);
    expect(code).toBe(1);
    expect(workspace.runs()).toHaveLength(2);
  });

  test("are all checked before the first is run", async () => {
    const workspace = makeWorkspace();
    workspace.write("bad.yaml", workspace.read("tiny.yaml").replace('"path": "data"', '"path": "none"'));
    await using server = await startReviewer();
    const { code, stderr } = await workspace.run([
      "tiny.yaml",
      "bad.yaml",
      "--out",
      "runs",
      "--model",
      `openai:m@${server.url}`,
    ]);
    expect(code).toBe(2);
    expect(stderr).toBe('dataset "none": no such file or folder\n');
    expect(server.requests).toEqual([]);
    expect(workspace.runs()).toEqual([]);
  });
});

describe("whoever reads the output may leave early", () => {
  test.each(["stdout", "stderr"] as const)(
    "%s: the run goes on, its code is its own, no lock stays",
    async (stream) => {
      const workspace = makeWorkspace({ suite: { gates: [recall(0.5, atPoint)] } });
      const args = [program, "tiny.yaml", "--out", "runs", "--name", "a", "--model", "ceiling:oracle"];
      const child = spawn(process.execPath, args, { cwd: workspace.folder, stdio: ["ignore", "pipe", "pipe"] });
      child[stream].destroy();
      child[stream === "stdout" ? "stderr" : "stdout"].resume();
      expect(await once(child, "exit")).toEqual([0, null]);
      expect(workspace.readRun().report.verdict.status).toBe("pass");
      expect(existsSync(join(workspace.folder, "runs", "a", "journal.lock"))).toBe(false);
    },
  );

  test.skipIf(!existsSync("/dev/full"))("but output that cannot be written is exit 3, with the reason", async () => {
    const workspace = makeWorkspace();
    const args = [program, "tiny.yaml", "--out", "runs", "--name", "a", "--model", "floor:lgtm", "--json", "--quiet"];
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, args, { cwd: workspace.folder, stdio: ["ignore", full, "pipe"] });
    const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/^standard output: cannot write \(ENOSPC: [^\n]+\)\n$/) as string,
    });
  });
});

describe("exit 70", () => {
  /** Makes the program fail, once it is ready for it, where none of its own code stands. */
  const failing = (how: string) =>
    `--import=data:text/javascript,${encodeURIComponent(
      `process.on("newListener", (name) => { if (name === "unhandledRejection") setImmediate(() => { ${how} }); })`,
    )}`;

  test.each([
    ["an error that nobody catches", 'throw new Error("of its own making")'],
    ["a promise that nobody waits for", 'Promise.reject(new Error("of its own making"))'],
  ])("for a defect, with its stack: %s", async (_, how) => {
    const workspace = makeWorkspace();
    const { code, stderr } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", "floor:lgtm"], {
      NODE_OPTIONS: failing(how),
    });
    expect(code).toBe(70);
    expect(stderr).toMatch(/nitbench failed unexpectedly; this is a defect:\nError: of its own making\n {4}at /);
  });
});
