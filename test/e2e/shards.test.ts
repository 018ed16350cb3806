import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Case } from "../../src/core/case.ts";
import { IncompleteError, UsageError } from "../../src/core/errors.ts";
import type { Report } from "../../src/core/report.ts";
import { mergeRuns } from "../../src/commands/merge.ts";
import { startReviewer } from "../fixtures/chat-reviewer.ts";
import { filesBelow, type Workspace, workspaces } from "../fixtures/command.ts";
import { judgingWorkspace } from "../fixtures/judged-cases.ts";
import { linesOf, pairOf, pathOf, smallDataset } from "../fixtures/small-dataset.ts";
import { startUnrulyJudge } from "../fixtures/unruly-judge.ts";

const makeWorkspace = workspaces();

/** Pairs of a case and its twin with references, some of one cluster, of different length; and one that stands alone. */
function casesToDivide(): Case[] {
  const pairs = ["one", "two", "three", "four", "five", "six", "seven"].flatMap((id, index) => {
    const common = {
      license: index % 2 === 0 ? "MIT" : "Apache-2.0",
      ...(index < 2 ? { cluster: "together" } : {}),
      context: { task: "word ".repeat(40 * index) },
    };
    const references = ["ines", "bo"].map((author) => ({ author, text: `An empty ${id} has no first item.` }));
    const [buggy, clean] = pairOf(id, common);
    return [{ ...buggy, references }, clean];
  });
  // Twins that do not stand beside each other.
  return [...pairs.filter((_, index) => index % 2 === 0), ...pairs.filter((_, index) => index % 2 === 1)];
}

const cases = casesToDivide();

