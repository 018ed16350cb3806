import { compareWithBaseline } from "./against-baseline.ts";
import { compileReviewer, rankReviewers, type ReviewerMeasurement } from "./core/compile-report.ts";
import { answerSweep, decideSweep } from "./core/describe-sweep.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import type { Report, ReviewerReport, Verdict } from "./core/report.ts";
import { shardVerdict } from "./core/shard.ts";
import type { Sweep } from "./core/sweep.ts";
import { reachVerdict } from "./core/verdict.ts";
import type { Measured } from "./measure.ts";
import type { PreparedRun } from "./prepare.ts";
import type { Outage } from "./run/generate.ts";
import { chooseOf, gateChosen, judgedReviews } from "./sweep.ts";

/** All that was measured in a run, and how far it came. */
export interface MeasuredRun {
  measured: readonly (Measured & Pick<ReviewerMeasurement, "latency">)[];
  isWhole: boolean;
  /** Reviewers that were given up. */
  outages: readonly (Outage & { reviewer: string })[];
  /** What of its budget the run spent, so that it was stopped; null where it was not. */
  overspent: string | null;
  /** What the latency phase found; null where there was none. */
  latency: LatencyReport | null;
}

/** What follows from what was measured: figures, gates, comparisons and the verdict. */
export interface Conclusion {
  reviewers: ReviewerReport[];
  comparisons: Report["comparisons"];
  sweep: Sweep | null;
  verdict: Verdict;
}

/** Draws the conclusion of a run. That of a shard has figures alone: gates and comparisons are of all shards together. */
export function concludeRun(run: PreparedRun, all: MeasuredRun, allowInconclusive: boolean): Conclusion {
  const { measured, isWhole, outages, overspent } = all;
  const { error = null, panel = [] } = run.judge ?? {};
  const suite = run.shard === null ? run.suite : { ...run.suite, gates: [] };
  const choice = chooseOf(run, measured);
  const compiled = measured.map((one) =>
    compileReviewer(gateChosen(one, choice), suite, run.seed, run.barred, error, panel),
  );
  const rowsOf = new Map(measured.map(({ facts, rows }) => [facts.id, rows]));
  const { reviewers: unranked, comparisons } =
    run.shard === null
      ? compareWithBaseline(run, compiled, rowsOf, choice, all.latency)
      : { reviewers: compiled, comparisons: [] };
  const reviewers = rankReviewers(unranked);
  const reached = reachVerdict({
    reviewers,
    budget: run.suite.budget,
    isWhole,
    outages,
    allowInconclusive,
    judged: run.judge === null || run.judge.isLexical ? null : judgedReviews(run),
    closedRecords: run.matching.closedRecords,
  });
  const own = explainCut(run, { outages, overspent }, reached);
  if (run.shard !== null) {
    const { selection, ...choiceOfShard } = run.shard;
    const shard = { ...choiceOfShard, cases: selection.length, own: run.dataset.entries.length };
    const verdict = shardVerdict(shard, own, { isWhole, isScored: isAnyScored(measured) });
    return { reviewers, comparisons, sweep: null, verdict };
  }
  const sweep = choice === null ? null : decideSweep(choice, reviewers, own);
  return { reviewers, comparisons, sweep, verdict: sweep === null ? own : answerSweep(own, sweep) };
}

/** The verdict with what cut the run short, where that was not its deadline. */
function explainCut(
  { saved }: PreparedRun,
  { outages, overspent }: Pick<MeasuredRun, "outages" | "overspent">,
  reached: Verdict,
): Verdict {
  if (overspent !== null && outages.length === 0)
    return { ...reached, sentence: `The run was cut short: ${overspent}.` };
  if (saved === null || saved.report.run.isWhole) return reached;
  const sentence = `Run ${saved.report.run.id}, whose reviews these are, was cut short: finish it with --resume, then score it again.`;
  return { ...reached, sentence };
}

/** Whether anybody whom the run is about has a review that was scored. */
function isAnyScored(measured: MeasuredRun["measured"]): boolean {
  const gated = measured.filter(({ facts }) => facts.role === "measured");
  return (gated.length > 0 ? gated : measured).some(({ rows }) => rows.some((row) => row.isScored));
}
