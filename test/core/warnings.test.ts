import { expect, test } from "vitest";
import { outcomes } from "../../src/core/generation.ts";
import type { Metric, ReviewerReport } from "../../src/core/report.ts";
import { Suite } from "../../src/core/suite.ts";
import { warningsOf } from "../../src/core/warnings.ts";

const suite = Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, scorers: {}, reviewer: { maxTokens: 64 } });

function reviewer(more: Partial<ReviewerReport>): ReviewerReport {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as ReviewerReport["outcomes"];
  return {
    id: "openai:m@http://127.0.0.1:1/v1",
    ref: "openai:m@http://127.0.0.1:1/v1",
    role: "measured",
    provider: "openai",
    model: "m",
    prompt: { file: "p", hash: "h" },
    effective: {},
    hosts: [],
    outcomes: counts,
    generations: 8,
    fromCache: 0,
    cases: 8,
    unscored: 0,
    errors: [],
    metrics: {},
    slices: [],
    gates: [],
    diagnosis: [],
    ...more,
  };
}

const zero = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as ReviewerReport["outcomes"];

test("nothing amiss gives no warning", () => {
  expect(warningsOf([reviewer({})], suite)).toEqual([]);
});

test("each kind of trouble has its line, with counts and the short name", () => {
  const troubled = reviewer({
    outcomes: { ...zero, invalid: 1, truncated: 2, overflow: 3, refused: 1 },
    unscored: 1,
    undecided: 2,
    capped: 1,
    fromCache: 4,
    errors: [{ message: "connection refused", count: 1 }],
  });
  expect(warningsOf([troubled], suite)).toEqual([
    "openai:m: 1 of 8 reviews are unscored (connection refused)",
    "openai:m: 2 of 8 reviews hold findings that the matcher could not decide",
    "openai:m: 1 of 8 generations could not be parsed and count as silence",
    "openai:m: 2 of 8 generations were cut by the token limit (raise reviewer.maxTokens, now 64)",
    "openai:m: 3 of 8 prompts did not fit the model's context (try reviewer.unit: file or hunk)",
    "openai:m: 1 of 8 generations were refusals and count as silence",
    "openai:m: 1 of 8 generations were too long to be read whole; precision is that of their beginning",
    "openai:m: 4 of 8 generations came from the cache",
  ]);
});

test("what a reviewer cannot read is told apart from what failed", () => {
  const partly = reviewer({ unscored: 5, notApplicable: 4, errors: [{ message: "connection refused", count: 1 }] });
  expect(warningsOf([partly], suite)).toEqual([
    "openai:m: 1 of 8 reviews are unscored (connection refused)",
    "openai:m: 4 of 8 reviews are unscored: it does not read the language of the change",
  ]);
});

test("what has no recorded verdict is told as that", () => {
  const recorded = { ...suite, scorers: Suite.shape.scorers.parse({ detection: { matcher: "recorded" } }) };
  expect(warningsOf([reviewer({ undecided: 2 })], recorded)).toEqual([
    "openai:m: 2 of 8 reviews hold findings without a recorded verdict",
  ]);
});

test("a broken contract is a measured reviewer's only", () => {
  const valid = { numerator: 3, denominator: 8 } as Metric;
  const metrics = { "contract.valid_rate": valid };
  expect(warningsOf([reviewer({ metrics })], suite)).toEqual([
    'openai:m: 5 of 8 generations do not keep the contract "findings" (plain words: reviewer.contract: prose)',
  ]);
  expect(warningsOf([reviewer({ metrics, role: "company" })], suite)).toEqual([]);
});

test("times that leave generations out are told, and those that are missing are not", () => {
  const reason = "32 of 64 generations took more than one try, so no single time is theirs";
  const timed = (value: number | null) => reviewer({ metrics: { "load.p50_ms": { value, reason } as Metric } });
  expect(warningsOf([timed(60)], suite)).toEqual([`openai:m: ${reason}`]);
  expect(warningsOf([timed(null)], suite)).toEqual([]);
});

test("what a judge left open is told with its first reason, and nothing where it left nothing open", () => {
  const rate = (n: number, unscored: number): Metric => ({
    value: n === 0 ? null : 1,
    low: null,
    high: null,
    lowOneSided: null,
    highOneSided: null,
    method: "none",
    n,
    unscored,
    unitOfAnalysis: "case",
    clusters: n,
    unit: "rate",
    ...(unscored === 0 ? {} : { reason: "the judge refused" }),
  });
  const warningsWith = (metric: Metric) => warningsOf([reviewer({ metrics: { "judge.pass_rate": metric } })], suite);
  expect(warningsWith(rate(7, 1))).toEqual(["openai:m: 1 review unscored by the judge (the judge refused)"]);
  expect(warningsWith(rate(5, 3))).toEqual(["openai:m: 3 reviews unscored by the judge (the judge refused)"]);
  expect(warningsWith(rate(0, 8))).toEqual(["openai:m: no review was scored by the judge (the judge refused)"]);
  expect(warningsWith(rate(8, 0))).toEqual([]);
});
