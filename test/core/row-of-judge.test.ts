import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileReviewer } from "../../src/core/compile-report.ts";
import { medianPass, panelOf, passOfRun, passRate } from "../../src/core/judge/aggregate.ts";
import type { MetricName } from "../../src/core/metric.ts";
import { measure } from "../../src/core/reduce.ts";
import type { CaseLine } from "../../src/core/report.ts";
import { type CaseRow, rowOf } from "../../src/core/row.ts";
import { rowOfJudge } from "../../src/core/row-of-judge.ts";
import type { Score } from "../../src/core/score.ts";
import { Suite } from "../../src/core/suite.ts";
import { emptyTally } from "../../src/core/tally.ts";
import { caseOf } from "../fixtures/cases.ts";
import { lineOf } from "../fixtures/rows.ts";

type Passes = (boolean | null)[];

/** What a judge's runs said, a mark each: passed, failed or unscored. */
const marks = (text: string): Passes => Array.from(text, (mark) => (mark === "?" ? null : mark === "+"));
const scoreOf = (pass: boolean | null): Score =>
  pass === null ? { value: null, reason: "open" } : { numerator: Number(pass), denominator: 1 };

/** The row of a case by what each of several judges said of it. */
async function rowOfPanel(caseId: string, said: readonly string[]): Promise<CaseRow> {
  const source = caseOf({ id: caseId, references: [{ text: "An empty list fails." }] });
  const line: CaseLine = await lineOf({ source, findings: [] });
  const passes = said.map((text) => medianPass(marks(text)));
  const [majority = null] = panelOf(passes.map((pass) => [pass])).passes;
  const judged = said.flatMap((text, index) =>
    marks(text).map((pass) => ({
      axes: pass === null ? {} : { theme: pass ? ("pass" as const) : ("fail" as const) },
      pass,
      evidence: "",
      reasoning: "",
      judge: `j${index}`,
    })),
  );
  return rowOf({
    ...line,
    judged,
    panel: passes.map((pass, index) => ({ judge: `j${index}`, pass, consensus: pass })),
    scores: { ...line.scores, "judge.pass_rate_consensus": scoreOf(majority) },
  });
}

const rowsOf = (all: readonly (readonly string[])[]) =>
  Promise.all(all.map((said, index) => rowOfPanel(`c${index}`, said)));
const valueOf = (name: MetricName, rows: readonly CaseRow[]) => measure(name, rows, 1).value;

describe("the pass rate of several judges", () => {
  test("is the share of cases that most of them pass, each by the median of its runs", async () => {
    // Most runs of the first case fail it, but two judges of three pass it.
    const rows = await rowsOf([
      ["++-", "++-", "---"],
      ["+++", "---", "---"],
      ["+++", "+++", "+++"],
      ["???", "???", "+++"],
    ]);
    expect(measure("judge.pass_rate", rows, 1)).toMatchObject({ n: 3, unscored: 1 });
    expect(valueOf("judge.pass_rate", rows)).toBeCloseTo(2 / 3, 12);
    expect(valueOf("judge.pass_rate_consensus", rows)).toBeCloseTo(2 / 3, 12);
    expect(valueOf("judge.theme", rows)).toBeCloseTo(2 / 3, 12);
  });

  test("is that of the aggregate, whatever they say", async () => {
    const run = fc.constantFrom("+", "-", "?");
    const judge = fc.array(run, { minLength: 3, maxLength: 3 }).map((runs) => runs.join(""));
    const panel = fc.array(judge, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(panel, { minLength: 1, maxLength: 8 }), async (all) => {
        const rows = await rowsOf(all);
        const judges = [0, 1, 2].map((index) => all.map((said) => medianPass(marks(said[index] ?? ""))));
        expect(valueOf("judge.pass_rate", rows)).toEqual(passRate(panelOf(judges).passes));
      }),
      { numRuns: 40 },
    );
  });

  test("passes only what most judges pass in their median run, though each axis may pass by itself", async () => {
    const outcome = fc.constantFrom("pass" as const, "fail" as const, "unknown" as const);
    const run = fc.record({ theme: outcome, voice: outcome });
    const judge = fc.array(run, { minLength: 3, maxLength: 3 });
    const panel = fc.array(judge, { minLength: 3, maxLength: 3 });
    const source = caseOf({ id: "c", references: [{ text: "An empty list fails." }] });
    const line: CaseLine = await lineOf({ source, findings: [] });
    fc.assert(
      fc.property(panel, (said) => {
        const judged = said.flatMap((runs, index) =>
          runs.map((axes) => ({
            axes,
            pass: passOfRun(axes, ["theme", "voice"]),
            evidence: "",
            reasoning: "",
            judge: `j${index}`,
          })),
        );
        const members = said.map((_, index) => ({ judge: `j${index}`, pass: true, consensus: true }));
        const scores = { "judge.pass_rate_consensus": scoreOf(true) };
        const row = rowOf({ ...line, judged, panel: members, scores });
        const passing = said.filter(
          (runs) => runs.filter(({ theme, voice }) => theme === "pass" && voice === "pass").length >= 2,
        );
        const pass = row.judged?.["pass"]?.[0] ?? null;
        expect(pass !== true || passing.length >= 2).toBe(true);
        expect(passing.length < 2 || pass !== false).toBe(true);
      }),
    );
  });

  test("corrects nothing, since nobody knows how they err together", async () => {
    const rows = await rowsOf([["+++", "+++", "---"]]);
    expect(measure("judge.pass_rate_corrected", rows, 1)).toMatchObject({
      value: null,
      reason: "how several judges err together is not known; each of them has a corrected rate of its own",
    });
  });
});

