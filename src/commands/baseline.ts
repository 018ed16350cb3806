import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { makeFolder } from "../io/folder.ts";
import { openStoredRun } from "../load/stored-run.ts";
import { displayPath } from "../load/suite.ts";
import { checkRunName } from "../publish.ts";

/** What was kept. */
export interface KeptBaseline {
  name: string;
  /** The folder, as messages show it. */
  folder: string;
  report: Report;
  /** Whether an earlier baseline of this name was replaced. */
  isReplaced: boolean;
}

/**
 * Keeps a run as a baseline: its report and its case lines, side by side below `reports/baselines`, in the place of an
 * earlier one of the same name.
 * @param name of the baseline; the suite's where it is left out
 * @throws UsageError where the run cannot be read, is not whole, measured nobody, or the folder cannot be written
 */
export function keepBaseline(word: string, name: string | undefined): KeptBaseline {
  const run = openStoredRun(word);
  const { report } = run;
  const title = name ?? report.suite.name;
  checkRunName(title);
  if (!report.run.isWhole || report.verdict.status === "incomplete")
    throw new UsageError(
      `run "${word}": it is incomplete: ${report.verdict.sentence} (finish it with --resume before it is a baseline)`,
    );
  if (report.reviewers.every(({ role }) => role !== "measured"))
    throw new UsageError(`run "${word}": nobody was measured in it, only company (give --model REF and run again)`);
  // Lines that do not belong to the report would be noticed in CI first.
  run.readRows(new Set());
  const from = dirname(resolve(run.file));
  const folder = resolve("reports", "baselines", title);
  if (from === folder) throw new UsageError(`run "${word}": it is the baseline "${title}" already`);
  const isReplaced = existsSync(folder);
  writing(folder, () => {
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    makeFolder(fresh);
    copyFileSync(resolve(run.file), join(fresh, "report.json"));
    copyFileSync(join(from, "cases.jsonl"), join(fresh, "cases.jsonl"));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  });
  return { name: title, folder: displayPath(folder), report, isReplaced };
}

function writing(folder: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${displayPath(folder)}: cannot write there (${why})`);
  }
}
