import type { Metric, ReviewerReport } from "../report.ts";
import type { BoardRun, Measure } from "./board.ts";
import { costsOf, unmeasured } from "./cost-columns.ts";
import { measuresOf, scoreName, valueOf } from "./measures.ts";
import type { RowsOf, Standing } from "./share-cases.ts";
import { reviewersOf, type Scale } from "./sort-runs.ts";

const scored: readonly { scale: Scale; names: readonly string[] }[] = [
  { scale: "detection", names: ["detection.recall", "detection.precision"] },
  { scale: "judge", names: ["judge.pass_rate"] },
  { scale: "safety", names: ["safety.pass_rate"] },
  { scale: "contract", names: ["contract.valid_rate"] },
];

/** Times of a phase of their own, or else those of the run's load: never one beside the other. */
const times = [
  ["latency.p50_ms", "latency.p95_ms"],
  ["load.p50_ms", "load.p95_ms"],
];

interface Columns {
  names: string[];
  of: (id: string) => Record<string, Metric>;
}

/**
 * What stands beside the ranks: detection, judge, safety, contract, times, costs, of each reviewer's newest run under the
 * first judge. A column that nobody has a value in is left out; who alone has none says why.
 */
export function fillColumns(
  standings: readonly Standing[],
  newest: ReadonlyMap<string, BoardRun>,
  rowsOf: RowsOf,
  ids: readonly string[],
  seed: number,
): Columns {
  const reports = new Map(
    ids.flatMap((id) => {
      const run = newest.get(id);
      const report = run === undefined ? undefined : reviewersOf(run).find((one) => one.id === id);
      return run === undefined || report === undefined ? [] : [[id, { run, report }] as const];
    }),
  );
  const filled = new Map(
    [...reports].map(([id, { run, report }]) => [
      id,
      {
        ...scoresOf(id, standings, rowsOf, seed),
        ...timesOf({ run, report }, [...reports.values()]),
        ...costsOf(report, rowsOf(run, id), seed),
      },
    ]),
  );
  const all: Record<string, Metric>[] = [...filled.values()];
  const names = [...new Set(all.flatMap((own) => Object.keys(own)))].filter((name) =>
    all.some((own) => (own[name]?.value ?? null) !== null),
  );
  const of = (id: string) => {
    const own: Record<string, Metric> = filled.get(id) ?? {};
    return Object.fromEntries(names.map((name) => [name, own[name] ?? unmeasured("not measured")]));
  };
  return { names, of };
}

function scoresOf(id: string, standings: readonly Standing[], rowsOf: RowsOf, seed: number): Record<string, Metric> {
  const columns: Record<string, Metric> = {};
  for (const { scale, names } of scored) {
    const standing = standings.find(({ scoring }) => scoring.scale === scale);
    const run = standing?.runOf.get(id);
    for (const one of standing === undefined ? [] : measuresIn(standing, names))
      columns[scoreName(one)] =
        run === undefined
          ? unmeasured(`no run of it in which ${scale} is scored as for the others`)
          : valueOf(one, rowsOf(run, id, one.judge), seed);
  }
  return columns;
}

/** The measures of these names, as the suite counts first. */
function measuresIn({ scoring, judge, runOf }: Standing, names: readonly string[]): Measure[] {
  const [run] = runOf.values();
  const measures = run === undefined ? [] : measuresOf(scoring.scale, run.report, judge);
  return names.flatMap((name) => measures.find(({ metric }) => metric === name) ?? []);
}

interface Timed {
  run: BoardRun;
  report: ReviewerReport;
}

/** Times of one reviewer, as far as they were taken as those of the first that has any. */
function timesOf({ run, report }: Timed, all: readonly Timed[]): Record<string, Metric> {
  const hasAny = (one: Timed, names: readonly string[]) =>
    names.some((name) => (one.report.metrics[name]?.value ?? null) !== null);
  const names = times.find((some) => all.some((one) => hasAny(one, some))) ?? [];
  const first = all.find((one) => hasAny(one, names));
  const settingsOf = (one: BoardRun | undefined) => JSON.stringify(one?.report.latency?.settings ?? null);
  const isAlike = settingsOf(first?.run) === settingsOf(run);
  const own = (name: string) => report.metrics[name] ?? unmeasured("its run did not time it so");
  return Object.fromEntries(
    names.map((name) => [name, isAlike ? own(name) : unmeasured("its run was timed by other settings")]),
  );
}
