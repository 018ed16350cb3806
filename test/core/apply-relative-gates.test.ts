import { describe, expect, test } from "vitest";
import { applyGates } from "../../src/core/apply-gates.ts";
import { type Baseline, type RelativeWorld, standBeside } from "../../src/core/apply-relative-gates.ts";
import type { LedgerBug } from "../../src/core/ledger.ts";
import { measure } from "../../src/core/reduce.ts";
import type { GateResult, ReviewerReport } from "../../src/core/report.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { Gate } from "../../src/core/suite.ts";

type State = LedgerBug["state"] | "unscored";

/** The row of a case with one bug that was found, missed or left open. */
function row(index: number, state: State): CaseRow {
  const isFound = state === "found";
  const told = state === "unjudged" ? null : isFound;
  const bug = {
    bugId: "b",
    category: "race",
    severity: index % 2 === 0 ? "high" : "low",
    state: state === "unscored" ? "missed" : state,
    finding: null,
    theme: told,
    file: isFound,
    location: isFound,
    within: { 0: told, 1: told, 3: told, 5: told, 10: told },
  } as LedgerBug;
  const counted = state === "unjudged" ? 0 : 1;
  return {
    caseId: `case${index}`,
    repeat: 0,
    cluster: `c${index}`,
    fields: { bugs: 1, language: index < 8 ? "go" : "python" },
    isScored: state !== "unscored",
    isUndecided: state === "unjudged",
    scores: state === "unscored" ? {} : { "detection.recall": { numerator: isFound ? 1 : 0, denominator: counted } },
    bugs: state === "unscored" ? [] : [bug],
    places: [],
    ranked: [],
    durationsMs: [],
    untimed: 0,
    judged: null,
    retried: 0,
  };
}

const rowsOf = (n: number, stateOf: (index: number) => State) =>
  Array.from({ length: n }, (_, index) => row(index, stateOf(index)));
const most = (index: number): State => (index % 5 === 0 ? "missed" : "found");

function reviewer(
  id: string,
  rows: readonly CaseRow[],
  gates: readonly unknown[],
  role: "measured" | "company" = "measured",
): ReviewerReport {
  const parsed = gates.map((gate) => Gate.parse(gate));
  return {
    id,
    ref: id,
    role,
    model: id,
    metrics: { "detection.recall": measure("detection.recall", rows, 1) },
    gates: applyGates(parsed, rows, 1, {}),
  } as unknown as ReviewerReport;
}

function baselineOf(rows: readonly CaseRow[], more: Partial<Baseline> = {}): Baseline {
  return { name: "main", run: "r1", reviewer: reviewer("old", rows, []), rows, obstacles: [], ...more };
}

function gateOf(
  rows: readonly CaseRow[],
  world: Partial<RelativeWorld>,
  gate: Record<string, unknown> = {},
): GateResult {
  const full = { metric: "detection.recall", vsBaseline: { margin: 0.05 }, ...gate };
  const stood = standBeside(reviewer("new", rows, [full]), rows, {
    baseline: null,
    seed: 1,
    barred: {},
    budget: { unscored: 0.02 },
    latency: null,
    ...world,
  });
  return stood.reviewer.gates[0] as GateResult;
}

