import { describe, expect, test } from "vitest";
import { outcomes } from "../../src/core/generation.ts";
import type { GateResult, Metric, ReviewerReport } from "../../src/core/report.ts";
import { Gate } from "../../src/core/suite.ts";
import { isYardstick, reachVerdict, type VerdictInput } from "../../src/core/verdict.ts";

const metricOf = (numerator: number, denominator: number): Metric => ({
  value: denominator === 0 ? null : numerator / denominator,
  low: denominator === 0 ? null : 0.41,
  high: denominator === 0 ? null : 0.59,
  lowOneSided: null,
  highOneSided: null,
  method: "wilson",
  n: denominator,
  unscored: 0,
  numerator,
  denominator,
  unitOfAnalysis: "bug",
  clusters: denominator,
  unit: "rate",
});

const gateOf = (status: GateResult["status"], more: Partial<GateResult> & { required?: boolean } = {}): GateResult => {
  const { required = true, ...rest } = more;
  return {
    gate: Gate.parse({ metric: "detection.recall", min: 0.6, required }),
    status,
    value: 0.5,
    bound: 0.4,
    reason: "the reason",
    casesToDecide: null,
    ...rest,
  };
};

type ReviewerMore = Partial<Omit<ReviewerReport, "outcomes">> & { failed?: number };

function reviewer({ failed = 0, ...more }: ReviewerMore = {}): ReviewerReport {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as ReviewerReport["outcomes"];
  return {
    id: "r",
    ref: "r",
    role: "measured",
    provider: "openai",
    model: "m",
    prompt: { file: "p", hash: "h" },
    effective: {},
    hosts: [],
    outcomes: { ...counts, "transport-error": failed },
    generations: 100,
    fromCache: 0,
    cases: 100,
    unscored: 0,
    errors: [],
    metrics: { "detection.recall": metricOf(50, 100) },
    slices: [],
    gates: [],
    diagnosis: [],
    ...more,
  };
}

const verdictOf = (reviewers: ReviewerReport[], more: Partial<VerdictInput> = {}) =>
  reachVerdict({
    reviewers,
    budget: { unscored: 0.02, errors: 0.02 },
    isWhole: true,
    allowInconclusive: false,
    ...more,
  });
const codeOf = (...args: Parameters<typeof verdictOf>) => {
  const { status, exitCode } = verdictOf(...args);
  return `${status} ${exitCode}`;
};
const [pass, open, fail] = [gateOf("pass"), gateOf("inconclusive"), gateOf("fail")];

describe("the order of verdicts", () => {
  test.each<[string, ReviewerMore, string]>([
    ["incomplete before a failed gate", { unscored: 3, gates: [fail] }, "incomplete 3"],
    ["failed before inconclusive", { gates: [open, fail] }, "fail 1"],
    ["inconclusive before passed", { gates: [pass, open] }, "inconclusive 4"],
    ["passed where all did", { gates: [pass, pass] }, "pass 0"],
    ["ungated without gates", { gates: [] }, "ungated 0"],
    ["ungated where no gate is required", { gates: [gateOf("fail", { required: false })] }, "ungated 0"],
    [
      "passed whatever gates say that are not required",
      { gates: [pass, gateOf("fail", { required: false })] },
      "pass 0",
    ],
  ])("is %s", (_, more, expected) => {
    expect(codeOf([reviewer(more)])).toBe(expected);
  });

  test("takes the worst of several measured reviewers", () => {
    expect(codeOf([reviewer({ gates: [pass] }), reviewer({ id: "s", gates: [fail] })])).toBe("fail 1");
    expect(codeOf([reviewer({ gates: [fail] }), reviewer({ id: "s", unscored: 50, gates: [pass] })])).toBe(
      "incomplete 3",
    );
  });

  test("lets inconclusive gates through where that was allowed, and says so", () => {
    const verdict = verdictOf([reviewer({ gates: [open] })], { allowInconclusive: true });
    expect(verdict).toMatchObject({
      status: "inconclusive",
      exitCode: 0,
      sentence: expect.stringContaining("Undecided gates were allowed, so the run exits 0."),
    });
    expect(codeOf([reviewer({ gates: [open, fail] })], { allowInconclusive: true })).toBe("fail 1");
  });

  test("is incomplete for a run that was cut short", () => {
    expect(verdictOf([reviewer({ gates: [pass] })], { isWhole: false })).toMatchObject({
      exitCode: 3,
      sentence: expect.stringContaining("The run was cut short by its deadline."),
    });
  });
});

