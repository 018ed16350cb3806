import type { MetricName } from "./metric.ts";
import { type CaseRow, whyUnscored } from "./row.ts";
import { quantile } from "./stats/quantile.ts";
import type { Where } from "./where.ts";

/** What a judge's runs said of one case, run by run: the share of its repeats that passed; null where none is scored. */
interface JudgedCase {
  caseId: string;
  cluster: string;
  rates: readonly (number | null)[];
}

/** What the rows say of one metric of a judge. */
export interface JudgedRuns {
  /** Cases that count, in any run: those with a repeat that is scored in most runs. */
  n: number;
  clusters: number;
  /** Passed and scored cases of each run in turn, cluster by cluster. */
  columns: Float64Array[];
  /** What each of these cases adds to the sums of those columns. */
  cases: ReadonlyMap<string, { cluster: string; sums: readonly number[] }>;
  /** Rows that should have said something and did not. */
  unscored: number;
  /** Why rows are unscored, as the first of them tells it; where none is, why there is nothing to count. */
  reason: string | null;
}

/**
 * Gathers what a judge's runs said of the cases for which `where` holds. A row that is unscored in most runs counts in
 * none; repeats of a case are one case, of which each run takes the mean.
 */
export function gatherRuns(name: MetricName, rows: readonly CaseRow[], where: Where | null): JudgedRuns {
  const axis = name === "judge.pass_rate" ? "pass" : name.replace(/^judge\./, "");
  const about = rows.filter((row) => isAbout(row) && (where === null || where.test(row.fields)));
  const isAsked = about.some(({ judged }) => judged !== null && Object.hasOwn(judged, axis));
  const hasVerdict = about.some(({ judged }) => judged !== null && Object.keys(judged).length > 1);
  if (hasVerdict && !isAsked) return { ...nobody, reason: `the rubric has no axis ${axis}` };
  const scored = about.filter((row) => isScored(passesOf(row, axis)));
  const open = about.find((row) => !isScored(passesOf(row, axis)));
  const cases = [...Map.groupBy(scored, ({ caseId }) => caseId).values()].map((repeats) => meanOf(repeats, axis));
  const clusters = [...Map.groupBy(cases, ({ cluster }) => cluster)].sort(([a], [b]) => (a < b ? -1 : 1));
  const runs = cases.reduce((most, { rates }) => Math.max(most, rates.length), 0);
  const columns = Array.from({ length: 2 * runs }, (_, column) =>
    Float64Array.from(clusters, ([, members]) => addUp(members, column >> 1, column % 2 === 0)),
  );
  return {
    n: cases.length,
    clusters: clusters.length,
    columns,
    cases: new Map(cases.map((one) => [one.caseId, { cluster: one.cluster, sums: sumsOf(one, runs) }])),
    unscored: about.length - scored.length,
    reason: open === undefined ? (cases.length === 0 ? nobody.reason : null) : whyOpen(open, axis),
  };
}

/** The median of the runs' pass rates from their sums, passed and scored of each in turn; null where nothing is scored. */
export function medianRate(sums: ArrayLike<number>): number | null {
  const rates: number[] = [];
  for (let run = 0; run < sums.length; run += 2) if (sums[run + 1]) rates.push((sums[run] ?? 0) / (sums[run + 1] ?? 1));
  return quantile(
    rates.sort((a, b) => a - b),
    0.5,
  );
}

const nobody = {
  n: 0,
  clusters: 0,
  columns: [],
  cases: new Map(),
  unscored: 0,
  reason: "no case with a reference to judge by",
} satisfies JudgedRuns;

/** A case with a reference, be it that the judge said something of its review or that there is no review. */
function isAbout({ judged, isScored: hasReview, fields }: CaseRow): boolean {
  return judged !== null || (!hasReview && fields["references"] !== 0);
}

function passesOf({ judged }: CaseRow, axis: string): readonly (boolean | null)[] {
  return judged !== null && Object.hasOwn(judged, axis) ? (judged[axis] ?? []) : [];
}

function isScored(passes: readonly (boolean | null)[]): boolean {
  return passes.filter((pass) => pass !== null).length * 2 > passes.length;
}

function whyOpen(row: CaseRow, axis: string): string {
  if (!row.isScored) return whyUnscored(row);
  const score = row.scores["judge.pass_rate_consensus"];
  return score !== undefined && "reason" in score ? score.reason : `the judge left ${axis} open`;
}

function meanOf(repeats: readonly CaseRow[], axis: string): JudgedCase {
  const runs = repeats.reduce((most, row) => Math.max(most, passesOf(row, axis).length), 0);
  const rates = Array.from({ length: runs }, (_, run) => {
    const said = repeats.map((row) => passesOf(row, axis)[run] ?? null).filter((pass) => pass !== null);
    return said.length === 0 ? null : said.filter(Boolean).length / said.length;
  });
  return { caseId: repeats[0]?.caseId ?? "", cluster: repeats[0]?.cluster ?? "", rates };
}

/** Passed and scored in each run in turn, as `columns` has them. */
function sumsOf({ rates }: JudgedCase, runs: number): number[] {
  return Array.from({ length: runs }, (_, run) => rates[run] ?? null).flatMap((rate) => [
    rate ?? 0,
    rate === null ? 0 : 1,
  ]);
}

/** How many of these cases a run passed, or how many it scored. */
function addUp(cases: readonly JudgedCase[], run: number, isPassed: boolean): number {
  const said = cases.map(({ rates }) => rates[run] ?? null).filter((rate) => rate !== null);
  return isPassed ? said.reduce((sum, rate) => sum + rate, 0) : said.length;
}
