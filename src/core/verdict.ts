import type { GateResult, Metric, ReviewerReport, Verdict } from "./report.ts";
import type { Suite } from "./suite.ts";

export interface VerdictInput {
  reviewers: readonly ReviewerReport[];
  budget: Suite["budget"];
  /** Whether every planned generation was made. */
  isWhole: boolean;
  allowInconclusive: boolean;
}

/**
 * The verdict over all gated reviewers: incomplete (3) before fail (1) before inconclusive (4) before pass (0).
 * A run in which nothing was scored is incomplete, whatever was asked for.
 */
export function reachVerdict({ reviewers, budget, isWhole, allowInconclusive }: VerdictInput): Verdict {
  const measured = reviewers.filter((reviewer) => reviewer.role === "measured");
  const gated = measured.length > 0 ? measured : reviewers;
  const gap = isWhole ? firstGap(gated, budget) : "the run was cut short by its deadline";
  const say = (status: Verdict["status"], exitCode: number, reason: string): Verdict => ({
    status,
    exitCode,
    sentence: [reason, summarise(gated)].filter((part) => part !== "").join(" "),
  });
  if (gap !== null) return say("incomplete", 3, `Incomplete: ${gap}.`);
  const required = measured.flatMap((reviewer) =>
    reviewer.gates.filter(({ gate }) => gate.required).map((result) => ({ reviewer, result })),
  );
  if (required.length === 0) return say("ungated", 0, "");
  const failed = required.find(({ result }) => result.status === "fail");
  if (failed !== undefined) return say("fail", 1, `${explain(failed)}.`);
  const open = required.find(({ result }) => result.status === "inconclusive");
  if (open !== undefined) {
    const allowed = allowInconclusive ? " Inconclusive gates were allowed, so the run exits 0." : "";
    return say("inconclusive", allowInconclusive ? 0 : 4, `${explain(open)}.${allowed}`);
  }
  return say(
    "pass",
    0,
    required.length === 1 ? "The required gate passed." : `All ${required.length} required gates passed.`,
  );
}

/** The first reason why a reviewer was not measured well enough; null when all were. */
function firstGap(reviewers: readonly ReviewerReport[], budget: Suite["budget"]): string | null {
  if (reviewers.every(hasNoScore)) return `nothing was scored${causeOf(reviewers)}`;
  for (const reviewer of reviewers) {
    const { id, cases, unscored, generations, outcomes } = reviewer;
    const cause = causeOf([reviewer]);
    if (unscored === cases) return `no case of ${id} was scored${cause}`;
    if (unscored / cases > budget.unscored)
      return `${unscored} of ${cases} cases of ${id} are unscored, above the budget of ${percent(budget.unscored)}${cause}`;
    const failed = outcomes["transport-error"] ?? 0;
    if (failed / generations > budget.errors)
      return `${failed} of ${generations} generations of ${id} failed, above the budget of ${percent(budget.errors)}${cause}`;
  }
  return null;
}

function hasNoScore({ metrics }: ReviewerReport): boolean {
  return Object.values(metrics).every((metric) => metric.value === null);
}

function causeOf(reviewers: readonly ReviewerReport[]): string {
  const [error] = reviewers.flatMap((reviewer) => reviewer.errors);
  return error === undefined ? "" : ` (${error.message})`;
}

function explain({ reviewer, result }: { reviewer: ReviewerReport; result: GateResult }): string {
  const { gate, status, value, reason, casesToDecide } = result;
  const asked = [
    gate.min === undefined ? null : `at least ${gate.min}`,
    gate.max === undefined ? null : `at most ${gate.max}`,
  ]
    .filter((one) => one !== null)
    .join(" and ");
  const slice = gate.where === undefined ? "" : ` where ${gate.where}`;
  const more = casesToDecide === null || casesToDecide === 0 ? "" : `; about ${casesToDecide} more would decide`;
  const got = value === null ? "has no value" : `is ${value.toFixed(2).replace(/^0\./, ".")}`;
  const missed = status === "fail" ? "and must be" : "and should be shown to be";
  return `${reviewer.id}: ${gate.metric}${slice} ${got} ${missed} ${asked} (${reason}${more})`;
}

/** What the best of the reviewers found, in one sentence. */
function summarise(reviewers: readonly ReviewerReport[]): string {
  const best = reviewers.find((reviewer) => !isYardstick(reviewer)) ?? reviewers[0];
  const recall = best?.metrics["detection.recall"];
  if (best === undefined) return "";
  if (recall === undefined || recall.value === null) return overlapSentence(best);
  const alarms = best.metrics["detection.false_alarm_rate"];
  const heard =
    alarms === undefined || alarms.value === null
      ? ""
      : ` and raises a false alarm on ${percent(alarms.value)} of the clean changes`;
  return `${best.id} finds ${whole(recall.numerator)} of ${whole(recall.denominator)} bugs (${withInterval(recall)})${heard}.`;
}

function overlapSentence(reviewer: ReviewerReport): string {
  const overlap = reviewer.metrics["overlap.f1"];
  if (overlap === undefined || overlap.value === null) return "";
  return `${reviewer.id} shares ${percent(overlap.value)} of its words with the references.`;
}

/** Floors and ceilings show what the numbers mean; they are not candidates. */
export function isYardstick({ provider }: Pick<ReviewerReport, "provider">): boolean {
  return provider === "floor" || provider === "ceiling";
}

function withInterval({ value, low, high }: Metric): string {
  if (value === null) return "no value";
  return low === null || high === null
    ? percent(value)
    : `${percent(value)}, ${Math.round(low * 100)} to ${Math.round(high * 100)}`;
}

function percent(rate: number): string {
  return `${Math.round(rate * 100)} %`;
}

function whole(number: number | undefined): string {
  return number === undefined ? "?" : String(Math.round(number * 10) / 10);
}
