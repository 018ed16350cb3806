import { describe, expect, test } from "vitest";
import { reviewOf, askedCase } from "../fixtures/chat-reviewer.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { judgedCases, judgingWorkspace } from "../fixtures/judged-cases.ts";
import { type Behaviour, hangs, says, startScriptedServer } from "../fixtures/scripted-server.ts";
import { linesOf } from "../fixtures/small-dataset.ts";
import { judges, startUnrulyJudge } from "../fixtures/unruly-judge.ts";

const makeWorkspace = workspaces();
const usage = { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 400 } };

/** Finds every bug, and counts its tokens. */
const counted: Behaviour = (response, request) => says(reviewOf(askedCase(request)), { usage })(response, request);
/** The same without a count. */
const uncounted: Behaviour = (response, request) => says(reviewOf(askedCase(request)))(response, request);

const price = { inputPerMTok: 10, outputPerMTok: 50, cachedInputPerMTok: 1 };
/** 600 of 1000 tokens at 10, 400 at 1, 100 at 50, for a million each. */
const each = 0.0114;

function start(reviewer: Record<string, unknown>, more: Record<string, unknown> = {}): Workspace {
  return makeWorkspace({ suite: { reviewer: { prompt: "prompt.md", retries: 0, ...reviewer }, ...more } });
}

