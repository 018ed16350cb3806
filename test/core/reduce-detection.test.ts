import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MetricName, metricNames } from "../../src/core/metric.ts";
import { measure } from "../../src/core/reduce.ts";
import { bugAt, caseOf, findingAt } from "../fixtures/cases.ts";
import { rowsOf, type Said, twinPair } from "../fixtures/rows.ts";

const seed = 1;
const ids = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
const valueOf = async (name: MetricName, said: readonly Said[]) => measure(name, await rowsOf(said), seed).value;

describe("a silent reviewer", () => {
  const [buggy, clean] = twinPair("c1");
  const silent: Said[] = [
    { source: buggy, findings: [] },
    { source: clean, findings: [] },
  ];

  test("has no precision, and recall and F1 of 0", async () => {
    expect(measure("detection.precision", await rowsOf(silent), seed)).toMatchObject({
      value: null,
      n: 0,
      reason: "no finding to count",
    });
    expect(await valueOf("detection.recall", silent)).toBe(0);
    expect(await valueOf("detection.f1", silent)).toBe(0);
  });

  test("has macro precision null by one convention and 1 by the other", async () => {
    expect(measure("detection.precision_macro", await rowsOf(silent), seed)).toMatchObject({
      value: null,
      reason: "no finding to be precise about",
    });
    expect(await valueOf("detection.precision_macro_silent_1", silent)).toBe(1);
  });

  test("raises no false alarm and discriminates nothing", async () => {
    expect(await valueOf("detection.false_alarm_rate", silent)).toBe(0);
    expect(await valueOf("detection.twin_discrimination", silent)).toBe(0);
  });

  test("has an overlap of 0 where there is something to overlap with", async () => {
    expect(
      await valueOf("overlap.f1", [{ source: caseOf({ references: [{ text: "check null" }] }), findings: [] }]),
    ).toBe(0);
  });
});

test("macro precision is the mean over cases that said something", async () => {
  const said: Said[] = [
    { source: caseOf({ id: "c1", bugs: [bugAt(10)] }), findings: [findingAt(10)] },
    {
      source: caseOf({ id: "c2", bugs: [bugAt(10)] }),
      findings: [findingAt(10), findingAt(50, "x"), findingAt(60, "x"), findingAt(70, "x")],
    },
    { source: caseOf({ id: "c3", bugs: [bugAt(10)] }), findings: [] },
  ];
  expect(await valueOf("detection.precision_macro", said)).toBe(0.625);
  expect(await valueOf("detection.precision_macro_silent_1", said)).toBe(0.75);
  expect(await valueOf("detection.precision", said)).toBe(0.4);
});

test("macro precision leaves out a case whose findings are all undecided, and counts it", async () => {
  const said: Said[] = [
    { source: caseOf({ id: "c1", bugs: [bugAt(10)] }), findings: [findingAt(10), findingAt(50, "x")] },
    { source: caseOf({ id: "c2", bugs: [bugAt(10)] }), findings: [findingAt(10, "b1?")] },
  ];
  for (const name of ["detection.precision_macro", "detection.precision_macro_silent_1"] as const)
    expect(measure(name, await rowsOf(said), seed)).toMatchObject({ value: 0.5, unscored: 1 });
});

describe("clean cases", () => {
  const alarms = (...counts: number[]): Said[] =>
    counts.map((count, index) => ({
      source: caseOf({ id: `c${index}`, bugs: [] }),
      findings: Array.from({ length: count }, (_, at) => findingAt(at + 1, "x")),
    }));

  test("give the share with a finding and the findings a case", async () => {
    const rows = await rowsOf(alarms(0, 3, 1, 0));
    expect(measure("detection.false_alarm_rate", rows, seed)).toMatchObject({
      value: 0.5,
      n: 4,
      unitOfAnalysis: "case",
    });
    expect(measure("detection.findings_per_clean_case", rows, seed)).toMatchObject({ value: 1, n: 4, unit: "count" });
  });

  test("never have a count below 0 in their interval", async () => {
    expect(measure("detection.findings_per_clean_case", await rowsOf(alarms(0, 0, 0, 0, 9)), seed)).toMatchObject({
      low: 0,
      lowOneSided: 0,
    });
  });
});

describe("twins", () => {
  const pairs = ids(3).map((id) => twinPair(id));

  test("give a reviewer that flags everything 0", async () => {
    expect(
      await valueOf(
        "detection.twin_discrimination",
        pairs.flat().map((source) => ({ source, findings: [findingAt(10)] })),
      ),
    ).toBe(0);
  });

  test("give one that flags just the bugs 1", async () => {
    const said = pairs.flat().map((source) => ({ source, findings: source.bugs?.length === 0 ? [] : [findingAt(10)] }));
    expect(measure("detection.twin_discrimination", await rowsOf(said), seed)).toMatchObject({
      value: 1,
      n: 3,
      clusters: 3,
    });
  });
});

test("a case that is not annotated is in no metric of detection", async () => {
  const rows = await rowsOf([{ source: caseOf(), findings: [findingAt(10)] }]);
  for (const name of metricNames.filter((one) => one.startsWith("detection.")))
    expect(measure(name, rows, seed)).toMatchObject({ value: null, n: 0, unscored: 0 });
});

test("recall is at most the recall of the place and of the theme, the place's at most the file's, and grows with tolerance", async () => {
  const findings = fc.array(fc.tuple(fc.constantFrom(8, 10, 12, 15, 30), fc.constantFrom("b1", "b2", "b1 b2", "x")), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(findings, { minLength: 1, maxLength: 4 }), async (reviews) => {
      const bugs = [bugAt(10), bugAt(14, { id: "b2" })];
      const rows = await rowsOf(
        reviews.map((all, index) => ({
          source: caseOf({ id: `c${index}`, bugs }),
          findings: all.map(([line, message]) => findingAt(line, message)),
        })),
      );
      const value = (name: MetricName) => measure(name, rows, seed).value ?? Number.NaN;
      expect(value("detection.recall")).toBeLessThanOrEqual(value("detection.recall_location"));
      expect(value("detection.recall")).toBeLessThanOrEqual(value("detection.recall_theme"));
      expect(value("detection.recall_location")).toBeLessThanOrEqual(value("detection.recall_file"));
      expect(value("detection.recall_at_3")).toBe(value("detection.recall"));
      const steps = ([0, 1, 3, 5, 10] as const).map((lines) => value(`detection.recall_at_${lines}`));
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    }),
    { numRuns: 40 },
  );
});
