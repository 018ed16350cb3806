import { describe, expect, it } from "vitest";
import type { Leaderboard } from "../../../src/core/leaderboard/board.ts";
import { makeLeaderboard } from "../../../src/core/leaderboard/make-board.ts";
import { slimRow } from "../../../src/core/leaderboard/measures.ts";
import { boardRuns, type BoardReviewer, type BoardRunOptions, caseIds } from "../../fixtures/board-runs.ts";

const good: BoardReviewer = { id: "vllm:good", skill: 0.85, noise: 0.1 };
const middle: BoardReviewer = { id: "vllm:middle", skill: 0.5 };
const poor: BoardReviewer = { id: "vllm:poor", skill: 0.1, noise: 0.6 };
const floor: BoardReviewer = { id: "floor:silent", role: "company", skill: 0, noise: 0 };
const ceiling: BoardReviewer = { id: "ceiling:oracle", role: "company", skill: 1, noise: 0 };
const all = [good, middle, poor];

function boardOf(...options: BoardRunOptions[]): Leaderboard {
  const { runs, readRows } = boardRuns(options);
  return makeLeaderboard(runs, readRows, 1);
}

const leadOf = ({ rankings }: Leaderboard) => rankings[0]!;
const namesOf = (board: Leaderboard) => leadOf(board).rows.map(({ reviewer }) => reviewer);
const byMetric = ({ rankings }: Leaderboard, metric: string) => rankings.filter((one) => one.metric === metric);

