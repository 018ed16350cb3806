import { type MetricName, metricDefinitions } from "./metric.ts";
import { gatherRuns } from "./reduce-judge.ts";
import type { LeftOpen } from "./report.ts";
import { type CaseRow, concerns, gatherUnits } from "./row.ts";
import { rowOfJudge } from "./row-of-judge.ts";
import type { Where } from "./where.ts";

/**
 * How many reviews, of those that a condition holds for, a judge left without a verdict; of several judges that one of them,
 * or all of them together, which left most. Null for a metric of another scorer.
 */
export function leftOpenBy(name: MetricName, rows: readonly CaseRow[], where: Where | null): LeftOpen | null {
  if (metricDefinitions[name].scorer !== "judge") return null;
  const about = rows.filter((row) => concerns(name, row) && (where === null || where.test(row.fields)));
  const refs = about.find(({ panel }) => panel !== undefined)?.panel?.map(({ judge }) => judge) ?? [];
  const told = ({ unscored, reason }: Pick<ReturnType<typeof gatherRuns>, "unscored" | "reason">): LeftOpen => ({
    unscored,
    of: about.length,
    ...(reason === null ? {} : { reason }),
  });
  const members = refs.map((judge) => {
    const own = about.map((row) => rowOfJudge(row, judge));
    return { ...told(gatherRuns("judge.pass_rate", own, null)), judge };
  });
  return [told(gather(name, about)), ...members].reduce((most, one) => (one.unscored > most.unscored ? one : most));
}

function gather(name: MetricName, rows: readonly CaseRow[]) {
  const { kind } = metricDefinitions[name];
  if (kind === "corrected") return gatherRuns("judge.pass_rate", rows, null);
  return kind === "median-of-runs" ? gatherRuns(name, rows, null) : gatherUnits(name, rows, null);
}
