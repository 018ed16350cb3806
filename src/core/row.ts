import { addUsage, type Cost, noSpending, type Spending } from "./cost.ts";
import type { CaseSigns } from "./diagnosis/case-signs.ts";
import type { FieldValue } from "./fields.ts";
import { medianPass, type Passes } from "./judge/aggregate.ts";
import { isUndecided, type LedgerBug } from "./ledger.ts";
import { bugMetricNames, countBugs, isBugMetric, isOpen } from "./match/detection-scores.ts";
import type { MetricName } from "./metric.ts";
import type { OpenAs, Score } from "./score.ts";
import type { CaseLine } from "./report.ts";
import type { RankedFinding } from "./stats/average-precision.ts";
import type { Where } from "./where.ts";

/** What metrics need of one case line, without its texts: small enough to keep every row of a run in memory. */
export interface CaseRow {
  caseId: string;
  repeat: number;
  cluster: string;
  fields: Record<string, FieldValue>;
  isScored: boolean;
  /** Set where it is unscored because the reviewer cannot read such a change. */
  isForeign?: true;
  /** Whether the matcher could not decide a bug or a finding; single metrics may have more open questions. */
  isUndecided: boolean;
  scores: Record<string, Score>;
  bugs: LedgerBug[];
  /** Places of a clean twin and whether a finding touches them. */
  places: { bugId: string; touched: boolean }[];
  /** Null when a finding carries no confidence. */
  ranked: RankedFinding[] | null;
  /** Times of the generations that were really made in this run, in milliseconds. */
  durationsMs: number[];
  /** Generations that have no time although they fitted, those that took more than one try among them. */
  untimed: number;
  /** By axis, and under `pass` for all of them, what each run of the judge said; null for a case that was not judged. */
  judged: Record<string, Passes> | null;
  /** What each of several judges said, by itself; `judged` is then what most of them say, as one run. */
  panel?: readonly PanelRow[];
  /** What its answers took; absent where no model was asked. */
  spending?: Spending;
  /** What they cost; absent where no model was asked. */
  cost?: Cost;
  /** Generations that took more than one try: each time was long, nobody knows how long. */
  retried: number;
  /** What a diagnosis needs of its texts; absent for a case without a review. */
  signs?: CaseSigns & Pick<CaseLine, "outcome">;
}

/** What one of several judges said of a review: in its runs as in `CaseRow.judged`, by most of them, and axis by axis. */
export interface PanelRow {
  judge: string;
  judged: Record<string, Passes>;
  pass: boolean | null;
  consensus: boolean | null;
}

/** The row of a case line. */
export function rowOf(line: CaseLine): CaseRow {
  // What does not fit or cannot be read is turned away at once: it is no generation to be timed.
  const fitted = line.parts.filter(({ outcome }) => outcome !== "overflow" && outcome !== "not-applicable");
  const durationsMs = fitted.flatMap((part) => (part.durationMs === null || part.fromCache ? [] : [part.durationMs]));
  return {
    caseId: line.caseId,
    repeat: line.repeat,
    cluster: line.cluster,
    fields: line.fields,
    isScored: line.review !== null,
    ...(line.outcome === "not-applicable" ? { isForeign: true as const } : {}),
    isUndecided: line.ledger !== null && isUndecided(line.ledger),
    scores: line.scores,
    bugs: line.ledger?.bugs ?? [],
    places: line.ledger?.places ?? [],
    ranked: rankedFindings(line),
    durationsMs,
    untimed: fitted.length - durationsMs.length,
    ...judgedBy(line),
    retried: fitted.filter((part) => part.tries !== undefined).length,
    ...spentOn(line),
    ...(line.signs === undefined ? {} : { signs: { ...line.signs, outcome: line.outcome } }),
  };
}

function spentOn({ parts }: CaseLine): Pick<CaseRow, "spending"> {
  const told = parts.flatMap(({ usage }) => usage ?? []);
  if (told.length === 0) return {};
  const spending = noSpending();
  for (const usage of told) addUsage(spending, usage);
  return { spending };
}

/** Several judges count as one whose only run is what most of them say, each by most of its own runs. */
function judgedBy({ judged, panel }: CaseLine): Pick<CaseRow, "judged" | "panel"> {
  if (judged === undefined) return { judged: null };
  if (panel === undefined) return { judged: judgedRuns(judged) };
  const members = panel.map(({ judge, pass, consensus = pass }) => {
    const own = judgedRuns(judged.filter((run) => run.judge === judge));
    return { judge, judged: own, pass: medianPass(own["pass"] ?? []), consensus };
  });
  const axes = [...new Set(members.flatMap((member) => Object.keys(member.judged)))].filter((axis) => axis !== "pass");
  const ofAxis = (axis: string) => [medianPass(members.map((member) => medianPass(member.judged[axis] ?? [])))];
  const pass = medianPass(members.map((member) => member.pass));
  return { judged: { ...Object.fromEntries(axes.map((axis) => [axis, ofAxis(axis)])), pass: [pass] }, panel: members };
}

