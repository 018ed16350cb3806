import { openBaseline, type NamedBaseline } from "../baseline.ts";
import { isSameRun } from "../core/comparability.ts";
import { UsageError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { openStoredRun } from "../load/stored-run.ts";
import { differingFigure, regate } from "../regate.ts";

/**
 * Applies a stored report's gates to its case lines again, asking nobody and writing nothing.
 * @param word the run, as `openStoredRun` takes it
 * @throws UsageError where report or baseline cannot be read or case lines and report disagree, there are no gates, or the
 * baseline is the run itself
 */
export function gateAgain(
  word: string,
  { baseline: name, allowInconclusive }: { baseline?: string | undefined; allowInconclusive: boolean },
): Report {
  const run = openStoredRun(word);
  const { report } = run;
  if (report.suite.gates.length === 0)
    throw new UsageError(
      `report "${run.file}": its suite "${report.suite.name}" has no gates (there is nothing to apply)`,
    );
  const measured = report.reviewers.filter(({ role }) => role === "measured").map(({ id }) => id);
  const beside = report.comparisons.map(({ baseline }) => baseline.reviewer);
  const rowsOf = run.readRows(new Set([...measured, ...beside]));
  const baseline = openBaseline(name);
  checkNamed(baseline, report, measured);
  const gated = regate({ report, rowsOf, baseline, allowInconclusive });
  const differing = gated.verdict.status === "incomplete" ? null : differingFigure(report, rowsOf);
  if (differing === null) return gated;
  throw new UsageError(
    `run "${word}": ${differing} (one of them was changed: score the run again with bench score, or run the suite again)`,
  );
}

function checkNamed(baseline: NamedBaseline | null, report: Report, measured: readonly string[]): void {
  if (baseline === null) return;
  if (baseline.kind === "reviewer")
    throw new UsageError(
      `--baseline ${baseline.name}: gate asks nobody, so a model cannot be measured (name a stored run)`,
    );
  const { report: other, reviewer } = baseline.side;
  if (isSameRun(other, report) && measured.includes(reviewer.id))
    throw new UsageError(
      `--baseline ${baseline.name}: it is ${reviewer.id} of this very run "${report.run.id}" (name an earlier run)`,
    );
}
