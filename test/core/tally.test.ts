import { expect, test } from "vitest";
import type { CaseLine } from "../../src/core/report.ts";
import { count, emptyTally, frequentErrors } from "../../src/core/tally.ts";
import { caseOf } from "../fixtures/cases.ts";
import { lineOf } from "../fixtures/rows.ts";

test("an empty tally has every outcome, at 0", () => {
  expect(emptyTally().outcomes).toEqual({
    completed: 0,
    invalid: 0,
    truncated: 0,
    refused: 0,
    overflow: 0,
    "transport-error": 0,
  });
});

test("cases and generations are counted apart", async () => {
  const tally = emptyTally();
  const line = await lineOf({ source: caseOf(), findings: [] });
  const part = { outcome: "completed" as const, durationMs: 1, fromCache: false };
  count(tally, { ...line, parts: [part, { ...part, fromCache: true }, { ...part, outcome: "refused" }] });
  count(tally, await lineOf({ source: caseOf(), findings: null }));
  expect(tally).toMatchObject({
    cases: 2,
    unscored: 1,
    generations: 4,
    fromCache: 1,
    outcomes: { completed: 2, refused: 1, "transport-error": 1 },
  });
});

test("what a reviewer cannot read is an unscored case and no generation", async () => {
  const tally = emptyTally();
  const line = await lineOf({ source: caseOf(), findings: null });
  const foreign = { outcome: "not-applicable" as const, durationMs: null, fromCache: false };
  count(tally, { ...line, outcome: "not-applicable", parts: [foreign] });
  expect(tally).toMatchObject({ cases: 1, unscored: 1, notApplicable: 1, generations: 0 });
});

test("errors are listed by how often they came, five at most", async () => {
  const tally = emptyTally();
  const line = await lineOf({ source: caseOf(), findings: null });
  const failing = (error: string): CaseLine => ({
    ...line,
    parts: [{ outcome: "transport-error", error, durationMs: null, fromCache: false }],
  });
  for (const error of ["a", "b", "b", "c", "d", "e", "f", "c", "c"]) count(tally, failing(error));
  expect(frequentErrors(tally)).toEqual([
    { message: "c", count: 3 },
    { message: "b", count: 2 },
    { message: "a", count: 1 },
    { message: "d", count: 1 },
    { message: "e", count: 1 },
  ]);
});

test("messages that never come twice do not pile up, and do not hide one that does", async () => {
  const tally = emptyTally();
  const line = await lineOf({ source: caseOf(), findings: null });
  const fail = (error: string) =>
    count(tally, { ...line, parts: [{ outcome: "transport-error", error, durationMs: null, fromCache: false }] });
  for (let index = 0; index < 1000; index += 1) {
    fail(`server error (request ${index})`);
    if (index % 10 === 0) fail("connection refused");
  }
  expect(tally.errors.size).toBeLessThanOrEqual(100);
  expect(tally.outcomes["transport-error"]).toBe(1100);
  expect(frequentErrors(tally)[0]).toEqual({ message: "connection refused", count: 100 });
});
