import { describe, expect, test } from "vitest";
import { LatencyLine } from "../../../src/core/latency/journal.ts";
import { LatencyReport } from "../../../src/core/latency/latency-report.ts";
import { explainNoValue } from "../../../src/core/latency/quantiles.ts";
import { LatencySettings } from "../../../src/core/latency/settings.ts";
import { summariseLatency } from "../../../src/core/latency/summarise.ts";
import type { TimedRequest } from "../../../src/core/latency/timed-request.ts";
import { answeredAfter, missed, timedRequest } from "../../fixtures/timed-requests.ts";

const header = (settings: object = {}, refs = ["a", "b"]): LatencyLine => ({
  v: 1,
  kind: "latency",
  startedAt: "2026-11-20T10:00:00.000Z",
  tool: "nitbench 0.1.0",
  seed: 1,
  settings: LatencySettings.parse(settings),
  limitMs: 60_000,
  reviewers: refs.map((ref) => ({ ref, identity: ref })),
});
const stage = (p99Ms = 0, index = 0): LatencyLine => ({
  v: 1,
  kind: "stage",
  stage: index,
  loopLag: { p99Ms, mostMs: p99Ms },
  givenUp: [],
});
const calibration = (overMs: number, index = 0): LatencyLine => ({
  v: 1,
  kind: "calibration",
  stage: index,
  firstTokenMs: 50 + overMs,
  endToEndMs: 200 + overMs,
  trueFirstTokenMs: 50,
  trueEndToEndMs: 200,
});
const end: LatencyLine = { v: 1, kind: "end" };
const of = (reviewer: string, ms: (index: number) => number, more: Partial<TimedRequest> = {}) =>
  Array.from({ length: 100 }, (_, index): TimedRequest => ({ ...answeredAfter(index, ms(index)), reviewer, ...more }));

