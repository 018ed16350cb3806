import type { Baseline } from "./core/apply-relative-gates.ts";
import { type Comparable, findObstacles } from "./core/comparability.ts";
import type { Side } from "./core/compare-runs.ts";
import { UsageError } from "./core/errors.ts";
import { parseModelRef } from "./core/model.ts";
import type { ReviewerReport } from "./core/report.ts";
import type { CaseRow } from "./core/row.ts";
import type { Suite } from "./core/suite.ts";
import { isStoredRun } from "./load/stored-run.ts";
import { readSide } from "./stored-side.ts";

/** What the command names as baseline: a reviewer of a stored run, or one to be measured in the same run. */
export type NamedBaseline = { name: string } & ({ kind: "stored"; side: Side } | { kind: "reviewer"; ref: string });

const homes = ["baselines", "runs"] as const;

/**
 * Finds what `--baseline` names: a run (its folder, its report, its name in reports/baselines or reports/runs, with
 * `#REVIEWER` where several were measured), else a model. Null where nothing is named.
 * @throws UsageError where it is neither, or a run that is not whole
 */
export function openBaseline(name: string | undefined): NamedBaseline | null {
  if (name === undefined) return null;
  const run = name.replace(/#.*$/s, "");
  if (isStoredRun(run, homes)) return { name, kind: "stored", side: readWhole(name) };
  return { name, kind: "reviewer", ref: parseAsModel(name) };
}

/** Reads a stored baseline. @throws UsageError also where nothing can be held against it, since it was cut short */
function readWhole(name: string): Side {
  const { run, side } = readSide(name, homes);
  const { verdict, run: facts } = run.report;
  if (facts.isWhole && verdict.status !== "incomplete") return side;
  throw new UsageError(
    `baseline "${name}": its run is incomplete: ${verdict.sentence} (finish it with --resume, or name another)`,
  );
}

function parseAsModel(name: string): string {
  try {
    return parseModelRef(name).ref;
  } catch (error) {
    // What has the form of a reference has its own mistake.
    if (!(error instanceof UsageError) || name.includes(":")) throw error;
    throw new UsageError(
      `--baseline ${name}: no such run in reports/baselines or reports/runs, and no model (keep one with: baseline set RUN, or write KIND:NAME)`,
    );
  }
}

/**
 * The suite with a baseline that is measured in the same run among its company.
 * @param measured the references of those that are compared with it
 * @throws UsageError where it is one of them
 */
export function besideBaseline(suite: Suite, baseline: NamedBaseline | null, measured: readonly string[]): Suite {
  if (baseline?.kind !== "reviewer") return suite;
  if (measured.includes(baseline.ref))
    throw new UsageError(`--baseline ${baseline.ref}: it is measured itself (name another model, or a stored run)`);
  return { ...suite, company: [...new Set([...suite.company, baseline.ref])] };
}

/** @throws UsageError where a baseline opens as several reviewers, such as a folder of checkpoints */
export function checkBaseline(baseline: NamedBaseline | null, opened: readonly { named?: string }[]): void {
  if (baseline?.kind !== "reviewer") return;
  const count = opened.filter(({ named }) => named === baseline.ref).length;
  if (count > 1)
    throw new UsageError(`--baseline ${baseline.ref}: it holds ${count} models (name the folder of one of them)`);
}

/**
 * The baseline that measured reviewers are compared with.
 * @param own how this run measures
 * @param measured all reviewers of this run with their rows; `named` as the command or the suite has it
 */
export function baselineOf(
  named: NamedBaseline,
  own: Comparable,
  measured: readonly { report: ReviewerReport; rows: readonly CaseRow[]; named?: string | undefined }[],
): Baseline {
  const { name } = named;
  if (named.kind === "stored") {
    const { report, reviewer, rows } = named.side;
    return { name, run: report.run.id, reviewer, rows, obstacles: findObstacles(report, own) };
  }
  const found = measured.find((one) => one.named === named.ref);
  if (found === undefined) throw new Error(`baseline ${named.ref} was not measured`);
  return { name, run: null, reviewer: found.report, rows: found.rows, obstacles: [] };
}