function judgedRuns(runs: NonNullable<CaseLine["judged"]>): Record<string, Passes> {
  const axes = [...new Set(runs.flatMap((run) => Object.keys(run.axes)))];
  const verdictOf = { pass: true, fail: false, unknown: null };
  const ofAxis = (axis: string) => runs.map((run) => verdictOf[run.axes[axis] ?? "unknown"]);
  return { ...Object.fromEntries(axes.map((axis) => [axis, ofAxis(axis)])), pass: runs.map((run) => run.pass) };
}

function rankedFindings({ review, ledger }: CaseLine): RankedFinding[] | null {
  if (review === null || ledger === null) return [];
  const ranked = ledger.findings.flatMap(({ state }, index) => {
    const confidence = review.findings[index]?.confidence;
    if (state === "ignored" || state === "unjudged" || confidence === undefined) return [];
    return [{ confidence, isMatch: state === "matched" }];
  });
  return review.findings.some((finding) => finding.confidence === undefined) ? null : ranked;
}

/** A metric of one case, the mean over its repeats, ready to be pooled. */
export interface Unit {
  caseId: string;
  cluster: string;
  numerator: number;
  denominator: number;
}

/** What the rows say of one metric: a unit a case, and how many rows should have said something and did not. */
export interface Units {
  units: Unit[];
  applicable: number;
  /** Rows without a score, and rows of whose score an open question of this metric leaves something out. */
  unscored: number;
  /** Why a row is unscored, as the first of them tells it. */
  reason: string | null;
}

const bugWhereFields: readonly string[] = ["severity", "category"];

/** Whether a condition asks something of the bugs themselves, which only metrics that count bugs can answer. */
export function isAboutBugs(where: Where): boolean {
  return where.fields.some((field) => bugWhereFields.includes(field));
}

/** Whether a metric counts bugs, so that a condition on severity or category can be put to it. */
export function countsBugs(name: MetricName): boolean {
  return isBugMetric(name) || name === "detection.twin_discrimination";
}

export const metricsThatCountBugs: readonly string[] = [...bugMetricNames, "detection.twin_discrimination"];

/**
 * Gathers one metric's units from rows, over the cases or bugs for which `where` holds. Repeats of a case are averaged.
 * @param openAs how a metric that counts bugs takes those that are open; null leaves them out. Others do not heed it.
 */
export function gatherUnits(
  name: MetricName,
  rows: readonly CaseRow[],
  where: Where | null,
  openAs: OpenAs | null = null,
): Units {
  const collected =
    name === "detection.twin_discrimination"
      ? discriminations(rows, where, openAs)
      : scoresOf(name, rows, where, openAs);
  const units = rows.some((row) => row.repeat > 0) ? averageRepeats(collected) : unitsOf(collected);
  let unscored = 0;
  let reason: string | null = null;
  for (const { score, isPartial } of collected) {
    if ("reason" in score || isPartial) unscored += 1;
    if ("reason" in score) reason ??= score.reason;
    else if (isPartial) reason ??= "the matcher could not decide";
  }
  return { units, applicable: collected.length, unscored, reason };
}

/** A unit for every score that is one; loops, since this is done for every metric of every case. */
function unitsOf(collected: readonly Collected[]): Unit[] {
  const units: Unit[] = [];
  for (const { caseId, cluster, score } of collected) {
    if ("value" in score) continue;
    units.push({ caseId, cluster, numerator: score.numerator, denominator: score.denominator });
  }
  return units;
}

function averageRepeats(collected: readonly Collected[]): Unit[] {
  return [...Map.groupBy(collected, (one) => one.caseId).values()].flatMap((repeats) => {
    const [first, ...others] = unitsOf(repeats);
    if (first === undefined) return [];
    const all = [first, ...others];
    const [numerator, denominator] = [mean(all.map((one) => one.numerator)), mean(all.map((one) => one.denominator))];
    return [{ ...first, numerator, denominator }];
  });
}

interface Collected {
  caseId: string;
  cluster: string;
  score: Score;
  /** Whether the score is only part of what it should be. */
  isPartial: boolean;
}

/** Why a case without a review is unscored: its reviewer could not be reached, or cannot read such a change. */
export function whyUnscored({ isForeign }: CaseRow): string {
  if (isForeign === true) return "its reviewer does not read the language of the change";
  return "its generation failed, so there is no review to score";
}