describe("a latency phase", () => {
  test("is told by its lines alone, as they stand in the file", () => {
    const lines = [
      header({ objectiveMs: 900 }),
      calibration(1),
      ...of("b", (index) => 800 + index),
      ...of("a", (index) => 400 + index),
      stage(),
      end,
    ];
    const kept = lines.map((line) => LatencyLine.parse(JSON.parse(JSON.stringify(line))));
    const report = summariseLatency(kept);
    expect(LatencyReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report?.isWhole).toBe(true);
    const [only] = report?.stages ?? [];
    expect(
      only?.reviewers.map(({ reviewer, figures }) => [
        reviewer,
        figures.endToEnd[0]?.value,
        figures.withinObjective?.count,
      ]),
    ).toEqual([
      ["a", 449.5, 100],
      ["b", 849.5, 100],
    ]);
    expect(only?.overhead?.endToEnd.p95).toBe(1);
    expect(only?.comparisons).toHaveLength(1);
    expect(only?.comparisons[0]).toMatchObject({ first: "a", second: "b", pairs: 100 });
    expect(only?.comparisons[0]?.median?.value).toBeCloseTo(1.89, 2);
  });

  test("counts no warm-up request", () => {
    const warmups = of("a", () => 9000, { isWarmup: true });
    const report = summariseLatency([header(), ...warmups, ...of("a", () => 500), stage(), end]);
    expect(report?.stages[0]?.reviewers[0]?.figures.endToEnd[0]?.value).toBe(500);
  });

  test("is not whole without its last line, and nothing without its first", () => {
    expect(summariseLatency([header(), ...of("a", () => 500)])?.isWhole).toBe(false);
    expect(summariseLatency([])).toBeNull();
    expect(summariseLatency([header()])?.stages).toEqual([]);
  });

  test("prints nothing of a level that was broken off, whose slowest requests are missing", () => {
    const report = summariseLatency([header(), ...of("a", () => 500)]);
    const [reviewer] = report?.stages[0]?.reviewers ?? [];
    expect(reviewer?.figures.endToEnd.map(({ value }) => value)).toEqual([null, null, null, null]);
    expect(reviewer?.figures.endToEnd[2]?.reason).toContain("the level was broken off");
  });

  test("prints no percentile that the client spoilt, and says why", () => {
    const report = summariseLatency([
      header(),
      ...Array.from({ length: 30 }, () => calibration(30)),
      ...of("a", () => 500),
      stage(),
      end,
    ]);
    const figures = report?.stages[0]?.reviewers[0]?.figures;
    expect(figures?.endToEnd.map(({ value }) => value)).toEqual([null, null, null, null]);
    expect(
      explainNoValue(
        figures?.endToEnd[2] ?? {
          p: 0,
          value: null,
          low: null,
          high: null,
          lowOneSided: null,
          highOneSided: null,
          n: 0,
          needed: 0,
          isLeast: false,
        },
      ),
    ).toContain("the client itself added 30 ms");
    expect(figures?.firstToken[1]?.reason).toContain("the client itself");
    const lagged = summariseLatency([header(), ...of("a", () => 500), stage(40), end]);
    expect(lagged?.stages[0]?.reviewers[0]?.figures.endToEnd[0]?.reason).toContain("event loop");
    const fine = summariseLatency([header(), calibration(20), ...of("a", () => 500), stage(20), end]);
    expect(fine?.stages[0]?.reviewers[0]?.figures.endToEnd[2]?.value).toBe(500);
  });

  test("holds what HTTP adds against no reviewer that it did not carry", () => {
    const inProcess = of("a", () => 20, { status: null });
    const report = summariseLatency([header(), calibration(5), ...inProcess, ...of("b", () => 20), stage(), end]);
    const p95s = report?.stages[0]?.reviewers.map(({ figures }) => figures.endToEnd[2]?.value);
    expect(p95s).toEqual([20, null]);
  });

  test("compares no p95 that is a request without an answer", () => {
    const half = of("b", () => 600).map((one, at) =>
      at % 10 === 0 ? { ...missed(at, "failed"), reviewer: "b" } : one,
    );
    const report = summariseLatency([header(), ...of("a", () => 500), ...half, stage(), end]);
    expect(report?.stages[0]?.comparisons[0]).toMatchObject({
      p95: null,
      reason: "the p95 of b is a request without an answer",
    });
    expect(report?.stages[0]?.comparisons[0]?.median?.value).toBeCloseTo(1.2, 9);
  });

  test("compares nobody by times that are not to be printed", () => {
    const report = summariseLatency([header(), ...of("a", () => 500), ...of("b", () => 600), stage(40), end]);
    expect(report?.stages[0]?.comparisons[0]).toMatchObject({ median: null, p95: null, p: null });
    expect(report?.stages[0]?.comparisons[0]?.reason).toContain("event loop");
  });

  test("refuses all times at a rate that the client could not produce", () => {
    const open = { mode: "open", rate: 1 };
    const late = of("a", () => 500).map((one, index) => ({ ...one, dispatchedMs: one.scheduledMs + 10 * index }));
    const report = summariseLatency([header(open), ...late, stage(), end]);
    const [reviewer] = report?.stages[0]?.reviewers ?? [];
    expect(reviewer?.rate?.duePerS).toBeCloseTo(1, 9);
    expect(reviewer?.figures.endToEnd.every(({ value }) => value === null)).toBe(true);
    expect(reviewer?.figures.endToEnd[0]?.reason).toContain("late with its requests");
    expect(reviewer?.figures).toMatchObject({ answersPerS: null, outputTokensPerS: null, goodputPerS: null });
    expect(reviewer?.figures.tokensPerS[0]).toMatchObject({ value: null });
    const few = summariseLatency([header(open), ...late.slice(0, 20), stage(), end]);
    expect(few?.stages[0]?.reviewers[0]?.figures.endToEnd[0]?.reason).toContain("late with its requests");
    const punctual = summariseLatency([header(open), ...of("a", () => 500), stage(), end]);
    expect(punctual?.stages[0]?.reviewers[0]?.figures.endToEnd[0]?.value).toBe(500);
  });

  test("prints no time of a reviewer that was given up", () => {
    const failures = Array.from({ length: 100 }, (_, index) => ({ ...missed(index, "failed"), reviewer: "a" }));
    const givenUp = [{ reviewer: "a", reason: "given up after its first 10 requests had all failed (busy)" }];
    const report = summariseLatency([
      header(),
      ...failures,
      { v: 1, kind: "stage", stage: 0, loopLag: { p99Ms: 0, mostMs: 0 }, givenUp },
      end,
    ]);
    const [reviewer] = report?.stages[0]?.reviewers ?? [];
    expect(reviewer).toMatchObject({ givenUp: givenUp[0]?.reason, figures: { failed: 100 } });
    expect(reviewer?.figures.endToEnd[0]?.reason).toContain("given up");
  });

  test("has a knee where several levels were measured", () => {
    const settings = { mode: "sweep", concurrency: [1, 4, 16], objectiveMs: 600 };
    const at = (index: number, ms: number) => of("a", () => ms).map((one) => ({ ...one, stage: index }));
    const report = summariseLatency([
      header(settings),
      ...at(0, 500),
      stage(0, 0),
      ...at(1, 700),
      stage(0, 1),
      ...at(2, 4000),
      stage(0, 2),
      end,
    ]);
    expect(report?.stages).toHaveLength(3);
    expect(report?.knees).toEqual([{ reviewer: "a", level: 4, isBent: true, within: 1 }]);
    expect(summariseLatency([header(), timedRequest(0), end])?.knees).toEqual([]);
  });

  test("names who was left out", () => {
    const report = summariseLatency([
      header(),
      { v: 1, kind: "left-out", reviewer: "b", reason: "connection refused" },
      end,
    ]);
    expect(report?.leftOut).toEqual([{ reviewer: "b", reason: "connection refused" }]);
  });
});
