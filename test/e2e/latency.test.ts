import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LatencyLine } from "../../src/core/latency/journal.ts";
import { summariseLatency } from "../../src/core/latency/summarise.ts";
import { askedCase, reviewOf } from "../fixtures/chat-reviewer.ts";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import {
  type Behaviour,
  failsWith,
  refusesParameters,
  says,
  startScriptedServer,
} from "../fixtures/scripted-server.ts";
import { writeTinyModel } from "../fixtures/tiny-gguf.ts";

const makeWorkspace = workspaces();
const usage = { prompt_tokens: 1000, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 0 } };

/** Finds every bug of the case it is asked about, in two pieces; of a warm-up it says nothing. */
const reviews: Behaviour = (response, request) => {
  const isWarmup = JSON.stringify(request.body).includes("ReadingStore");
  const review = isWarmup ? '{"findings": []}' : reviewOf(askedCase(request));
  return says([review.slice(0, 10), review.slice(10)], { usage })(response, request);
};

function start(latency: object, more: Record<string, unknown> = {}): Workspace {
  return makeWorkspace({ suite: { scorers: { detection: {}, contract: {}, load: {}, latency }, ...more } });
}

const linesOf = (workspace: Workspace, name = "latest") =>
  jsonLines(join(workspace.folder, "runs", name, "latency.jsonl")).map((line) => LatencyLine.parse(line));
const requestsOf = (workspace: Workspace) => linesOf(workspace).filter((line) => line.kind === "request");

