import type { Side } from "./core/compare-runs.ts";
import { UsageError } from "./core/errors.ts";
import { type Home, openStoredRun, type StoredRun } from "./load/stored-run.ts";

/**
 * One reviewer of a stored run: `RUN`, or `RUN#REVIEWER`; a run with one measured reviewer needs no name of it.
 * @param homes where a name is looked up
 * @throws UsageError where the run cannot be read or the reviewer is not in it
 */
export function readSide(word: string, homes?: readonly Home[]): { run: StoredRun; side: Side } {
  const at = word.indexOf("#");
  const name = at === -1 ? word : word.slice(0, at);
  const run = openStoredRun(name, homes);
  const wanted = at === -1 ? null : word.slice(at + 1);
  const { reviewers } = run.report;
  const ids = reviewers.map(({ id }) => id).join(", ");
  const measured = reviewers.filter(({ role }) => role === "measured");
  const chosen = wanted === null ? measured : reviewers.filter(({ id }) => id === wanted);
  const [reviewer] = chosen;
  if (reviewer === undefined || chosen.length > 1) {
    const why = wanted === null ? `${measured.length} reviewers were measured` : `no reviewer "${wanted}"`;
    throw new UsageError(`run "${word}": ${why} (write ${name}#REVIEWER, one of ${ids})`);
  }
  const rows = run.readRows(new Set([reviewer.id])).get(reviewer.id) ?? [];
  return { run, side: { report: run.report, reviewer, rows } };
}
