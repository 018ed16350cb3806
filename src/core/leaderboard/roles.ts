import type { MetricName } from "../metric.ts";
import type { CaseRow } from "../row.ts";
import { sliceRows } from "../slices.ts";
import type { RoleGrid } from "./board.ts";

const fields = ["language", "tag", "category", "severity"];
/** What is told of each role: the first that the rows are scored by. */
const told: readonly MetricName[] = ["detection.recall", "judge.pass_rate", "overlap.f1", "ratings.relevance"];

/**
 * What each reviewer is worth by language, tag, category and severity: one metric, the same for all. Fields of which all
 * cases have one value are left out. A cell is null where a reviewer has no case of the kind.
 * @param reviewers with their rows on the shared cases
 */
export function gridRoles(reviewers: ReadonlyMap<string, readonly CaseRow[]>, seed: number): RoleGrid[] {
  const metric = told.find((name) => [...reviewers.values()].some((rows) => rows.some((row) => isScored(name, row))));
  if (metric === undefined) return [];
  const slices = new Map([...reviewers].map(([id, rows]) => [id, sliceRows(rows, [metric], seed)]));
  return fields.flatMap((field): RoleGrid[] => {
    const own = [...slices.values()].flatMap((all) => all.filter((slice) => slice.field === field));
    const values = [...Map.groupBy(own, ({ value }) => value)]
      .map(([value, same]) => ({ value, cases: Math.max(...same.map(({ cases }) => cases)) }))
      .sort((a, b) => (field === "severity" ? 0 : b.cases - a.cases));
    if (values.length < 2) return [];
    const cellOf = (id: string, value: string) =>
      slices.get(id)?.find((slice) => slice.field === field && slice.value === value)?.metrics[metric] ?? null;
    const rows = [...slices.keys()].map((id) => ({
      reviewer: id,
      cells: values.map(({ value }) => cellOf(id, value)),
    }));
    return [{ field, metric, values, rows }];
  });
}

function isScored(name: MetricName, { scores, judged }: CaseRow): boolean {
  return name === "judge.pass_rate" ? judged !== null : scores[name] !== undefined;
}
