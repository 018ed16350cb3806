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

  test("shows its failures in the progress", async () => {
    const workspace = makeWorkspace({ dataset: many });
    await using server = await startReviewer({ n0: failsWith(500, "down"), n1: failsWith(500, "down") });
    const { stderr } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
    expect(stderr).toMatch(/100 % {2}40\/40 {2}2 failed/);
  });
});