describe("one of several judges", () => {
  test("has the rates that it would have alone", async () => {
    const rows = await rowsOf([
      ["++-", "++-", "---"],
      ["+++", "---", "-+-"],
    ]);
    const own = (judge: string) => rows.map((row) => rowOfJudge(row, judge));
    // Rates of its runs: 1, 1 and .5.
    expect(valueOf("judge.pass_rate", own("j0"))).toBe(1);
    expect(valueOf("judge.pass_rate_consensus", own("j2"))).toBe(0);
    expect(valueOf("judge.flip_rate", own("j0"))).toBe(0.5);
    expect(valueOf("judge.flip_rate", own("j2"))).toBe(0.5);
  });

  test("is left open where it left the review open, whatever the others say", async () => {
    const rows = (await rowsOf([["+++", "+++", "???"]])).map((row) => rowOfJudge(row, "j2"));
    expect(measure("judge.pass_rate", rows, 1)).toMatchObject({ value: null, unscored: 1 });
    expect(measure("judge.pass_rate_consensus", rows, 1)).toMatchObject({
      value: null,
      reason: "j2 left the review open",
    });
  });

  test("is in the report with its own correction, and the panel with what sets them apart", async () => {
    const rows = await rowsOf(Array.from({ length: 8 }, () => ["+++", "---", "+++"]));
    const scored = rows.map((row) => ({
      ...row,
      scores: { ...row.scores, "judge.panel_disagreement": { numerator: 1, denominator: 1 } },
    }));
    const suite = Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, scorers: { judge: {} } });
    const facts = {
      id: "r",
      ref: "r",
      role: "measured" as const,
      provider: "replay",
      model: "m",
      prompt: { file: "p", hash: "h" },
      effective: {},
      hosts: [],
    };
    const error = { tpr: { value: 0.9, n: 50 }, tnr: { value: 0.9, n: 50 } };
    const panel = [
      { ref: "j0", error },
      { ref: "j1", error: null },
      { ref: "j2", error: null },
    ];
    const report = compileReviewer({ facts, rows: scored, tally: emptyTally() }, suite, 1, {}, null, panel);
    expect(report.metrics["judge.panel_disagreement"]?.value).toBe(1);
    expect(report.judges?.map(({ ref, metrics }) => [ref, metrics["judge.pass_rate"]?.value])).toEqual([
      ["j0", 1],
      ["j1", 0],
      ["j2", 1],
    ]);
    expect(report.judges?.map(({ metrics }) => metrics["judge.pass_rate_corrected"]?.value)).toEqual([1, null, null]);
    expect(Object.keys(report.judges?.[0]?.metrics ?? {})).not.toContain("judge.panel_disagreement");
  });
});
