import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { askedCase, startReviewer, timesAsked } from "../fixtures/chat-reviewer.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { says } from "../fixtures/scripted-server.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();

function runTiny(workspace: Workspace, ...args: string[]) {
  return workspace.run(["tiny.yaml", "--out", "runs", ...args]);
}

describe("the unit of a request", () => {
  const file = (name: string) =>
    `--- a/src/${name}.py\n+++ b/src/${name}.py\n@@ -1,2 +1,3 @@\n import os\n+first_${name}()\n import sys\n@@ -20,2 +21,3 @@\n import os\n+second_${name}()\n import sys\n`;
  const diff = file("a") + file("b");
  const bug = {
    id: "bug",
    anchor: { side: "new", file: "src/b.py", lines: [22, 22] },
    category: "crash",
    severity: "high",
    description: "second_b does not exist, so the call fails with a NameError.",
  };
  const dataset = `${JSON.stringify({ id: "parts", language: "python", diff, bugs: [bug] })}\n`;
  const remark = {
    file: "src/b.py",
    lines: [22, 22],
    severity: "high",
    message: "second_b does not exist: the call fails with a NameError.",
  };
  const words = says(JSON.stringify({ findings: [remark] }));

  test.each([
    ["case", 1],
    ["file", 2],
    ["hunk", 4],
  ])("%s: puts a case in %i parts, whose reviews are merged with equal findings once", async (unit, parts) => {
    const workspace = makeWorkspace({ dataset });
    await using server = await startReviewer({ a: words, b: words });
    const { code } = await runTiny(workspace, "--model", `openai:m@${server.url}`, "--set", `reviewer.unit=${unit}`);
    expect(code).toBe(0);
    expect(server.chats).toHaveLength(parts);
    const shown = server.chats
      .map(({ body }) => JSON.stringify(body["messages"]))
      .map((prompt) => ["first_a", "second_a", "first_b", "second_b"].filter((name) => prompt.includes(name)));
    expect(shown.flat().sort()).toEqual(["first_a", "first_b", "second_a", "second_b"]);
    const { report, lines } = workspace.readRun();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ outcome: "completed", review: { findings: [remark] } });
    expect(lines[0]?.parts).toHaveLength(parts);
    expect(report.reviewers[0]).toMatchObject({ cases: 1, generations: parts });
    expect(report.reviewers[0]?.metrics["detection.recall"]?.value).toBe(1);
    expect(report.reviewers[0]?.metrics["contract.valid_rate"]?.n).toBeGreaterThan(0);
  });

  test("file: a part that could not be read is silent while the others count", async () => {
    const workspace = makeWorkspace({ dataset });
    await using server = await startReviewer({ a: says('{"findings": [{"file": '), b: words });
    await runTiny(workspace, "--model", `openai:m@${server.url}`, "--set", "reviewer.unit=file");
    const [line] = workspace.readRun().lines;
    expect(line).toMatchObject({
      outcome: "invalid",
      review: { findings: [remark] },
      parts: [{ outcome: "invalid" }, { outcome: "completed" }],
    });
    expect(server.chats.map(askedCase).sort()).toEqual(["a", "b"]);
  });
});

describe("the cache", () => {
  test("answers a second run without asking, which is said, and is never taken for speed", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    const args = ["--model", `openai:m@${server.url}`, "--set", "reviewer.cache=true"];
    expect((await runTiny(workspace, ...args)).code).toBe(0);
    const first = workspace.readRun().report.reviewers[0];
    expect(first).toMatchObject({ fromCache: 0 });
    expect(first?.metrics["load.p50_ms"]?.value).toBeGreaterThan(0);

    const { code, stdout } = await runTiny(workspace, ...args);
    expect(code).toBe(0);
    expect(timesAsked(server)).toEqual({ one: 1, "one.clean": 1, two: 1, "two.clean": 1 });
    const { report, lines } = workspace.readRun();
    expect(report.reviewers[0]).toMatchObject({ fromCache: 4, generations: 4 });
    expect(report.reviewers[0]?.metrics["load.p50_ms"]?.value).toBeNull();
    expect(report.reviewers[0]?.metrics["detection.recall"]).toEqual(first?.metrics["detection.recall"]);
    expect(lines.every(({ parts }) => parts.every((part) => part.fromCache && part.durationMs === null))).toBe(true);
    expect(stdout.replaceAll("\n", " ")).toContain("4 of 4 generations came from the cache");
  });

  test("of one base URL does not answer for another one of the same host", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")) });
    await using server = await startReviewer();
    const runAt = (path: string) =>
      workspace.run(["tiny.yaml", "--out", "runs", "--model", "openai:m", "--set", "reviewer.cache=true"], {
        OPENAI_BASE_URL: server.url.replace("/v1", path),
      });
    expect((await runAt("/v1")).code).toBe(0);
    await runAt("/b/v1");
    expect(workspace.readRun().report.reviewers[0]).toMatchObject({ fromCache: 0 });
    expect(server.requests.filter(({ path }) => path === "/b/v1/chat/completions")).toHaveLength(2);
  });

  test("is off unless the suite turns it on", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")) });
    await using server = await startReviewer();
    for (const _ of [1, 2]) await runTiny(workspace, "--model", `openai:m@${server.url}`);
    expect(server.chats).toHaveLength(4);
    expect(readdirSync(workspace.folder)).not.toContain(".nitbench");
  });
});