const run = (workspace: Workspace, url: string, ...more: string[]) =>
  workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${url}`, ...more]);

describe("what a reviewer costs", () => {
  test("is the price of the tokens that the server counted, over all cases and for each bug found", async () => {
    await using server = await startScriptedServer([counted]);
    const workspace = start({ price });
    const { code, stdout } = await run(workspace, server.url);
    expect(code).toBe(0);
    const { report, lines } = workspace.readRun();
    const { metrics = {}, price: used } = report.reviewers[0] ?? {};
    expect(used).toEqual(price);
    expect(metrics["tokens.in"]).toMatchObject({ value: 4000, n: 4, unscored: 0, unit: "count" });
    expect(metrics["tokens.out"]).toMatchObject({ value: 400, lowOneSided: 400, highOneSided: 400 });
    expect(metrics["cost.usd"]?.value).toBeCloseTo(4 * each, 12);
    expect(metrics["cost.usd_per_bug_found"]).toMatchObject({ n: 2, unit: "usd", unitOfAnalysis: "bug" });
    expect(metrics["cost.usd_per_bug_found"]?.value).toBeCloseTo(2 * each, 12);
    expect(lines[0]?.parts[0]?.usage).toEqual({ promptTokens: 1000, completionTokens: 100, cachedTokens: 400 });
    expect(stdout).toMatch(/cost {2,}per bug found|per bug found/);
    expect(stdout).toContain("$.046");
    const html = workspace.read("runs/latest/report.html").replaceAll(/[ \n]+/g, " ");
    expect(html).toContain("4\u202f000 tokens in and 400 out; $.046");
    expect(html).toContain("for a million tokens $10.00 in, $1.00 where it was cached, $50.00 out; as the suite says");
  });

  test("is null where no price is known, with the reason, and never 0", async () => {
    await using server = await startScriptedServer([counted]);
    const workspace = start({});
    expect((await run(workspace, server.url)).code).toBe(0);
    const { metrics = {}, price: used } = workspace.readRun().report.reviewers[0] ?? {};
    expect(used).toBeNull();
    expect(metrics["tokens.in"]?.value).toBe(4000);
    for (const name of ["cost.usd", "cost.usd_per_bug_found"])
      expect(metrics[name]).toMatchObject({
        value: null,
        highOneSided: null,
        reason: "no price is known for this model (set reviewer.price)",
      });
  });

  test("is null where the server counts no tokens", async () => {
    await using server = await startScriptedServer([uncounted]);
    const workspace = start({ price });
    expect((await run(workspace, server.url)).code).toBe(0);
    const { metrics = {} } = workspace.readRun().report.reviewers[0] ?? {};
    for (const name of ["tokens.in", "tokens.out", "cost.usd", "cost.usd_per_bug_found"])
      expect(metrics[name]).toMatchObject({
        value: null,
        reason: "4 of 4 answers came without a count of tokens",
      });
  });

  test("is the least that it can be where some answers came without a count, and a gate cannot pass by it", async () => {
    await using server = await startScriptedServer([
      (response, request) => (askedCase(request) === "one" ? uncounted : counted)(response, request),
    ]);
    const gates = [
      { metric: "cost.usd", max: 1 },
      { metric: "tokens.in", max: 100, required: false },
    ];
    const workspace = start({ price }, { gates });
    const { code, stdout } = await run(workspace, server.url);
    expect(code).toBe(4);
    const { metrics = {}, gates: results = [] } = workspace.readRun().report.reviewers[0] ?? {};
    expect(metrics["tokens.in"]).toMatchObject({
      value: 3000,
      unscored: 1,
      lowOneSided: 3000,
      highOneSided: null,
      reason: "at least: 1 of 4 answers came without a count of tokens",
    });
    expect(metrics["cost.usd"]).toMatchObject({ unscored: 1, highOneSided: null });
    expect(results.map(({ status }) => status)).toEqual(["inconclusive", "fail"]);
    expect(stdout).toContain("≥ $.034");
  });

  test("is by the hour of the machine where the suite says so, whatever the tokens", async () => {
    await using server = await startScriptedServer([uncounted]);
    const workspace = start({ usdPerHour: 3.6 });
    expect((await run(workspace, server.url)).code).toBe(0);
    const { metrics = {}, price: used } = workspace.readRun().report.reviewers[0] ?? {};
    expect(used).toEqual({ usdPerHour: 3.6 });
    // A tenth of a cent a second.
    expect(metrics["cost.usd"]?.value).toBeGreaterThan(0);
    expect(metrics["cost.usd"]?.value).toBeLessThan(0.06);
    expect(metrics["cost.usd"]).toMatchObject({ unscored: 0 });
    expect(metrics["tokens.in"]?.value).toBeNull();
  });

  test("is not spoken of where no model is asked", async () => {
    const workspace = start({});
    expect((await workspace.run(["tiny.yaml", "--out", "runs", "--model", "floor:shotgun"])).code).toBe(0);
    const { metrics = {}, price: used } = workspace.readRun().report.reviewers[0] ?? {};
    expect(Object.keys(metrics).filter((name) => /^(?:cost|tokens)\./.test(name))).toEqual([]);
    expect(used).toBeUndefined();
  });
});

describe("a budget", () => {
  test("that is spent stops the run, which says so in one line, and goes on once it is raised", async () => {
    await using server = await startScriptedServer([counted]);
    const workspace = start({ price, concurrency: 1 }, { budget: { costUsd: 0.02 } });
    const first = await run(workspace, server.url, "--name", "mine");
    expect(first.code).toBe(3);
    // The second answer is more than the budget; what is under way then is still paid.
    expect(server.chats.length).toBeLessThan(4);
    expect(first.stderr.trim().split("\n").at(-1)).toMatch(
      /^the budget of \$\.020 is spent \(\$\.0\d+\): raise budget\.costUsd, such as with --set budget\.costUsd=\.?\S+; go on with: .* --resume mine$/,
    );
    expect(workspace.readRun("mine").report.verdict).toMatchObject({
      status: "incomplete",
      exitCode: 3,
      sentence: expect.stringMatching(/^The run was cut short: the budget of \$\.020 is spent/) as string,
    });

    const asked = server.chats.length;
    const resume = ["--out", "runs", "--resume", "mine"];
    expect((await workspace.run(resume)).code).toBe(3);
    expect(server.chats).toHaveLength(asked);
    expect((await workspace.run([...resume, "--set", "budget.costUsd=1"])).code).toBe(0);
    expect(server.chats).toHaveLength(4);
    const { report } = workspace.readRun("mine");
    expect(report.run.isWhole).toBe(true);
    expect(report.reviewers[0]?.metrics["cost.usd"]?.value).toBeCloseTo(4 * each, 12);
  });

  test("of tokens is held as well, without a price", async () => {
    await using server = await startScriptedServer([counted]);
    const workspace = start({ concurrency: 1 }, { budget: { tokens: 1000 } });
    const { code, stderr } = await run(workspace, server.url);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /the budget of 1000 tokens is spent \(\d+\): raise budget\.tokens, such as with --set budget\.tokens=\d+; go on with: /,
    );
    expect(server.chats.length).toBeLessThan(4);
  });

  test("counts what the judge takes, whose questions it ends", async () => {
    const ids = ["one", "two", "three", "four", "five"];
    const workspace = judgingWorkspace(makeWorkspace, ids, {
      judge: { runs: 1, concurrency: 1, price: { inputPerMTok: 1, outputPerMTok: 10 } },
      budget: { costUsd: 0.0003, unscored: 1 },
    });
    await using judge = await startUnrulyJudge();
    const args = ["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl", "--judge", `openai:j@${judge.url}`];
    const { code, stderr } = await workspace.run([...args, "--name", "mine"]);
    // 100 tokens in at 1 and 10 out at 10 are $.0002 each: the second is too much.
    expect(judge.questions()).toHaveLength(2);
    expect(code).toBe(3);
    expect(stderr).toContain("the budget of $.00030 is spent ($.00040): raise budget.costUsd");
    const { report, lines } = workspace.readRun("mine");
    expect(report.judge).toMatchObject({ calls: 2, price: { inputPerMTok: 1 } });
    expect(report.judge?.costUsd).toBeCloseTo(0.0004, 12);
    expect(report.judge?.wallMs).toBeGreaterThan(0);
    expect(report.judge?.wallMs).toBeLessThanOrEqual((report.judge?.busyMs ?? 0) + 50);
    const reasons = lines.flatMap(({ judged = [] }) => judged.flatMap(({ reason }) => reason ?? []));
    expect(reasons).toEqual(Array(3).fill("the judge was not asked: the budget of $.00030 is spent"));

    const more = ["--out", "runs", "--resume", "mine", "--set"];
    expect((await workspace.run([...more, "budget.costUsd=0.0003"])).code).toBe(3);
    expect(judge.questions()).toHaveLength(2);
    expect((await workspace.run([...more, "budget.costUsd=1"])).code).toBe(0);
    expect(judge.questions()).toHaveLength(5);
  });

  test.each([
    [
      "openai:m@http://127.0.0.1:9/v1",
      [],
      /^budget\.costUsd: no price is known for openai:m@\S+ \(set reviewer\.price: \{inputPerMTok, outputPerMTok\} or reviewer\.usdPerHour, or leave the budget out\)\n$/,
    ],
    [
      "floor:lgtm",
      ["openai:m@http://127.0.0.1:9/v1"],
      /^budget\.costUsd: no price is known for openai:m@\S+ \(take it out of company/,
    ],
  ])("of money is refused before anybody is asked where %s with %j has no price", async (model, company, says_) => {
    const workspace = start({}, { budget: { costUsd: 1 }, company });
    const { code, stderr } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", model]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says_);
    expect(workspace.runs()).toEqual([]);
  });

  test("of money is refused where a judge has no price, one of several too", async () => {
    const refs = ["a", "b", "c"].map((name) => `openai:${name}@http://127.0.0.1:9/v1`);
    const own = { inputPerMTok: 1, outputPerMTok: 1 };
    const model = refs.map((ref, index) => (index === 1 ? ref : { model: ref, price: own }));
    const workspace = judgingWorkspace(makeWorkspace, ["one"], { judge: { model }, budget: { costUsd: 1 } });
    const { code, stderr } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl"]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `budget.costUsd: no price is known for the judge ${refs[1] ?? ""} (set scorers.judge.price`,
    );
  });

  test("that is not spent changes nothing", async () => {
    await using server = await startScriptedServer([counted]);
    const workspace = start({ price }, { budget: { costUsd: 1, tokens: 100_000 }, company: ["floor:shotgun"] });
    expect((await run(workspace, server.url)).code).toBe(0);
    expect(workspace.readRun().report.run.isWhole).toBe(true);
  });
});

