import { realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { isSameRun } from "../core/comparability.ts";
import { UsageError } from "../core/errors.ts";
import type { BoardRun, Leaderboard } from "../core/leaderboard/board.ts";
import { makeLeaderboard } from "../core/leaderboard/make-board.ts";
import { slimRow } from "../core/leaderboard/measures.ts";
import type { RenderedFile } from "../core/reporter.ts";
import { makeFolder } from "../io/folder.ts";
import { isFile } from "../io/readable.ts";
import { openStoredRun, type StoredRun } from "../load/stored-run.ts";

/**
 * Ranks the reviewers of stored runs; the same run named twice, as `latest` and by its name, counts once.
 * @param words runs, as `openStoredRun` takes them
 * @param out the folder that the leaderboard's page will lie in, from which it links to the runs' own pages
 * @throws UsageError where a run cannot be read, is a copy of another, or nothing can be ranked
 */
export function leaderboardOf(words: readonly string[], out: string, seed: number): Leaderboard {
  const stored = new Map<string, StoredRun>();
  for (const word of words) {
    const run = openStoredRun(word);
    stored.set(realpathSync(resolve(run.file)), run);
  }
  const opened = [...stored].map(([path, run]) => ({
    run,
    board: { report: run.report, file: run.file, link: linkTo(path, out) },
  }));
  refuseSameId([...stored.values()]);
  const runOf = new Map<BoardRun, StoredRun>(opened.map(({ run, board }) => [board, run]));
  return makeLeaderboard(
    opened.map(({ board }) => board),
    (board, wanted) => runOf.get(board)?.readRows(wanted, slimRow) ?? new Map(),
    seed,
  );
}

/** Writes the leaderboard's files. @throws UsageError where they cannot be written */
export async function writeLeaderboard(files: readonly RenderedFile[], out: string): Promise<void> {
  for (const { path, content } of files) {
    const file = join(out, path);
    try {
      makeFolder(dirname(file));
      await writeFileAtomic(file, content);
    } catch (error) {
      throw new UsageError(
        `${file}: cannot write it (${error instanceof Error ? error.message : String(error)}); choose another folder with --out`,
      );
    }
  }
}

function refuseSameId(runs: readonly StoredRun[]): void {
  for (const [index, run] of runs.entries()) {
    const other = runs.slice(0, index).find(({ report }) => report.run.id === run.report.run.id);
    if (other === undefined) continue;
    const { id } = run.report.run;
    throw new UsageError(
      isSameRun(other.report, run.report) && JSON.stringify(other.report) === JSON.stringify(run.report)
        ? `"${other.file}" and "${run.file}" are both of run "${id}": one is a copy of the other (name one of them)`
        : `"${other.file}" and "${run.file}" are different, and both call themselves run "${id}" (run one of them again under another --name)`,
    );
  }
}

/** From the leaderboard's folder to the page of a run, or to its report where it has none. */
function linkTo(report: string, out: string): string {
  const page = join(dirname(report), "report.html");
  const path = relative(resolve(out), isFile(page) ? page : report);
  return path.split(sep).map(encodeURIComponent).join("/");
}
