import { describe, expect, test } from "vitest";
import { type MetricName, metricNames } from "../../src/core/metric.ts";
import { measure } from "../../src/core/reduce.ts";
import type { CaseRow } from "../../src/core/row.ts";
import type { Finding } from "../../src/core/review.ts";
import { exactLowerBound, exactUpperBound, wilson } from "../../src/core/stats/proportion.ts";
import { bugAt, caseOf, findingAt, namingMatcher } from "../fixtures/cases.ts";
import { rowsOf, type Said } from "../fixtures/rows.ts";

const seed = 1;
const ids = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);

/** Cases with one bug each, of which the first `found` are found. */
const hits = (count: number, found: number): Said[] =>
  ids(count).map((id, index) => ({
    source: caseOf({ id, bugs: [bugAt(10)] }),
    findings: index < found ? [findingAt(10)] : [],
  }));

const valueOf = async (name: MetricName, said: readonly Said[]) => measure(name, await rowsOf(said), seed).value;

describe("a proportion", () => {
  test("of independent cases has the Wilson interval and the exact one-sided bounds", async () => {
    const metric = measure("detection.recall", await rowsOf(hits(20, 18)), seed);
    expect(metric).toMatchObject({
      value: 0.9,
      n: 20,
      effectiveN: 20,
      clusters: 20,
      numerator: 18,
      denominator: 20,
      unitOfAnalysis: "bug",
      unscored: 0,
    });
    expect(metric.low).toBeCloseTo(0.698966, 6);
    expect(metric.high).toBeCloseTo(0.972134, 6);
    expect(metric.low).toBeCloseTo(wilson(18, 20)?.low ?? 0, 12);
    expect(metric.lowOneSided).toBeCloseTo(exactLowerBound(18, 20) ?? 0, 12);
    expect(metric.highOneSided).toBeCloseTo(exactUpperBound(18, 20) ?? 0, 12);
  });

  test("is pooled over bugs, not averaged over cases", async () => {
    const many = caseOf({ bugs: [1, 2, 3].map((n) => bugAt(n * 20, { id: `b${n}` })) });
    expect(await valueOf("detection.recall", [...hits(1, 1), { source: { ...many, id: "many" }, findings: [] }])).toBe(
      0.25,
    );
  });

  test("of clustered cases is surer of nothing than its clusters are", async () => {
    const said = hits(20, 10).map((one, index) => ({
      ...one,
      source: { ...one.source, cluster: `k${Math.floor(index / 10)}` },
    }));
    const metric = measure("detection.recall", await rowsOf(said), seed);
    expect(metric).toMatchObject({ value: 0.5, n: 20, clusters: 2 });
    expect(metric.effectiveN).toBeLessThanOrEqual(2);
  });

  test("counts repeats of a case as one", async () => {
    const repeats = [0, 1, 2, 3].map((repeat) => ({
      source: caseOf({ bugs: [bugAt(10)] }),
      repeat,
      findings: repeat === 0 ? [] : [findingAt(10)],
    }));
    expect(measure("detection.recall", await rowsOf(repeats), seed)).toMatchObject({ value: 0.75, n: 1, clusters: 1 });
  });
});

describe("F1", () => {
  test("is made of pooled counts and resampled by cluster, its units being cases", async () => {
    const said = hits(12, 8).map((one, index) =>
      index === 0 ? { ...one, findings: [findingAt(10), findingAt(90, "x")] } : one,
    );
    const metric = measure("detection.f1", await rowsOf(said), seed);
    expect(metric.value).toBeCloseTo(16 / 21, 12);
    expect(metric).toMatchObject({ n: 12, unitOfAnalysis: "case", clusters: 12 });
    expect(metric.low).toBeLessThan(16 / 21);
    expect(metric.high).toBeGreaterThan(16 / 21);
  });

  test("has the same interval for the same seed, and another for another", async () => {
    const rows = await rowsOf(
      hits(40, 23).map((one, index) => ({
        ...one,
        findings: [...(one.findings ?? []), ...Array.from({ length: index % 7 }, () => findingAt(90, "x"))],
      })),
    );
    expect(measure("detection.f1", rows, 7)).toEqual(measure("detection.f1", rows, 7));
    expect(measure("detection.f1", rows, 7).low).not.toBe(measure("detection.f1", rows, 8).low);
  });
});

