import { baselineOf } from "./baseline.ts";
import { standBeside } from "./core/apply-relative-gates.ts";
import type { ChosenSweep } from "./core/describe-sweep.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import type { Report, ReviewerReport } from "./core/report.ts";
import type { CaseRow } from "./core/row.ts";
import type { PreparedRun } from "./prepare.ts";

/**
 * Puts the measured reviewers of a run beside its baseline, if it has one, and decides the gates against it.
 * @param compiled all reviewers of the run
 * @param rowsOf the rows of each, by id
 * @param choice of a sweep, whose gates may be held to more; null where there is none
 * @param latency what the latency phase found; null where there was none
 */
export function compareWithBaseline(
  run: PreparedRun,
  compiled: readonly ReviewerReport[],
  rowsOf: ReadonlyMap<string, readonly CaseRow[]>,
  choice: Pick<ChosenSweep, "chosen" | "alpha"> | null,
  latency: LatencyReport | null,
): { reviewers: ReviewerReport[]; comparisons: Report["comparisons"] } {
  const { suite, dataset, source, seed, barred, matching, judge } = run;
  const own = {
    dataset: { name: source?.name ?? dataset.name, hash: dataset.hash, cases: dataset.entries.length },
    suite: { scorers: suite.scorers },
    matcher: matching.facts(),
    judge: judge?.report() ?? null,
  };
  const rowsById = (id: string) => rowsOf.get(id) ?? [];
  const namedBy = new Map(run.reviewers.map(({ provider, named }) => [provider.ref, named]));
  const all = compiled.map((report) => ({ report, rows: rowsById(report.id), named: namedBy.get(report.id) }));
  const baseline = run.baseline === null ? null : baselineOf(run.baseline, own, all);
  const stood = compiled.map((reviewer) =>
    standBeside(reviewer, rowsById(reviewer.id), {
      baseline,
      seed,
      barred,
      budget: suite.budget,
      latency,
      alpha: reviewer.id === choice?.chosen?.reviewer ? choice.alpha : undefined,
    }),
  );
  return {
    reviewers: stood.map(({ reviewer }) => reviewer),
    comparisons: stood.flatMap(({ comparison }) => comparison ?? []),
  };
}
