import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { Generation } from "../../src/core/generation.ts";
import type { CaseLine, Report } from "../../src/core/report.ts";
import { askedCase, findsBugs, startReviewer, timesAsked } from "../fixtures/chat-reviewer.ts";
import { filesBelow, type Finished, jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import {
  type Behaviour,
  failsWith,
  hangs,
  type ScriptedServer,
  startScriptedServer,
} from "../fixtures/scripted-server.ts";
import { linesOf, pairOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const ids = ["one", "two", "three", "four"];

/** A server that answers the first chats well and keeps all others waiting, until it is let go. */
async function startSlowServer(
  answered: number,
  models?: Behaviour,
): Promise<ScriptedServer & { letGo: () => void; hasAsked: (chats: number) => Promise<void> }> {
  let isSlow = true;
  const well = Array.from({ length: answered }, () => findsBugs);
  const server = await startScriptedServer(
    [...well, (response, request) => (isSlow ? hangs : findsBugs)(response, request)],
    models,
  );
  const until = async (isThere: () => boolean) => {
    const giveUpAtMs = performance.now() + 60_000;
    while (!isThere()) {
      if (performance.now() > giveUpAtMs)
        throw new Error(`gave up waiting; the server was asked ${server.chats.length} times`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return Object.assign(server, {
    letGo: () => (isSlow = false),
    hasAsked: (requests: number) => until(() => server.requests.length >= requests),
  });
}

function argsFor(server: ScriptedServer, ...more: string[]): string[] {
  return ["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, "--concurrency", "2", ...more];
}

/** Starts a run and interrupts it once the server was asked this often, the question for its models among them. */
async function interruptAfter(
  requests: number,
  workspace: Workspace,
  server: Awaited<ReturnType<typeof startSlowServer>>,
  args: string[],
): Promise<Finished> {
  const { child, finished } = workspace.start(args);
  await server.hasAsked(requests);
  child.kill("SIGINT");
  return await finished;
}

/** The words of the line that an interrupted run prints, without the program's name. */
function lineToResume({ stderr }: Finished): string[] {
  const [, line = ""] = /interrupted; go on with: nitbench (.*)\n$/.exec(stderr) ?? [];
  return line.split(" ");
}

function generations(workspace: Workspace, run: string) {
  return jsonLines(join(workspace.folder, "runs", run, "journal.jsonl"))
    .slice(1)
    .map((line) => Generation.parse(line));
}

/** What two runs of the same must have in common: all but times and what names the run. */
function lasting({ report, lines }: { report: Report; lines: CaseLine[] }): unknown {
  const { run, ...rest } = report;
  const withoutTimes = lines.map((line) => ({
    ...line,
    parts: line.parts.map((part) => ({ ...part, durationMs: null })),
  }));
  return {
    ...rest,
    run: { seed: run.seed, isWhole: run.isWhole, command: run.command, tool: run.tool },
    lines: withoutTimes.sort((a, b) => `${a.caseId} ${a.repeat}`.localeCompare(`${b.caseId} ${b.repeat}`)),
  };
}

const scorers = { detection: {}, overlap: {}, contract: {}, form: {} };

describe("an interrupted run", () => {
  test("exits 130 with a whole journal; the line that it prints asks exactly what is left and ends as an uninterrupted run does", async () => {
    const workspace = makeWorkspace({
      dataset: linesOf(smallDataset(ids)),
      suite: { scorers, company: ["ceiling:oracle"], gates: [{ metric: "detection.recall", min: 0.2 }] },
    });
    await using server = await startSlowServer(3);
    const interrupted = await interruptAfter(1 + 5, workspace, server, argsFor(server));
    expect(interrupted.code).toBe(130);
    const [run = ""] = workspace.runs();
    expect(lineToResume(interrupted)).toEqual([...argsFor(server), "--resume", run]);
    const answered = generations(workspace, run).map(({ caseId }) => caseId);
    expect(answered).toHaveLength(3);
    expect(readFileSync(join(workspace.folder, "runs", run, "journal.jsonl"), "utf8")).toMatch(/\}\n$/);

    appendFileSync(join(workspace.folder, "runs", run, "journal.jsonl"), '{"v":1,"kind":"generation","key":"torn');
    server.letGo();
    const before = server.chats.length;
    const resumed = await workspace.run(lineToResume(interrupted));
    expect(resumed.code).toBe(0);
    const asked = server.chats.slice(before).map(askedCase).sort();
    expect(asked).toEqual(
      smallDataset(ids)
        .map(({ id }) => id)
        .filter((id) => !answered.includes(id))
        .sort(),
    );
    expect(workspace.runs()).toEqual([run]);
    expect(new Set(generations(workspace, run).map(({ caseId }) => caseId)).size).toBe(8);

    const whole = await workspace.run(argsFor(server));
    expect(whole.code).toBe(0);
    expect(workspace.runs()).toHaveLength(2);
    expect(lasting(workspace.readRun(run))).toEqual(lasting(workspace.readRun()));
  });

  test("goes on with the very parts and repeats that are left", async () => {
    const path = (name: string) =>
      `--- a/src/${name}.py\n+++ b/src/${name}.py\n@@ -1 +1,2 @@\n import os\n+import ${name}\n`;
    const source = { id: "parts", language: "python", diff: ["a1", "b2", "c3"].map(path).join(""), bugs: [] };
    const workspace = makeWorkspace({ dataset: linesOf([JSON.stringify(source)]) });
    await using server = await startSlowServer(4);
    const args = argsFor(
      server,
      "--repeats",
      "2",
      "--set",
      "reviewer.temperature=0.5",
      "--set",
      "reviewer.unit=file",
      "--concurrency",
      "1",
    );
    const interrupted = await interruptAfter(1 + 5, workspace, server, args);
    expect(interrupted.code).toBe(130);
    server.letGo();
    expect((await workspace.run(lineToResume(interrupted))).code).toBe(0);
    // Three parts twice, and the one that was in flight when the interrupt came once more.
    expect(timesAsked(server)).toEqual({ a1: 2, b2: 3, c3: 2 });
    const { report, lines } = workspace.readRun();
    expect(report.reviewers[0]).toMatchObject({ cases: 2, generations: 6, unscored: 0 });
    expect(lines.map(({ repeat, parts }) => [repeat, parts.length])).toEqual([
      [0, 3],
      [1, 3],
    ]);
  });

  test("can be interrupted while it waits for the server's first word", async () => {
    const workspace = makeWorkspace();
    await using server = await startSlowServer(0, hangs);
    const interrupted = await interruptAfter(1, workspace, server, argsFor(server));
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/^interrupted; go on with: nitbench [^\n]+\n$/);
    expect(server.chats).toEqual([]);
  });

  test("of several suites names the one to go on with", async () => {
    const workspace = makeWorkspace();
    workspace.write("second.yaml", workspace.read("tiny.yaml").replace('"tiny"', '"second"'));
    await using server = await startSlowServer(5);
    const interrupted = await interruptAfter(2 + 6, workspace, server, [
      "tiny.yaml",
      "second.yaml",
      ...argsFor(server).slice(1),
    ]);
    expect(interrupted.code).toBe(130);
    expect(lineToResume(interrupted).slice(0, 3)).toEqual(["second.yaml", "--out", "runs"]);
    server.letGo();
    expect((await workspace.run(lineToResume(interrupted))).code).toBe(0);
    expect(workspace.readRun().report.suite.name).toBe("second");
  });

  test("is gone on with by its path as well, and says so when it is interrupted again", async () => {
    const workspace = makeWorkspace();
    await using server = await startSlowServer(1);
    const args = ["tiny.yaml", "--model", `openai:m@${server.url}`, "--concurrency", "2"];
    expect((await interruptAfter(1 + 3, workspace, server, [...args, "--out", "runs", "--name", "mine"])).code).toBe(
      130,
    );
    const again = await interruptAfter(1 + 3 + 1 + 2, workspace, server, [...args, "--resume", "runs/mine"]);
    expect(again.code).toBe(130);
    expect(lineToResume(again)).toEqual([...args, "--resume", "runs/mine"]);
    server.letGo();
    expect((await workspace.run(lineToResume(again))).code).toBe(0);
    expect(workspace.readRun("mine").lines).toHaveLength(4);
  });
});

describe("an interrupt is heard though the reviewer never waits", () => {
  const args = ["tiny.yaml", "--out", "runs", "--model", "floor:shotgun", "--set", "reviewer.temperature=0.5"];
  const many = [...args, "--repeats", "100"];

  /** Interrupts a run as soon as a file in its folder has this many bytes. */
  async function interruptAt(workspace: Workspace, file: string, bytes: number, more: string[]): Promise<Finished> {
    const { child, finished } = workspace.start([...many, ...more]);
    const path = join(workspace.folder, "runs", "mine", file);
    await vi.waitUntil(() => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > bytes, {
      timeout: 60_000,
      interval: 5,
    });
    child.kill("SIGINT");
    return await finished;
  }

  test("while it is asked, and while its answers are read again, which leaves alone what was published", async () => {
    const workspace = makeWorkspace({
      dataset: linesOf(smallDataset(Array.from({ length: 20 }, (_, id) => `c${id}`))),
    });
    const asked = await interruptAt(workspace, "journal.jsonl", 100_000, ["--name", "mine"]);
    expect(asked.code).toBe(130);
    expect(lineToResume(asked)).toEqual([...many, "--resume", "mine"]);
    const answers = generations(workspace, "mine").length;
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(4000);

    expect((await workspace.run([...many, "--resume", "mine"])).code).toBe(0);
    expect(workspace.readRun("mine").lines).toHaveLength(4000);
    const before = filesBelow(join(workspace.folder, "runs", "mine"));
    const read = await interruptAt(workspace, "cases.jsonl.new", 0, ["--resume", "mine"]);
    expect(read.code).toBe(130);
    expect(filesBelow(join(workspace.folder, "runs", "mine"))).toEqual(before);
  });
});

test("a run that is resumed as the latest and interrupted is named, as there may be a later one by then", async () => {
  const workspace = makeWorkspace();
  let isDown = true;
  await using server = await startReviewer({
    two: (response, request) => (isDown ? failsWith(500, "down") : hangs)(response, request),
  });
  expect((await workspace.run(argsFor(server, "--name", "mine"))).code).toBe(3);
  isDown = false;
  const before = server.chats.length;
  const { child, finished } = workspace.start(argsFor(server, "--resume", "latest"));
  await vi.waitUntil(() => server.chats.length > before, { timeout: 60_000 });
  child.kill("SIGINT");
  expect(lineToResume(await finished)).toEqual([...argsFor(server), "--resume", "mine"]);
});

describe("a run that is resumed", () => {
  test("asks again what ended in an outage, and only that", async () => {
    const workspace = makeWorkspace();
    let isDown = true;
    await using server = await startReviewer({
      two: (response, request) => (isDown ? failsWith(500, "down") : findsBugs)(response, request),
    });
    expect((await workspace.run(argsFor(server, "--name", "mine"))).code).toBe(3);
    isDown = false;
    const { code } = await workspace.run(argsFor(server, "--resume", "mine"));
    expect(code).toBe(0);
    expect(timesAsked(server)).toEqual({ one: 1, "one.clean": 1, two: 2, "two.clean": 1 });
    const { report, lines } = workspace.readRun("mine");
    expect(report.reviewers[0]).toMatchObject({ unscored: 0, generations: 4 });
    expect(lines).toHaveLength(4);
  });

  test("and was finished asks nobody", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    expect((await workspace.run(argsFor(server, "--name", "mine"))).code).toBe(0);
    const before = lasting(workspace.readRun("mine"));
    expect((await workspace.run(argsFor(server, "--resume", "mine"))).code).toBe(0);
    expect(server.chats).toHaveLength(4);
    expect(lasting(workspace.readRun("mine"))).toEqual(before);
  });

  test.each([
    ["latest", ["--out", "runs"]],
    ["runs/latest", []],
    ["runs/mine/", []],
  ])("may be named as %s", async (name, out) => {
    const workspace = makeWorkspace();
    let isDown = true;
    await using server = await startReviewer({
      two: (response, request) => (isDown ? failsWith(500, "down") : findsBugs)(response, request),
    });
    expect((await workspace.run(argsFor(server, "--name", "mine"))).code).toBe(3);
    isDown = false;
    const args = ["tiny.yaml", "--model", `openai:m@${server.url}`, "--resume", name, ...out];
    const { code, stderr } = await workspace.run(args);
    expect({ code, stderr: stderr.includes("expected letters") }).toEqual({ code: 0, stderr: false });
    expect(timesAsked(server)).toEqual({ one: 1, "one.clean": 1, two: 2, "two.clean": 1 });
    expect(workspace.runs()).toEqual(["mine"]);
    expect(workspace.readRun().report.run.id).toBe("mine");
  });

  test("is refused with the line's number when its journal is damaged before the end", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")) });
    await using server = await startReviewer();
    expect((await workspace.run(argsFor(server, "--name", "mine"))).code).toBe(0);
    const [header, ...rest] = workspace.read("runs/mine/journal.jsonl").split("\n");
    workspace.write("runs/mine/journal.jsonl", [header, '{"v":1,"ki', ...rest].join("\n"));
    const { code, stderr } = await workspace.run(argsFor(server, "--resume", "mine"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^\S*journal\.jsonl:2: this line is damaged \(not JSON; [^\n]+\n$/);
  });
});

test("while a run is written nobody else can write it, and it ends undisturbed", async () => {
  const workspace = makeWorkspace();
  await using server = await startSlowServer(0);
  const first = workspace.start(argsFor(server, "--name", "mine"));
  await server.hasAsked(1 + 2);
  for (const flag of ["--resume", "--name"]) {
    const second = await workspace.run(argsFor(server, flag, "mine"));
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(`^\\S*mine: process ${first.child.pid} on \\S+ is writing this run \\([^\\n]+\\n$`),
    );
  }
  expect(server.requests).toHaveLength(3);
  first.child.kill("SIGTERM");
  expect((await first.finished).code).toBe(130);
  server.letGo();
  expect((await workspace.run(argsFor(server, "--resume", "mine"))).code).toBe(0);
  expect(workspace.readRun("mine").lines).toHaveLength(4);
});

describe("what the command leaves out", () => {
  test("is as the run had it: suite, models, settings and seed", async () => {
    const workspace = makeWorkspace();
    let isDown = true;
    await using server = await startReviewer({
      two: (response, request) => (isDown ? failsWith(500, "down") : findsBugs)(response, request),
    });
    const args = argsFor(server, "--set", "reviewer.maxTokens=77", "--seed", "3", "--set", "gates=[]");
    expect((await workspace.run([...args, "--name", "mine"])).code).toBe(3);
    isDown = false;
    const { code, stderr } = await workspace.run(["--out", "runs", "--resume", "mine", "--set", "budget.errors=0.5"]);
    expect({ code, stderr: stderr.includes("cannot be resumed") }).toEqual({ code: 0, stderr: false });
    expect(timesAsked(server)).toEqual({ one: 1, "one.clean": 1, two: 2, "two.clean": 1 });
    expect(server.chats.map(({ body }) => body["max_tokens"] ?? body["max_completion_tokens"])).toEqual(
      Array.from({ length: 5 }, () => 77),
    );
    const { report } = workspace.readRun("mine");
    expect(report.suite.name).toBe("tiny");
    expect(report.run.seed).toBe(3);
    expect(report.run.command).toBe(
      `nitbench ${args.join(" ")} --set budget.errors=0.5`.replace("gates=[]", "'gates=[]'"),
    );
  });

  test("and says otherwise is as the command says, and refused where the run cannot go on so", async () => {
    const workspace = makeWorkspace();
    const args = ["tiny.yaml", "--out", "runs", "--model", "floor:lgtm"];
    expect((await workspace.run([...args, "--name", "mine", "--set", "reviewer.maxTokens=77"])).code).toBe(0);
    const other = await workspace.run(["--out", "runs", "--resume", "mine", "--set", "reviewer.maxTokens=5"]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("reviewer.maxTokens was 77, now it is 5");
    const model = await workspace.run(["--out", "runs", "--resume", "mine", "--model", "floor:silent"]);
    expect(model.stderr).toContain("reviewer floor:lgtm is missing now and reviewer floor:silent is new");
  });

  test("can be left out of a dry run as well", async () => {
    const workspace = makeWorkspace();
    expect((await workspace.run(["tiny.yaml", "--out", "runs", "--model", "floor:lgtm", "--name", "mine"])).code).toBe(
      0,
    );
    const { code, stdout } = await workspace.run(["--out", "runs", "--resume", "mine", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toContain("floor:lgtm");
  });

  test("must be said for a run that does not tell it", async () => {
    const workspace = makeWorkspace();
    const args = ["tiny.yaml", "--out", "runs", "--model", "floor:lgtm"];
    expect((await workspace.run([...args, "--name", "mine"])).code).toBe(0);
    const [first = "", ...rest] = workspace.read("runs/mine/journal.jsonl").split("\n");
    const { request: _, settings: __, ...early } = JSON.parse(first) as Record<string, unknown>;
    workspace.write("runs/mine/journal.jsonl", [JSON.stringify(early), ...rest].join("\n"));
    const silent = await workspace.run(["--out", "runs", "--resume", "mine"]);
    expect(silent.code).toBe(2);
    expect(silent.stderr).toMatch(
      /^--resume mine: the run does not tell its suite \(name suite and models as they were\)\n$/,
    );
    expect((await workspace.run([...args, "--resume", "mine"])).code).toBe(0);
  });
});

describe("a journal", () => {
  test("of another suite or dataset is not gone on with, and nobody is asked", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    const run = (...args: string[]) => workspace.run(["tiny.yaml", "--out", "runs", ...args]);
    expect((await run("--model", "floor:lgtm", "--name", "first")).code).toBe(0);
    const before = workspace.read("runs/first/cases.jsonl");

    const other = await run("--resume", "first", "--model", `openai:m@${server.url}`, "--set", "reviewer.maxTokens=5");
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /^\S*runs\/first\/journal\.jsonl: this run cannot be resumed: reviewer\.maxTokens was 1024, now it is 5 and [^\n]* \(start a new run[^\n]*\n$/,
    );

    workspace.write("data/cases.jsonl", linesOf(smallDataset(["one", "three"])));
    const changed = await run("--resume", "first", "--model", `openai:m@${server.url}`);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toMatch(/the cases of its dataset have changed/);
    expect(server.requests).toEqual([]);
    expect(workspace.read("runs/first/cases.jsonl")).toBe(before);
  });

  test.each([
    [
      "another model",
      (url: string) => ["--model", `openai:other@${url}`],
      /reviewer openai:m@\S+ is missing now and reviewer openai:other@\S+ is new/,
    ],
    [
      "a further model",
      (url: string) => ["--model", `openai:m@${url}`, "--model", "floor:lgtm"],
      /reviewer floor:lgtm is new/,
    ],
  ])("is not gone on with by %s, whose report is then not written over", async (_, args, difference) => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    expect((await workspace.run(argsFor(server, "--name", "first"))).code).toBe(0);
    const before = filesBelow(join(workspace.folder, "runs"));
    const asked = server.requests.length;
    const other = await workspace.run(["tiny.yaml", "--out", "runs", "--resume", "first", ...args(server.url)]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(difference);
    expect(server.requests).toHaveLength(asked);
    expect(filesBelow(join(workspace.folder, "runs"))).toEqual(before);
  });

  test("is not gone on with at another base URL, wherever that was written", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    const run = (path: string, ...args: string[]) =>
      workspace.run(["tiny.yaml", "--out", "runs", "--model", "openai:m", ...args], {
        OPENAI_BASE_URL: server.url.replace("/v1", path),
      });
    expect((await run("/v1", "--name", "first")).code).toBe(0);
    const asked = server.requests.length;
    const other = await run("/b/v1", "--resume", "first");
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /reviewer openai:m was openai m http:\S+\d\/v1, now it is openai m http:\S+\d\/b\/v1 \(/,
    );
    expect(server.requests).toHaveLength(asked);
  });

  test("is not gone on with by a command whose program was edited", async () => {
    const workspace = makeWorkspace();
    const say = (text: string) => workspace.write("review.mjs", `console.log(${JSON.stringify(text)});`);
    const args = ["tiny.yaml", "--out", "runs", "--model", `command:"${process.execPath}" review.mjs`];
    say('{"findings": []}');
    expect((await workspace.run([...args, "--name", "first"])).code).toBe(0);
    expect((await workspace.run([...args, "--resume", "first"])).code).toBe(0);
    say("LGTM");
    const { code, stderr } = await workspace.run([...args, "--resume", "first"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/review\.mjs sha256:\w{64}\), now it is command [^\n]* \(start a new run[^\n]*\n$/);
  });

  test("of a finished run is not written over", async () => {
    const workspace = makeWorkspace();
    const args = ["tiny.yaml", "--out", "runs", "--model", "floor:lgtm", "--name", "first"];
    expect((await workspace.run(args)).code).toBe(0);
    const { code, stderr } = await workspace.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^\S*runs\/first\/journal\.jsonl: this run exists already \(resume it with --resume, or choose another --name\)\n$/,
    );
    expect(workspace.readRun("first").lines).toHaveLength(4);
  });
});
