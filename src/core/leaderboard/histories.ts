import type { BoardRun, History, Ranking } from "./board.ts";
import { reportedName } from "./measures.ts";
import { type Standing, standingOf } from "./share-cases.ts";
import { byAge, factsOf, judgesIn, reviewersOf } from "./sort-runs.ts";

/**
 * How those reviewers came along that are in several of the runs: what the reports tell of the leading measure, oldest
 * first, each over all cases of its run. Empty for a measure that reports do not tell.
 */
export function historiesOf(lead: Ranking, standings: readonly Standing[], ids: readonly string[]): History[] {
  const standing = standingOf(lead, standings);
  if (standing === undefined) return [];
  const { scale, runs } = standing.scoring;
  const judged = byAge(runs.filter(({ report }) => judgesIn(scale, report).includes(lead.judge)));
  const ofJudge = judged.filter((run) => judged.every((other) => !isScoredAgain(run, other)));
  return ids.flatMap((reviewer): History[] => {
    const own = ofJudge.flatMap((run) => {
      const value = metricIn(run, reviewer, lead);
      return value === undefined ? [] : [{ ...factsOf(run), value }];
    });
    const [first] = ofJudge;
    const metric = first === undefined ? null : reportedName(lead, first.report);
    return own.length < 2 || metric === null ? [] : [{ reviewer, metric, runs: own }];
  });
}

/** Whether a later run holds the same reviews, scored again. */
function isScoredAgain({ report: { run } }: BoardRun, { report: { run: other } }: BoardRun): boolean {
  return other.scored?.of === run.id && other.scored.startedAt === run.startedAt;
}

function metricIn(run: BoardRun, reviewer: string, lead: Ranking) {
  const name = reportedName(lead, run.report);
  const own = reviewersOf(run).find(({ id }) => id === reviewer);
  if (name === null || own === undefined) return undefined;
  const ofMember = own.judges?.find(({ ref }) => ref === lead.judge);
  return (ofMember ?? own).metrics[name];
}
