import type { Case } from "../case.ts";
import type { Ledger, LedgerBug, LedgerFinding } from "../ledger.ts";
import type { MetricName } from "../metric.ts";
import type { OpenAs, Score, Scores } from "../score.ts";
import type { Review } from "../review.ts";
import type { DetectionSettings } from "../suite.ts";

interface BugRule {
  /** Whether the bug counts as found; null leaves it out. */
  counts: (bug: LedgerBug) => boolean | null;
  /** Whether the matcher left that open. */
  isOpen: (bug: LedgerBug) => boolean;
}

const ofMatcher = (counts: BugRule["counts"]): BugRule => ({ counts, isOpen: (bug) => counts(bug) === null });
/** A place is not asked of the matcher: null is a bug whose place nobody knows, which is no open question. */
const ofPlace = (counts: BugRule["counts"]): BugRule => ({ counts, isOpen: () => false });

/** The metrics whose unit of analysis is the bug. */
const bugMetrics = {
  "detection.recall": ofMatcher((bug) => (bug.state === "unjudged" ? null : bug.state === "found")),
  "detection.recall_theme": ofMatcher((bug) => bug.theme),
  "detection.recall_file": ofPlace((bug) => bug.file),
  "detection.recall_location": ofPlace((bug) => bug.location),
  "detection.recall_at_0": ofMatcher((bug) => bug.within[0]),
  "detection.recall_at_1": ofMatcher((bug) => bug.within[1]),
  "detection.recall_at_3": ofMatcher((bug) => bug.within[3]),
  "detection.recall_at_5": ofMatcher((bug) => bug.within[5]),
  "detection.recall_at_10": ofMatcher((bug) => bug.within[10]),
  // As leaderboards have it an undecided bug is a missed one; that it is open is told all the same.
  "detection.recall_published": {
    counts: (bug) => bug.credited ?? null,
    isOpen: (bug) => bug.credited === false && bug.state === "unjudged",
  },
} satisfies Partial<Record<MetricName, BugRule>>;

export type BugMetric = keyof typeof bugMetrics;
export const bugMetricNames = Object.keys(bugMetrics) as BugMetric[];

/** Whether a metric counts bugs one by one, so that it can be asked of a severity or a category. */
export function isBugMetric(name: MetricName): name is BugMetric {
  return Object.hasOwn(bugMetrics, name);
}

/**
 * Whether the matcher left open how a bug counts for a metric. Each metric has its own open questions: a finding 25 lines
 * off that could not be decided leaves `recall_theme` open, and `recall` a miss for sure.
 */
export function isOpen(name: BugMetric, bug: LedgerBug): boolean {
  return bugMetrics[name].isOpen(bug);
}

/**
 * A bug metric over some bugs of a ledger, as sufficient statistics.
 * @param openAs counts the open questions as missed (`low`) or found (`high`); null counts them as the metric has it,
 * which leaves their bugs out
 */
export function countBugs(
  name: BugMetric,
  bugs: readonly LedgerBug[],
  openAs: OpenAs | null = null,
): { numerator: number; denominator: number } {
  const rule: BugRule = bugMetrics[name];
  const counted = bugs
    .map((bug) => (openAs !== null && rule.isOpen(bug) ? openAs === "high" : rule.counts(bug)))
    .filter((one) => one !== null);
  return { numerator: counted.filter(Boolean).length, denominator: counted.length };
}

/**
 * The scores of one annotated case from its ledger. Twin discrimination and average precision need more than one
 * review and are made where reviews come together.
 * @param beta weight of recall against precision in `detection.f_beta`
 * @param counting `published` scores the published metrics as well, of a ledger that says which bugs are `credited`
 */
export function scoreLedger(
  source: Case,
  review: Review,
  ledger: Ledger,
  beta: number,
  counting: DetectionSettings["counting"] = "one-to-one",
): Scores {
  const isClean = source.bugs?.length === 0;
  return {
    ...(isClean ? {} : scoreBugs(ledger, counting)),
    ...(counting === "published" ? scorePublished(ledger) : {}),
    ...scoreFindings(ledger, review, source, isClean),
    "detection.f1": fScore(ledger, 1),
    "detection.f_beta": fScore(ledger, beta),
    ...(isClean ? scoreCleanCase(ledger) : {}),
  };
}

function scoreBugs({ bugs }: Ledger, counting: DetectionSettings["counting"]): Scores {
  const names = bugMetricNames.filter((name) => counting === "published" || name !== "detection.recall_published");
  return Object.fromEntries(names.map((name) => [name, countBugs(name, bugs)]));
}

/**
 * Precision and F1 as public leaderboards count: a bug that any finding describes is a true positive, whatever else that
 * finding holds; an unlisted finding is a false one; every other bug, undecided or not, is missed. Duplicate, ignored and
 * unjudged findings are in neither, so that true positives may outnumber the findings.
 */
function scorePublished({ findings, bugs }: Ledger): Scores {
  const truePositives = bugs.filter(({ credited }) => credited).length;
  const falsePositives = findings.filter(({ state }) => state === "unlisted").length;
  const falseNegatives = bugs.length - truePositives;
  const numerator = 2 * truePositives;
  return {
    "detection.precision_published": { numerator: truePositives, denominator: truePositives + falsePositives },
    "detection.f1_published": { numerator, denominator: numerator + falsePositives + falseNegatives },
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
    ...(isClean ? {} : macroPrecision(precision, findings)),
  };
}

/** Silence, which the two conventions take apart, is no finding at all: not findings that are undecided or ignored. */
function macroPrecision(
  { numerator, denominator }: { numerator: number; denominator: number },
  findings: readonly LedgerFinding[],
): Scores {
  const both = (score: Score): Scores => ({
    "detection.precision_macro": score,
    "detection.precision_macro_silent_1": score,
  });
  if (denominator > 0) return both({ numerator: numerator / denominator, denominator: 1 });
  if (findings.some(({ state }) => state === "unjudged"))
    return both({ value: null, reason: "the matcher could decide none of its findings" });
  if (findings.length > 0) return both({ value: null, reason: "the suite ignores all of its findings" });
  return {
    "detection.precision_macro": { value: null, reason: "no finding to be precise about" },
    "detection.precision_macro_silent_1": { numerator: 1, denominator: 1 },
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
