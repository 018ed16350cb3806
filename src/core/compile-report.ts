import { applyGates, type Barred } from "./apply-gates.ts";
import type { Price } from "./cost.ts";
import { reportCause } from "./diagnosis/cause.ts";
import { diagnose, reviewedOf } from "./diagnosis/diagnose.ts";
import type { KnownError } from "./judge/calibration.ts";
import { type MetricDefinition, metricDefinitions, type MetricName, metricNames } from "./metric.ts";
import { measure } from "./reduce.ts";
import type { Metric, ReviewerReport } from "./report.ts";
import type { CaseRow } from "./row.ts";
import { rowOfJudge } from "./row-of-judge.ts";
import { sliceRows } from "./slices.ts";
import type { Suite } from "./suite.ts";
import { frequentErrors, type Tally } from "./tally.ts";

/** What is known of a reviewer before and while it is asked. */
export type ReviewerFacts = Pick<
  ReviewerReport,
  "id" | "ref" | "role" | "split" | "provider" | "model" | "prompt" | "effective" | "hosts" | "served"
>;

export interface ReviewerMeasurement {
  facts: ReviewerFacts;
  rows: readonly CaseRow[];
  tally: Tally;
  /** What its answers are charged by; null where that is not known. */
  price?: Price | null;
  /** Error of each one-sided bound that its gates are decided by; .05 where left out. */
  alpha?: number;
  /** Its metrics of the latency phase, which are not made of rows; none where it was not timed. */
  latency?: Readonly<Record<string, Metric>>;
}

/** How often each of several judges errs, in their order; null where that is not known. */
export type PanelErrors = readonly { ref: string; error: KnownError }[];

/** The metrics that a suite's scorers give, and those of every suite, in table order. */
export function enabledMetrics(scorers: Suite["scorers"]): MetricName[] {
  return metricNames.filter((name) => {
    const { scorer, counting }: MetricDefinition = metricDefinitions[name];
    const isGiven = scorer === null || scorers[scorer] !== undefined;
    return isGiven && (counting === undefined || scorers.detection?.counting === counting);
  });
}

/** Whether the rows can say something of a metric at all: tokens are a model's, disagreement takes several judges. */
function isAbout(rows: readonly CaseRow[], latency: Readonly<Record<string, Metric>>, name: MetricName): boolean {
  const { kind }: MetricDefinition = metricDefinitions[name];
  if (kind === "timed") return latency[name] !== undefined;
  if (kind === "spent") return rows.some((row) => row.spending !== undefined);
  return !isOfPanel(name) || rows.some((row) => row.panel !== undefined);
}

/**
 * One reviewer's part of the report, from its rows.
 * @param barred scorers whose metrics may not gate, each with the reason
 * @param judgeError how often the suite's judge errs
 * @param panel the suite's judges where there are several
 */
export function compileReviewer(
  { facts, rows, tally, price, alpha, latency = {} }: ReviewerMeasurement,
  suite: Pick<Suite, "scorers" | "gates">,
  seed: number,
  barred: Barred,
  judgeError: KnownError = null,
  panel: PanelErrors = [],
): ReviewerReport {
  const enabled = enabledMetrics(suite.scorers).filter((name) => isAbout(rows, latency, name));
  return {
    ...facts,
    outcomes: tally.outcomes,
    generations: tally.generations,
    fromCache: tally.fromCache,
    ...(tally.capped === 0 ? {} : { capped: tally.capped }),
    cases: tally.cases,
    unscored: tally.unscored,
    ...(tally.notApplicable === 0 ? {} : { notApplicable: tally.notApplicable }),
    ...(tally.undecided === 0 ? {} : { undecided: tally.undecided }),
    errors: frequentErrors(tally),
    ...(price === undefined || !enabled.includes("cost.usd") ? {} : { price }),
    metrics: Object.fromEntries(
      enabled.map((name) => [name, latency[name] ?? measure(name, rows, seed, null, null, judgeError)]),
    ),
    ...(panel.length === 0 ? {} : { judges: panel.map((judge) => measureJudge(judge, rows, enabled, seed)) }),
    slices: sliceRows(rows, enabled, seed),
    gates: facts.role === "measured" ? applyGates(suite.gates, rows, seed, barred, judgeError, alpha, latency) : [],
    diagnosis: facts.role === "measured" ? diagnose(reviewedOf(rows)).causes.map(reportCause) : [],
  };
}

/** What one of several judges says by itself: every metric of a judge but those of them all. */
function measureJudge(
  { ref, error }: PanelErrors[number],
  rows: readonly CaseRow[],
  enabled: readonly MetricName[],
  seed: number,
): NonNullable<ReviewerReport["judges"]>[number] {
  const own = rows.map((row) => rowOfJudge(row, ref));
  const names = enabled.filter((name) => name.startsWith("judge.") && !isOfPanel(name));
  return {
    ref,
    metrics: Object.fromEntries(names.map((name) => [name, measure(name, own, seed, null, null, error)])),
  };
}

function isOfPanel(name: MetricName): boolean {
  const { isOfPanel: isOf }: MetricDefinition = metricDefinitions[name];
  return isOf === true;
}

/** Best first by detection F1, then recall, the judge's pass rate, people's ratings and overlap; those without a value last, else in the order given. */
export function rankReviewers(reviewers: readonly ReviewerReport[]): ReviewerReport[] {
  const keys: MetricName[] = ["detection.f1", "detection.recall", "judge.pass_rate", "ratings.relevance", "overlap.f1"];
  const worth = (reviewer: ReviewerReport, key: MetricName) => reviewer.metrics[key]?.value ?? -1;
  return reviewers.toSorted(
    (a, b) => keys.map((key) => worth(b, key) - worth(a, key)).find((difference) => difference !== 0) ?? 0,
  );
}
