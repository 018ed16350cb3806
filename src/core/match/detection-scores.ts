import type { Case } from "../case.ts";
import type { Ledger, LedgerBug, LedgerFinding } from "../ledger.ts";
import type { MetricName } from "../metric.ts";
import type { Score, Scores } from "../score.ts";
import type { Review } from "../review.ts";

/** How a bug counts for a metric whose unit of analysis is the bug; null, an open question, leaves the bug out. */
const bugMetrics = {
  "detection.recall": (bug) => (bug.state === "unjudged" ? null : bug.state === "found"),
  "detection.recall_theme": (bug) => bug.theme,
  "detection.recall_file": (bug) => bug.file,
  "detection.recall_location": (bug) => bug.location,
  "detection.recall_at_0": (bug) => bug.within[0],
  "detection.recall_at_1": (bug) => bug.within[1],
  "detection.recall_at_3": (bug) => bug.within[3],
  "detection.recall_at_5": (bug) => bug.within[5],
  "detection.recall_at_10": (bug) => bug.within[10],
} satisfies Partial<Record<MetricName, (bug: LedgerBug) => boolean | null>>;

export type BugMetric = keyof typeof bugMetrics;
export const bugMetricNames = Object.keys(bugMetrics) as BugMetric[];

/** Whether a metric counts bugs one by one, so that it can be asked of a severity or a category. */
export function isBugMetric(name: MetricName): name is BugMetric {
  return Object.hasOwn(bugMetrics, name);
}

/** A bug metric over some bugs of a ledger, as sufficient statistics. */
export function countBugs(name: BugMetric, bugs: readonly LedgerBug[]): { numerator: number; denominator: number } {
  const counted = bugs.map((bug) => bugMetrics[name](bug)).filter((one) => one !== null);
  return { numerator: counted.filter(Boolean).length, denominator: counted.length };
}

/**
 * The scores of one annotated case from its ledger. Twin discrimination and average precision need more than one
 * review and are made where reviews come together.
 * @param beta weight of recall against precision in `detection.f_beta`
 */
export function scoreLedger(source: Case, review: Review, ledger: Ledger, beta: number): Scores {
  const isClean = source.bugs?.length === 0;
  return {
    ...(isClean ? {} : Object.fromEntries(bugMetricNames.map((name) => [name, countBugs(name, ledger.bugs)]))),
    ...scoreFindings(ledger, review, source, isClean),
    "detection.f1": fScore(ledger, 1),
    "detection.f_beta": fScore(ledger, beta),
    ...(isClean ? scoreCleanCase(ledger) : {}),
  };
}

function scoreFindings({ findings }: Ledger, review: Review, source: Case, isClean: boolean): Scores {
  const judgedFindings = findings.filter(({ state }) => state !== "ignored" && state !== "unjudged");
  const matched = judgedFindings.filter(({ state }) => state === "matched").length;
  const duplicates = findings.filter(({ state }) => state === "duplicate").length;
  const placed = findings.filter(({ invented }) => invented !== null);
  const precision = { numerator: matched, denominator: judgedFindings.length };
  return {
    "detection.precision": precision,
    "detection.precision_lenient": { numerator: matched, denominator: judgedFindings.length - duplicates },
    "detection.duplicates": { numerator: duplicates, denominator: findings.length },
    "detection.invented_rate": {
      numerator: placed.filter(({ invented }) => invented).length,
      denominator: placed.length,
    },
    "detection.severity_agreement": severityAgreement(findings, review, source),
    ...(isClean ? {} : macroPrecision(precision)),
  };
}

function macroPrecision({ numerator, denominator }: { numerator: number; denominator: number }): Scores {
  const isSilent = denominator === 0;
  const value: Score = { numerator: isSilent ? 1 : numerator / denominator, denominator: 1 };
  return {
    "detection.precision_macro": isSilent ? { value: null, reason: "no finding to be precise about" } : value,
    "detection.precision_macro_silent_1": value,
  };
}

function severityAgreement(findings: readonly LedgerFinding[], review: Review, source: Case): Score {
  const severityOf = new Map(source.bugs?.map((bug) => [bug.id, bug.severity]));
  const graded = findings.flatMap(({ state, bugId }, index) => {
    const severity = review.findings[index]?.severity;
    return state === "matched" && severity !== undefined ? [severity === severityOf.get(bugId ?? "")] : [];
  });
  return { numerator: graded.filter(Boolean).length, denominator: graded.length };
}

/**
 * F-beta as a ratio of counts, so that cases add up: (1+b²)TP over (1+b²)TP + b²FN + FP, with unlisted and duplicate
 * findings as FP. Undecided bugs and findings are in neither.
 */
function fScore({ findings, bugs }: Ledger, beta: number): Score {
  const weight = beta * beta;
  const truePositives = findings.filter(({ state }) => state === "matched").length;
  const falsePositives = findings.filter(({ state }) => state === "unlisted" || state === "duplicate").length;
  const falseNegatives = bugs.filter(({ state }) => state === "missed").length;
  const numerator = (1 + weight) * truePositives;
  return { numerator, denominator: numerator + weight * falseNegatives + falsePositives };
}

function scoreCleanCase({ findings }: Ledger): Scores {
  const alarms = findings.filter(({ state }) => state !== "ignored").length;
  return {
    "detection.false_alarm_rate": { numerator: alarms > 0 ? 1 : 0, denominator: 1 },
    "detection.findings_per_clean_case": { numerator: alarms, denominator: 1 },
  };
}