describe("the run's deadline", () => {
  test("ends the judge's questions too, those under way and those that wait, and leaves them unscored", async () => {
    const ids = ["one", "two", "three"];
    const workspace = makeWorkspace({
      dataset: linesOf(judgedCases(ids)),
      suite: {
        scorers: { judge: { retries: 0, runs: 1, concurrency: 1 } },
        reviewer: { prompt: "prompt.md", retries: 0, runDeadlineMs: 2500 },
        budget: { unscored: 1, errors: 1 },
      },
    });
    await using reviewer = await startScriptedServer([counted]);
    await using judge = await startUnrulyJudge({}, (question) =>
      question.caseId === "one" ? judges()(question) : hangs,
    );
    const { code, stdout } = await run(workspace, reviewer.url, "--judge", `openai:j@${judge.url}`);
    expect(code).toBe(3);
    expect(stdout).toContain("The run was cut short by its deadline.");
    const { report, lines } = workspace.readRun();
    expect(report.run.isWhole).toBe(false);
    expect(report.run.durationMs).toBeLessThan(30_000);
    const said = Object.fromEntries(lines.map(({ caseId, judged = [] }) => [caseId, judged[0]?.reason ?? "judged"]));
    expect(
      Object.values(said).filter((reason) => reason === "the judge was not asked: the run's deadline came first")
        .length,
    ).toBeGreaterThanOrEqual(2);
  });
});