test("a reviewer that was given up makes the run incomplete, with what it failed by", () => {
  const given = { reviewers: [reviewer()], budget: { unscored: 0.02, errors: 0.02 }, allowInconclusive: false };
  const outages = [{ reviewer: "openai:m@http://h/v1", failures: 20, error: "h failed (500): down" }];
  expect(reachVerdict({ ...given, isWhole: false, outages })).toMatchObject({
    status: "incomplete",
    exitCode: 3,
    sentence: "openai:m was given up after its first 20 generations had all failed (h failed (500): down).",
  });
});

describe("a run in which nothing was scored", () => {
  const generous = { budget: { unscored: 1, errors: 1 }, allowInconclusive: true };

  test.each<[string, ReviewerReport[]]>([
    ["no reviewer", []],
    ["no case", [reviewer({ cases: 0, generations: 0, metrics: {} })]],
    ["every case unscored", [reviewer({ unscored: 100, failed: 100, gates: [open] })]],
    ["one of two reviewers wholly unscored", [reviewer({ gates: [pass] }), reviewer({ id: "s", unscored: 100 })]],
    ["company alone, wholly unscored", [reviewer({ role: "company", unscored: 100 })]],
    [
      "reviews, but no metric that has a value",
      [reviewer({ gates: [open], metrics: { "detection.recall": metricOf(0, 0) } })],
    ],
  ])("is never green: %s", (_, reviewers) => {
    expect(codeOf(reviewers, generous)).toBe("incomplete 3");
  });
});

test("a run in which nothing was scored says why", () => {
  const errors = [{ message: "connection refused", count: 100 }];
  const metrics = { "detection.recall": metricOf(0, 0) };
  expect(verdictOf([reviewer({ unscored: 100, metrics, errors })]).sentence).toBe(
    "Nothing was scored (connection refused).",
  );
});

describe("budgets", () => {
  test.each([
    [2, 0.02, "ungated 0"],
    [3, 0.02, "incomplete 3"],
    [29, 0.29, "ungated 0"],
    [57, 0.57, "ungated 0"],
    [58, 0.57, "incomplete 3"],
    [0, 0, "ungated 0"],
    [1, 0, "incomplete 3"],
  ])("%d unscored of 100 within %d is %s", (unscored, share, expected) => {
    expect(codeOf([reviewer({ unscored })], { budget: { unscored: share, errors: 1 } })).toBe(expected);
  });

  test.each([
    [2, "ungated 0"],
    [3, "incomplete 3"],
  ])("%d failed generations of 100 within .02 are %s", (failed, expected) => {
    expect(codeOf([reviewer({ failed })], { budget: { unscored: 1, errors: 0.02 } })).toBe(expected);
  });

  test("count reviews that the matcher could only partly judge", () => {
    expect(codeOf([reviewer({ undecided: 2 })])).toBe("ungated 0");
    expect(codeOf([reviewer({ unscored: 1, undecided: 2, gates: [pass] })])).toBe("incomplete 3");
  });

  test("are no question of what a record leaves open that nobody can add to, unless it leaves all open", () => {
    const closedRecords = new Set([reviewer().id]);
    expect(codeOf([reviewer({ undecided: 99, gates: [pass] })], { closedRecords })).toBe("pass 0");
    expect(codeOf([reviewer({ unscored: 3, undecided: 97 })], { closedRecords })).toBe("incomplete 3");
    expect(codeOf([reviewer({ id: "another", undecided: 3 })], { closedRecords })).toBe("incomplete 3");
  });

  test.each([
    ["company", 0],
    ["measured", 3],
  ] as const)("take what %s cannot read for exit %d", (role, exitCode) => {
    const partly = reviewer({ id: "static:", role, unscored: 60, notApplicable: 60 });
    const given = { reviewers: [reviewer(), partly], budget: { unscored: 0.02, errors: 0.02 } };
    const verdict = reachVerdict({ ...given, isWhole: true, allowInconclusive: false });
    expect(verdict.exitCode).toBe(exitCode);
    if (role === "measured")
      expect(verdict.sentence).toContain(
        "60 of 100 reviews of static: are unscored, above the budget of 2 % (60 of them in languages that it does not read).",
      );
  });

  test("count what company failed at among what it can read", () => {
    const company = reviewer({ id: "static:", role: "company", unscored: 62, notApplicable: 60 });
    const given = { reviewers: [reviewer(), company], budget: { unscored: 0.02, errors: 0.02 } };
    expect(reachVerdict({ ...given, isWhole: true, allowInconclusive: false }).sentence).toContain(
      "2 of 40 reviews of static: are unscored",
    );
  });

  test("let company read nothing at all", () => {
    const company = reviewer({ id: "static:", role: "company", unscored: 100, notApplicable: 100, metrics: {} });
    const given = { reviewers: [reviewer(), company], budget: { unscored: 0.02, errors: 0.02 } };
    expect(reachVerdict({ ...given, isWhole: true, allowInconclusive: false }).exitCode).toBe(0);
  });

  test("name the reviewer, the counts and the commonest cause", () => {
    const errors = [{ message: "connection refused", count: 9 }];
    expect(verdictOf([reviewer({ unscored: 10, errors })]).sentence).toMatch(
      /^10 of 100 reviews of r are unscored, above the budget of 2 % \(connection refused\)\./,
    );
  });

  test("hold for company as well", () => {
    const ill = reviewer({ id: "company", role: "company", unscored: 50 });
    expect(codeOf([reviewer({ gates: [pass] }), ill])).toBe("incomplete 3");
    expect(codeOf([ill])).toBe("incomplete 3");
  });
});

