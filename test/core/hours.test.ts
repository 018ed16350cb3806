import { expect, test } from "vitest";
import { spreadHours } from "../../src/core/hours.ts";
import type { Metric } from "../../src/core/report.ts";
import type { CaseRow } from "../../src/core/row.ts";

const spending = { answers: 2, withoutUsage: 0, tokensIn: 10, tokensOut: 1, cachedIn: 0 };
const row = (more: Partial<CaseRow> = {}): CaseRow => ({
  caseId: "a",
  repeat: 0,
  cluster: "a",
  fields: {},
  isScored: true,
  isUndecided: false,
  scores: {},
  bugs: [],
  places: [],
  ranked: null,
  durationsMs: [],
  untimed: 0,
  judged: null,
  retried: 0,
  ...more,
});
const rows = [row({ spending }), row({ spending }), row()];
const cost = (value: number | null, unscored = 0) => ({ value, unscored }) as Metric;
const told = { cases: 3, price: { usdPerHour: 2 }, metrics: { "cost.usd": cost(0.5) } };
const costs = (of: readonly CaseRow[]) => of.map((one) => one.cost);

test("each row that was answered has the same share of what the machine cost", () => {
  const share = { usd: 0.25, unknown: 0 };
  expect(costs(spreadHours(rows, { usdPerHour: 2 }, told))).toEqual([share, share, undefined]);
});

test("the hours are charged by the price of now", () => {
  expect(spreadHours(rows, { usdPerHour: 6 }, told)[0]?.cost).toEqual({ usd: 0.75, unknown: 0 });
});

test.each([
  ["nobody told it", { ...told, metrics: {} }],
  ["only a part of it is known", { ...told, metrics: { "cost.usd": cost(0.5, 1) } }],
  ["it is that of other rows", { ...told, cases: 4 }],
  ["it was paid otherwise then", { ...told, price: null }],
  ["there is no report", undefined],
])("no share is known where %s", (_, report) => {
  const unknown = { usd: null, unknown: 2 };
  expect(costs(spreadHours(rows, { usdPerHour: 2 }, report))).toEqual([unknown, unknown, undefined]);
});

test("rows that are paid by tokens, or not at all, stay as they are", () => {
  expect(spreadHours(rows, null, told)).toEqual(rows);
  expect(spreadHours(rows, { inputPerMTok: 1, outputPerMTok: 1 }, told)).toEqual(rows);
});