/** Everything that a recording can be: findings, text, an outage, a broken answer; the last case has none. */
function recordingOf(all: readonly Case[]): string {
  const lines = all.slice(0, -1).map(({ id }, index) => {
    const finding = { file: pathOf(id), lines: [2, 2], message: "An empty list has no first item: IndexError." };
    if (index === 3) return { caseId: id, outcome: "transport-error" };
    if (index === 5) return { caseId: id, text: "no JSON at all" };
    return { caseId: id, findings: index % 4 === 1 ? [] : [finding], latencyMs: 100 + index };
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

const suite = {
  reviewer: { prompt: "prompt.md", retries: 0, repeats: 2, temperature: 0.5, concurrency: 3 },
  company: ["floor:shotgun", "floor:silent", "ceiling:oracle", "ceiling:reference"],
  scorers: {
    detection: {},
    overlap: {},
    judge: { model: "lexical" },
    contract: {},
    form: {},
    load: {},
    safety: {},
  },
  gates: [
    { metric: "detection.recall", min: 0.99 },
    { metric: "detection.recall", where: "severity == high", min: 0.1, required: false },
    { metric: "detection.recall", vsBaseline: { margin: 0.2 }, required: false },
  ],
  budget: { unscored: 0.5, errors: 0.5 },
};
const args = ["tiny.yaml", "--out", "runs", "--model", "replay:main.jsonl", "--baseline", "floor:shotgun"];
const measure = (workspace: Workspace, name: string, ...more: string[]) =>
  workspace.run([...args, "--name", name, "--reporter", "json", "--quiet", ...more]);

let made: ReturnType<typeof filesBelow> = [];
let codes: (number | null)[] = [];

// Measured once: every test gets a copy of the run `whole` and of its shards `s1`, `s2` and `s3`.
beforeAll(async () => {
  const workspace = makeWorkspace({ dataset: linesOf(cases), suite });
  workspace.write("main.jsonl", recordingOf(cases));
  const runs = [
    measure(workspace, "whole"),
    ...[1, 2, 3].map((index) => measure(workspace, `s${index}`, "--shard", `${index}/3`)),
  ];
  codes = (await Promise.all(runs)).map(({ code }) => code);
  made = filesBelow(workspace.folder).filter(({ path }) => !path.includes("latest"));
}, 30_000);

function makeRuns(): Workspace {
  const workspace = makeWorkspace();
  for (const { path, bytes } of made) workspace.write(path, bytes);
  return workspace;
}

/** Joins runs of a workspace in this process. */
function merge(workspace: Workspace, runs: readonly string[]): ReturnType<typeof mergeRuns> {
  return mergeRuns(
    runs.map((run) => join(workspace.folder, "runs", run)),
    {
      out: join(workspace.folder, "runs"),
      name: "merged",
      reporters: ["json"],
      allowInconclusive: false,
      command: "merge",
    },
  );
}

async function complaintOf(
  workspace: Workspace,
  runs: readonly string[],
  kind: new (message: string) => Error,
): Promise<string> {
  const thrown = await merge(workspace, runs).then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(kind);
  const { message } = thrown as Error;
  expect(message).not.toContain("\n");
  expect(workspace.runs()).not.toContain("merged");
  return message;
}

function mend(workspace: Workspace, path: string, change: (text: string) => string): void {
  const text = workspace.read(path);
  const changed = change(text);
  expect(changed).not.toBe(text);
  workspace.write(path, changed);
}

const changeReport = (workspace: Workspace, run: string, change: (report: Report) => void) =>
  mend(workspace, `runs/${run}/report.json`, (text) => {
    const report = JSON.parse(text) as Report;
    change(report);
    return JSON.stringify(report);
  });

/** A report as text without its times, what names runs, and the command. */
function lasting(text: string): string {
  const { run, ...rest } = JSON.parse(text) as Report;
  const { id: _, name: __, startedAt: ___, durationMs: ____, command: _____, shards: ______, ...own } = run;
  return JSON.stringify({ run: own, ...rest });
}

describe("the shards of a run", () => {
  test("hold every case once, with its twin and its cluster", () => {
    const workspace = makeRuns();
    const held = ["s1", "s2", "s3"].map((name) => new Set(workspace.readRun(name).lines.map(({ caseId }) => caseId)));
    expect(held.flatMap((ids) => [...ids]).sort()).toEqual(cases.map(({ id }) => id).sort());
    expect(held.every((ids) => ids.size > 0)).toBe(true);
    const shardOf = (id: string) => held.findIndex((ids) => ids.has(id));
    for (const { id, twin } of cases) if (twin !== undefined) expect(shardOf(id)).toBe(shardOf(twin.of));
    expect(shardOf("one")).toBe(shardOf("two"));
  });

  test("decide nothing, exit 0 and are no green run either", () => {
    expect(codes).toEqual([1, 0, 0, 0]);
    const workspace = makeRuns();
    for (const name of ["s1", "s2", "s3"]) {
      const { report } = workspace.readRun(name);
      expect(report.verdict).toMatchObject({ status: "incomplete", exitCode: 0 });
      expect(report.verdict.sentence).toMatch(/decides nothing by itself: join all 3 with bench merge\.$/);
      expect(report.reviewers.flatMap(({ gates }) => gates)).toEqual([]);
      expect(report.comparisons).toEqual([]);
    }
  });

  test("are joined, in whatever order, to the run in one piece, byte for byte but for times, names and the command", async () => {
    const workspace = makeRuns();
    const { report } = await merge(workspace, ["s3", "s1", "s2"]);
    expect(report.verdict).toMatchObject({ status: "fail", exitCode: 1 });
    const [whole, merged] = ["whole", "merged"].map((run) => workspace.read(`runs/${run}/report.json`));
    expect(lasting(merged ?? "")).toBe(lasting(whole ?? ""));
    for (const file of ["cases.jsonl", "dataset.jsonl"])
      expect(workspace.read(`runs/merged/${file}`)).toBe(workspace.read(`runs/whole/${file}`));
    const { run } = workspace.readRun("merged").report;
    expect(run.shards?.map(({ id }) => id)).toEqual(["s1", "s2", "s3"]);
  });

  test("are joined by the command, which needs nothing but their folders and exits as the run does", async () => {
    const workspace = makeRuns();
    for (const file of ["tiny.yaml", "prompt.md", "main.jsonl", "data/cases.jsonl"])
      rmSync(join(workspace.folder, file));
    const runs = ["runs/s1", "runs/s2", "runs/s3"];
    const { code, stdout } = await workspace.run(["merge", ...runs, "--out", "runs", "--name", "merged", "--json"]);
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as Report;
    expect(report.run.command).toBe("nitbench merge runs/s1 runs/s2 runs/s3 --out runs --json");
    expect(workspace.read("runs/merged/report.html")).toContain("<html");
    expect((await workspace.run(["gate", "runs/merged"])).code).toBe(1);
  });

  test.each([
    ["gate", ["gate", "runs/s1"]],
    ["compare", ["compare", "runs/s1", "runs/whole"]],
    ["baseline set", ["baseline", "set", "runs/s1"]],
    ["a run's baseline", [...args.slice(0, -1), "runs/s1"]],
  ])("are refused by %s, which says what to do", async (_, line) => {
    const workspace = makeRuns();
    const { code, stdout, stderr } = await workspace.run(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/it is shard 1 of 3, which decides nothing by itself \(join all 3 with bench merge/);
  });

  test("are gone on with as what they are", async () => {
    const workspace = makeRuns();
    const other = await workspace.run([...args, "--resume", "s1", "--shard", "2/3"]);
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toMatch(/this run cannot be resumed: shard was 1\/3, now it is 2\/3/);
    const before = workspace.read("runs/s1/cases.jsonl");
    const again = await workspace.run(["--out", "runs", "--resume", "s1", "--quiet"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(workspace.read("runs/s1/cases.jsonl")).toBe(before);
    expect(workspace.readRun("s1").report.shard).toMatchObject({ index: 1, of: 3 });
  });
});

describe("shards that cannot be joined", () => {
  test("lack one, which is named", async () => {
    expect(await complaintOf(makeRuns(), ["s1", "s3"], IncompleteError)).toMatch(/^shard 2 of 3 missing/);
  });

  test("hold one that is under way", async () => {
    const workspace = makeRuns();
    rmSync(join(workspace.folder, "runs/s2/report.json"));
    expect(await complaintOf(workspace, ["s1", "s2", "s3"], IncompleteError)).toMatch(
      /s2": it is not finished: there is a journal and no report/,
    );
  });

  test("hold one that was cut short", async () => {
    const workspace = makeRuns();
    changeReport(workspace, "s2", (report) => (report.run.isWhole = false));
    expect(await complaintOf(workspace, ["s1", "s2", "s3"], IncompleteError)).toMatch(/s2" is not finished/);
  });

  test.each<[string, string[], RegExp]>([
    ["a shard twice", ["s1", "s2", "s2"], /^shard 2\/3 is given twice/],
    ["a whole run", ["s1", "s2", "whole"], /whole": it is no shard but a whole run/],
    ["what is no run", ["s1", "s2", "s4"], /s4": no such folder, file or run/],
  ])("name %s", async (_, runs, says) => {
    expect(await complaintOf(makeRuns(), runs, UsageError)).toMatch(says);
  });

  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      "case lines that are cut short",
      "runs/s2/cases.jsonl",
      (text) => text.split("\n").slice(0, -2).join("\n"),
      /^the shards hold \d+ of 28 reviews of /,
    ],
    ["a damaged case line", "runs/s2/cases.jsonl", (text) => text.slice(0, -40), /s2.cases\.jsonl:\d+: /],
    [
      "a review that is there twice",
      "runs/s2/cases.jsonl",
      (text) => `${text}${text.slice(0, text.indexOf("\n") + 1)}`,
      /a second review of case/,
    ],
    [
      "a dataset that is cut short",
      "runs/s2/dataset.jsonl",
      (text) => text.split("\n").slice(0, -2).join("\n"),
      /s2.dataset\.jsonl: \d+ cases, the report counts \d+/,
    ],
    [
      "a dataset with a line that is no case",
      "runs/s2/dataset.jsonl",
      (text) => text.replace(/^.*/, "null"),
      /s2.dataset\.jsonl:1: expected a mapping, got null$/,
    ],
    [
      "a score that counts more than there is",
      "runs/s2/cases.jsonl",
      (text) => text.replace(/("detection\.recall":\{"numerator":)[\d.]+/, "$19"),
      /s2.cases\.jsonl:\d+: scores\.detection\.recall: expected a numerator of at most 1, got 9/,
    ],
    [
      "other cases than were chosen",
      "runs/s2/dataset.jsonl",
      (text) => text.replace(/"id":"(\w+)"/, '"id":"$1x"'),
      /^the shards hold 14 of 14 cases of the run, or others than it chose/,
    ],
  ])("hold %s", async (_, path, change, says) => {
    const workspace = makeRuns();
    mend(workspace, path, change);
    expect(await complaintOf(workspace, ["s1", "s2", "s3"], UsageError)).toMatch(says);
  });

  test("are of different datasets: both are named", async () => {
    const workspace = makeRuns();
    changeReport(workspace, "s2", ({ shard }) => (shard!.basis["dataset"] = "other cccc"));
    expect(await complaintOf(workspace, ["s1", "s2", "s3"], UsageError)).toMatch(
      /the dataset is data \w{64} in the first, other cccc in the second$/,
    );
  });

  test("tell of a reviewer as another one: what was begun is taken back", async () => {
    const workspace = makeRuns();
    changeReport(
      workspace,
      "s2",
      ({ reviewers }) => (reviewers[0]!.role = reviewers[0]!.role === "measured" ? "company" : "measured"),
    );
    expect(await complaintOf(workspace, ["s1", "s2", "s3"], UsageError)).toMatch(
      /its role is \w+ in one shard and \w+ in another/,
    );
  });

  test("would take the place of a run", async () => {
    const workspace = makeRuns();
    workspace.write("runs/merged/journal.jsonl", "kept");
    const thrown = await merge(workspace, ["s1", "s2", "s3"]).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as Error).message).toMatch(/merged.journal\.jsonl: this run exists already/);
    expect(workspace.read("runs/merged/journal.jsonl")).toBe("kept");
  });

  test("were compared with a stored baseline that is another here", async () => {
    const workspace = makeRuns();
    for (const run of ["s1", "s2", "s3"])
      changeReport(workspace, run, ({ shard }) => {
        shard!.baseline = { name: join(workspace.folder, "runs/whole"), run: "earlier" };
        shard!.basis["baseline"] = "replay:main.jsonl of run earlier";
      });
    expect(await complaintOf(workspace, ["s1", "s2", "s3"], UsageError)).toMatch(
      /the shards name replay:main\.jsonl of run earlier, and here it is another/,
    );
  });
});

test("shards whose findings were matched by other recorded verdicts are not joined, and leave no folder behind", async () => {
  const workspace = makeWorkspace({
    suite: { scorers: { detection: { matcher: "recorded", verdicts: "verdicts.jsonl" } } },
  });
  workspace.write("main.jsonl", recordingOf(smallDataset()));
  for (const [index, match] of [true, false].entries()) {
    const verdict = { caseId: "one", findingIndex: 0, bugId: "one-bug", match, judge: "ines" };
    workspace.write("verdicts.jsonl", `${JSON.stringify(verdict)}\n`);
    const line = ["tiny.yaml", "--out", "runs", "--model", "replay:main.jsonl", "--name", `s${index + 1}`];
    await workspace.run([...line, "--shard", `${index + 1}/2`, "--reporter", "json", "--quiet"]);
  }
  expect(await complaintOf(workspace, ["s1", "s2"], UsageError)).toMatch(
    /the hash of recorded verdicts is \w+ in the first, \w+ in the second$/,
  );
});

test("a judge is asked in shards what it is asked in one piece, norms of other cases among it, and its work adds up", async () => {
  await using server = await startUnrulyJudge();
  const workspace = judgingWorkspace(makeWorkspace, ["one", "two", "three", "four"], {});
  const line = ["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl", "--judge", `openai:j@${server.url}`];
  const prompts = () =>
    server.chats.map(({ body }) => {
      const { content } = (body["messages"] as [{ content: string }])[0];
      return content.replaceAll(/<<<REVIEW (\w+)\n/.exec(content)?.[1] ?? "none", "");
    });
  await workspace.run([...line, "--name", "whole", "--quiet"]);
  const whole = prompts();
  const shards = ["1/2", "2/2"].map((shard) =>
    workspace.run([...line, "--name", `s${shard[0]}`, "--shard", shard, "--quiet"]),
  );
  expect((await Promise.all(shards)).map(({ code }) => code)).toEqual([0, 0]);
  expect(prompts().slice(whole.length).sort()).toEqual(whole.sort());
  const { report } = await merge(workspace, ["s1", "s2"]);
  const then = workspace.readRun("whole").report;
  const withoutTimes = (judge: Report["judge"]) => ({ ...judge, busyMs: 0, wallMs: 0 });
  expect(withoutTimes(report.judge)).toEqual(withoutTimes(then.judge));
  expect(report.judge?.calls).toBe(12);
  expect(report.reviewers).toEqual(then.reviewers);
});

test("what a machine costs is the sum of what it cost in each shard", async () => {
  await using server = await startReviewer();
  const workspace = makeWorkspace({ suite: { reviewer: { prompt: "prompt.md", retries: 0, usdPerHour: 360 } } });
  const line = ["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, "--quiet"];
  const shards = ["1/2", "2/2"].map((shard) => workspace.run([...line, "--name", `s${shard[0]}`, "--shard", shard]));
  expect((await Promise.all(shards)).map(({ code }) => code)).toEqual([0, 0]);
  const costOf = ({ reviewers }: Report) => reviewers[0]?.metrics["cost.usd"];
  const costs = ["s1", "s2"].map((run) => costOf(workspace.readRun(run).report)?.value ?? 0);
  expect(Math.min(...costs)).toBeGreaterThan(0);
  const { report } = await merge(workspace, ["s1", "s2"]);
  expect(costOf(report)).toMatchObject({ unscored: 0, n: 4 });
  expect(costOf(report)?.value).toBeCloseTo((costs[0] ?? 0) + (costs[1] ?? 0), 12);
  expect(report.reviewers[0]).toMatchObject({ hosts: [server.host], price: { usdPerHour: 360 } });
});

describe("a shard", () => {
  test("without a case is whole, and joined as any other", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(smallDataset(["one"])), suite: { company: ["floor:silent"] } });
    const measured = [1, 2].map((index) =>
      workspace.run(["tiny.yaml", "--out", "runs", "--name", `s${index}`, "--shard", `${index}/2`, "--quiet"]),
    );
    expect((await Promise.all(measured)).map(({ code }) => code)).toEqual([0, 0]);
    const empty = JSON.parse(workspace.read("runs/s2/report.json")) as Report;
    expect(empty.dataset).toMatchObject({ cases: 0, clusters: 0 });
    expect(workspace.read("runs/s2/cases.jsonl")).toBe("");
    const { report } = await merge(workspace, ["s2", "s1"]);
    expect(report.verdict).toMatchObject({ status: "ungated", exitCode: 0 });
    expect(report.dataset.cases).toBe(2);
  });

  test("in which nothing was scored is incomplete, exit 3", async () => {
    const workspace = makeWorkspace();
    const failed = smallDataset().map(({ id }) => ({ caseId: id, outcome: "transport-error" }));
    writeFileSync(join(workspace.folder, "main.jsonl"), failed.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const line = ["tiny.yaml", "--out", "runs", "--model", "replay:main.jsonl", "--shard", "1/2", "--quiet"];
    const { code, stderr } = await workspace.run(line);
    expect(code).toBe(3);
    expect(stderr).toMatch(/Shard 1 of 2 \(2 of 4 cases\) is not finished\. Nothing was scored/);
  });

  test("is told of by a dry run, which looks at gates over all cases", async () => {
    const workspace = makeRuns();
    const { stdout } = await workspace.run([...args, "--shard", "1/3", "--dry-run"]);
    const own = workspace.readRun("s1").report.dataset.cases;
    expect(stdout).toMatch(new RegExp(`^tiny: shard 1 of 3, ${own} cases of data,`));
    expect(stdout).toMatch(/cannot pass: 6 clusters without a fault/);
  });

  test("of times that several machines take is refused", async () => {
    const workspace = makeWorkspace({ suite: { scorers: { detection: {}, latency: { requests: 5 } } } });
    const { code, stderr } = await workspace.run([
      "tiny.yaml",
      "--out",
      "runs",
      "--model",
      "openai:m@http://127.0.0.1:9",
      "--shard",
      "1/2",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^--shard 1\/2: suite "tiny" has scorers\.latency, and times of several machines are not one/,
    );
    expect(workspace.runs()).toEqual([]);
  });

  test("that there is not is refused", async () => {
    const workspace = makeWorkspace();
    const { code, stdout, stderr } = await workspace.run(["tiny.yaml", "--model", "floor:silent", "--shard", "4/3"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^--shard 4\/3: expected I\/N/);
  });
});