describe("a suite with a latency phase", () => {
  test("times every request apart from the quality run, and says all that its lines say", async () => {
    await using server = await startScriptedServer([reviews]);
    const workspace = start({ requests: 12, warmup: 4, concurrency: 4, objectiveMs: 60_000 });
    const { code, stdout } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
    expect(code).toBe(0);
    const requests = requestsOf(workspace);
    expect(requests.filter(({ isWarmup }) => isWarmup)).toHaveLength(4);
    expect(requests.filter(({ isWarmup }) => !isWarmup)).toHaveLength(12);
    expect(requests.every(({ outcome, status }) => outcome === "answered" && status === 200)).toBe(true);
    // Four cases of the quality run, one request to get to know the reviewer, and those that are timed.
    expect(server.chats).toHaveLength(4 + 1 + 4 + 12);
    const { report } = workspace.readRun();
    expect(report.latency).toEqual(summariseLatency(linesOf(workspace)));
    expect(report.latency?.isWhole).toBe(true);
    const metrics = report.reviewers[0]?.metrics ?? {};
    expect(metrics["latency.p95_ms"]).toMatchObject({ value: null, unit: "ms", n: 12 });
    expect(metrics["latency.p95_ms"]?.reason).toContain("a p95 takes 72 requests");
    expect(stdout).toContain("latency in ms · 4 in flight, 12 requests, cold");
  });

  test("begins every prompt with a word of its own, so that no cache can serve it, unless it is to be warm", async () => {
    await using server = await startScriptedServer([reviews]);
    const promptsOf = async (cache: string) => {
      const from = server.chats.length;
      const workspace = start({ requests: 10, warmup: 0, concurrency: 10, cache });
      await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
      const bodies = server.chats.slice(from + 4).map(({ body }) => JSON.stringify(body["messages"]));
      return bodies.map((text) => text.slice(0, 60));
    };
    const cold = await promptsOf("cold");
    expect(cold).toHaveLength(10);
    expect(new Set(cold).size).toBe(10);
    const warm = await promptsOf("warm");
    expect(new Set(warm).size).toBe(1);
  });

  test("asks several reviewers in turns, and compares them", async () => {
    await using first = await startScriptedServer([reviews]);
    await using second = await startScriptedServer([reviews]);
    const workspace = start({ requests: 8, warmup: 1 });
    const models = ["--model", `openai:a@${first.url}`, "--model", `openai:b@${second.url}`];
    expect((await workspace.run(["tiny.yaml", "--out", "runs", ...models])).code).toBe(0);
    const timed = requestsOf(workspace).filter(({ isWarmup }) => !isWarmup);
    const order = timed.toSorted((a, b) => a.dispatchedMs - b.dispatchedMs).map(({ reviewer }) => reviewer.charAt(7));
    expect(order.join("")).toBe("abbaabbaabbaabba");
    const [comparison] = workspace.readRun().report.latency?.stages[0]?.comparisons ?? [];
    expect(comparison).toMatchObject({ pairs: 8 });
  });

  test("goes on from a finished phase when the run is resumed, and measures an unfinished one again", async () => {
    await using server = await startScriptedServer([reviews]);
    const workspace = start({ requests: 6, warmup: 1, concurrency: 6 });
    const run = (...args: string[]) =>
      workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, ...args]);
    await run("--name", "one");
    const asked = server.chats.length;
    const file = join("runs", "one", "latency.jsonl");
    const kept = workspace.read(file);
    expect((await run("--resume", "one")).code).toBe(0);
    expect(server.chats).toHaveLength(asked);
    expect(workspace.read(file)).toBe(kept);
    workspace.write(file, kept.split("\n").slice(0, -2).join("\n") + "\n");
    expect((await run("--resume", "one")).code).toBe(0);
    expect(server.chats).toHaveLength(asked + 1 + 6 + 6);
    expect(linesOf(workspace, "one").at(-1)?.kind).toBe("end");
  });

  test("keeps what was timed when it is interrupted, and measures it anew when it goes on", async () => {
    const heard = Promise.withResolvers<void>();
    let seen = 0;
    // Four cases, one to meet, four to warm up, four that are timed; the next four are waited for.
    const slow: Behaviour = (response, request) => {
      seen += 1;
      if (seen <= 13 || seen > 17) return reviews(response, request);
      if (seen === 17) heard.resolve();
    };
    await using server = await startScriptedServer([slow]);
    const workspace = start({ requests: 12, warmup: 1, concurrency: 4 });
    const args = ["tiny.yaml", "--out", "runs", "--name", "one", "--model", `openai:m@${server.url}`];
    const { child, finished } = workspace.start(args);
    await heard.promise;
    child.kill("SIGINT");
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain("--resume one");
    const kept = linesOf(workspace, "one");
    expect(kept.filter((line) => line.kind === "request" && !line.isWarmup)).toHaveLength(4);
    expect(kept.at(-1)?.kind).toBe("request");
    expect((await workspace.run([...args.slice(0, 3), "--resume", "one", ...args.slice(5)])).code).toBe(0);
    const again = linesOf(workspace, "one").filter((line) => line.kind === "request" && !line.isWarmup);
    expect(again).toHaveLength(12);
    expect(workspace.readRun("one").report.latency?.isWhole).toBe(true);
  });

  test("times the embedded engine in its process, beside a server, without what HTTP adds", async () => {
    await using server = await startScriptedServer([reviews]);
    // Warm, for the same prompts in every run: the model's random words could end early after others.
    const workspace = start(
      { requests: 8, warmup: 1, cache: "warm" },
      { reviewer: { prompt: "prompt.md", retries: 0, maxTokens: 8 } },
    );
    await writeTinyModel(join(workspace.folder, "tiny.gguf"));
    const models = ["--model", "./tiny.gguf", "--model", `openai:m@${server.url}`];
    const env = { NITBENCH_LLAMA_THREADS: "1" };
    expect((await workspace.run(["tiny.yaml", "--out", "runs", ...models], env)).code).toBe(0);
    const own = requestsOf(workspace).filter(({ reviewer, isWarmup }) => reviewer === "./tiny.gguf" && !isWarmup);
    expect(own).toHaveLength(8);
    for (const one of own) {
      expect(one).toMatchObject({ outcome: "answered", status: null, pieces: 2, usage: { completionTokens: 8 } });
      const readings = [one.scheduledMs, one.dispatchedMs, one.firstContentMs ?? 0, one.lastContentMs ?? 0, one.endMs];
      expect(readings).toEqual(readings.toSorted((a, b) => a - b));
    }
    const [embedded] = workspace.readRun().report.latency?.stages[0]?.reviewers ?? [];
    expect(embedded?.figures).toMatchObject({ requests: 8, answered: 8 });
    expect(embedded?.figures.endToEnd[0]?.reason ?? "").not.toContain("the client itself");
  });

  test("learns what a server refuses before anything is timed", async () => {
    const refusal = {
      message: "Unsupported value: 'temperature' does not support 0",
      param: "temperature",
      code: "unsupported_value",
    };
    await using server = await startScriptedServer([refusesParameters({ temperature: refusal }, reviews)]);
    const workspace = start({ requests: 4, warmup: 1, concurrency: 4 });
    expect((await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`])).code).toBe(0);
    expect(requestsOf(workspace).every(({ outcome }) => outcome === "answered")).toBe(true);
  });

  test("counts what fails, and a gate on time does not pass by it", async () => {
    const broken = failsWith(503, { error: { message: "busy" } });
    const good = Array.from({ length: 6 }, () => reviews);
    await using server = await startScriptedServer([...good, broken]);
    const gates = [{ metric: "latency.p95_ms", max: 20_000 }];
    const workspace = start({ requests: 80, warmup: 1, concurrency: 4, timeoutMs: 30_000 }, { gates });
    const { code, stdout } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
    expect(code).toBe(4);
    const { report } = workspace.readRun();
    const [reviewer] = report.latency?.stages[0]?.reviewers ?? [];
    expect(reviewer?.figures).toMatchObject({ answered: 0 });
    expect(reviewer?.figures.failed).toBeLessThan(30);
    expect(reviewer?.givenUp).toContain("the server answered 503: busy");
    expect(report.reviewers[0]?.gates[0]).toMatchObject({ status: "inconclusive", value: null });
    expect(stdout).toMatch(/given up after its first \d\d requests had all failed/);
  });

  test("leaves a reviewer out that cannot be reached by then, and says so", async () => {
    await using server = await startScriptedServer([
      ...Array.from({ length: 4 }, () => reviews),
      failsWith(401, { error: { message: "no" } }),
    ]);
    const workspace = start({ requests: 4, warmup: 1 });
    await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
    const { report } = workspace.readRun();
    expect(report.latency?.leftOut).toEqual([
      { reviewer: `openai:m@${server.url}`, reason: expect.stringContaining("refused the key (401)") },
    ]);
    expect(report.warnings.join("\n")).toContain("its latency was not measured");
    expect(report.reviewers[0]?.metrics["latency.p50_ms"]).toMatchObject({ value: null });
  });

  test("tells beforehand how much would be timed, and which gates that could not decide", async () => {
    const gates = [
      { metric: "latency.p95_ms", max: 900 },
      { metric: "latency.p50_ms", max: 900 },
    ];
    const workspace = start({ mode: "sweep", concurrency: [1, 4], requests: 50 }, { gates });
    const { code, stdout } = await workspace.run([
      "tiny.yaml",
      "--dry-run",
      "--model",
      "openai:m@http://127.0.0.1:9/v1",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("4 reviews, then 100 timed requests");
    expect(stdout).toContain(
      "cannot decide: a p95 takes 72 requests, and there are 50 (raise scorers.latency.requests)",
    );
    expect(stdout).not.toContain("a p50 takes");
  });

  test("keeps the key out of its lines", async () => {
    await using server = await startScriptedServer([
      ...Array.from({ length: 6 }, () => reviews),
      failsWith(503, { error: { message: "bad sk-very-secret" } }),
    ]);
    const workspace = start({ requests: 4, warmup: 1 });
    await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`], {
      OPENAI_API_KEY: "sk-very-secret",
    });
    const text = readFileSync(join(workspace.folder, "runs", "latest", "latency.jsonl"), "utf8");
    expect(text).toContain("[key]");
    expect(text).not.toContain("sk-very-secret");
  });

  test("stops with the budget, and the run is then not whole", async () => {
    await using server = await startScriptedServer([reviews]);
    const workspace = start({ requests: 500, warmup: 1, concurrency: 8 }, { budget: { tokens: 20_000 } });
    const { code } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`]);
    expect(code).toBe(3);
    expect(requestsOf(workspace).length).toBeLessThan(30);
    expect(linesOf(workspace).some(({ kind }) => kind === "end")).toBe(false);
  });

  test("times no floor and asks nothing where nobody is timed", async () => {
    const workspace = start({ requests: 4 });
    expect((await workspace.run(["tiny.yaml", "--out", "runs", "--model", "floor:silent"])).code).toBe(0);
    const { report } = workspace.readRun();
    expect(report.latency).toMatchObject({ stages: [], isWhole: true });
    expect(report.reviewers[0]?.metrics["latency.p50_ms"]).toBeUndefined();
  });
});
