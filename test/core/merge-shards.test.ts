import { describe, expect, test } from "vitest";
import { IncompleteError, UsageError } from "../../src/core/errors.ts";
import {
  checkShards,
  machineWarnings,
  mergeFacts,
  mergeJudge,
  type NamedReport,
  type ShardRun,
} from "../../src/core/merge-shards.ts";
import type { JudgeReport, Report, ReviewerReport } from "../../src/core/report.ts";
import type { ShardReport } from "../../src/core/shard.ts";
import { messageOf } from "../fixtures/complaint.ts";
import { makeRun } from "../fixtures/run-data.ts";

const { report: whole } = makeRun({ cases: 4, measured: 1, company: false });
const program = "nitbench 1.0.0";
const basis = { program, dataset: "twins aaaa", suite: "s bbbb", seed: "1" };

function shardOf(index: number, more: Partial<ShardReport> = {}, run: Partial<Report["run"]> = {}): ShardRun {
  const shard: ShardReport = {
    index,
    of: 3,
    cases: 6,
    positions: [2 * index - 2, 2 * index - 1],
    reviewers: whole.reviewers.map(({ id }) => id),
    maxTokens: 100,
    notes: [],
    baseline: null,
    basis,
    ...more,
  };
  return { ...whole, run: { ...whole.run, isWhole: true, ...run }, shard };
}

const named = (reports: readonly Report[]): NamedReport[] =>
  reports.map((report, at) => ({ word: `run${at}`, report }));
const all = [shardOf(1), shardOf(2), shardOf(3)] as const;
const complaintOf = (reports: readonly Report[], kind: new (message: string) => Error = UsageError) =>
  messageOf(() => checkShards(named(reports), program), kind);

describe("shards to be joined", () => {
  test("are put in order, whatever the order in which they are named", () => {
    const inOrder = checkShards(named([all[2], all[0], all[1]]), program);
    expect(inOrder.map(({ word, report }) => [word, report.shard.index])).toEqual([
      ["run1", 1],
      ["run2", 2],
      ["run0", 3],
    ]);
  });

  test("must all be there: what is missing is named, and that is no mistake of the command", () => {
    expect(complaintOf([all[0], all[2]], IncompleteError)).toBe(
      "shard 2 of 3 missing (name its run, or measure with --shard 2/3)",
    );
    expect(complaintOf([all[2]], IncompleteError)).toMatch(/^shards 1, 2 of 3 missing/);
  });

  test("must each be finished", () => {
    const cut = shardOf(2, {}, { isWhole: false });
    expect(complaintOf([all[0], cut, all[2]], IncompleteError)).toMatch(/^run "run1" is not finished: /);
  });

  test("are each given once", () => {
    expect(complaintOf([all[0], all[1], all[1], all[2]])).toBe(
      'shard 2/3 is given twice: "run1" and "run2" (name each shard once)',
    );
  });

  test("are no whole runs", () => {
    const { shard: _, ...run } = all[1];
    expect(complaintOf([all[0], run, all[2]])).toMatch(/^run "run1": it is no shard but a whole run/);
  });

  test.each<[string, Partial<ShardReport>, RegExp]>([
    ["the number of shards", { of: 4 }, /the number of shards is 3 in the first, 4 in the second$/],
    [
      "the dataset",
      { basis: { ...basis, dataset: "twins cccc" } },
      /^runs "run0" and "run2" are no shards of one run: the dataset is twins aaaa in the first, twins cccc in the second$/,
    ],
    ["the seed", { basis: { ...basis, seed: "2" } }, /the seed is 1 in the first, 2 in the second$/],
    [
      "a reviewer that only one has",
      { basis: { ...basis, "reviewer x": "x 1" } },
      /the reviewer x is none in the first, x 1 in the second$/,
    ],
    ["the number of cases", { cases: 7 }, /the number of cases is 6 in the first, 7 in the second$/],
  ])("must not differ in %s", (_, more, says) => {
    expect(complaintOf([all[0], all[1], shardOf(3, more)])).toMatch(says);
  });

  test("must have one suite, also where only its text in a report was changed", () => {
    const changed = {
      ...all[2],
      suite: {
        ...all[2].suite,
        gates: [{ metric: "detection.recall", min: 0.1, required: true, decide: "bound" as const }],
      },
    };
    expect(complaintOf([all[0], all[1], changed])).toBe(
      'runs "run0" and "run2" are no shards of one run: their suites differ in gates, although they have one hash (a report was changed: measure its shard again)',
    );
    expect(() =>
      checkShards(named([all[0], all[1], { ...all[2], suite: { ...all[2].suite, file: "elsewhere.yaml" } }]), program),
    ).not.toThrow();
  });

  test("are joined by the version that measured them", () => {
    const older = [1, 2, 3].map((index) => shardOf(index, { basis: { ...basis, program: "nitbench 0.9.0" } }));
    expect(complaintOf(older)).toMatch(/was made by nitbench 0\.9\.0, and this is nitbench 1\.0\.0/);
  });
});