describe("bounds", () => {
  const withWrong = (said: readonly Said[]): Said[] =>
    said.map((one, at) => (at === 0 ? { ...one, findings: [findingAt(10), findingAt(90, "x")] } : one));
  const noBounds = { low: null, high: null, lowOneSided: null, highOneSided: null };
  const clean: Said[] = ids(20).map((id) => ({ source: caseOf({ id: `clean-${id}`, bugs: [] }), findings: [] }));

  test.each(["detection.f1", "detection.f_beta", "detection.precision_macro", "overlap.f1"] as const)(
    "of %s are none below five clusters, though the value stays",
    async (name) => {
      const said = hits(4, 3).map((one) => ({
        ...one,
        source: { ...one.source, references: [{ text: "check for null" }] },
      }));
      const metric = measure(name, await rowsOf(withWrong(said)), seed);
      expect(metric).toMatchObject({ ...noBounds, method: expect.stringContaining("no interval") });
      expect(metric.value).toBeTypeOf("number");
    },
  );

  test("of findings per clean case are none below five clusters, and go by ten silent ones", async () => {
    const of = async (count: number) =>
      measure("detection.findings_per_clean_case", await rowsOf(clean.slice(0, count)), seed);
    expect(await of(4)).toMatchObject({ value: 0, ...noBounds });
    expect((await of(10)).highOneSided).toBeCloseTo(2 * (1 - 0.05 ** (1 / 10)), 12);
  });

  test("of a perfect F1 are better than those with a wrong finding, on a case with bugs or a clean one", async () => {
    const lowOf = async (said: readonly Said[]) => measure("detection.f1", await rowsOf(said), seed).lowOneSided ?? 0;
    const [alarm, ...silent] = clean;
    const perfect = await lowOf([...hits(10, 10), ...clean]);
    expect(perfect).toBeCloseTo(0.05 ** (1 / 10), 12);
    expect(await lowOf([...withWrong(hits(10, 10)), ...clean])).toBeLessThan(perfect);
    const alarmed = { ...(alarm as Said), findings: [findingAt(90, "x")] };
    expect(await lowOf([...hits(10, 10), alarmed, ...silent])).toBeLessThan(perfect);
  });

  test("of F1 go by the clusters with bugs, which clean cases do not replace", async () => {
    expect(measure("detection.f1", await rowsOf([...hits(4, 4), ...clean]), seed)).toMatchObject({
      value: 1,
      ...noBounds,
    });
  });
});

describe("average precision", () => {
  const sure = (line: number, confidence: number, message = "b1"): Finding => findingAt(line, message, { confidence });
  const bugs = [bugAt(10), bugAt(30, { id: "b2" }), bugAt(50, { id: "b3" }), bugAt(70, { id: "b4" })];

  test("ranks the findings of all cases together", async () => {
    const said: Said[] = [
      {
        source: caseOf({ bugs: bugs.slice(0, 2) }),
        findings: [sure(10, 0.9), sure(90, 0.8, "x"), sure(30, 0.7, "b2")],
      },
      { source: caseOf({ id: "c2", bugs: bugs.slice(2) }), findings: [sure(50, 0.6, "b3"), sure(90, 0.5, "x")] },
    ];
    expect(await valueOf("detection.average_precision", said)).toBeCloseTo(0.604167, 6);
  });

  test("has bounds by cluster", async () => {
    const said = ids(12).map((id, at) => ({
      source: caseOf({ id, bugs: [bugAt(10)] }),
      findings: [sure(90, 0.8, "x"), sure(10, at % 2 === 0 ? 0.9 : 0.7)],
    }));
    const metric = measure("detection.average_precision", await rowsOf(said), seed);
    expect(metric).toMatchObject({ n: 24, clusters: 12 });
    expect(metric.lowOneSided).toBeGreaterThan(metric.low ?? 1);
    expect(metric.lowOneSided).toBeLessThan(metric.value ?? 0);
    expect(metric.highOneSided).toBeGreaterThan(metric.value ?? 1);
    expect(measure("detection.average_precision", await rowsOf(said.slice(0, 4)), seed).low).toBeNull();
  });

  test("is null with a reason without confidences, findings or bugs", async () => {
    const reasonOf = async (said: Said[]) => measure("detection.average_precision", await rowsOf(said), seed).reason;
    expect(await reasonOf([{ source: caseOf({ bugs }), findings: [findingAt(10)] }])).toBe(
      "a finding carries no confidence",
    );
    expect(await reasonOf([{ source: caseOf({ bugs }), findings: [] }])).toBe("no finding to rank");
    expect(await reasonOf([{ source: caseOf({ bugs: [] }), findings: [sure(10, 0.5)] }])).toBe("no bug to find");
  });

  test("leaves unscored cases out and counts them", async () => {
    const said: Said[] = [
      { source: caseOf({ bugs: bugs.slice(0, 1) }), findings: [sure(10, 0.5)] },
      { source: caseOf({ id: "c2", bugs }), findings: null },
    ];
    expect(measure("detection.average_precision", await rowsOf(said), seed)).toMatchObject({ value: 1, unscored: 1 });
  });
});

