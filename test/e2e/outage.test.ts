import { describe, expect, test } from "vitest";
import { findsBugs, startReviewer } from "../fixtures/chat-reviewer.ts";
import { workspaces } from "../fixtures/command.ts";
import { failsWith, startScriptedServer } from "../fixtures/scripted-server.ts";
import { linesOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const many = linesOf(smallDataset(Array.from({ length: 20 }, (_, index) => `n${index}`)));

describe("a server that only fails", () => {
  test("is given up, one line says so, and the line to go on with asks it for everything", async () => {
    const workspace = makeWorkspace({ dataset: many, suite: { company: ["ceiling:oracle"] } });
    let isWell = false;
    await using server = await startScriptedServer([
      (response, request) =>
        (isWell ? findsBugs : failsWith(500, { error: { message: "no memory" } }))(response, request),
    ]);
    const args = ["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, "--concurrency", "2"];
    const { code, stderr } = await workspace.run([...args, "--quiet"]);
    expect(code).toBe(3);
    expect(server.chats.length).toBeLessThan(25);
    const [line = ""] = stderr.split("\n");
    expect(line).toMatch(
      /^openai:m@\S+: given up after its first \d+ generations had all failed \(.*no memory.*\); go on/,
    );
    const { report } = workspace.readRun();
    expect(report.verdict.sentence).toContain("given up");
    expect(report.run.isWhole).toBe(false);
    expect(report.reviewers.find(({ id }) => id === "ceiling:oracle")?.cases).toBe(40);

    isWell = true;
    const words = / go on with: nitbench (.*)$/.exec(line)?.[1]?.split(" ") ?? [];
    expect((await workspace.run(words)).code).toBe(0);
    expect(workspace.readRun().report.reviewers.map(({ cases, unscored }) => ({ cases, unscored }))).toEqual([
      { cases: 40, unscored: 0 },
      { cases: 40, unscored: 0 },
    ]);
  });

  test.each(["a command that always fails", "a model that the server does not have"])(
    "is given up after a few failures that no retry mends, and its company is measured all the same: %s",
    async (what) => {
      const workspace = makeWorkspace({ dataset: many, suite: { company: ["ceiling:oracle"] } });
      await using server = await startScriptedServer([failsWith(404, { error: { message: "no such model" } })]);
      const ref = what.includes("command") ? "command:cat >/dev/null; exit 3" : `openai:m@${server.url}`;
      const args = ["tiny.yaml", "--out", "runs", "--model", ref, "--concurrency", "2", "--quiet"];
      const { code, stderr } = await workspace.run(args);
      expect(code).toBe(3);
      expect(stderr).toMatch(/: given up after its first [56] generations had all failed \(.*\); go on with: /);
      const { reviewers } = workspace.readRun().report;
      expect(reviewers.map(({ id, unscored }) => [id, unscored > 0])).toEqual([
        ["ceiling:oracle", false],
        [ref, true],
      ]);
    },
  );

  test("is asked again by the line that even a run of a few cases ends with", async () => {
    const workspace = makeWorkspace({ suite: { company: ["ceiling:oracle"] } });
    await using server = await startScriptedServer([failsWith(400, { error: { message: "not today" } })]);
    const args = ["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, "--name", "few"];
    const { code, stderr } = await workspace.run(args);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /\nopenai:m@\S+: 4 of 4 generations failed \(.*not today.*\); go on with: nitbench tiny\.yaml .* --resume \S*few\n$/,
    );
  });

  test("shows its failures in the progress", async () => {
    const workspace = makeWorkspace({ dataset: many });
    await using server = await startReviewer({ n0: failsWith(500, "down"), n1: failsWith(500, "down") });
    const { stderr } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
    expect(stderr).toMatch(/100 % {2}40\/40 {2}2 failed/);
  });
});
