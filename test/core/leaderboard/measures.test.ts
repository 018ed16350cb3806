import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Measure } from "../../../src/core/leaderboard/board.ts";
import { contributionsOf, measuresOf, statisticOf, valueOf } from "../../../src/core/leaderboard/measures.ts";
import type { CaseRow } from "../../../src/core/row.ts";
import { boardRuns } from "../../fixtures/board-runs.ts";

interface Counts {
  hits: number;
  wrong: number;
  missed: number;
}

const { runs, readRows } = boardRuns([{ reviewers: [{ id: "r", skill: 1 }], cases: ["case-01"] }]);
const [template] = readRows(runs[0]!, new Set(["r"])).get("r")!;

function rowsOf(cases: readonly Counts[]): CaseRow[] {
  return cases.map(({ hits, wrong, missed }, index) => ({
    ...template!,
    caseId: `c${index}`,
    cluster: `c${index}`,
    fields: { bugs: hits + missed },
    scores: {
      "detection.f1": { numerator: 2 * hits, denominator: 2 * hits + wrong + missed },
      "detection.precision": { numerator: hits, denominator: hits + wrong },
      ...(hits + missed === 0 ? {} : { "detection.recall": { numerator: hits, denominator: hits + missed } }),
    },
  }));
}

const measures: Measure[] = [
  ...[0.5, 1, 2].map((beta): Measure => ({ metric: "detection.f_beta", beta, counting: "one-to-one", judge: null })),
  { metric: "detection.recall", counting: "one-to-one", judge: null },
  { metric: "detection.precision", counting: "one-to-one", judge: null },
];

function fromSums(one: Measure, rows: readonly CaseRow[]): number | null {
  const sums = [0, 0, 0];
  for (const { sums: own } of contributionsOf(one, rows).values())
    own.forEach((value, index) => (sums[index]! += value));
  return statisticOf(one)(sums);
}

describe("measures of detection", () => {
  it("have the F of every beta from the same counts", () => {
    const rows = rowsOf([{ hits: 86, wrong: 97, missed: 51 }]);
    const [half, one, two] = measures.map((measure) => valueOf(measure, rows, 1).value);
    expect(half).toBeCloseTo(0.4948, 4);
    expect(one).toBeCloseTo(0.5375, 4);
    expect(two).toBeCloseTo(0.5882, 4);
  });

  it("are ranked by the very value that is shown", () => {
    const count = fc.nat({ max: 4 });
    const cases = fc.array(fc.record({ hits: count, wrong: count, missed: count }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(cases, (counts) => {
        const rows = rowsOf(counts);
        for (const one of measures) {
          const [shown, ranked] = [valueOf(one, rows, 1).value, fromSums(one, rows)];
          if (shown === null) expect(ranked).toBeNull();
          else expect(ranked).toBeCloseTo(shown, 12);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("begin with the suite's own beta and counting", () => {
    const [run] = boardRuns([{ reviewers: [], detection: { beta: 0.7, counting: "published" } }]).runs;
    const [first, ...others] = measuresOf("detection", run!.report, "opus");
    expect(first).toEqual({ metric: "detection.f_beta", beta: 0.7, counting: "published", judge: "opus" });
    expect(others.filter(({ counting }) => counting === "one-to-one").map(({ beta }) => beta)).toEqual([
      0.7,
      1,
      0.5,
      2,
      undefined,
      undefined,
    ]);
  });
});
