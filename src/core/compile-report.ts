import { applyGates, type Barred } from "./apply-gates.ts";
import type { JudgeError } from "./stats/rogan-gladen.ts";
import { metricDefinitions, type MetricName, metricNames } from "./metric.ts";
import { measure } from "./reduce.ts";
import type { ReviewerReport } from "./report.ts";
import type { CaseRow } from "./row.ts";
import { sliceRows } from "./slices.ts";
import type { Suite } from "./suite.ts";
import { frequentErrors, type Tally } from "./tally.ts";

/** What is known of a reviewer before and while it is asked. */
export type ReviewerFacts = Pick<
  ReviewerReport,
  "id" | "ref" | "role" | "provider" | "model" | "prompt" | "effective" | "hosts"
>;

export interface ReviewerMeasurement {
  facts: ReviewerFacts;
  rows: readonly CaseRow[];
  tally: Tally;
}

/** The metrics that a suite's scorers give, in table order. */
export function enabledMetrics(scorers: Suite["scorers"]): MetricName[] {
  return metricNames.filter((name) => {
    const { scorer, counting } = metricDefinitions[name];
    return scorers[scorer] !== undefined && (counting === undefined || scorers.detection?.counting === counting);
  });
}

/**
 * One reviewer's part of the report, from its rows.
 * @param barred scorers whose metrics may not gate, each with the reason
 * @param judgeError how often the suite's judge errs; null where that is not known
 */
export function compileReviewer(
  { facts, rows, tally }: ReviewerMeasurement,
  suite: Suite,
  seed: number,
  barred: Barred,
  judgeError: JudgeError | null = null,
): ReviewerReport {
  const enabled = enabledMetrics(suite.scorers);
  return {
    ...facts,
    outcomes: tally.outcomes,
    generations: tally.generations,
    fromCache: tally.fromCache,
    ...(tally.capped === 0 ? {} : { capped: tally.capped }),
    cases: tally.cases,
    unscored: tally.unscored,
    ...(tally.undecided === 0 ? {} : { undecided: tally.undecided }),
    errors: frequentErrors(tally),
    metrics: Object.fromEntries(enabled.map((name) => [name, measure(name, rows, seed, null, null, judgeError)])),
    slices: sliceRows(rows, enabled, seed),
    gates: facts.role === "measured" ? applyGates(suite.gates, rows, seed, barred, judgeError) : [],
    diagnosis: [],
  };
}

/** Best first by detection F1, then recall, the judge's pass rate, people's ratings and overlap; those without a value last, else in the order given. */
export function rankReviewers(reviewers: readonly ReviewerReport[]): ReviewerReport[] {
  const keys: MetricName[] = ["detection.f1", "detection.recall", "judge.pass_rate", "ratings.relevance", "overlap.f1"];
  const worth = (reviewer: ReviewerReport, key: MetricName) => reviewer.metrics[key]?.value ?? -1;
  return reviewers.toSorted(
    (a, b) => keys.map((key) => worth(b, key) - worth(a, key)).find((difference) => difference !== 0) ?? 0,
  );
}
