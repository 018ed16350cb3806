import { describe, expect, it } from "vitest";
import type { Measure } from "../../../src/core/leaderboard/board.ts";
import { type Candidate, rankBy } from "../../../src/core/leaderboard/rank-by.ts";
import type { CaseRow } from "../../../src/core/row.ts";
import { findingAt } from "../../fixtures/cases.ts";
import { rowsOf, twinPair } from "../../fixtures/rows.ts";

const pairs = Array.from({ length: 6 }, (_, index) => `case${index}`).map((id) => twinPair(id));
const f1: Measure = { metric: "detection.f_beta", beta: 1, counting: "one-to-one", judge: null };
const twins: Measure = { metric: "detection.twin_discrimination", judge: null };

/** Finds the bugs of the first so many cases, and nothing else. */
async function rowsFinding(found: number): Promise<CaseRow[]> {
  const said = pairs.flatMap(([buggy, clean], index) => [
    { source: buggy, findings: index < found ? [findingAt(10, "b1")] : [] },
    { source: clean, findings: [] },
  ]);
  return rowsOf(said);
}

const candidate = (reviewer: string, rows: readonly CaseRow[], more: Partial<Candidate> = {}): Candidate => ({
  reviewer,
  run: "run",
  rows,
  unrankedBecause: null,
  mayLack: 0.1,
  isClosed: false,
  ...more,
});

describe("a ranking", () => {
  it("takes pairs of twins whole, whose clean case stands for both", async () => {
    const [good, poor] = [await rowsFinding(6), await rowsFinding(2)];
    const [ranking] = rankBy([twins], [candidate("poor", poor), candidate("good", good)], 1);
    expect(ranking).toMatchObject({ cases: 6, clusters: 6, leftOut: 0 });
    expect(ranking?.rows.map(({ reviewer, value }) => [reviewer, value.numerator, value.n])).toEqual([
      ["good", 6, 6],
      ["poor", 2, 6],
    ]);
  });

  it("has no place for one of whom the matcher left too much open, unless its records are closed", async () => {
    const rows = await rowsFinding(3);
    const open = rows.map((row, index) => (index < 4 ? { ...row, isUndecided: true } : row));
    const [ranking] = rankBy([f1], [candidate("told", rows), candidate("open", open)], 1);
    expect(ranking?.rows.map(({ reviewer }) => reviewer)).toEqual(["told"]);
    expect(ranking?.unranked).toEqual([
      expect.objectContaining({ reviewer: "open", reason: "findings that the matcher left open on 4 of 12 cases" }),
    ]);
    const [closed] = rankBy([f1], [candidate("told", rows), candidate("open", open, { isClosed: true })], 1);
    expect(closed?.rows).toHaveLength(2);
  });
});
