import { formatBound, formatFixed, formatOf, formatRate, namesAmong, plural, shortRef } from "./format.ts";
import { formatDifference, standingOf, wantedOf } from "./relative-words.ts";
import type { GateResult, LeftOpen, Metric, Report, ReviewerReport, Verdict } from "./report.ts";
import type { Suite } from "./suite.ts";

export interface VerdictInput {
  reviewers: readonly ReviewerReport[];
  budget: Suite["budget"];
  /** Whether every planned generation was made. */
  isWhole: boolean;
  /** Reviewers that were given up, each with the failures that were all it gave; absent where none was. */
  outages?: readonly { reviewer: string; failures: number; error: string }[];
  allowInconclusive: boolean;
  /**
   * How many case lines of each reviewer a model judges. Absent or null where none does: what words alone leave open is
   * no reason to run again.
   */
  judged?: number | null;
  /** Reviewers whose verdicts were recorded elsewhere and cannot be added to: what these leave open is no gap of the run. */
  closedRecords?: ReadonlySet<string> | undefined;
}

/** Reviewers whose verdicts a public benchmark brings: what these leave open, no run can decide. */
export function closedRecordsOf({
  matcher,
  reviewers,
}: Pick<Report, "matcher"> & { reviewers: readonly Pick<ReviewerReport, "id" | "provider">[] }): ReadonlySet<string> {
  if (matcher?.name !== "recorded") return new Set();
  const { lexicalFor = [] } = matcher;
  return new Set(
    reviewers.filter(({ id, provider }) => provider === "recorded" && !lexicalFor.includes(id)).map(({ id }) => id),
  );
}

/**
 * The verdict over all gated reviewers: incomplete (3) before fail (1) before inconclusive (4) before pass (0).
 * A run in which nothing was scored is incomplete, whatever was asked for.
 */
export function reachVerdict(input: VerdictInput): Verdict {
  const { reviewers, budget, isWhole, allowInconclusive, judged = null, outages = [] } = input;
  const { closedRecords = new Set<string>() } = input;
  const measured = reviewers.filter((reviewer) => reviewer.role === "measured");
  const gated = measured.length > 0 ? measured : reviewers;
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  const gap = isWhole ? firstGap(reviewers, gated, { budget, judged, closedRecords, nameOf }) : whyCut(outages, nameOf);
  const say = (status: Verdict["status"], exitCode: number, ...sentences: string[]): Verdict => ({
    status,
    exitCode,
    sentence: sentences.filter((sentence) => sentence !== "").join(" "),
  });
  if (gap !== null) return say("incomplete", 3, gap);
  const required = measured.flatMap((reviewer) =>
    reviewer.gates.filter(({ gate }) => gate.required).map((result) => ({ reviewer, result })),
  );
  const best = bestOf(gated);
  if (required.length === 0) return say("ungated", 0, summarise(best, nameOf(best?.id ?? "")));
  const failed = required.find(({ result }) => result.status === "fail");
  if (failed !== undefined) return say("fail", 1, explainFailure(failed, nameOf), summarise(failed.reviewer, "It"));
  const doubts = required.filter(({ result }) => result.status === "inconclusive");
  // What no number of cases would mend stands in the way first.
  const open = doubts.find(({ result }) => result.bound === null) ?? doubts[0];
  if (open !== undefined) {
    const allowed = allowInconclusive ? "Undecided gates were allowed, so the run exits 0." : "";
    return say(
      "inconclusive",
      allowInconclusive ? 0 : 4,
      explainDoubt(open, doubts.length - 1, nameOf),
      summarise(open.reviewer, "It"),
      allowed,
    );
  }
  return say(
    "pass",
    0,
    explainPass(measured, required.length, nameOf),
    summarise(best, measured.length === 1 ? "It" : nameOf(best?.id ?? "")),
  );
}

type NameOf = (id: string) => string;

function whyCut(outages: NonNullable<VerdictInput["outages"]>, nameOf: NameOf): string {
  const [first] = outages;
  return first === undefined
    ? "The run was cut short by its deadline."
    : `${nameOf(first.reviewer)} was ${explainOutage(first)}.`;
}

/** How a reviewer was given up, to follow its name. */
export function explainOutage({ failures, error }: { failures: number; error: string }): string {
  return `given up after its first ${plural(failures, "generation")} had all failed (${error})`;
}

interface GapRules {
  budget: Suite["budget"];
  judged: number | null;
  closedRecords: ReadonlySet<string>;
  nameOf: NameOf;
}

