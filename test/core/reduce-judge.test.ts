import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gateFieldNames } from "../../src/core/check-suite.ts";
import { medianOfRuns } from "../../src/core/judge/aggregate.ts";
import type { MetricName } from "../../src/core/metric.ts";
import { measure } from "../../src/core/reduce.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { parseWhere } from "../../src/core/where.ts";

const seed = 1;
type Passes = (boolean | null)[];

/** What the runs said, a mark each: passed, failed or unscored. */
const marks = (text: string): Passes => Array.from(text, (mark) => (mark === "?" ? null : mark === "+"));

/** The row of a case by what the runs said of it; null is a review that a transport error took. */
function rowOf(caseId: string, said: string | null, more: Partial<CaseRow> = {}): CaseRow {
  const passes = said === null ? null : marks(said);
  const isOpen = passes !== null && passes.filter((pass) => pass === null).length * 2 >= passes.length;
  return {
    caseId,
    repeat: 0,
    cluster: caseId,
    fields: { references: 1, language: "python" },
    isScored: said !== null,
    isUndecided: false,
    scores: isOpen ? { "judge.pass_rate_consensus": { value: null, reason: "the judge refused" } } : {},
    bugs: [],
    places: [],
    ranked: null,
    durationsMs: [],
    untimed: 0,
    judged: passes === null ? null : { theme: passes, pass: passes },
    retried: 0,
    ...more,
  };
}

const rowsOf = (said: readonly (string | null)[]) => said.map((one, index) => rowOf(`c${index}`, one));
const passRate = (rows: readonly CaseRow[], where?: string) =>
  measure("judge.pass_rate", rows, seed, where === undefined ? null : parseWhere(where, gateFieldNames, "where"));

describe("the pass rate of a judge", () => {
  test("is the median over runs of each run's rate, not the rate of the majority", () => {
    // Rates 2/4, 1/4 and 3/4; by majority only one case passes.
    expect(passRate(rowsOf(["+-+", "+-+", "--+", "-+-"]))).toMatchObject({ value: 0.5, n: 4, unscored: 0 });
    expect(passRate(rowsOf(["+--", "-+-", "--+"])).value).toBeCloseTo(1 / 3, 12);
  });

  test("of one run is that run's rate", () => {
    expect(passRate(rowsOf(["+", "-", "+", "+"]))).toMatchObject({ value: 0.75, n: 4 });
  });

  test("leaves a case that is unscored in most runs out of all of them, and says how many and why", () => {
    const metric = passRate(rowsOf(["+++", "?+?", "---", "???"]));
    expect(metric).toMatchObject({ value: 0.5, n: 2, unscored: 2, reason: "the judge refused" });
  });

  test("counts a case that is unscored in a run in the other runs only", () => {
    // Rates 1/1, 1/2 and 1/2.
    expect(passRate(rowsOf(["+++", "?--"]))).toMatchObject({ value: 0.5, n: 2, unscored: 0 });
    expect(passRate(rowsOf(["+++", "?--"]))).not.toHaveProperty("reason");
  });

  test("is null with a reason where nothing was scored, never 0", () => {
    expect(passRate(rowsOf(["???", "??+"]))).toMatchObject({
      value: null,
      low: null,
      lowOneSided: null,
      n: 0,
      unscored: 2,
      reason: "the judge refused",
    });
    expect(passRate([])).toMatchObject({
      value: null,
      n: 0,
      unscored: 0,
      reason: "no case with a reference to judge by",
    });
  });

  test("counts a review that never came as unscored, but only where there was something to judge by", () => {
    const clean = rowOf("clean", null, { fields: { references: 0, language: "go" } });
    expect(passRate([...rowsOf(["+++", null]), clean])).toMatchObject({
      value: 1,
      n: 1,
      unscored: 1,
      reason: "its generation failed, so there is no review to score",
    });
    expect(passRate([clean])).toMatchObject({ unscored: 0 });
    const foreign = rowOf("foreign", null, { isForeign: true });
    expect(passRate([foreign, ...rowsOf([null])])).toMatchObject({
      unscored: 2,
      reason: "its reviewer does not read the language of the change",
    });
  });

  test("is not about a case that was not judged although it has a review", () => {
    const reviewed = rowOf("c9", null, { isScored: true });
    expect(passRate([...rowsOf(["+++"]), reviewed])).toMatchObject({ value: 1, n: 1, unscored: 0 });
  });

  test("equals the median of the runs' rates as the aggregate has it, for any verdicts", () => {
    const pass = fc.constantFrom(true, false, null);
    const cases = fc
      .constantFrom(1, 3, 5)
      .chain((runs) => fc.array(fc.array(pass, { minLength: runs, maxLength: runs }), { maxLength: 12 }));
    fc.assert(
      fc.property(cases, (all) => {
        const rows = all.map((passes, index) => rowOf(`c${index}`, "", { judged: { pass: passes } }));
        const { value, scored, unscored } = medianOfRuns(all);
        expect(passRate(rows)).toMatchObject({ value, n: scored, unscored });
      }),
    );
  });

  test("does not hang on the order of the rows", () => {
    const rows = rowsOf(["+++", "+-+", "---", "?++", "-+-", "+++", "--+"]);
    expect(passRate(rows.toReversed())).toEqual(passRate(rows));
  });
});

