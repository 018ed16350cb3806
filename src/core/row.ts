import type { FieldValue } from "./fields.ts";
import { isUndecided, type LedgerBug } from "./ledger.ts";
import { bugMetricNames, countBugs, isBugMetric } from "./match/detection-scores.ts";
import type { MetricName } from "./metric.ts";
import type { Score } from "./score.ts";
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
  /** Whether the matcher left a question open. */
  isUndecided: boolean;
  scores: Record<string, Score>;
  bugs: LedgerBug[];
  /** Places of a clean twin and whether a finding touches them. */
  places: { bugId: string; touched: boolean }[];
  /** Null when a finding carries no confidence. */
  ranked: RankedFinding[] | null;
  /** Times of the generations that were really made in this run, in milliseconds. */
  durationsMs: number[];
}

/** The row of a case line. */
export function rowOf(line: CaseLine): CaseRow {
  return {
    caseId: line.caseId,
    repeat: line.repeat,
    cluster: line.cluster,
    fields: line.fields,
    isScored: line.review !== null,
    isUndecided: line.ledger !== null && isUndecided(line.ledger),
    scores: line.scores,
    bugs: line.ledger?.bugs ?? [],
    places: line.ledger?.places ?? [],
    ranked: rankedFindings(line),
    durationsMs: line.parts.flatMap((part) => (part.durationMs === null || part.fromCache ? [] : [part.durationMs])),
  };
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
  cluster: string;
  numerator: number;
  denominator: number;
}

/** What the rows say of one metric: a unit a case, and how many rows should have said something and did not. */
export interface Units {
  units: Unit[];
  applicable: number;
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

/** Gathers one metric's units from rows, over the cases or bugs for which `where` holds. Repeats of a case are averaged. */
export function gatherUnits(name: MetricName, rows: readonly CaseRow[], where: Where | null): Units {
  const collected =
    name === "detection.twin_discrimination" ? discriminations(rows, where) : scoresOf(name, rows, where);
  const units = rows.some((row) => row.repeat > 0) ? averageRepeats(collected) : unitsOf(collected);
  let unscored = 0;
  let reason: string | null = null;
  for (const { score, isUndecided: isOpen } of collected) {
    if ("reason" in score || isOpen) unscored += 1;
    if ("reason" in score) reason ??= score.reason;
  }
  return { units, applicable: collected.length, unscored, reason };
}

/** A unit for every score that is one; loops, since this is done for every metric of every case. */
function unitsOf(collected: readonly Collected[]): Unit[] {
  const units: Unit[] = [];
  for (const { cluster, score } of collected) {
    if ("denominator" in score) units.push({ cluster, numerator: score.numerator, denominator: score.denominator });
  }
  return units;
}

function averageRepeats(collected: readonly Collected[]): Unit[] {
  return [...Map.groupBy(collected, (one) => one.caseId).values()].flatMap((repeats) => {
    const [first, ...others] = unitsOf(repeats);
    if (first === undefined) return [];
    const all = [first, ...others];
    const [numerator, denominator] = [mean(all.map((one) => one.numerator)), mean(all.map((one) => one.denominator))];
    return [{ cluster: first.cluster, numerator, denominator }];
  });
}

interface Collected {
  caseId: string;
  cluster: string;
  score: Score;
  /** Whether the score is only part of what it should be. */
  isUndecided: boolean;
}

const unscoredCase: Score = { value: null, reason: "its generation failed, so there is no review to score" };

function scoresOf(name: MetricName, rows: readonly CaseRow[], where: Where | null): Collected[] {
  const aboutBugs = where !== null && isAboutBugs(where);
  const collected: Collected[] = [];
  for (const row of rows) {
    if (!concerns(name, row)) continue;
    const one = aboutBugs ? scoreOfBugs(name, row, where) : scoreOf(name, row, where);
    if (one !== null) collected.push(one);
  }
  return collected;
}

/** Null where the condition does not hold for the case, or the scorer had nothing to say of it. */
function scoreOf(name: MetricName, row: CaseRow, where: Where | null): Collected | null {
  const { caseId, cluster } = row;
  if (where !== null && !where.test(row.fields)) return null;
  if (!row.isScored) return { caseId, cluster, score: unscoredCase, isUndecided: false };
  const score = row.scores[name];
  if (score === undefined) return null;
  return { caseId, cluster, score, isUndecided: row.isUndecided && name.startsWith("detection.") };
}

/** Null where the condition holds for none of the case's bugs. */
function scoreOfBugs(name: MetricName, row: CaseRow, where: Where): Collected | null {
  const { caseId, cluster } = row;
  if (!row.isScored) return { caseId, cluster, score: unscoredCase, isUndecided: false };
  if (!isBugMetric(name)) return scoreOf(name, row, where);
  const bugs = row.bugs.filter((bug) => where.test({ ...row.fields, severity: bug.severity, category: bug.category }));
  if (bugs.length === 0) return null;
  const isOpen = bugs.some(({ state }) => state === "unjudged");
  return { caseId, cluster, score: countBugs(name, bugs), isUndecided: isOpen };
}

/** Which cases a metric is about: recall is about cases with bugs, false alarms about clean ones. */
function concerns(name: MetricName, { fields }: CaseRow): boolean {
  const bugs = fields["bugs"];
  if (isBugMetric(name) || name.startsWith("detection.precision_macro")) return typeof bugs === "number" && bugs > 0;
  if (name === "detection.false_alarm_rate" || name === "detection.findings_per_clean_case") return bugs === 0;
  if (name.startsWith("detection.")) return typeof bugs === "number";
  if (name.startsWith("overlap.")) return fields["references"] !== 0;
  return true;
}

/** Pairs each clean twin with its case: a bug counts when it is found there and its place is left alone here. */
function discriminations(rows: readonly CaseRow[], where: Where | null): Collected[] {
  const rowAt = new Map(rows.map((row) => [`${row.repeat} ${row.caseId}`, row]));
  return rows.flatMap((clean): Collected[] => {
    const of = clean.fields["twin"];
    if (typeof of !== "string") return [];
    const buggy = rowAt.get(`${clean.repeat} ${of}`);
    const common = { caseId: of, cluster: clean.cluster, isUndecided: buggy?.isUndecided === true };
    if (buggy === undefined) return [];
    if (!buggy.isScored || !clean.isScored) return [{ ...common, score: unscoredCase }];
    const touched = new Set(clean.places.filter((place) => place.touched).map((place) => place.bugId));
    const pairs = [...new Set(clean.places.map((place) => place.bugId))].flatMap((bugId) => {
      const bug = buggy.bugs.find((one) => one.bugId === bugId);
      if (bug === undefined || bug.state === "unjudged") return [];
      if (where !== null && !where.test({ ...buggy.fields, severity: bug.severity, category: bug.category })) return [];
      return [bug.state === "found" && !touched.has(bugId)];
    });
    if (pairs.length === 0) return [];
    return [{ ...common, score: { numerator: pairs.filter(Boolean).length, denominator: pairs.length } }];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
