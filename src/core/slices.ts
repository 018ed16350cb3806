import { severities } from "./case.ts";
import type { MetricName } from "./metric.ts";
import { measure } from "./reduce.ts";
import type { Slice } from "./report.ts";
import type { CaseRow } from "./row.ts";
import type { Where } from "./where.ts";

const caseMetrics: readonly MetricName[] = [
  "detection.recall",
  "detection.precision",
  "detection.false_alarm_rate",
  "judge.pass_rate",
  "ratings.relevance",
  "overlap.f1",
];
const bugMetrics: readonly MetricName[] = [
  "detection.recall",
  "detection.recall_theme",
  "detection.twin_discrimination",
];

/** Upper ends of the classes in which sizes are shown, in characters of the prompt and changed files. */
const promptSteps = [2_000, 8_000, 32_000];
const fileSteps = [1, 3];

/**
 * Metrics of one reviewer over the parts of the cases: by language, tag, source, files touched and prompt size, and over
 * the parts of the bugs: by severity and category. Fields of which all cases have one value are left out.
 * @param enabled the metrics that the suite's scorers give
 */
export function sliceRows(rows: readonly CaseRow[], enabled: readonly MetricName[], seed: number): Slice[] {
  const byCase = caseMetrics.filter((name) => enabled.includes(name));
  const byBug = bugMetrics.filter((name) => enabled.includes(name));
  return [
    ...sliceBy("language", rows, byCase, seed, (row) => listed(row.fields["language"])),
    ...sliceBy("severity", rows, byBug, seed, (row) => row.bugs.map((bug) => bug.severity)),
    ...sliceBy("category", rows, byBug, seed, (row) => row.bugs.map((bug) => bug.category)),
    ...sliceBy("tag", rows, byCase, seed, (row) => listed(row.fields["tag"])),
    ...sliceBy("source", rows, byCase, seed, (row) => listed(row.fields["source"])),
    ...sliceBy("files touched", rows, byCase, seed, (row) => [sizeClass(row.fields["files"], fileSteps)]),
    ...sliceBy("prompt size", rows, byCase, seed, (row) => [sizeClass(row.fields["promptChars"], promptSteps)]),
  ].filter((slice) => slice.cases > 0);
}

function sliceBy(
  field: string,
  rows: readonly CaseRow[],
  names: readonly MetricName[],
  seed: number,
  valuesOf: (row: CaseRow) => readonly string[],
): Slice[] {
  const rowsOf = new Map<string, CaseRow[]>();
  for (const row of rows) {
    for (const value of new Set(valuesOf(row))) {
      const members = rowsOf.get(value);
      if (members === undefined) rowsOf.set(value, [row]);
      else members.push(row);
    }
  }
  if (rowsOf.size < 2 || names.length === 0) return [];
  const isOfBugs = field === "severity" || field === "category";
  return [...rowsOf]
    .sort(([a], [b]) => byRank(a, b))
    .map(([value, members]): Slice => {
      const where = isOfBugs ? bugsOf(field, value) : null;
      return {
        field,
        value,
        cases: new Set(members.map((row) => row.caseId)).size,
        metrics: Object.fromEntries(names.map((name) => [name, measure(name, isOfBugs ? rows : members, seed, where)])),
      };
    });
}

/** Severities worst first, sizes smallest first (`up to 1`, `2 to 3`, `over 3`), all else by alphabet. */
function byRank(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || (a < b ? -1 : Number(a > b));
}

function rankOf(value: string): number {
  const severity = (severities as readonly string[]).indexOf(value);
  if (severity !== -1) return severity;
  const size = /^(?:up to |over )?(\d+)(?: to \d+)?$/.exec(value)?.[1];
  return size === undefined ? 0 : Number(size);
}

function bugsOf(field: string, value: string): Where {
  return { expression: `${field} == ${value}`, fields: [field], test: (record) => record[field] === value };
}

function listed(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  return typeof value === "string" ? [value] : [];
}

function sizeClass(value: unknown, steps: readonly number[]): string {
  if (typeof value !== "number") return "unknown";
  const above = steps.filter((step) => value > step);
  const [low, high] = [above.at(-1), steps[above.length]];
  if (high === undefined) return `over ${low}`;
  return low === undefined ? `up to ${high}` : `${low + 1} to ${high}`;
}