describe("times", () => {
  test("have type 7 quantiles over the generations of this run", async () => {
    const said = [100, 200, 300, 400].map((durationMs, index) => ({
      source: caseOf({ id: `c${index}` }),
      findings: [],
      durationMs,
    }));
    expect(measure("load.p50_ms", await rowsOf(said), seed)).toMatchObject({ value: 250, n: 4, unit: "ms" });
    expect(measure("load.p95_ms", await rowsOf(said), seed)).toMatchObject({
      value: 385,
      high: null,
      highOneSided: null,
    });
  });

  const timed = (count: number, durationMs: number) =>
    Array.from({ length: count }, (_, index) => ({ source: caseOf({ id: `c${index}` }), findings: [], durationMs }));
  const retried = (row: CaseRow): CaseRow => ({ ...row, durationsMs: [], untimed: 1, retried: 1 });

  test("leave out what took more than one try, count it and say so", async () => {
    const rows = (await rowsOf(timed(64, 60))).map((row, index) => (index % 2 === 0 ? row : retried(row)));
    expect(measure("load.p95_ms", rows, seed)).toMatchObject({
      value: 60,
      n: 32,
      unscored: 32,
      reason: "32 of 64 generations took more than one try, so no single time is theirs",
    });
    expect(
      measure(
        "load.p95_ms",
        rows.filter((row) => row.retried > 0),
        seed,
      ),
    ).toMatchObject({
      value: null,
      unscored: 32,
      reason: "32 of 32 generations took more than one try, so no single time is theirs",
    });
  });

  test("can count what took more than one try as no time or as time without end", async () => {
    const rows = (await rowsOf(timed(64, 60))).map((row, index) => (index < 60 ? row : retried(row)));
    expect(measure("load.p95_ms", rows, seed, null, "low")).toMatchObject({ value: 60, n: 64 });
    expect(measure("load.p95_ms", rows, seed, null, "high").value).toBe(Infinity);
    expect(measure("load.p50_ms", rows, seed, null, "high").value).toBe(60);
  });

  test("of one try have no reason to give", async () => {
    expect(measure("load.p50_ms", await rowsOf(timed(3, 60)), seed)).not.toHaveProperty("reason");
  });

  test("are null where nothing was timed", async () => {
    expect(measure("load.p50_ms", await rowsOf([{ source: caseOf(), findings: [] }]), seed)).toMatchObject({
      value: null,
      n: 0,
      reason: "no generation was timed",
    });
  });
});

describe("an open question", () => {
  const open: Said[] = ids(14).map((id) => ({
    source: caseOf({ id: `open-${id}`, bugs: [bugAt(10)] }),
    findings: [findingAt(35, "b1?")],
  }));

  test("is unscored in the metric that it could turn, which can count it either way", async () => {
    const rows = await rowsOf([...hits(6, 6), ...open]);
    expect(measure("detection.recall_theme", rows, seed)).toMatchObject({ value: 1, n: 6, unscored: 14 });
    expect(measure("detection.recall_theme", rows, seed, null, "low")).toMatchObject({ value: 0.3, n: 20 });
    expect(measure("detection.recall_theme", rows, seed, null, "high")).toMatchObject({ value: 1, n: 20 });
    expect(measure("detection.recall", rows, seed)).toMatchObject({ value: 0.3, n: 20, unscored: 0 });
  });

  test("of every bug leaves the metric null and says why", async () => {
    expect(measure("detection.recall_theme", await rowsOf(open), seed)).toMatchObject({
      value: null,
      unscored: 14,
      reason: "the matcher could not decide",
    });
  });

  test("is unscored in average precision too", async () => {
    const findings = [findingAt(10, "b1", { confidence: 0.9 }), findingAt(60, "b2?", { confidence: 0.5 })];
    const said = [{ source: caseOf({ bugs: [bugAt(10), bugAt(60, { id: "b2" })] }), findings }];
    expect(measure("detection.average_precision", await rowsOf(said), seed)).toMatchObject({ value: 1, unscored: 1 });
  });
});

