import { type NamedBaseline, baselineOf } from "./baseline.ts";
import { standBeside } from "./core/apply-relative-gates.ts";
import { compileReviewer, rankReviewers } from "./core/compile-report.ts";
import type { Price } from "./core/cost.ts";
import { spreadHours } from "./core/hours.ts";
import { judgeErrorOf } from "./core/judge/calibration.ts";
import { machineWarnings, mergeFacts, mergeJudge, mergeMatcher, type ShardRun } from "./core/merge-shards.ts";
import { priceRows } from "./core/price-rows.ts";
import type { Report } from "./core/report.ts";
import type { CaseRow } from "./core/row.ts";
import { Suite } from "./core/suite.ts";
import type { Tally } from "./core/tally.ts";
import { closedRecordsOf, reachVerdict } from "./core/verdict.ts";
import { openPairsOf, uncountedOf, warningsOf } from "./core/warnings.ts";
import { barredBy } from "./regate.ts";

/** What shards are joined of. */
export interface Merging {
  /** All of them, in their order. */
  shards: readonly ShardRun[];
  /** By reviewer, from the case lines of all shards in the order of an undivided run; each row with its shard. */
  rowsOf: ReadonlyMap<string, { rows: readonly { row: CaseRow; shard: ShardRun }[]; tally: Tally }>;
  /** Licences of the cases, each once, in their order. */
  licenses: string[];
  /** Null where the shards name none. */
  baseline: NamedBaseline | null;
  allowInconclusive: boolean;
  /** The joined run: its folder's name, the name that the person gave it, and the line that joins it. */
  run: { id: string; name: string | undefined; command: string };
}

/** The report of an undivided run, made of the reports and rows of its shards. */
export function mergeReports({ shards, rowsOf, licenses, baseline, allowInconclusive, run }: Merging): Report {
  const [first] = shards;
  if (first === undefined) throw new Error("no shard to join");
  const { seed, tool, host } = first.run;
  const scorers = Suite.shape.scorers.parse(first.suite.scorers);
  const budget = Suite.shape.budget.parse(first.suite.budget);
  const suite = { scorers, gates: first.suite.gates, budget };
  const matcher = mergeMatcher(shards.map((shard) => shard.matcher));
  const judge = mergeJudge(shards.map((shard) => shard.judge));
  const decided = { matcher, judge, reviewers: first.reviewers };
  const barred = barredBy(decided);
  const panel = (judge?.members ?? []).map((member) => ({ ref: member.ref, error: judgeErrorOf(member) }));
  const error = judge === null || panel.length > 0 ? null : judgeErrorOf(judge);
  const different: string[] = [];

  const compiled = first.shard.reviewers.map((id) => {
    const { facts, price } = mergeFacts(id, shards, (line) => different.push(line));
    const { rows: own, tally } = rowsOf.get(id) ?? { rows: [], tally: undefined };
    if (tally === undefined) throw new Error(`no rows of ${id}`);
    const rows = pricedRows(own, id, price);
    return { rows, report: compileReviewer({ facts, rows, tally, price }, suite, seed, barred, error, panel) };
  });
  const dataset = mergeDatasets(shards, licenses);
  const comparable = { dataset, suite: first.suite, matcher, judge };
  const named = compiled.map(({ report, rows }) => ({ report, rows, named: report.ref }));
  const beside = baseline === null ? null : baselineOf(baseline, comparable, named);
  const stood = compiled.map(({ report, rows }) =>
    standBeside(report, rows, { baseline: beside, seed, barred, budget, latency: null }),
  );
  const reviewers = rankReviewers(stood.map(({ reviewer }) => reviewer));
  const isJudged = judge?.engine === "model";
  const [rows = []] = compiled.map((one) => one.rows);
  const verdict = reachVerdict({
    reviewers,
    budget,
    isWhole: true,
    allowInconclusive,
    judged: isJudged ? rows.filter(({ fields }) => fields["references"] !== 0).length : null,
    closedRecords: closedRecordsOf(decided),
  });
  return {
    version: 1,
    run: {
      id: run.id,
      ...(run.name === undefined ? {} : { name: run.name }),
      startedAt: shards.map((shard) => shard.run.startedAt).toSorted()[0] ?? first.run.startedAt,
      durationMs: shards.reduce((sum, shard) => sum + shard.run.durationMs, 0),
      seed,
      tool,
      host,
      command: run.command,
      isWhole: true,
      shards: shards.map(({ run: { id, startedAt, durationMs } }) => ({ id, startedAt, durationMs })),
    },
    suite: first.suite,
    dataset,
    reviewers,
    comparisons: stood.flatMap(({ comparison }) => comparison ?? []),
    matcher,
    judge,
    verdict,
    warnings: [
      ...warningsOf(reviewers, {
        reviewer: { maxTokens: first.shard.maxTokens, contract: first.suite.contract },
        scorers,
      }),
      ...openPairsOf(matcher),
      ...new Set(shards.flatMap(({ shard }) => shard.notes)),
      ...uncountedOf(budget, reviewers, { matcher, judge }),
      ...different,
      ...machineWarnings(shards),
    ],
  };
}

function pricedRows(own: readonly { row: CaseRow; shard: ShardRun }[], id: string, price: Price | null): CaseRow[] {
  if (price === null || !("usdPerHour" in price))
    return priceRows(
      own.map(({ row }) => row),
      price,
    );
  const hourly = new Map<CaseRow, CaseRow>();
  for (const [shard, members] of Map.groupBy(own, (one) => one.shard)) {
    const rows = members.map(({ row }) => row);
    const told = shard.reviewers.find((reviewer) => reviewer.id === id);
    for (const [at, priced] of spreadHours(rows, price, told).entries()) hourly.set(rows[at] as CaseRow, priced);
  }
  return own.map(({ row }) => hourly.get(row) ?? row);
}

function mergeDatasets(shards: readonly ShardRun[], licenses: string[]): Report["dataset"] {
  const all = shards.map(({ dataset }) => dataset);
  const total = (key: "cases" | "clusters" | "bugs" | "clean" | "unannotated") =>
    all.reduce((sum, dataset) => sum + dataset[key], 0);
  return {
    ...(all[0] as Report["dataset"]),
    cases: total("cases"),
    clusters: total("clusters"),
    bugs: total("bugs"),
    clean: total("clean"),
    unannotated: total("unannotated"),
    licenses,
  };
}
