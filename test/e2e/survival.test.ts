import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Generation } from "../../src/core/generation.ts";
import type { CaseLine, Report } from "../../src/core/report.ts";
import { reviewOf, startReviewer, timesAsked } from "../fixtures/chat-reviewer.ts";
import { filesBelow, type Finished, jsonLines, workspaces } from "../fixtures/command.ts";
import {
  type Behaviour,
  cutsAfter,
  dropsConnection,
  failsWith,
  floods,
  hangs,
  hangsAfter,
  limitsRate,
  says,
  type ScriptedServer,
  streamsBytes,
} from "../fixtures/scripted-server.ts";
import { linesOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();

/** Whatever makes a terminal do more than show text. */
const hostile = "\u001B[2J\u001B]0;owned\u0007\u009B31mred\u202E\u0008";
const isHostile = /[\u001B\u009B\u202E\u0007\u0008]/;

/** One behaviour after the other for the same case; the last one goes on. */
function inTurn(...behaviours: Behaviour[]): Behaviour {
  let turn = 0;
  return (response, request) => behaviours[Math.min(turn++, behaviours.length - 1)]?.(response, request);
}

const special: Record<string, Behaviour> = {
  flood: floods(20 * 1024 * 1024),
  bytes: streamsBytes(
    'data: {"choices":[{"delta":{"content":"src/bytes.py:2 The index fails ',
    Uint8Array.of(0xff, 0xc3),
    ' on an empty list."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  ),
  ansi: says(`src/ansi.py:2 ${hostile}An empty list has no first item, so the index fails.`),
  malformed: says('{"findings": [{"file": "src/malformed.py", "lines": [2, 2'),
  cutoff: says('{"findings": []}', { finish: "length" }),
  refused: says("", { finish: "content_filter" }),
  overflow: failsWith(400, {
    error: { message: "This model's maximum context length is 10 tokens.", code: "context_length_exceeded" },
  }),
  limited: inTurn(limitsRate({ "retry-after": "1" }), says(reviewOf("limited"))),
  once: inTurn(failsWith(503, "busy"), says(reviewOf("once"))),
  down: failsWith(500, { error: { message: `out of memory ${hostile}` } }),
  broken: cutsAfter('{"findings": ['),
  dropped: dropsConnection,
  garbled: streamsBytes("data: {nonsense\n\n"),
};

describe("a server that does everything wrong", () => {
  let server: ScriptedServer;
  let finished: Finished;
  let report: Report;
  let lines: CaseLine[];
  let journal: Generation[];
  let files: ReturnType<typeof filesBelow>;

  // One run for all tests: what they look at is read before its folder goes.
  beforeAll(async () => {
    server = await startReviewer(special);
    const cases = smallDataset(Object.keys(special)).map((one) => ({ ...one, title: `${hostile} ${one.id}` }));
    const workspace = makeWorkspace({ dataset: linesOf(cases), suite: { company: ["ceiling:oracle"] } });
    const settings = ["--set", "reviewer.retries=1", "--set", "reviewer.contract=prose"];
    finished = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, ...settings]);
    ({ report, lines } = workspace.readRun());
    files = filesBelow(join(workspace.folder, "runs", "latest"));
    journal = jsonLines(join(workspace.folder, "runs", "latest", "journal.jsonl"))
      .slice(1)
      .map((line) => Generation.parse(line));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const measured = () => report.reviewers.find(({ role }) => role === "measured")!;
  const lineOf = (caseId: string) =>
    lines.find((line) => line.caseId === caseId && line.reviewer !== "ceiling:oracle")!;

  test("is measured to the end; outages above the budget make the run incomplete", () => {
    expect(finished.code).toBe(3);
    expect(report.run.isWhole).toBe(true);
    expect(lines).toHaveLength(2 * 26);
    expect(report.verdict.sentence).toContain("4 of 26 reviews");
  });

  test("has each of its generations counted by outcome", () => {
    expect(measured()).toMatchObject({
      generations: 26,
      cases: 26,
      unscored: 4,
      outcomes: { completed: 18, invalid: 1, truncated: 1, refused: 1, overflow: 1, "transport-error": 4 },
    });
  });

  test.each(["down", "broken", "dropped", "garbled"])("leaves a case without a score after an outage: %s", (id) => {
    expect(lineOf(id)).toMatchObject({ outcome: "transport-error", review: null, ledger: null, scores: {} });
    expect(timesAsked(server)[id]).toBe(2);
  });

  test("has its outages told with their number and without escapes", () => {
    expect(measured().errors.reduce((total, { count }) => total + count, 0)).toBe(4);
    const told = measured()
      .errors.map(({ message }) => message)
      .join("\n");
    expect(told).toContain("failed (500): out of memory");
    expect(told).toContain("gave up after 2 tries");
    expect(told).not.toMatch(isHostile);
  });

  test.each([
    ["malformed", "invalid"],
    ["cutoff", "truncated"],
    ["refused", "refused"],
    ["overflow", "overflow"],
  ])("counts a bad answer as silence that misses the bug: %s", (id, outcome) => {
    const line = lineOf(id);
    expect(line).toMatchObject({ outcome, review: { findings: [] } });
    expect(line.ledger?.bugs.map(({ state }) => state)).toEqual(["missed"]);
    expect(line.scores["contract.valid_rate"]).toEqual({ numerator: 0, denominator: 1 });
  });

  test.each(["limited", "once"])("gets another try where it asks for one, and the answer counts: %s", (id) => {
    expect(timesAsked(server)[id]).toBe(2);
    expect(lineOf(id)).toMatchObject({ outcome: "completed" });
    expect(lineOf(id).ledger?.bugs.map(({ state }) => state)).toEqual(["found"]);
  });

  test("is waited for as long as Retry-After asks", () => {
    const { attempts } = journal.find(({ caseId }) => caseId === "limited")!;
    expect(attempts.map(({ status }) => status)).toEqual([429]);
    expect(attempts[0]?.waitedMs).toBeGreaterThanOrEqual(900);
  });

  test("may say 20 MB, of which a case line keeps the beginning", () => {
    expect(lineOf("flood")).toMatchObject({ outcome: "completed", isTextCut: true });
    expect(lineOf("flood").text).toHaveLength(100_000);
    const written = files.filter(({ path }) => path !== "journal.jsonl").map(({ bytes }) => bytes.length);
    expect(Math.max(...written)).toBeLessThan(2_000_000);
  });

  test("may send bytes that are no UTF-8", () => {
    expect(lineOf("bytes").outcome).toBe("completed");
    expect(lineOf("bytes").text).toContain("fails \uFFFD");
  });

  test("cannot make the terminal obey, nor anyone who shows a file of the run", () => {
    expect(lineOf("ansi").review?.findings).toHaveLength(1);
    expect(finished.stdout + finished.stderr).not.toMatch(isHostile);
    const hostileFiles = files.filter(({ bytes }) => isHostile.test(bytes.toString("utf8"))).map(({ path }) => path);
    expect(hostileFiles.filter((path) => path !== "journal.jsonl")).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(5);
  });

  test("does not change what the titles of the cases are", () => {
    expect(lineOf("ansi").fields["title"]).toBe(`${hostile} ansi`);
  });
});

describe("a server that hangs", () => {
  test.each([
    ["before a word", hangs],
    ["in the middle of its answer", hangsAfter('{"findings": [')],
  ])("is given up after the suite's time limit: %s", async (_, behaviour) => {
    await using server = await startReviewer({ two: behaviour });
    const workspace = makeWorkspace();
    const startMs = performance.now();
    const { code } = await workspace.run([
      "tiny.yaml",
      "--out",
      "runs",
      "--model",
      `openai:m@${server.url}`,
      "--set",
      "reviewer.timeoutMs=800",
    ]);
    expect(performance.now() - startMs).toBeLessThan(30_000);
    expect(code).toBe(3);
    const { report, lines } = workspace.readRun();
    expect(report.reviewers[0]?.outcomes).toMatchObject({ completed: 3, "transport-error": 1 });
    expect(lines.find(({ caseId }) => caseId === "two")).toMatchObject({ outcome: "transport-error", review: null });
    expect(report.reviewers[0]?.errors[0]?.message).toMatch(/no (whole )?answer within 0\.8 s/);
  });
});

test("a reviewer that is a program may fail on some cases", async () => {
  const workspace = makeWorkspace();
  workspace.write(
    "reviewer.mjs",
    `import { text } from "node:stream/consumers";
const { diff } = JSON.parse(await text(process.stdin));
if (diff.includes("src/two.py") && !diff.includes("else None")) { console.error("no idea \\u001B[31m"); process.exit(7); }
console.log('{"findings": []}');`,
  );
  const { code } = await workspace.run([
    "tiny.yaml",
    "--out",
    "runs",
    "--model",
    `command:"${process.execPath}" reviewer.mjs`,
  ]);
  const { report } = workspace.readRun();
  expect(code).toBe(3);
  expect(report.reviewers[0]?.outcomes).toMatchObject({ completed: 3, "transport-error": 1 });
  expect(report.reviewers[0]?.errors[0]?.message).toMatch(/ended with exit code 7: no idea$/);
});
