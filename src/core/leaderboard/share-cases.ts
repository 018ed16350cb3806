import { UsageError } from "../errors.ts";
import { plural } from "../format.ts";
import { metricDefinitions } from "../metric.ts";
import { rowOfJudge } from "../row-of-judge.ts";
import type { CaseRow } from "../row.ts";
import { fewestClusters } from "../stats/unseen.ts";
import type { BoardRun, Leaderboard, Measure, ReadRows } from "./board.ts";
import type { Scoring } from "./sort-runs.ts";

/** One scorer under one judge: the run that each reviewer is taken from. */
export interface Standing {
  scoring: Scoring;
  judge: string | null;
  runOf: ReadonlyMap<string, BoardRun>;
}

/** Rows of a reviewer in a run, on the shared cases, as if this judge had judged alone. */
export type RowsOf = (run: BoardRun, reviewer: string, judge?: string | null) => readonly CaseRow[];

/** The standing that a ranking is of. */
export function standingOf(
  { metric, judge }: Pick<Measure, "metric" | "judge">,
  standings: readonly Standing[],
): Standing | undefined {
  return standings.find(
    ({ scoring, judge: own }) => scoring.scale === metricDefinitions[metric].scorer && own === judge,
  );
}

/** What all runs share. */
export interface SharedCases extends Pick<Leaderboard, "cases" | "clusters" | "leftOut"> {
  rowsOf: RowsOf;
}

/**
 * The cases that all runs have, and the rows of reviewers on those alone.
 * @throws UsageError where they are of fewer clusters than an interval takes
 */
export function shareCases(standings: readonly Standing[], readRows: ReadRows): SharedCases {
  const wanted = new Map<BoardRun, Set<string>>();
  for (const [id, run] of standings.flatMap(({ runOf }) => [...runOf])) {
    const own = wanted.get(run) ?? new Set<string>();
    wanted.set(run, own.add(id));
  }
  const read = new Map([...wanted].map(([run, ids]) => [run, readRows(run, ids)]));
  const casesOf = new Map(
    [...read].map(([run, rows]) => [run, new Set([...rows.values()].flat().map(({ caseId }) => caseId))]),
  );
  const clusterOf = new Map(
    [...read.values()].flatMap((rows) => [...rows.values()].flat()).map((row) => [row.caseId, row.cluster]),
  );
  const shared = new Set([...clusterOf.keys()].filter((id) => [...casesOf.values()].every((own) => own.has(id))));
  const clusters = new Set([...shared].map((id) => clusterOf.get(id))).size;
  if (clusters < fewestClusters) throw new UsageError(tooFew(shared.size, clusters, casesOf));
  const own = new Map(
    [...read].map(([run, rows]) => [
      run,
      new Map([...rows].map(([id, all]) => [id, all.filter(({ caseId }) => shared.has(caseId))])),
    ]),
  );
  return {
    cases: shared.size,
    clusters,
    leftOut: clusterOf.size - shared.size,
    rowsOf: (run, reviewer, judge = null) => {
      const rows = own.get(run)?.get(reviewer) ?? [];
      const isMember = run.report.judge?.members?.some(({ ref }) => ref === judge) === true;
      return isMember && judge !== null ? rows.map((row) => rowOfJudge(row, judge)) : rows;
    },
  };
}

function tooFew(cases: number, clusters: number, casesOf: ReadonlyMap<BoardRun, ReadonlySet<string>>): string {
  const [smallest] = [...casesOf].sort(([, a], [, b]) => a.size - b.size);
  const least = smallest === undefined ? "" : `; the fewest are ${smallest[1].size}, of "${smallest[0].file}"`;
  const runs = plural(casesOf.size, "run");
  return `leaderboard: ${plural(cases, "case")} in ${plural(clusters, "cluster")} shared by ${runs}, and it takes ${fewestClusters} clusters to rank by${least} (leave that run out, or measure more cases)`;
}