describe("what is known of a reviewer", () => {
  const [first] = whole.reviewers as [ReviewerReport];
  const withReviewer = (index: number, more: Partial<ReviewerReport>): ShardRun => ({
    ...shardOf(index),
    reviewers: [{ ...first, ...more }],
  });
  const joined = (...shards: ShardRun[]) => {
    const warnings: string[] = [];
    return { ...mergeFacts(first.id, shards, (line) => warnings.push(line)), warnings };
  };

  test("has the hosts of all shards, each once, and the price of one that was answered", () => {
    const price = { inputPerMTok: 1, outputPerMTok: 2 };
    const { facts, price: told } = joined(
      withReviewer(1, { hosts: ["a"], price: null }),
      withReviewer(2, { hosts: ["b", "a"], price }),
    );
    expect(facts.hosts).toEqual(["a", "b"]);
    expect(told).toEqual(price);
  });

  test("tells of parameters that differ, but not of the seed, nor of a shard that asked nothing", () => {
    const { warnings } = joined(
      withReviewer(1, { effective: { temperature: 0, seed: 1 } }),
      withReviewer(2, { effective: {} }),
      withReviewer(3, { effective: { temperature: 1, seed: 2 } }),
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/: the shards were answered with different temperature: 0, 1$/);
  });

  test("must be the same in every report", () => {
    const shards = [withReviewer(1, { role: "company" }), withReviewer(2, { role: "measured" })];
    expect(messageOf(() => mergeFacts(first.id, shards, () => {}), UsageError)).toMatch(
      /: its role is company in one shard and measured in another \(a report was changed/,
    );
  });

  test("must be in every report", () => {
    const shards = [shardOf(1), { ...shardOf(2), reviewers: [] }];
    expect(messageOf(() => mergeFacts(first.id, shards, () => {}), UsageError)).toMatch(
      /is not in the report of every shard/,
    );
  });
});

describe("the work of a judge", () => {
  const judge: JudgeReport = {
    ref: "openai:j",
    engine: "model",
    rubric: { name: "r", file: "r.yaml", hash: "h" },
    axes: [],
    runs: 1,
    temperature: 0,
    hosts: ["h"],
    calls: 2,
    tokens: { in: 10, out: 1 },
    price: null,
    costUsd: 0.5,
    busyMs: 4,
    wallMs: 3,
    unscored: [
      { reason: "rare", count: 1 },
      { reason: "often", count: 2 },
    ],
    informsBecause: null,
    calibration: null,
  };
  const idle = { calls: 0, tokens: { in: 0, out: 0 }, costUsd: 0, busyMs: 0, wallMs: 0, unscored: [] };
  const merged = (...more: Partial<JudgeReport>[]) => mergeJudge(more.map((one) => ({ ...judge, ...one })));

  test("is added up, with its reasons and hosts", () => {
    const unscored = [{ reason: "rare", count: 4 }];
    expect(merged({}, { unscored, hosts: ["g", "h"], withoutUsage: 1 })).toEqual({
      ...judge,
      hosts: ["h", "g"],
      calls: 4,
      tokens: { in: 20, out: 2 },
      withoutUsage: 1,
      costUsd: 1,
      busyMs: 8,
      wallMs: 6,
      unscored: [
        { reason: "rare", count: 5 },
        { reason: "often", count: 2 },
      ],
    });
  });

  test("is unknown where nothing but nothing is known, and at least what is known else", () => {
    const unknown = { tokens: { in: null, out: null }, costUsd: null };
    expect(merged({ ...idle }, unknown)).toMatchObject(unknown);
    expect(merged({}, unknown)).toMatchObject({ tokens: { in: 10, out: 1 }, costUsd: 0.5 });
  });

  test("of several judges is that of each, and the cost of one that is unknown leaves that of all unknown", () => {
    const { engine: _, rubric: __, axes: ___, runs: ____, temperature: _____, ...work } = judge;
    const members = [work, { ...work, ref: "openai:k", costUsd: null }];
    const [own, other] = merged({ members, costUsd: null }, { members, costUsd: null })?.members ?? [];
    expect(own).toMatchObject({ ref: "openai:j", calls: 4, costUsd: 1 });
    expect(other).toMatchObject({ ref: "openai:k", calls: 4, costUsd: null });
    expect(merged({ members, costUsd: null }, { members, costUsd: null })?.costUsd).toBeNull();
  });

  test("is none where there is no judge", () => {
    expect(mergeJudge([null, null])).toBeNull();
  });
});

test("machines of different kinds are told of, since load times mix them", () => {
  const { host } = whole.run;
  expect(machineWarnings([shardOf(1), shardOf(2)])).toEqual([]);
  const [warning] = machineWarnings([shardOf(1), shardOf(2, {}, { host: { ...host, cpus: host.cpus + 1 } })]);
  expect(warning).toMatch(/^the shards ran on different machines \(.*\), so load times mix them$/);
});
