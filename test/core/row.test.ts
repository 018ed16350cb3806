import { describe, expect, test } from "vitest";
import type { MetricName } from "../../src/core/metric.ts";
import { type CaseRow, countsBugs, gatherUnits, isAboutBugs, rowOf } from "../../src/core/row.ts";
import { parseWhere } from "../../src/core/where.ts";
import { bugAt, caseOf, findingAt } from "../fixtures/cases.ts";
import { lineOf, rowsOf, twinPair } from "../fixtures/rows.ts";

const where = (expression: string) => parseWhere(expression, ["severity", "category", "language"], "where");
const sure = (line: number, confidence: number, message = "b1") => findingAt(line, message, { confidence });
const unitsOf = (name: MetricName, rows: readonly CaseRow[], condition?: string) =>
  gatherUnits(name, rows, condition === undefined ? null : where(condition));

describe("rowOf", () => {
  test("keeps what metrics need: fields, ledger and scores", async () => {
    const row = rowOf(
      await lineOf({ source: caseOf({ bugs: [bugAt(10)], cluster: "k" }), findings: [findingAt(10)], repeat: 2 }),
    );
    expect(row).toMatchObject({
      caseId: "c1",
      repeat: 2,
      cluster: "k",
      isScored: true,
      bugs: [{ bugId: "b1", state: "found" }],
      places: [],
    });
    expect(row.fields["language"]).toBe("typescript");
    expect(row.scores["detection.recall"]).toEqual({ numerator: 1, denominator: 1 });
  });

  test("keeps a transport error as unscored, without bugs", async () => {
    expect(rowOf(await lineOf({ source: caseOf({ bugs: [bugAt(10)] }), findings: null }))).toMatchObject({
      isScored: false,
      bugs: [],
      ranked: [],
      scores: {},
    });
  });

  test("ranks findings by confidence, without those that are ignored or unjudged", async () => {
    const findings = [sure(10, 0.9), sure(50, 0.4, "x"), sure(11, 0.3), sure(60, 0.2, "b2?")];
    const source = caseOf({ bugs: [bugAt(10), bugAt(60, { id: "b2" })] });
    expect(rowOf(await lineOf({ source, findings })).ranked).toEqual([
      { confidence: 0.9, isMatch: true },
      { confidence: 0.4, isMatch: false },
      { confidence: 0.3, isMatch: false },
    ]);
  });

  test("ranks nothing where one finding carries no confidence", async () => {
    expect(
      rowOf(await lineOf({ source: caseOf({ bugs: [bugAt(10)] }), findings: [sure(10, 0.9), findingAt(50)] })).ranked,
    ).toBeNull();
  });

  test("keeps the times of generations that were made in this run", async () => {
    const line = await lineOf({ source: caseOf(), findings: [], durationMs: 12 });
    const [part] = line.parts;
    if (part === undefined) throw new Error("no part");
    const parts = [part, { ...part, durationMs: 99, fromCache: true }, { ...part, durationMs: null }];
    expect(rowOf({ ...line, parts })).toMatchObject({ durationsMs: [12], untimed: 2, retried: 0 });
  });

  test("counts what took more than one try apart, and leaves out what did not fit", async () => {
    const line = await lineOf({ source: caseOf(), findings: [], durationMs: 12 });
    const [part] = line.parts;
    if (part === undefined) throw new Error("no part");
    const untimed = { ...part, durationMs: null };
    const overflow = { ...untimed, outcome: "overflow" as const };
    const parts = [part, { ...untimed, tries: 2 }, overflow, { ...overflow, tries: 2 }, untimed];
    expect(rowOf({ ...line, parts })).toMatchObject({ durationsMs: [12], untimed: 2, retried: 1 });
  });
});

