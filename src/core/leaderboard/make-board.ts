import { UsageError } from "../errors.ts";
import { plural, shortRef } from "../format.ts";
import { metricDefinitions, isMetricName } from "../metric.ts";
import { fewestClusters } from "../stats/unseen.ts";
import { closedRecordsOf, isYardstick } from "../verdict.ts";
import type { BoardRun, Leaderboard, Ranking, ReadRows, Role } from "./board.ts";
import { answer, changeNotes, judgeNotes, notesOf } from "./describe-board.ts";
import { fillColumns } from "./fill-columns.ts";
import { gridRoles } from "./roles.ts";
import { historiesOf } from "./histories.ts";
import { measuresOf } from "./measures.ts";
import { type Candidate, rankBy } from "./rank-by.ts";
import { type RowsOf, shareCases, type Standing, standingOf } from "./share-cases.ts";
import {
  byAge,
  factsOf,
  findScoring,
  keepOneDataset,
  newestRuns,
  reviewersOf,
  type Scale,
  scales,
} from "./sort-runs.ts";

/**
 * Puts the reviewers of finished runs beside each other, on the cases that all runs share. Of a reviewer in several runs
 * the newest counts; runs that differ only in who judged are the same reviewers under another judge.
 * @param readRows is asked once for each run that is needed
 * @throws UsageError where no reviewer was measured, or hardly a case is shared
 */
export function makeLeaderboard(runs: readonly BoardRun[], readRows: ReadRows, seed: number): Leaderboard {
  const { kept, excluded } = keepOneDataset(runs);
  const found = scales.map((scale) => findScoring(scale, kept));
  const scorings = found.flatMap(({ scoring }) => scoring ?? []);
  const roles = rolesOf(kept);
  if (![...roles.values()].includes("measured"))
    throw new UsageError(`leaderboard: ${whyNobody(kept, excluded)} (name a run with a --model)`);
  const standings = scorings.flatMap((scoring): Standing[] =>
    scoring.judges.map((judge) => ({ scoring, judge, runOf: newestRuns(scoring, judge) })),
  );
  const { rowsOf, ...shared } = shareCases(standings, readRows);
  const candidatesOf = ({ judge, runOf }: Standing): Candidate[] =>
    [...runOf].map(([reviewer, run]) => ({
      reviewer,
      run: run.report.run.id,
      rows: rowsOf(run, reviewer, judge),
      unrankedBecause: whyUnranked[roles.get(reviewer) ?? "company"],
      mayLack: Number(run.report.suite.budget["unscored"] ?? 0),
      isClosed: closedRecordsOf(run.report).has(reviewer),
    }));
  const lead = leadingScale(kept);
  const rankings = standings
    .toSorted((a, b) => Number(b.scoring.scale === lead) - Number(a.scoring.scale === lead))
    .flatMap((standing): Ranking[] => {
      const [first] = standing.runOf.values();
      if (first === undefined) return [];
      return rankBy(measuresOf(standing.scoring.scale, first.report, standing.judge), candidatesOf(standing), seed);
    });
  const [first] = rankings;
  if (first === undefined)
    throw new UsageError(
      `leaderboard: nothing that reviewers could be ranked by is scored on ${fewestClusters} clusters of cases (rank runs of a suite that scores detection, judge, safety or overlap)`,
    );
  const newest = new Map([
    ...byAge(kept).flatMap((run) => reviewersOf(run).map(({ id }) => [id, run] as const)),
    ...(standingOf(first, standings)?.runOf ?? []),
  ]);
  const order = [...first.rows, ...first.unranked].map(({ reviewer }) => reviewer);
  const ids = inRoles([...new Set([...order, ...newest.keys()])], roles, newest);
  const columns = fillColumns(standings, newest, rowsOf, ids, seed);
  const counts = { ...shared, excluded: [...excluded, ...found.flatMap((one) => one.excluded)] };
  return {
    version: 1,
    name: nameOf(kept),
    dataset: { name: kept[0]?.report.dataset.name ?? "", hash: kept[0]?.report.dataset.hash ?? "" },
    seed,
    sentence: answer(first, shortRef),
    ...counts,
    reviewers: ids.map((id) => {
      const run = newest.get(id) as BoardRun;
      const { provider, model } = reviewersOf(run).find((one) => one.id === id) ?? { provider: "", model: "" };
      return { id, role: roles.get(id) ?? "company", provider, model, run: factsOf(run), columns: columns.of(id) };
    }),
    columns: columns.names,
    rankings,
    roles: rolesGrid(standings, lead, ids, roles, rowsOf, seed),
    histories: historiesOf(
      first,
      standings,
      ids.filter((id) => roles.get(id) !== "yardstick"),
    ),
    notes: [...notesOf(counts, first), ...judgeNotes(kept), ...changeNotes(kept)],
  };
}

