import { describe, expect, test } from "vitest";
import { applyGates, barsOfJudge } from "../../src/core/apply-gates.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { exactLowerBound } from "../../src/core/stats/proportion.ts";
import { Gate } from "../../src/core/suite.ts";
import { bugAt, caseOf, findingAt } from "../fixtures/cases.ts";
import { rowsOf } from "../fixtures/rows.ts";

type GateInput = Parameters<typeof Gate.parse>[0];

const gateOn = (rows: readonly CaseRow[], gate: GateInput, because: string | null = null) => {
  const [result] = applyGates([Gate.parse(gate)], rows, 1, because === null ? {} : { detection: because });
  if (result === undefined) throw new Error("no result");
  return result;
};

/** Cases with one bug each, of which the first `found` are found. */
const rowsWith = (count: number, found: number, clusterSize = 1) =>
  rowsOf(
    Array.from({ length: count }, (_, index) => ({
      source: caseOf({ id: `c${index}`, bugs: [bugAt(10)], cluster: `k${Math.floor(index / clusterSize)}` }),
      findings: index < found ? [findingAt(10)] : [],
    })),
  );

test("a single metric can be barred beside others of its scorer", async () => {
  const rows = await rowsWith(50, 50);
  const gates = ["detection.recall", "detection.precision"].map((metric) => Gate.parse({ metric, min: 0.5 }));
  const results = applyGates(gates, rows, 1, { "detection.precision": "nobody knows it" });
  expect(results.map(({ status }) => status)).toEqual(["pass", "inconclusive"]);
  expect(results[1]?.reason).toBe("nobody knows it");
  const judge = { informsBecause: null, axesInform: { theme: "too few" } };
  expect(barsOfJudge(judge)).toEqual({ "judge.theme": "too few" });
  expect(barsOfJudge({ ...judge, informsBecause: "no self-test" })).toEqual({ judge: "no self-test" });
});

describe("what a judge left open", () => {
  const rowOf = (id: string, language: string, said: boolean[] | null, member: boolean | null = true): CaseRow => ({
    caseId: id,
    repeat: 0,
    cluster: id,
    fields: { references: 1, language },
    isScored: true,
    isUndecided: false,
    scores: said === null ? { "judge.pass_rate_consensus": { value: null, reason: "it refused" } } : {},
    bugs: [],
    places: [],
    ranked: null,
    durationsMs: [],
    untimed: 0,
    retried: 0,
    judged: { pass: said ?? [null] },
    panel: [
      { judge: "a", judged: { pass: said ?? [null] }, pass: true, consensus: true },
      { judge: "b", judged: { pass: [member] }, pass: member, consensus: member },
    ],
  });

  test("is counted over the cases that the gate is about", () => {
    const rows = [rowOf("1", "python", [true]), rowOf("2", "python", null), rowOf("3", "go", [true])];
    const gate = { metric: "judge.pass_rate", min: 0.5 };
    expect(gateOn(rows, { ...gate, where: "language == python" }).leftOpen).toEqual({
      unscored: 1,
      of: 2,
      reason: "it refused",
    });
    expect(gateOn(rows, { ...gate, where: "language == go" }).leftOpen).toEqual({ unscored: 0, of: 1 });
  });

  test("is that of the judge who left most, though the others decide without it", () => {
    const rows = ["1", "2"].map((id) => rowOf(id, "go", [true], null));
    expect(gateOn(rows, { metric: "judge.pass_rate", min: 0.5 }).leftOpen).toEqual({
      unscored: 2,
      of: 2,
      judge: "b",
      reason: "b left the review open",
    });
  });
});

