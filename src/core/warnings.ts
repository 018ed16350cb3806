import { namesAmong, plural, shortRef } from "./format.ts";
import type { Report, ReviewerReport } from "./report.ts";
import type { Suite } from "./suite.ts";

/** What a reader of the figures should know before trusting them, one line each. */
export function warningsOf(
  reviewers: readonly ReviewerReport[],
  { reviewer, scorers }: Pick<Suite, "scorers"> & { reviewer: { maxTokens: number; contract: string } },
): string[] {
  const openQuestion =
    scorers.detection?.matcher === "recorded"
      ? "reviews hold findings without a recorded verdict"
      : "reviews hold findings that the matcher could not decide";
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  return reviewers.flatMap((report) => {
    const { outcomes, generations, fromCache, capped = 0, undecided = 0, cases, errors } = report;
    const { unscored, notApplicable = 0 } = report;
    const cause = errors[0] === undefined ? "" : ` (${errors[0].message})`;
    const counted: [count: number, of: number, what: string][] = [
      [unscored - notApplicable, cases, `reviews are unscored${cause}`],
      [notApplicable, cases, "reviews are unscored: it does not read the language of the change"],
      [undecided, cases, openQuestion],
      [outcomes.invalid, generations, "generations could not be parsed and count as silence"],
      [
        outcomes.truncated,
        generations,
        `generations were cut by the token limit (raise reviewer.maxTokens, now ${reviewer.maxTokens})`,
      ],
      [outcomes.overflow, generations, "prompts did not fit the model's context (try reviewer.unit: file or hunk)"],
      [outcomes.refused, generations, "generations were refusals and count as silence"],
      [
        contractBreaks(report),
        generations,
        `generations do not keep the contract "${reviewer.contract}"${reviewer.contract === "findings" ? " (plain words: reviewer.contract: prose)" : ""}`,
      ],
      [capped, generations, "generations were too long to be read whole; precision is that of their beginning"],
      [fromCache, generations, "generations came from the cache"],
    ];
    const name = nameOf(report.id).replace(/:$/, "");
    return [
      ...counted.flatMap(([count, of, what]) => (count > 0 ? [`${name}: ${count} of ${of} ${what}`] : [])),
      ...[...servingOf(report), ...leftOpenByJudge(report), ...leftOutOfTimes(report)].map(
        (what) => `${name}: ${what}`,
      ),
    ];
  });
}

/** Why pairs of findings and bugs stayed undecided, where a judge was to decide them. */
export function openPairsOf(matcher: Report["matcher"]): string[] {
  return (matcher?.asked?.unscored ?? []).map(
    ({ reason, count }) => `${plural(count, "verdict")} of the judge on findings and bugs unscored (${reason})`,
  );
}

/** What a budget could not be held against, where there is one. */
export function uncountedOf(
  budget: Suite["budget"],
  reviewers: readonly ReviewerReport[],
  { matcher, judge }: Pick<Report, "matcher" | "judge">,
): string[] {
  if (budget.costUsd === undefined && budget.tokens === undefined) return [];
  const ofReviewers = reviewers.reduce((sum, { metrics }) => sum + (metrics["tokens.in"]?.unscored ?? 0), 0);
  const uncounted = [matcher?.asked, judge].reduce((sum, asked) => sum + (asked?.withoutUsage ?? 0), ofReviewers);
  const what = `${plural(uncounted, "answer")} came without a count of tokens, so the budget was not held against ${uncounted === 1 ? "it" : "them"}`;
  return uncounted === 0 ? [] : [what];
}

/** What the pre-flight of an adapter said, and whether it hardly changes anything. */
function servingOf({ served }: ReviewerReport): string[] {
  if (served === undefined) return [];
  const { warnings, proof } = served;
  if (proof === null || proof.different * 2 >= proof.prompts) return warnings;
  const faint = `only ${proof.different} of ${proof.prompts} prompts are answered otherwise than by its base: the adapter changes little`;
  return [...warnings, faint];
}

/** Reviews of cases with a reference on which a judge gave no verdict in most of its runs. */
function leftOpenByJudge({ metrics, judges = [] }: ReviewerReport): string[] {
  const told = (of: ReviewerReport["metrics"], who: string) => {
    const { unscored = 0, n = 0, reason } = of["judge.pass_rate"] ?? {};
    if (unscored === 0) return [];
    const what = n === 0 ? `no review was scored by ${who}` : `${plural(unscored, "review")} unscored by ${who}`;
    return [`${what}${reason === undefined ? "" : ` (${reason})`}`];
  };
  const together = judges.length === 0 ? "the judge" : "most of the judges";
  return [...told(metrics, together), ...judges.flatMap((one) => told(one.metrics, shortRef(one.ref)))];
}

/** What the times do not show, where there are times. */
function leftOutOfTimes({ metrics }: ReviewerReport): string[] {
  const { value = null, reason } = metrics["load.p50_ms"] ?? {};
  return value === null || reason === undefined ? [] : [reason];
}

/** Of measured reviewers only: floors and linters are not asked to keep a contract. */
function contractBreaks({ role, metrics }: ReviewerReport): number {
  const metric = metrics["contract.valid_rate"];
  if (role !== "measured" || metric?.numerator === undefined || metric.denominator === undefined) return 0;
  return Math.round(metric.denominator - metric.numerator);
}
