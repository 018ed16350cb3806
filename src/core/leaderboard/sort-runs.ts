import { findObstacles } from "../comparability.ts";
import type { Report } from "../report.ts";
import { isYardstick } from "../verdict.ts";
import type { BoardRun, Exclusion, RunFacts } from "./board.ts";

/** Scorers whose metrics reviewers can be ranked by. */
export const scales = ["detection", "judge", "safety", "overlap", "ratings", "contract"] as const;
export type Scale = (typeof scales)[number];

/** Runs whose metrics of one scorer may stand beside each other; they differ in the judge alone, if in anything. */
export interface Scoring {
  scale: Scale;
  runs: readonly BoardRun[];
  /** Those who judged, the one that judged most reviewers first; null stands for nobody, which is alone then. */
  judges: readonly (string | null)[];
}

/**
 * Keeps the runs of one dataset that are whole: the dataset on which most reviewers were measured, and of several the
 * first that is named. All others are left out, each with a sentence.
 */
export function keepOneDataset(runs: readonly BoardRun[]): { kept: BoardRun[]; excluded: Exclusion[] } {
  const cut = runs.filter(({ report }) => !report.run.isWhole);
  const whole = runs.filter(({ report }) => report.run.isWhole);
  const kept = largest([...Map.groupBy(whole, ({ report }) => report.dataset.hash).values()]);
  const others = whole.filter((run) => !kept.includes(run));
  return {
    kept,
    excluded: [
      ...cut.map((run) => exclude(run, "all", "it was cut short (finish it with --resume)")),
      ...others.map((run) => exclude(run, "all", reasonAgainst(kept[0], run, "all"))),
    ],
  };
}

/** Sorts the runs that measure something by one scorer: the settings that most reviewers were scored by are kept. */
export function findScoring(
  scale: Scale,
  runs: readonly BoardRun[],
): { scoring: Scoring | null; excluded: Exclusion[] } {
  const groups: BoardRun[][] = [];
  for (const run of runs.filter(({ report }) => isScoredBy(scale, report))) {
    const own = groups.find(([first]) => first !== undefined && isScoredAlike(scale, first.report, run.report));
    if (own === undefined) groups.push([run]);
    else own.push(run);
  }
  const kept = largest(groups);
  if (kept.length === 0) return { scoring: null, excluded: [] };
  const others = groups.filter((group) => group !== kept).flat();
  return {
    scoring: { scale, runs: kept, judges: judgesOf(scale, kept) },
    excluded: others.map((run) => exclude(run, scale, reasonAgainst(kept[0], run, scale))),
  };
}

/** Whose verdicts a scorer's metrics rest on in a run: one, or several judges and each of them by itself; else nobody's. */
export function judgesIn(scale: Scale, { matcher, judge }: Report): (string | null)[] {
  if (scale === "judge") return judge === null ? [] : [judge.ref, ...(judge.members ?? []).map(({ ref }) => ref)];
  return [scale === "detection" ? (matcher?.judge ?? null) : null];
}

/** The newest of the runs in which each reviewer was measured under a judge, by the reviewer's id. */
export function newestRuns({ scale, runs }: Scoring, judge: string | null): Map<string, BoardRun> {
  const newest = new Map<string, BoardRun>();
  for (const run of byAge(runs.filter(({ report }) => judgesIn(scale, report).includes(judge))))
    for (const { id } of reviewersOf(run)) newest.set(id, run);
  return newest;
}

/** Oldest first. */
export function byAge(runs: readonly BoardRun[]): BoardRun[] {
  const startOf = ({ report }: BoardRun) => report.run.startedAt;
  return runs.toSorted((a, b) => Number(startOf(a) > startOf(b)) - Number(startOf(a) < startOf(b)));
}

/** What is told of a run. */
export function factsOf({ report, file, link }: BoardRun): RunFacts {
  return { id: report.run.id, file, startedAt: report.run.startedAt, link };
}

/** The reviewers of a run; a sweep measures some only to choose by, and those say nothing here. */
export function reviewersOf({ report }: BoardRun): Report["reviewers"] {
  return report.reviewers.filter(({ split }) => split === undefined);
}

function isScoredBy(scale: Scale, { suite, judge }: Report): boolean {
  return scale === "judge" ? judge !== null : suite.scorers[scale] !== undefined;
}

function isScoredAlike(scale: Scale, first: Report, second: Report): boolean {
  return findObstacles(first, judgedLike(first, second)).every(({ concerns }) => concerns !== scale);
}

/** The second report as if who judged there were who judged in the first: they need not be the same. */
function judgedLike(first: Report, second: Report): Report {
  const { judge: _, ...matcher } = second.matcher ?? { name: "", calibration: null };
  const name = first.matcher?.judge;
  return {
    ...second,
    matcher: second.matcher === null ? null : { ...matcher, ...(name === undefined ? {} : { judge: name }) },
    judge: first.judge === null || second.judge === null ? second.judge : { ...second.judge, ref: first.judge.ref },
  };
}

function reasonAgainst(first: BoardRun | undefined, second: BoardRun, concerns: string): string {
  if (first === undefined) return "";
  const among = findObstacles(first.report, judgedLike(first.report, second.report));
  return among.find((obstacle) => obstacle.concerns === concerns)?.reason ?? "";
}

function judgesOf(scale: Scale, runs: readonly BoardRun[]): (string | null)[] {
  const judged = runs.flatMap((run) => judgesIn(scale, run.report).map((judge) => ({ judge, run })));
  const groups = [...Map.groupBy(judged, ({ judge }) => judge)];
  const countOf = (group: typeof judged) => countMeasured(group.map(({ run }) => run));
  return groups.toSorted(([, a], [, b]) => countOf(b) - countOf(a)).map(([judge]) => judge);
}

/** The group in which most reviewers were measured; of several the first. */
function largest(groups: readonly BoardRun[][]): BoardRun[] {
  return groups.toSorted((a, b) => countMeasured(b) - countMeasured(a))[0] ?? [];
}

function countMeasured(runs: readonly BoardRun[]): number {
  const measured = runs.flatMap(reviewersOf).filter((one) => one.role === "measured" && !isYardstick(one));
  return new Set(measured.map(({ id }) => id)).size;
}

function exclude({ report, file }: BoardRun, concerns: string, reason: string): Exclusion {
  return { run: report.run.id, file, concerns, reason };
}