function scoreOfUnscored(row: CaseRow): Score {
  return { value: null, reason: whyUnscored(row) };
}

function scoresOf(name: MetricName, rows: readonly CaseRow[], where: Where | null, openAs: OpenAs | null): Collected[] {
  const aboutBugs = where !== null && isAboutBugs(where);
  const collected: Collected[] = [];
  for (const row of rows) {
    if (!concerns(name, row)) continue;
    const one = aboutBugs ? scoreOfBugs(name, row, where, openAs) : scoreOf(name, row, where, openAs);
    if (one !== null) collected.push(one);
  }
  return collected;
}

/** Null where the condition does not hold for the case, or the scorer had nothing to say of it. */
function scoreOf(name: MetricName, row: CaseRow, where: Where | null, openAs: OpenAs | null): Collected | null {
  const { caseId, cluster } = row;
  if (where !== null && !where.test(row.fields)) return null;
  if (!row.isScored) return { caseId, cluster, score: scoreOfUnscored(row), isPartial: false };
  const score = row.scores[name];
  if (score === undefined) return null;
  if (!isBugMetric(name)) return { caseId, cluster, score, isPartial: row.isUndecided && asksMatcher(name) };
  const isPartial = row.bugs.some((bug) => isOpen(name, bug));
  return { caseId, cluster, score: openAs === null ? score : countBugs(name, row.bugs, openAs), isPartial };
}

function asksMatcher(name: MetricName): boolean {
  return name.startsWith("detection.") && name !== "detection.invented_rate";
}

/** Null where the condition holds for none of the case's bugs. */
function scoreOfBugs(name: MetricName, row: CaseRow, where: Where, openAs: OpenAs | null): Collected | null {
  const { caseId, cluster } = row;
  if (!row.isScored) return { caseId, cluster, score: scoreOfUnscored(row), isPartial: false };
  if (!isBugMetric(name)) return scoreOf(name, row, where, openAs);
  const bugs = row.bugs.filter((bug) => where.test({ ...row.fields, severity: bug.severity, category: bug.category }));
  if (bugs.length === 0) return null;
  const isPartial = bugs.some((bug) => isOpen(name, bug));
  return { caseId, cluster, score: countBugs(name, bugs, openAs), isPartial };
}

/** Which cases a metric is about: recall is about cases with bugs, false alarms about clean ones. */
export function concerns(name: MetricName, { fields }: Pick<CaseRow, "fields">): boolean {
  const bugs = fields["bugs"];
  if (isBugMetric(name) || name.startsWith("detection.precision_macro")) return typeof bugs === "number" && bugs > 0;
  if (name === "detection.false_alarm_rate" || name === "detection.findings_per_clean_case") return bugs === 0;
  if (name.startsWith("detection.")) return typeof bugs === "number";
  if (name.startsWith("overlap.") || name.startsWith("judge.")) return fields["references"] !== 0;
  return true;
}

/**
 * Pairs each clean twin with its case: a bug counts when it is found there and its place is left alone here. One that is
 * undecided there is open, unless its place is not left alone.
 */
function discriminations(rows: readonly CaseRow[], where: Where | null, openAs: OpenAs | null): Collected[] {
  const rowAt = new Map(rows.map((row) => [`${row.repeat} ${row.caseId}`, row]));
  return rows.flatMap((clean): Collected[] => {
    const of = clean.fields["twin"];
    if (typeof of !== "string") return [];
    const buggy = rowAt.get(`${clean.repeat} ${of}`);
    if (buggy === undefined) return [];
    const common = { caseId: clean.caseId, cluster: clean.cluster };
    const open = [buggy, clean].find(({ isScored }) => !isScored);
    if (open !== undefined) return [{ ...common, score: scoreOfUnscored(open), isPartial: false }];
    const touched = new Set(clean.places.filter((place) => place.touched).map((place) => place.bugId));
    const pairs = [...new Set(clean.places.map((place) => place.bugId))].flatMap((bugId): (boolean | null)[] => {
      const bug = buggy.bugs.find((one) => one.bugId === bugId);
      if (bug === undefined) return [];
      if (where !== null && !where.test({ ...buggy.fields, severity: bug.severity, category: bug.category })) return [];
      if (bug.state === "unjudged" && !touched.has(bugId)) return [null];
      return [bug.state === "found" && !touched.has(bugId)];
    });
    if (pairs.length === 0) return [];
    const counted = pairs.map((pair) => (pair === null && openAs !== null ? openAs === "high" : pair));
    const decided = counted.filter((pair) => pair !== null);
    const score = { numerator: decided.filter(Boolean).length, denominator: decided.length };
    return [{ ...common, score, isPartial: pairs.includes(null) }];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