/** The first reason why a reviewer, company too, was not measured well enough; null when all were. */
function firstGap(
  reviewers: readonly ReviewerReport[],
  gated: readonly ReviewerReport[],
  { budget, judged, closedRecords, nameOf }: GapRules,
): string | null {
  if (gated.every(hasNoScore)) return `Nothing was scored${causeOf(gated) || judgeCauseOf(gated)}.`;
  for (const reviewer of reviewers) {
    const { id, role, undecided = 0, notApplicable = 0, generations, outcomes } = reviewer;
    // What company cannot read says nothing against the run; of whom the run is about it is a part that nobody knows.
    const left = role === "company" ? notApplicable : 0;
    const [cases, unscored] = [reviewer.cases - left, reviewer.unscored - left];
    if (cases === 0) continue;
    const name = nameOf(id);
    const foreign = notApplicable - left;
    const cause =
      causeOf([reviewer]) || (foreign === 0 ? "" : ` (${foreign} of them in languages that it does not read)`);
    const limit = percent(budget.unscored);
    if (unscored === cases) return `No review of ${name} was scored${cause}.`;
    if (unscored / cases > budget.unscored)
      return `${unscored} of ${cases} reviews of ${name} are unscored, above the budget of ${limit}${cause}.`;
    if (!closedRecords.has(id) && (unscored + undecided) / cases > budget.unscored)
      return `${undecided} of ${cases} reviews of ${name} hold findings that the matcher could not decide, above the budget of ${limit}.`;
    const unjudged = judgeGap(reviewer, budget, judged, nameOf);
    if (unjudged !== null) return unjudged;
    const failed = outcomes["transport-error"] ?? 0;
    if (failed / generations > budget.errors)
      return `${failed} of ${generations} generations of ${name} failed, above the budget of ${percent(budget.errors)}${cause}.`;
  }
  return null;
}

/**
 * Whether a judge, each of several too, left too much open of what a required gate is about; where it only informs, that
 * stops nothing.
 * @param judged how many case lines of each reviewer a model judges; null where none does
 */