describe("a leaderboard", () => {
  it("ranks the measured reviewers best first, each between the ranks that the cases allow", () => {
    const board = boardOf({ reviewers: all });
    expect(leadOf(board)).toMatchObject({ metric: "detection.f_beta", beta: 1, counting: "one-to-one", cases: 40 });
    expect(leadOf(board).rows.map(({ reviewer, low, high }) => [reviewer, low, high])).toEqual([
      ["vllm:good", 1, 1],
      ["vllm:middle", 2, 2],
      ["vllm:poor", 3, 3],
    ]);
    expect(leadOf(board).joined).toEqual([]);
    expect(board.sentence).toMatch(/^vllm:good is first of 3: F1 \.\d\d \[.*\], best in all of resamples\.$/);
  });

  it("joins those that cannot be told apart, and names nobody first for sure", () => {
    const board = boardOf({ reviewers: [{ ...middle, id: "vllm:a" }, { ...middle, id: "vllm:b", skill: 0.52 }, poor] });
    expect(leadOf(board).joined).toEqual([[0, 1]]);
    expect(leadOf(board).rows.map(({ low, high }) => `${low} ${high}`)).toEqual(["1 2", "1 2", "3 3"]);
    expect(board.sentence).toMatch(/^Nobody is first for sure: it may be vllm:[ab] or vllm:[ab]\./);
  });

  it("takes the newest run of a reviewer, and has the older ones as its history", () => {
    const board = boardOf(
      { id: "new", startedAt: "2026-02-01T00:00:00.000Z", reviewers: [good, poor] },
      { id: "old", startedAt: "2026-01-01T00:00:00.000Z", reviewers: [{ ...poor, skill: 0.6 }] },
    );
    expect(leadOf(board).rows.find(({ reviewer }) => reviewer === "vllm:poor")).toMatchObject({ run: "new", rank: 2 });
    const [history, ...others] = board.histories;
    expect(others).toEqual([]);
    expect(history).toMatchObject({ reviewer: "vllm:poor", metric: "detection.f1" });
    expect(history?.runs.map(({ id }) => id)).toEqual(["old", "new"]);
    expect(history?.runs[0]?.value.value).toBeGreaterThan(history?.runs[1]?.value.value ?? 1);
  });

  it("ranks on the cases that all runs share, and says how many it left out", () => {
    const board = boardOf(
      { id: "whole", reviewers: [good], cases: caseIds(40) },
      { id: "part", reviewers: [poor], cases: caseIds(25) },
    );
    expect(board).toMatchObject({ cases: 25, clusters: 25, leftOut: 15 });
    expect(leadOf(board).rows.map(({ value }) => value.n)).toEqual([25, 25]);
    expect(board.notes[0]).toBe(
      "Ranked on the 25 cases (25 clusters) that all runs share, 15 cases that only some of them have left out.",
    );
  });

  it("refuses to rank on a handful of shared cases, and names the run that has fewest", () => {
    expect(() => boardOf({ reviewers: [good] }, { id: "few", reviewers: [poor], cases: caseIds(4) })).toThrow(
      /4 cases in 4 clusters shared by 2 runs, and it takes 5 clusters .* the fewest are 4, of "reports\/runs\/few\/report.json"/,
    );
  });

  it("leaves out a run on other cases, even if they are called the same, with a sentence", () => {
    const board = boardOf({ id: "first", reviewers: all }, { id: "other", reviewers: [middle], hash: "bbbbbbbbbb" });
    expect(board.excluded).toEqual([
      {
        run: "other",
        file: "reports/runs/other/report.json",
        concerns: "all",
        reason: "their cases differ: made-up (40 cases, aaaaaaaa) and made-up (40 cases, bbbbbbbb)",
      },
    ]);
    expect(leadOf(board).rows.every(({ run }) => run === "first")).toBe(true);
  });

  it.each([
    [{ detection: { tolerance: 9 } }, "detection is set up differently: tolerance 3 and 9"],
    [
      { detection: { counting: "published" } },
      'detection is set up differently: counting "one-to-one" and "published"',
    ],
    [{ matcherJudge: "opus" }, "findings are matched by lexical in one and by recorded in the other"],
  ])("leaves a run that detects by %j out of detection alone", (more, reason) => {
    const extra: BoardReviewer = { id: "vllm:extra", skill: 0.9 };
    const board = boardOf({ id: "first", reviewers: all }, { id: "apart", reviewers: [extra], ...more });
    expect(board.excluded).toEqual([expect.objectContaining({ run: "apart", concerns: "detection", reason })]);
    expect(namesOf(board)).not.toContain("vllm:extra");
    expect(byMetric(board, "safety.pass_rate")[0]?.rows.map(({ reviewer }) => reviewer)).toContain("vllm:extra");
  });

  it("takes runs that differ only in who decided on findings as one board under several judges", () => {
    const board = boardOf(
      { id: "a", reviewers: all, matcherJudge: "opus" },
      { id: "b", reviewers: all, matcherJudge: "sonnet", seed: 6 },
    );
    expect(board.excluded).toEqual([]);
    const f1 = board.rankings.filter(({ beta }) => beta === 1);
    expect(f1.map(({ judge, rows }) => [judge, rows.length, rows[0]?.run])).toEqual([
      ["opus", 3, "a"],
      ["sonnet", 3, "b"],
    ]);
    expect(board.histories).toEqual([]);
  });

  it("has a ranking under each judge of reviews, and none under it for whom it did not judge", () => {
    const judged = all.map((one, index) => ({ ...one, passes: 0.9 - 0.3 * index }));
    const board = boardOf(
      { id: "a", reviewers: judged, judge: "openai:a" },
      { id: "b", reviewers: judged.slice(0, 2), judge: "openai:b" },
    );
    const rates = byMetric(board, "judge.pass_rate");
    expect(rates.map(({ judge, rows }) => [judge, rows.length])).toEqual([
      ["openai:a", 3],
      ["openai:b", 2],
    ]);
  });

  it("never ranks company, floors and ceilings, not even a floor that was measured", () => {
    const company: BoardReviewer = { id: "static:", role: "company", skill: 0.9 };
    const board = boardOf({ reviewers: [...all, company, { ...floor, role: "measured" }, ceiling] });
    expect(namesOf(board)).toEqual(["vllm:good", "vllm:middle", "vllm:poor"]);
    expect(leadOf(board).unranked.map(({ reviewer, value }) => [reviewer, value.value !== null])).toEqual([
      ["static:", true],
      ["floor:silent", true],
      ["ceiling:oracle", true],
    ]);
    expect(board.reviewers.map(({ role }) => role)).toEqual([
      "measured",
      "measured",
      "measured",
      "company",
      "yardstick",
      "yardstick",
    ]);
  });

  it("does not rank who lacks more scores than its budget allows, so that it takes no cases from the others", () => {
    const board = boardOf({ reviewers: [good, poor, { ...middle, isCutAt: 20 }] });
    expect(leadOf(board)).toMatchObject({ cases: 40, leftOut: 0 });
    expect(leadOf(board).unranked).toEqual([
      expect.objectContaining({ reviewer: "vllm:middle", reason: "no score on 20 of 40 cases" }),
    ]);
  });

  it("says why a reviewer has no value in a column, and never has a zero there", () => {
    const board = boardOf({ reviewers: [{ ...good, latencyMs: 400, price: 0.5 }, poor] });
    const [first, second] = board.reviewers;
    expect(first?.columns["latency.p50_ms"]).toMatchObject({ value: 400, n: 200 });
    expect(second?.columns["latency.p50_ms"]).toMatchObject({ value: null, reason: "its run did not time it so" });
    expect(second?.columns["cost.usd_per_review"]).toMatchObject({ value: null, reason: "it asks no model" });
    expect(board.columns).not.toContain("judge.pass_rate");
  });

  it("puts no times beside those that were taken by other settings", () => {
    const timed = (id: string, concurrency: number) => {
      const [run] = boardRuns([{ id, reviewers: [{ ...good, id: `vllm:${id}`, latencyMs: 400 }] }]).runs;
      const settings = { mode: "closed", concurrency: [concurrency] } as never;
      return { ...run!, report: { ...run!.report, latency: { settings } as never } };
    };
    const rows = boardRuns([{ reviewers: ["a", "b", "c"].map((id) => ({ ...good, id: `vllm:${id}` })) }]);
    const board = makeLeaderboard(
      [timed("a", 1), timed("b", 4), timed("c", 1)],
      (_, wanted) => rows.readRows(rows.runs[0]!, wanted),
      1,
    );
    const columns = Object.fromEntries(board.reviewers.map(({ id, columns: own }) => [id, own["latency.p95_ms"]]));
    expect([columns["vllm:a"]?.value, columns["vllm:c"]?.value]).toEqual([840, 840]);
    expect(columns["vllm:b"]).toMatchObject({ value: null, reason: "its run was timed by other settings" });
  });

  it("leaves out a run that was cut short, and refuses where nobody is left or was measured", () => {
    const board = boardOf({ id: "cut", reviewers: all, isWhole: false }, { id: "whole", reviewers: all });
    expect(board.excluded).toEqual([expect.objectContaining({ run: "cut", concerns: "all" })]);
    expect(() => boardOf({ id: "cut", reviewers: all, isWhole: false })).toThrow(
      /"reports\/runs\/cut\/report.json": it was cut short/,
    );
    expect(() => boardOf({ reviewers: [floor, ceiling] })).toThrow("nobody was measured in 1 run");
  });

  it("says of a judge that may only inform why, and of few clusters that intervals are narrow", () => {
    const judged = all.map((one) => ({ ...one, passes: 0.5 }));
    const { runs, readRows } = boardRuns([{ reviewers: judged, judge: "openai:judge@http://h/v1", cases: caseIds(8) }]);
    runs[0]!.report.judge!.informsBecause = "no calibration";
    const { notes } = makeLeaderboard(runs, readRows, 1);
    expect(notes).toContain("What openai:judge says of reviews may inform and not decide: no calibration.");
    expect(notes.some((note) => note.startsWith("Of 8 clusters rank intervals come out too narrow"))).toBe(true);
  });

  it("says of a reviewer whose prompt or weights changed between its runs that the newest counts", () => {
    const { runs, readRows } = boardRuns([
      { id: "old", startedAt: "2025-01-01T00:00:00.000Z", reviewers: all },
      { id: "new", reviewers: all },
    ]);
    const [, second] = runs[0]!.report.reviewers;
    second!.prompt = { ...second!.prompt, hash: "another" };
    const { notes } = makeLeaderboard(runs, readRows, 1);
    expect(notes.filter((note) => note.includes("stands for"))).toEqual([
      "vllm:middle stands for different prompts in its runs; the newest run counts.",
    ]);
  });

  it("tells what a reviewer is worth by role, with the count of each cell", () => {
    const board = boardOf({ reviewers: all });
    const grid = board.roles.find(({ field }) => field === "language");
    expect(grid?.values).toEqual(["go", "python", "rust", "typescript"].map((value) => ({ value, cases: 10 })));
    expect(grid?.rows.map(({ reviewer }) => reviewer)).toEqual(["vllm:good", "vllm:middle", "vllm:poor"]);
    expect(grid?.rows[0]?.cells[0]?.n).toBeGreaterThanOrEqual(10);
  });

  it("is the same for the same runs and seed, and from rows with no more than it asks for", () => {
    const reviewers = all.map((one) => ({ ...one, passes: 0.5, price: 1 }));
    const { runs, readRows } = boardRuns([{ reviewers, judge: "openai:judge" }]);
    const slim: typeof readRows = (run, wanted) =>
      new Map([...readRows(run, wanted)].map(([id, rows]) => [id, rows.map(slimRow)]));
    expect(makeLeaderboard(runs, slim, 1)).toEqual(makeLeaderboard(runs, readRows, 1));
  });
});