describe("its interval", () => {
  const twenty = rowsOf(Array.from({ length: 20 }, (_, index) => (index < 14 ? "+++" : "---")));

  test("holds the value, within 0 and 1, and gates are decided by one-sided bounds inside it", () => {
    const { value, low, high, lowOneSided, highOneSided } = passRate(twenty);
    const ends = [0, low, lowOneSided, value, highOneSided, high, 1].map(Number);
    expect(value).toBe(0.7);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(low).not.toBeNull();
  });

  test("is the same for the same rows and seed", () => {
    expect(passRate(twenty)).toEqual(passRate(twenty));
  });

  test.each([
    [40, false],
    [41, true],
  ])("lets %i of 50 pass a gate of .70: %s", (passed, isPass) => {
    const rows = rowsOf(Array.from({ length: 50 }, (_, index) => (index < passed ? "+++" : "---")));
    expect(Number(passRate(rows).lowOneSided) >= 0.7).toBe(isPass);
  });

  test.each([
    [41, false],
    [42, true],
  ])("lets %i of as many pass a gate of .93: %s", (cases, isPass) => {
    expect(Number(passRate(rowsOf(Array.from({ length: cases }, () => "+++"))).lowOneSided) >= 0.93).toBe(isPass);
  });

  test("is wider where cases of one cluster go together", () => {
    const inFour = twenty.map((row, index) => ({ ...row, cluster: `k${index >> 2}` }));
    const [alone, together] = [passRate(twenty), passRate(inFour)];
    expect(together).toMatchObject({ value: alone.value, n: 20, clusters: 5 });
    expect(Number(together.lowOneSided)).toBeLessThan(Number(alone.lowOneSided));
  });

  test("is not told for fewer than five clusters", () => {
    expect(passRate(rowsOf(["+++", "+++", "---", "+++"]))).toMatchObject({ value: 0.75, low: null, lowOneSided: null });
  });
});

describe("repeats of a case", () => {
  const repeats = (caseId: string, ...said: (string | null)[]) =>
    said.map((one, repeat) => rowOf(caseId, one, { repeat }));

  test("are one case, of which each run takes the mean", () => {
    // Rates (.5 + 1) / 2, (.5 + 0) / 2 and (.5 + .5) / 2.
    const rows = [...repeats("a", "+++", "---"), ...repeats("b", "+-+", "+--")];
    expect(passRate(rows)).toMatchObject({ value: 0.5, n: 2, clusters: 2, unscored: 0 });
    expect(passRate(rows.filter(({ caseId }) => caseId === "a"))).toMatchObject({ value: 0.5, n: 1 });
  });

  test("that are lost leave the others of their case to count, and are told", () => {
    const rows = [...repeats("a", "+++", "???"), ...repeats("b", "---", null)];
    expect(passRate(rows)).toMatchObject({ value: 0.5, n: 2, unscored: 2 });
  });
});

describe("an axis", () => {
  const axis = (name: MetricName, rows: readonly CaseRow[]) => measure(name, rows, seed);
  const judgedOf = (theme: string, voice: string) => ({ theme: marks(theme), voice: marks(voice), pass: marks("???") });

  test("has its own median rate, also where the whole verdict is open", () => {
    const rows = [
      rowOf("a", "", { judged: judgedOf("++-", "???") }),
      rowOf("b", "", { judged: judgedOf("+--", "+++") }),
    ];
    expect(axis("judge.theme", rows)).toMatchObject({ value: 0.5, n: 2, unscored: 0 });
    expect(axis("judge.voice", rows)).toMatchObject({ value: 1, n: 1, unscored: 1 });
    expect(axis("judge.pass_rate", rows)).toMatchObject({ value: null, unscored: 2 });
  });

  test("that the rubric does not have is nothing that is missing", () => {
    expect(axis("judge.actionable", rowsOf(["+++", "---"]))).toMatchObject({
      value: null,
      n: 0,
      unscored: 0,
      reason: "the rubric has no axis actionable",
    });
  });

  test("of a judge that never answered is open, since its rubric cannot be told", () => {
    const rows = [rowOf("a", "???", { judged: { pass: marks("???") } })];
    expect(axis("judge.theme", rows)).toMatchObject({ value: null, unscored: 1, reason: "the judge refused" });
  });
});

describe("a slice", () => {
  const rows = [
    rowOf("a", "+++"),
    rowOf("b", "---", { fields: { references: 1, language: "go" } }),
    rowOf("c", null, { fields: { references: 1, language: "go" } }),
    rowOf("d", "???"),
  ];

  test("has the cases for which its condition holds, those that are unscored among them", () => {
    expect(passRate(rows, "language == python")).toMatchObject({ value: 1, n: 1, unscored: 1 });
    expect(passRate(rows, "language == go")).toMatchObject({ value: 0, n: 1, unscored: 1 });
    expect(passRate(rows, "language == java")).toMatchObject({ value: null, n: 0, unscored: 0 });
  });
});

test("a review that never came leaves consensus and flips open only where there is a reference", () => {
  const lost = [rowOf("a", null), rowOf("b", null, { fields: { references: 0 } })];
  for (const name of ["judge.pass_rate_consensus", "judge.flip_rate"] as const)
    expect(measure(name, lost, seed)).toMatchObject({ value: null, unscored: 1 });
});