const whyUnranked: Record<Role, string | null> = {
  measured: null,
  company: "measured in company, for comparison",
  yardstick: "a floor or a ceiling, for scale",
};

function rolesOf(runs: readonly BoardRun[]): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const reviewer of runs.flatMap(reviewersOf)) {
    if (isYardstick(reviewer)) roles.set(reviewer.id, "yardstick");
    else if (reviewer.role === "measured" || !roles.has(reviewer.id)) roles.set(reviewer.id, reviewer.role);
  }
  return roles;
}

function whyNobody(kept: readonly BoardRun[], excluded: Leaderboard["excluded"]): string {
  const [left] = excluded;
  if (kept.length === 0 && left !== undefined) return `"${left.file}": ${left.reason}, and no other run is named`;
  return `nobody was measured in ${plural(kept.length, "run")}, only company, floors and ceilings`;
}

/** What a suite is about: the scorer of its first gate, required ones before the others; detection where none says. */
function leadingScale(runs: readonly BoardRun[]): Scale {
  const { suite, judge } = (runs[0] as BoardRun).report;
  const gated = suite.gates.toSorted((a, b) => Number(b.required) - Number(a.required));
  const scorers = gated.map(({ metric }) => (isMetricName(metric) ? metricDefinitions[metric].scorer : null));
  const isWorthIt = (scale: Scale) => scale !== "contract" && (scale !== "judge" || judge?.engine === "model");
  return scorers.flatMap((scorer) => scales.filter((scale) => scale === scorer)).find(isWorthIt) ?? "detection";
}

function nameOf(runs: readonly BoardRun[]): string {
  const suites = new Set(runs.map(({ report }) => report.suite.name));
  const [only] = suites;
  return suites.size === 1 && only !== undefined ? only : (runs[0]?.report.dataset.name ?? "");
}

/** Measured, company, ceilings, floors. */
function inRoles(
  ids: readonly string[],
  roles: ReadonlyMap<string, Role>,
  newest: ReadonlyMap<string, BoardRun>,
): string[] {
  const isFloor = (id: string) =>
    (newest.get(id)?.report.reviewers ?? []).some((one) => one.id === id && one.provider === "floor");
  const order: Role[] = ["measured", "company", "yardstick"];
  const placeOf = (id: string) => 2 * order.indexOf(roles.get(id) ?? "company") + Number(isFloor(id));
  return ids.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function rolesGrid(
  standings: readonly Standing[],
  lead: Scale,
  ids: readonly string[],
  roles: ReadonlyMap<string, Role>,
  rowsOf: RowsOf,
  seed: number,
): Leaderboard["roles"] {
  const wanted: Scale[] = ["detection", lead];
  const standing =
    wanted.flatMap((scale) => standings.find(({ scoring }) => scoring.scale === scale) ?? [])[0] ?? standings[0];
  if (standing === undefined) return [];
  const shown = ids.filter((id) => roles.get(id) !== "yardstick" && standing.runOf.has(id));
  return gridRoles(
    new Map(shown.map((id) => [id, rowsOf(standing.runOf.get(id) as BoardRun, id, standing.judge)])),
    seed,
  );
}