describe("a gate", () => {
  test.each([
    [41, "pass"],
    [40, "inconclusive"],
    [29, "fail"],
  ])("of min .7 on %d of 50 bugs found says %s", async (found, status) => {
    expect(gateOn(await rowsWith(50, found), { metric: "detection.recall", min: 0.7 }).status).toBe(status);
  });

  test("decides by the exact lower bound and reports it", async () => {
    const result = gateOn(await rowsWith(50, 41), { metric: "detection.recall", min: 0.7 });
    expect(result).toMatchObject({ value: 0.82, casesToDecide: null });
    expect(result.bound).toBeCloseTo(exactLowerBound(41, 50) ?? 0, 12);
  });

  test("decides by the point where the suite says so", async () => {
    expect(gateOn(await rowsWith(50, 35), { metric: "detection.recall", min: 0.7, decide: "point" })).toMatchObject({
      status: "pass",
      bound: null,
    });
    expect(gateOn(await rowsWith(50, 34), { metric: "detection.recall", min: 0.7, decide: "point" }).status).toBe(
      "fail",
    );
  });

  test("on a metric without a value is inconclusive and says why", async () => {
    expect(gateOn(await rowsWith(3, 0), { metric: "detection.precision", min: 0 })).toMatchObject({
      status: "inconclusive",
      value: null,
      bound: null,
      reason: "no finding to count",
    });
    expect(gateOn([], { metric: "detection.recall", max: 1, decide: "point" })).toMatchObject({
      status: "inconclusive",
      value: null,
    });
  });

  test("of detection is inconclusive where the matcher may not gate, and the others are not", async () => {
    const rows = await rowsWith(50, 50);
    expect(gateOn(rows, { metric: "detection.recall", min: 0.1 }, "no calibration")).toMatchObject({
      status: "inconclusive",
      value: 1,
      reason: "no calibration",
    });
    expect(gateOn([], { metric: "detection.recall", min: 0.1 }, "no calibration")).toMatchObject({
      status: "inconclusive",
      value: null,
      reason: "no calibration",
    });
    const timed = rows.map((row) => ({ ...row, durationsMs: [5], untimed: 0 }));
    expect(gateOn(timed, { metric: "load.p50_ms", max: 9 }, "no calibration").status).toBe("pass");
  });

  test("on an unknown metric is a defect", () => {
    expect(() => gateOn([], { metric: "nope", min: 0.5 })).toThrow("unknown metric nope");
  });
});

describe("an inconclusive gate", () => {
  test("tells about how many more would decide at the observed rate", async () => {
    const result = gateOn(await rowsWith(50, 40), { metric: "detection.recall", min: 0.7 });
    expect(result.casesToDecide).toBeGreaterThan(0);
    const enough = 50 + (result.casesToDecide ?? 0);
    expect(exactLowerBound(0.8 * enough, enough)).toBeGreaterThanOrEqual(0.7);
  });

  test("asks for more units where several of them go together", async () => {
    const alone = gateOn(await rowsWith(50, 40), { metric: "detection.recall", min: 0.7 }).casesToDecide ?? 0;
    const together = gateOn(await rowsWith(50, 40, 5), { metric: "detection.recall", min: 0.7 }).casesToDecide ?? 0;
    expect(together).toBeGreaterThan(alone);
  });

  test("with two thresholds needs as many as the harder of them", async () => {
    const rows = await rowsWith(50, 40);
    const needed = (rule: object) => gateOn(rows, { metric: "detection.recall", ...rule }).casesToDecide;
    expect(needed({ min: 0.3, max: 0.85 })).toBe(needed({ max: 0.85 }));
    expect(needed({ min: 0.3, max: 0.85 })).toBeGreaterThan(0);
  });

  test("at the threshold itself would be decided by no number", async () => {
    expect(gateOn(await rowsWith(50, 35), { metric: "detection.recall", min: 0.7 })).toMatchObject({
      status: "inconclusive",
      casesToDecide: null,
    });
  });
});