describe("gatherUnits", () => {
  test("gives one unit a case, the mean over its repeats", async () => {
    const source = caseOf({ bugs: [bugAt(10), bugAt(60, { id: "b2" })] });
    const rows = await rowsOf([
      { source, repeat: 0, findings: [findingAt(10)] },
      { source, repeat: 1, findings: [findingAt(10), findingAt(60, "b2"), findingAt(90, "x")] },
    ]);
    expect(unitsOf("detection.recall", rows).units).toEqual([
      { caseId: "c1", cluster: "c1", numerator: 1.5, denominator: 2 },
    ]);
    expect(unitsOf("detection.precision", rows).units).toEqual([
      { caseId: "c1", cluster: "c1", numerator: 1.5, denominator: 2 },
    ]);
  });

  test("takes the mean over the repeats that were scored", async () => {
    const source = caseOf({ bugs: [bugAt(10)] });
    const rows = await rowsOf([
      { source, repeat: 0, findings: [findingAt(10)] },
      { source, repeat: 1, findings: null },
    ]);
    expect(unitsOf("detection.recall", rows)).toEqual({
      units: [{ caseId: "c1", cluster: "c1", numerator: 1, denominator: 1 }],
      applicable: 2,
      unscored: 1,
      reason: "its generation failed, so there is no review to score",
    });
  });

  test("counts a case as unscored for just the metrics that leave something of it out", async () => {
    const away = Array.from({ length: 14 }, (_, index) => ({
      source: caseOf({ id: `open${index}`, bugs: [bugAt(10)] }),
      findings: [findingAt(35, "b1?")],
    }));
    const near = Array.from({ length: 6 }, (_, index) => ({
      source: caseOf({ id: `found${index}`, bugs: [bugAt(10)] }),
      findings: [findingAt(10)],
    }));
    const rows = await rowsOf([...near, ...away]);
    const unscored = (name: MetricName) => unitsOf(name, rows).unscored;
    expect(unscored("detection.recall_theme")).toBe(14);
    for (const name of ["recall", "recall_at_10", "recall_file", "precision", "f1", "invented_rate"] as const)
      expect([name, unscored(`detection.${name}`)]).toEqual([name, 0]);
    expect(unitsOf("detection.recall_theme", rows, "severity == high").unscored).toBe(14);
    expect(unitsOf("detection.recall_theme", rows, "severity == low").unscored).toBe(0);
  });

  test("counts an undecided finding at the place against the metrics of findings, and not against places", async () => {
    const rows = await rowsOf([{ source: caseOf({ bugs: [bugAt(10)] }), findings: [findingAt(10, "b1?")] }]);
    const unscored = (name: MetricName) => unitsOf(name, rows).unscored;
    for (const name of ["recall", "recall_theme", "recall_at_3", "precision", "f1", "duplicates"] as const)
      expect([name, unscored(`detection.${name}`)]).toEqual([name, 1]);
    for (const name of ["recall_file", "recall_location", "invented_rate"] as const)
      expect([name, unscored(`detection.${name}`)]).toEqual([name, 0]);
  });

  test("does not take a bug whose place nobody knows for an open question", async () => {
    const { anchor: _, ...unplaced } = bugAt(10);
    const source = caseOf({ bugs: [unplaced] });
    const rows = await rowsOf([{ source, findings: [findingAt(10)] }], { location: "optional" });
    for (const name of ["recall", "recall_theme", "recall_file", "recall_location"] as const)
      expect([name, unitsOf(`detection.${name}`, rows).unscored]).toEqual([name, 0]);
  });

  test("can count what is open as missed or as found", async () => {
    const rows = await rowsOf([{ source: caseOf({ bugs: [bugAt(10)] }), findings: [findingAt(35, "b1?")] }]);
    const countedAs = (openAs: "low" | "high", condition: string | null) =>
      gatherUnits("detection.recall_theme", rows, condition === null ? null : where(condition), openAs).units;
    for (const condition of [null, "language == typescript", "severity == high"]) {
      expect(countedAs("low", condition)).toEqual([{ caseId: "c1", cluster: "c1", numerator: 0, denominator: 1 }]);
      expect(countedAs("high", condition)).toEqual([{ caseId: "c1", cluster: "c1", numerator: 1, denominator: 1 }]);
    }
  });

  test("puts a case and its twin into one cluster", async () => {
    const [buggy, clean] = twinPair("c1");
    const rows = await rowsOf([buggy, clean].map((source) => ({ source, findings: [findingAt(90, "x")] })));
    expect(unitsOf("detection.precision", rows).units.map(({ cluster }) => cluster)).toEqual(["c1", "c1"]);
  });

  test.each([
    ["detection.recall", 1],
    ["detection.precision_macro", 1],
    ["detection.false_alarm_rate", 1],
    ["detection.precision", 2],
    ["detection.f1", 2],
    ["overlap.f1", 1],
    ["contract.valid_rate", 3],
  ] as const)("knows which cases %s is about also where they are unscored: %d", async (name, expected) => {
    const sources = [
      caseOf({ id: "buggy", bugs: [bugAt(10)] }),
      caseOf({ id: "clean", bugs: [] }),
      caseOf({ id: "open", references: [{ text: "x" }] }),
    ];
    const { applicable, unscored } = unitsOf(name, await rowsOf(sources.map((source) => ({ source, findings: null }))));
    expect([applicable, unscored]).toEqual([expected, expected]);
  });

  test("counts the bugs of a severity alone, and leaves out cases without one", async () => {
    const bugs = [bugAt(10, { severity: "critical" }), bugAt(60, { id: "b2", severity: "low" })];
    const rows = await rowsOf([
      { source: caseOf({ bugs }), findings: [findingAt(60, "b2")] },
      { source: caseOf({ id: "c2", bugs: [bugAt(10, { severity: "low" })] }), findings: [findingAt(10)] },
    ]);
    expect(unitsOf("detection.recall", rows, "severity == critical")).toMatchObject({
      units: [{ numerator: 0, denominator: 1 }],
      applicable: 1,
    });
    expect(unitsOf("detection.recall", rows, "severity == low").units).toEqual([
      { caseId: "c1", cluster: "c1", numerator: 1, denominator: 1 },
      { caseId: "c2", cluster: "c2", numerator: 1, denominator: 1 },
    ]);
  });

  test("keeps the cases of which a condition on the case holds", async () => {
    const sources = [caseOf({ id: "c1", language: "go", bugs: [bugAt(10)] }), caseOf({ id: "c2", bugs: [bugAt(10)] })];
    const rows = await rowsOf(sources.map((source) => ({ source, findings: [] })));
    expect(unitsOf("detection.recall", rows, "language == go").units).toHaveLength(1);
  });

  test("counts an unscored case against a condition on bugs, since its bugs are not known to be others", async () => {
    const rows = await rowsOf([{ source: caseOf({ bugs: [bugAt(10)] }), findings: null }]);
    expect(unitsOf("detection.recall", rows, "severity == critical")).toMatchObject({ applicable: 1, unscored: 1 });
  });
});