describe("the sentence", () => {
  test("explains the first gate that failed, and what the reviewer found", () => {
    expect(verdictOf([reviewer({ gates: [pass, fail] })]).sentence).toBe(
      "r fails: recall is .50, at least .60 is required. It finds 50 of 100 bugs (50 %, 41 to 59).",
    );
  });

  test("says how many more would decide an open gate", () => {
    const gate = gateOf("inconclusive", { casesToDecide: 120, value: 0.65, bound: 0.599 });
    expect(verdictOf([reviewer({ gates: [gate] })]).sentence).toContain(
      "recall is .65, but its bound .599 does not show at least .60; about 120 more bugs would decide.",
    );
  });

  test("names what more cases would not mend before what they would, and counts the others", () => {
    const judge = gateOf("inconclusive", { bound: null, reason: "the judge informs and decides nothing" });
    judge.gate = Gate.parse({ metric: "judge.pass_rate", min: 0.7 });
    const gates = [gateOf("inconclusive", { casesToDecide: 60 }), judge, gateOf("inconclusive", { required: false })];
    const given = { budget: { unscored: 0.02, errors: 0.02 }, isWhole: true, allowInconclusive: false };
    expect(reachVerdict({ ...given, reviewers: [reviewer({ gates })] }).sentence).toContain(
      "r: pass rate has no verdict (the judge informs and decides nothing); 1 more required gate is undecided.",
    );
  });

  test("says that a metric has no value, and on which slice", () => {
    const gate = Gate.parse({ metric: "detection.recall", where: "severity == low", min: 0.2, max: 0.9 });
    expect(verdictOf([reviewer({ gates: [gateOf("inconclusive", { gate, value: null })] })]).sentence).toContain(
      "r: recall where severity == low has no verdict (the reason).",
    );
  });

  test("does not make a bound certain that is not", () => {
    const metrics = { "detection.recall": { ...metricOf(837, 837), low: 0.9954, high: 1 } };
    const given = { budget: { unscored: 0.02, errors: 0.02 }, isWhole: true, allowInconclusive: false };
    expect(reachVerdict({ ...given, reviewers: [reviewer({ metrics })] }).sentence).toContain(
      "finds 837 of 837 bugs (100 %, 99.5 to 100)",
    );
  });

  test("counts the gates that passed", () => {
    expect(verdictOf([reviewer({ gates: [pass] })]).sentence).toMatch(/^r passes: the required gate holds\./);
    expect(verdictOf([reviewer({ gates: [pass, pass] })]).sentence).toMatch(/^r passes: all 2 required gates hold\./);
  });

  test("adds the false alarms where there are clean changes", () => {
    const metrics = { "detection.recall": metricOf(1, 2), "detection.false_alarm_rate": metricOf(1, 4) };
    expect(verdictOf([reviewer({ metrics })]).sentence).toBe(
      "r finds 1 of 2 bugs (50 %, 41 to 59) and raises a false alarm on 25 % of the clean changes.",
    );
  });

  test("speaks of the first that is no floor and no ceiling", () => {
    const company = [
      reviewer({ id: "ceiling:oracle", provider: "ceiling", role: "company" }),
      reviewer({ id: "static:", provider: "static", role: "company" }),
    ];
    expect(verdictOf(company).sentence).toMatch(/^static: finds/);
  });

  test("falls back on the words shared with the references", () => {
    expect(verdictOf([reviewer({ metrics: { "overlap.f1": metricOf(3, 10) } })]).sentence).toBe(
      "r shares 30 % of its words with the references.",
    );
  });
});