describe("a gate against a baseline", () => {
  const rows = rowsOf(200, most);

  test("is decided on the cases that both have, with the effect that these would show", () => {
    const result = gateOf(rows, { baseline: baselineOf(rows) });
    expect(result).toMatchObject({ status: "pass", value: 0.8, casesToDecide: null });
    expect(result.versus).toMatchObject({ baseline: 0.8, difference: 0, cases: 200 });
    expect(result.versus?.detectable).toBeGreaterThan(0);
  });

  test.each<[string, Partial<RelativeWorld>, RegExp]>([
    ["no baseline is named", {}, /^there is no baseline to compare with \(give one: --baseline/],
    [
      "the cases differ",
      { baseline: baselineOf(rows, { obstacles: [{ concerns: "all", reason: "their cases differ: a and b" }] }) },
      /^it cannot be compared with the baseline main: their cases differ: a and b$/,
    ],
    [
      "its scorer is set up differently",
      { baseline: baselineOf(rows, { obstacles: [{ concerns: "detection", reason: "tolerance 3 and 5" }] }) },
      /tolerance 3 and 5$/,
    ],
    [
      "the baseline lacks the metric",
      { baseline: baselineOf(rows, { reviewer: { id: "old", model: "old", metrics: {}, cases: 200 } }) },
      /^the baseline main has no detection\.recall/,
    ],
    [
      "nothing of the baseline was scored",
      { baseline: baselineOf(rowsOf(200, () => "unscored")) },
      /^the baseline main has no value/,
    ],
    [
      "its scorer may not gate",
      { barred: { detection: "no calibration" }, baseline: baselineOf(rows) },
      /^no calibration$/,
    ],
    [
      "the baseline covers only a part",
      { baseline: baselineOf(rows.slice(0, 150)) },
      /^on 50 of 200 cases the baseline has nothing/,
    ],
    [
      "the baseline left too much unscored",
      { baseline: baselineOf(rowsOf(200, (index) => (index < 10 ? "unscored" : most(index)))) },
      /^on 10 of 200 cases only one of the two has a value/,
    ],
  ])("is undecided where %s", (_, world, reason) => {
    const result = gateOf(rows, world);
    expect(result).toMatchObject({ status: "inconclusive", bound: null, casesToDecide: null });
    expect(result.reason).toMatch(reason);
  });

  test("is not about a scorer with another obstacle", () => {
    const obstacles = [{ concerns: "judge", reason: "the judges differ" }];
    expect(gateOf(rows, { baseline: baselineOf(rows, { obstacles }) }).status).toBe("pass");
  });

  test("takes a baseline of more cases, and one with so few unscored that the budget allows it", () => {
    expect(gateOf(rows.slice(0, 100), { baseline: baselineOf(rows) }).versus?.cases).toBe(100);
    const few = rowsOf(200, (index) => (index < 4 ? "unscored" : most(index)));
    expect(gateOf(rows, { baseline: baselineOf(few) }).status).toBe("pass");
  });

  test("looks at its slice of the cases and of the bugs, and warns of a small one", () => {
    const worse = rowsOf(200, (index) => (index % 2 === 0 ? "missed" : most(index)));
    const baseline = baselineOf(rows);
    expect(gateOf(worse, { baseline }).status).toBe("fail");
    expect(gateOf(worse, { baseline }, { where: "severity == low" })).toMatchObject({
      status: "pass",
      versus: { cases: 100 },
    });
    expect(gateOf(worse, { baseline }, { where: "severity == high" }).status).toBe("fail");
    expect(gateOf(worse, { baseline }, { where: "language == go" }).warning).toBe(
      "this slice holds only 8 cases that both have",
    );
  });

  test("stands only where open questions of either side cannot turn it", () => {
    const open = rowsOf(200, (index) => (index < 30 ? "unjudged" : most(index)));
    const result = gateOf(open, { baseline: baselineOf(open), budget: { unscored: 1 } });
    expect(result).toMatchObject({ status: "inconclusive", bound: null });
    expect(result.reason).toMatch(/^open questions could turn it: from fail to pass/);
    const oneOpen = rowsOf(2000, (index) => (index === 1 ? "unjudged" : most(index)));
    expect(gateOf(oneOpen, { baseline: baselineOf(rowsOf(2000, most)) }).status).toBe("pass");
  });

  test("leaves other gates and company as they are, and compares nothing without a baseline", () => {
    const gates = [{ metric: "detection.recall", min: 0.5 }];
    const own = reviewer("new", rows, gates);
    const world = { baseline: baselineOf(rows), seed: 1, barred: {}, budget: { unscored: 0.02 }, latency: null };
    expect(standBeside(own, rows, world).reviewer.gates).toEqual(own.gates);
    expect(standBeside(own, rows, { ...world, baseline: null }).comparison).toBeNull();
    expect(standBeside(reviewer("c", rows, [], "company"), rows, world).comparison).toBeNull();
  });

  test("comes with a comparison: metrics second minus first, and the cases that turned", () => {
    const changed = rowsOf(200, (index) => (index === 0 ? "found" : index === 1 ? "missed" : most(index)));
    const world = { baseline: baselineOf(rows), seed: 1, barred: {}, budget: { unscored: 0.02 }, latency: null };
    const { comparison } = standBeside(reviewer("new", changed, []), changed, world);
    expect(comparison).toMatchObject({
      reviewer: "new",
      baseline: { name: "main", run: "r1", reviewer: "old" },
      flips: { fixed: ["case0"], broken: ["case1"] },
    });
    expect(comparison?.metrics.map(({ metric }) => metric)).toEqual(["detection.recall"]);
  });
});