describe("twin discrimination", () => {
  const [buggy, clean] = twinPair("c1");
  const hit = [findingAt(10)];
  const discriminated = async (said: Parameters<typeof rowsOf>[0], condition?: string) =>
    unitsOf("detection.twin_discrimination", await rowsOf(said), condition);

  test.each([
    ["found and left alone", hit, [], 1],
    ["found and touched", hit, [findingAt(10, "x")], 0],
    ["missed and left alone", [], [], 0],
    ["missed and touched", [], hit, 0],
    ["found and another place touched", hit, [findingAt(90, "x")], 1],
  ])("a bug that is %s counts as it should", async (_, onBuggy, onClean, numerator) => {
    const { units } = await discriminated([
      { source: buggy, findings: onBuggy },
      { source: clean, findings: onClean },
    ]);
    expect(units).toEqual([{ caseId: "c1.clean", cluster: "c1", numerator, denominator: 1 }]);
  });

  test("pairs the repeats one by one and takes their mean", async () => {
    const { units } = await discriminated([
      { source: clean, repeat: 1, findings: hit },
      { source: buggy, repeat: 0, findings: hit },
      { source: buggy, repeat: 1, findings: hit },
      { source: clean, repeat: 0, findings: [] },
    ]);
    expect(units).toEqual([{ caseId: "c1.clean", cluster: "c1", numerator: 0.5, denominator: 1 }]);
  });

  test("is unscored where either of the pair is", async () => {
    const first = await discriminated([
      { source: buggy, findings: null },
      { source: clean, findings: [] },
    ]);
    const second = await discriminated([
      { source: buggy, findings: hit },
      { source: clean, findings: null },
    ]);
    for (const one of [first, second]) expect(one).toMatchObject({ units: [], applicable: 1, unscored: 1 });
  });

  test("takes two twins of one case for two, and the repeats of each for one", async () => {
    const other = { ...clean, id: "c1.other" };
    const both = [0, 1].flatMap((repeat) => [
      { source: buggy, repeat, findings: hit },
      { source: clean, repeat, findings: [] },
      { source: other, repeat, findings: repeat === 0 ? hit : [] },
    ]);
    expect((await discriminated(both)).units).toEqual([
      { caseId: "c1.clean", cluster: "c1", numerator: 1, denominator: 1 },
      { caseId: "c1.other", cluster: "c1", numerator: 0.5, denominator: 1 },
    ]);
  });

  test("leaves a bug that is unjudged open: its pair is unscored, and can count either way", async () => {
    const said = [
      { source: buggy, findings: [findingAt(10, "b1?")] },
      { source: clean, findings: [] },
    ];
    const nothing = [{ caseId: "c1.clean", cluster: "c1", numerator: 0, denominator: 0 }];
    expect(await discriminated(said)).toMatchObject({ units: nothing, applicable: 1, unscored: 1 });
    const rows = await rowsOf(said);
    for (const [openAs, numerator] of [
      ["low", 0],
      ["high", 1],
    ] as const)
      expect(gatherUnits("detection.twin_discrimination", rows, null, openAs).units).toEqual([
        { caseId: "c1.clean", cluster: "c1", numerator, denominator: 1 },
      ]);
  });

  test("is 0 for a bug that is unjudged where the twin's place was touched, whatever the answer", async () => {
    expect(
      await discriminated([
        { source: buggy, findings: [findingAt(10, "b1?")] },
        { source: clean, findings: hit },
      ]),
    ).toMatchObject({ units: [{ numerator: 0, denominator: 1 }], unscored: 0 });
  });

  test("leaves out a twin whose case is not there", async () => {
    expect(await discriminated([{ source: clean, findings: [] }])).toMatchObject({ units: [], applicable: 0 });
  });

  test("can be asked of a severity, which is that of the case's bug", async () => {
    const said = [
      { source: buggy, findings: hit },
      { source: clean, findings: [] },
    ];
    expect((await discriminated(said, "severity == high")).units).toHaveLength(1);
    expect((await discriminated(said, "severity == low")).units).toHaveLength(0);
  });
});

test("a condition is about bugs when it asks for a severity or a category", () => {
  expect(isAboutBugs(where("language == go"))).toBe(false);
  expect(isAboutBugs(where("language == go and severity == low"))).toBe(true);
  expect(isAboutBugs(where("category == race"))).toBe(true);
});

test("metrics of bugs are the recalls and twin discrimination", () => {
  expect(
    ["detection.recall_at_3", "detection.twin_discrimination"].every((name) => countsBugs(name as MetricName)),
  ).toBe(true);
  expect(["detection.precision", "detection.f1", "overlap.f1"].some((name) => countsBugs(name as MetricName))).toBe(
    false,
  );
});