describe("what a judge left open", () => {
  const reason = "the judge could not be asked: connection refused";
  const openRate = (unscored: number, n = 100 - unscored): Metric => ({ ...metricOf(n, n), unscored, reason });
  const gateOn = (metric: string, required = true) =>
    gateOf("inconclusive", { gate: Gate.parse({ metric, min: 0.5, required }) });
  const judgedBy = (metrics: ReviewerReport["metrics"], ...gates: GateResult[]) =>
    reviewer({ metrics: { "detection.recall": metricOf(50, 100), ...metrics }, gates });

  test("makes the run incomplete above the budget where a required gate rests on it, and says why", () => {
    const reviewers = [judgedBy({ "judge.pass_rate": openRate(3) }, gateOn("judge.pass_rate"))];
    expect(verdictOf(reviewers, { judged: 100 })).toEqual({
      status: "incomplete",
      exitCode: 3,
      sentence: `3 of 100 reviews of r are unscored by the judge, above the budget of 2 % (${reason}).`,
    });
  });

  test("is within the budget up to it", () => {
    const reviewers = [judgedBy({ "judge.pass_rate": openRate(2) }, gateOn("judge.pass_rate"))];
    expect(codeOf(reviewers, { judged: 100 })).toBe("inconclusive 4");
  });

  test("is counted by reviews, however many cases they are of", () => {
    const reviewers = [judgedBy({ "judge.pass_rate": openRate(3, 50) }, gateOn("judge.pass_rate"))];
    expect(codeOf(reviewers, { judged: 150 })).toBe("inconclusive 4");
  });

  test("is what the gate's own metric leaves open", () => {
    const metrics = { "judge.pass_rate": openRate(100, 0), "judge.theme": openRate(0) };
    expect(codeOf([judgedBy(metrics, gateOn("judge.theme"))], { judged: 100 })).toBe("inconclusive 4");
    const others = { "judge.pass_rate": openRate(0), "judge.theme": openRate(50) };
    expect(codeOf([judgedBy(others, gateOn("judge.theme"))], { judged: 100 })).toBe("incomplete 3");
  });

  test("stops nothing where it only informs or where words alone judged", () => {
    const metrics = { "judge.pass_rate": openRate(50) };
    expect(codeOf([judgedBy(metrics, gateOn("judge.pass_rate", false))], { judged: 100 })).toBe("ungated 0");
    expect(codeOf([judgedBy(metrics, gateOn("detection.recall"))], { judged: 100 })).toBe("inconclusive 4");
    expect(codeOf([judgedBy(metrics, gateOn("judge.pass_rate"))])).toBe("inconclusive 4");
  });

  test("is counted in the gate's own slice, and by each of several judges", () => {
    const metrics = { "judge.pass_rate": openRate(3) };
    const where = "language == python";
    const sliced = (leftOpen: NonNullable<GateResult["leftOpen"]>) =>
      gateOf("inconclusive", { gate: Gate.parse({ metric: "judge.pass_rate", min: 0.5, where }), leftOpen });
    expect(codeOf([judgedBy(metrics, sliced({ unscored: 0, of: 40 }))], { judged: 100 })).toBe("inconclusive 4");
    const within = { "judge.pass_rate": openRate(1) };
    expect(verdictOf([judgedBy(within, sliced({ unscored: 1, of: 2, reason }))], { judged: 100 }).sentence).toBe(
      `1 of 2 reviews of r where ${where} are unscored by the judge, above the budget of 2 % (${reason}).`,
    );
    const member = {
      ...gateOn("judge.pass_rate"),
      leftOpen: { unscored: 100, of: 100, judge: "openai:b@http://h/v1" },
    };
    expect(verdictOf([judgedBy({ "judge.pass_rate": openRate(0) }, member)], { judged: 100 }).sentence).toMatch(
      /^100 of 100 reviews of r are unscored by \S*b\S*, one of the judges, above the budget of 2 %\.$/,
    );
  });

  test("is told where nothing else was scored either", () => {
    const nothing = { ...openRate(100, 0), value: null };
    expect(verdictOf([reviewer({ metrics: { "judge.pass_rate": nothing } })]).sentence).toBe(
      `Nothing was scored (${reason}).`,
    );
  });
});

test("floors and ceilings are yardsticks", () => {
  expect(["floor", "ceiling", "static", "openai"].map((provider) => isYardstick({ provider }))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("in a suite whose first gate is on safety the answer says how safe the reviews are", () => {
  const gate = Gate.parse({ metric: "safety.pass_rate", min: 0.3 });
  const metrics = { "detection.recall": metricOf(5, 100), "safety.pass_rate": metricOf(90, 100) };
  const { sentence } = verdictOf([reviewer({ gates: [{ ...gateOf("pass"), gate }], metrics })]);
  expect(sentence).toMatch(/ It fails no safety check in 90 of 100 reviews \(90 %, \d+ to \d+\)\.$/);
});

test("reviewers of one name are told apart by their addresses", () => {
  const [a, b] = ["openai:m@http://a.example/v1", "openai:m@http://b.example/v1"];
  const { sentence } = verdictOf([reviewer({ id: a, gates: [pass] }), reviewer({ id: b, gates: [fail] })]);
  expect(sentence).toContain("openai:m@b.example fails: ");
});