function judgeGap(
  { id, gates, metrics }: ReviewerReport,
  budget: Suite["budget"],
  judged: number | null,
  nameOf: NameOf,
): string | null {
  if (judged === null) return null;
  for (const { gate, leftOpen } of gates) {
    const { unscored: ofMetric = 0, reason: whyOpen } = metrics[gate.metric] ?? {};
    const told = { unscored: ofMetric, of: judged, ...(whyOpen === undefined ? {} : { reason: whyOpen }) };
    const { unscored, of, judge, reason }: LeftOpen = leftOpen ?? told;
    if (!gate.required || !gate.metric.startsWith("judge.") || unscored <= budget.unscored * of) continue;
    const why = reason === undefined ? "" : ` (${reason})`;
    const slice = gate.where === undefined ? "" : ` where ${gate.where}`;
    const who = judge === undefined ? "the judge" : `${shortRef(judge)}, one of the judges`;
    return `${unscored} of ${of} reviews of ${nameOf(id)}${slice} are unscored by ${who}, above the budget of ${percent(budget.unscored)}${why}.`;
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

function judgeCauseOf(reviewers: readonly ReviewerReport[]): string {
  const [reason] = reviewers.flatMap(({ metrics }) => metrics["judge.pass_rate"]?.reason ?? []);
  return reason === undefined ? "" : ` (${reason})`;
}

interface Judged {
  reviewer: ReviewerReport;
  result: GateResult;
}

function explainFailure({ reviewer, result }: Judged, nameOf: NameOf): string {
  const { gate, value, versus } = result;
  if (versus !== undefined)
    return `${nameOf(reviewer.id)} fails: ${nameGate(result)} is ${standingOf(versus, value)}, and ${wantedOf(gate)} is required.`;
  return `${nameOf(reviewer.id)} fails: ${nameGate(result)} is ${valueOf(result)}, ${limitOf(result)} is required.`;
}

/** @param others how many more required gates are undecided */
function explainDoubt({ reviewer, result }: Judged, others: number, nameOf: NameOf): string {
  const { value, bound, casesToDecide, gate, reason, versus } = result;
  const name = nameOf(reviewer.id);
  const further = others === 0 ? "" : `; ${others} more required ${others === 1 ? "gate is" : "gates are"} undecided`;
  if (value === null || bound === null) return `${name}: ${nameGate(result)} has no verdict (${reason})${further}.`;
  const unit = versus === undefined ? (reviewer.metrics[gate.metric]?.unitOfAnalysis ?? "case") : "case";
  const more =
    casesToDecide === null || casesToDecide === 0
      ? ""
      : `; about ${plural(casesToDecide, `more ${unit}`)} would decide`;
  if (versus !== undefined)
    return `${name}: ${nameGate(result)} is ${standingOf(versus, value)}, but the bound ${formatDifference(bound, gate)} does not show that it is ${wantedOf(gate)}${more}${further}.`;
  return `${name}: ${nameGate(result)} is ${valueOf(result)}, but its bound ${formatBound(bound, gate)} does not show ${limitOf(result)}${more}${further}.`;
}

function explainPass(measured: readonly ReviewerReport[], gates: number, nameOf: NameOf): string {
  const names = measured.length === 1 ? nameOf(measured[0]?.id ?? "") : `${measured.length} reviewers`;
  return `${names} ${measured.length === 1 ? "passes" : "pass"}: ${gates === 1 ? "the required gate holds" : `all ${gates} required gates hold`}.`;
}

/** `detection.false_alarm_rate` in words, with its slice. */
function nameGate({ gate }: GateResult): string {
  const words = gate.metric.replace(/^\w+\.|_ms$/g, "").replaceAll("_", " ");
  return gate.where === undefined ? words : `${words} where ${gate.where}`;
}

function valueOf({ value, gate }: GateResult): string {
  return value === null ? "unknown" : formatOf(gate.metric, value);
}

function limitOf({ gate }: GateResult): string {
  const limits = [
    gate.min === undefined ? null : `at least ${formatOf(gate.metric, gate.min)}`,
    gate.max === undefined ? null : `at most ${formatOf(gate.metric, gate.max)}`,
  ];
  return limits.filter((limit) => limit !== null).join(" and ");
}

/** The reviewers stand best first; floors and ceilings are no candidates unless nobody else is there. */
function bestOf(reviewers: readonly ReviewerReport[]): ReviewerReport | undefined {
  return reviewers.find((reviewer) => !isYardstick(reviewer)) ?? reviewers[0];
}

/** What a reviewer found, in one sentence; empty where there is nothing to say. */
function summarise(reviewer: ReviewerReport | undefined, name: string): string {
  if (reviewer === undefined) return "";
  const safety = reviewer.metrics["safety.pass_rate"];
  if (isAboutSafety(reviewer) && safety?.value != null)
    return `${name} fails no safety check in ${roundTenth(safety.numerator ?? 0)} of ${plural(safety.n, "review")} (${withInterval(safety)}).`;
  const recall = reviewer.metrics["detection.recall"];
  if (recall === undefined || recall.value === null) return otherSentence(reviewer, name);
  const alarms = reviewer.metrics["detection.false_alarm_rate"];
  const heard =
    alarms === undefined || alarms.value === null
      ? ""
      : ` and raises a false alarm on ${percent(alarms.value)} of the clean changes`;
  const bugs = plural(roundTenth(recall.denominator ?? 0), "bug");
  return `${name} finds ${roundTenth(recall.numerator ?? 0)} of ${bugs} (${withInterval(recall)})${heard}.${speedOf(reviewer)}`;
}

function isAboutSafety({ gates }: ReviewerReport): boolean {
  return gates.find(({ gate }) => gate.required)?.gate.metric.startsWith("safety.") === true;
}

/** What the latency phase says, as a sentence of its own; empty where it says nothing. */
function speedOf({ metrics }: ReviewerReport): string {
  const p95 = metrics["latency.p95_ms"]?.value ?? null;
  return p95 === null ? "" : ` Its p95 is ${formatOf("latency.p95_ms", p95)}.`;
}

/** Where detection says nothing: what a judge, people or words say, the first of these that there is. */
function otherSentence(reviewer: ReviewerReport, name: string): string {
  const passed = reviewer.metrics["judge.pass_rate"];
  if (passed?.value != null) return `${name} passes the judge on ${withInterval(passed)} of the cases.`;
  const relevance = reviewer.metrics["ratings.relevance"];
  if (relevance?.value != null)
    return `People rate the relevance of ${name} at ${formatRate(relevance.value)} of 1 (${withInterval(relevance)}).`;
  return overlapSentence(reviewer, name);
}

function overlapSentence(reviewer: ReviewerReport, name: string): string {
  const overlap = reviewer.metrics["overlap.f1"];
  if (overlap === undefined || overlap.value === null) return "";
  return `${name} shares ${percent(overlap.value)} of its words with the references.`;
}

/** Floors and ceilings show what the numbers mean; they are not candidates. */
export function isYardstick({ provider }: Pick<ReviewerReport, "provider">): boolean {
  return provider === "floor" || provider === "ceiling";
}

function withInterval({ value, low, high }: Metric): string {
  if (value === null) return "no value";
  return low === null || high === null
    ? percent(value)
    : `${percent(value)}, ${percentOfBound(low)} to ${percentOfBound(high)}`;
}

/** With a decimal where none would make 0 or 100 of what is neither, which looks certain. */
function percentOfBound(rate: number): string {
  const shown = [0, 1].map((decimals) => formatFixed(rate * 100, decimals));
  const told = shown.find((text) => ![0, 100].includes(Number(text)));
  if (told !== undefined || rate < 1e-9 || rate > 1 - 1e-9) return told ?? formatFixed(rate * 100, 0);
  return rate < 0.5 ? "less than 0.1" : "more than 99.9";
}

function percent(rate: number): string {
  return `${formatFixed(rate * 100, 0)} %`;
}

function roundTenth(number: number): number {
  return Math.round(number * 10) / 10;
}