describe("published counting", () => {
  const pair = [bugAt(10), bugAt(12, { id: "b2" })];
  const said: Said[] = ids(6).map((id, index) => ({
    source: caseOf({ id, bugs: pair }),
    findings: index < 4 ? [findingAt(11, "b1 b2"), findingAt(90, "x")] : [findingAt(10, "b1?")],
  }));

  test("has pooled values with intervals, beside the one-to-one metrics as ever", async () => {
    const rows = await rowsOf(said, { counting: "published" });
    const metric = (name: MetricName) => measure(name, rows, seed);
    expect(metric("detection.recall_published")).toMatchObject({
      numerator: 8,
      denominator: 12,
      unitOfAnalysis: "bug",
    });
    expect(metric("detection.precision_published")).toMatchObject({
      numerator: 8,
      denominator: 12,
      unitOfAnalysis: "finding",
      unscored: 2,
    });
    expect(metric("detection.f1_published").value).toBeCloseTo(16 / 24, 12);
    expect(metric("detection.f1_published").low).toBeTypeOf("number");
    expect(metric("detection.recall")).toMatchObject({ numerator: 4, denominator: 10 });
    expect(metric("detection.precision")).toMatchObject({ numerator: 4, denominator: 8 });
  });

  test("takes a case whose bugs are all undecided for one with bugs", async () => {
    const undecided = ids(5).map((id) => ({
      source: caseOf({ id, bugs: [bugAt(10)] }),
      findings: [findingAt(10, "b1?"), findingAt(90, "x")],
    }));
    const rows = await rowsOf(undecided, { counting: "published" });
    expect(measure("detection.f1_published", rows, seed)).toMatchObject({ value: 0, n: 5 });
    expect(measure("detection.f1_published", rows, seed).highOneSided).toBeTypeOf("number");
    expect(measure("detection.f1", rows, seed).highOneSided).toBeNull();
  });
});

describe("an outage", () => {
  test("is unscored and never a miss", async () => {
    const said: Said[] = [...hits(4, 4), { source: caseOf({ id: "down", bugs: [bugAt(10)] }), findings: null }];
    const rows = await rowsOf(said);
    for (const name of ["detection.recall", "detection.precision", "detection.f1", "detection.recall_theme"] as const) {
      expect(measure(name, rows, seed)).toMatchObject({ value: 1, unscored: 1 });
    }
  });

  test("of everything leaves each metric null and says why", async () => {
    const rows = await rowsOf([{ source: caseOf({ bugs: [bugAt(10)] }), findings: null }]);
    expect(measure("detection.recall", rows, seed)).toMatchObject({
      value: null,
      unscored: 1,
      reason: "its generation failed, so there is no review to score",
    });
  });
});

test.each(metricNames)("%s of nothing is null, with a reason and no bound", (name) => {
  const metric = measure(name, [], seed);
  expect(metric).toMatchObject({
    value: null,
    low: null,
    high: null,
    lowOneSided: null,
    highOneSided: null,
    n: 0,
    clusters: 0,
  });
  expect(metric.reason).toMatch(/^(no |a )/);
});

test("the fixtures' matcher goes by names", () => {
  expect(
    namingMatcher.compare(
      { caseId: "c", diff: "", bugs: [bugAt(1)] },
      [findingAt(1, "b1=.25")],
      [{ findingIndex: 0, bugIndex: 0 }],
    ),
  ).toEqual([{ findingIndex: 0, bugIndex: 0, verdict: "same", weight: 0.25 }]);
});