describe("a gate on a metric with open questions", () => {
  /** One bug a case: `found` findings at it, then those far away that the matcher could not decide. */
  const rowsOpen = (found: number, open: number) =>
    rowsOf(
      Array.from({ length: found + open }, (_, index) => ({
        source: caseOf({ id: `c${index}`, bugs: [bugAt(10)] }),
        findings: [index < found ? findingAt(10) : findingAt(35, "b1?")],
      })),
    );
  const theme = "detection.recall_theme";

  test.each([
    ["bound", "inconclusive"],
    ["point", "fail"],
  ] as const)("does not pass by the %s while they could turn it", async (decide, atLeast) => {
    const result = gateOn(await rowsOpen(6, 14), { metric: theme, min: 0.5, decide });
    expect(result).toMatchObject({ status: "inconclusive", value: 1, bound: null, casesToDecide: null });
    expect(result.reason).toBe(
      `open questions could turn it: from .30 (${atLeast}) to 1.00 (pass), as they are answered`,
    );
  });

  test("passes or fails where they could not", async () => {
    expect(gateOn(await rowsOpen(60, 1), { metric: theme, min: 0.5 }).status).toBe("pass");
    expect(gateOn(await rowsOpen(60, 1), { metric: theme, max: 0.5 }).status).toBe("fail");
  });

  test("does not fail while they could turn it", async () => {
    const missed = await rowsWith(10, 0);
    const rows = [...missed, ...(await rowsOpen(0, 30))];
    expect(gateOn(rows, { metric: theme, min: 0.5 })).toMatchObject({ status: "inconclusive", value: 0 });
  });

  test("is as ever where they are those of another metric", async () => {
    const rows = await rowsOpen(6, 14);
    expect(gateOn(rows, { metric: "detection.recall", min: 0.6 }).status).toBe("fail");
    expect(gateOn(rows, { metric: "detection.precision", max: 0.6 }).status).toBe("pass");
  });

  test("asks the same of a slice", async () => {
    const result = gateOn(await rowsOpen(6, 14), { metric: theme, min: 0.5, where: "severity == high" });
    expect(result.status).toBe("inconclusive");
  });

  test("on a time does not pass while generations that took several tries could turn it", async () => {
    const rows = (
      await rowsOf(
        Array.from({ length: 256 }, (_, index) => ({
          source: caseOf({ id: `c${index}` }),
          findings: [],
          durationMs: 60,
        })),
      )
    ).map((row, index) => (index % 2 === 0 ? row : { ...row, durationsMs: [], untimed: 1, retried: 1 }));
    expect(gateOn(rows, { metric: "load.p95_ms", max: 1000 })).toMatchObject({
      status: "inconclusive",
      value: 60,
      reason: "open questions could turn it: from 60 (pass) to no end (inconclusive), as they are answered",
    });
    const few = rows.map((row, index) => (index < 3 ? row : { ...row, durationsMs: [60], untimed: 0, retried: 0 }));
    expect(gateOn(few, { metric: "load.p95_ms", max: 1000 }).status).toBe("pass");
  });
});

describe("a gate on a slice", () => {
  test("looks at bugs of that severity alone", async () => {
    const bugs = [bugAt(10, { severity: "critical" }), bugAt(60, { id: "b2", severity: "low" })];
    const rows = await rowsOf(
      Array.from({ length: 20 }, (_, index) => ({
        source: caseOf({ id: `c${index}`, bugs }),
        findings: [findingAt(10)],
      })),
    );
    expect(gateOn(rows, { metric: "detection.recall", where: "severity == critical", min: 0.8 })).toMatchObject({
      status: "pass",
      value: 1,
    });
    expect(gateOn(rows, { metric: "detection.recall", where: "severity == low", min: 0.8 })).toMatchObject({
      status: "fail",
      value: 0,
    });
    expect(gateOn(rows, { metric: "detection.recall", where: "severity == nit", min: 0.8 })).toMatchObject({
      status: "inconclusive",
      value: null,
    });
  });

  test.each([
    [9, "this slice holds only 9 bugs"],
    [1, "this slice holds only 1 bug"],
    [10, undefined],
  ])("of %d bugs warns: %s", async (count, warning) => {
    expect(
      gateOn(await rowsWith(count, 1), { metric: "detection.recall", where: "severity == high", min: 0.1 }).warning,
    ).toBe(warning);
  });

  test("warns of its size only where there is a slice", async () => {
    expect(gateOn(await rowsWith(3, 1), { metric: "detection.recall", min: 0.1 })).not.toHaveProperty("warning");
  });
});

describe("warnAbove", () => {
  test("warns of a value above it and changes no status", async () => {
    const rows = await rowsWith(50, 48);
    expect(gateOn(rows, { metric: "detection.recall", min: 0.5, warnAbove: 0.95 })).toMatchObject({
      status: "pass",
      warning: expect.stringContaining("detection.recall is above 0.95"),
    });
    expect(gateOn(rows, { metric: "detection.recall", min: 0.5, warnAbove: 0.96 })).not.toHaveProperty("warning");
  });
});
