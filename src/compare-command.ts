import { compareRuns } from "./core/compare-runs.ts";
import { UsageError } from "./core/errors.ts";
import { isSameRun, readSide } from "./stored-side.ts";

/**
 * Compares two reviewers of stored runs, which may be of one run.
 * @throws UsageError where a run cannot be read, a reviewer is not in it, or both sides are the same
 */
export function compare(first: string, second: string, seed: number): ReturnType<typeof compareRuns> {
  const [own, other] = [readSide(first), readSide(second)];
  const isSame = isSameRun(own.run.report, other.run.report);
  if (isSame && own.run.file !== other.run.file)
    throw new UsageError(
      `${own.run.file} and ${other.run.file} are both of run "${own.run.report.run.id}": one is a copy of the other (name two runs)`,
    );
  if (isSame && own.side.reviewer.id === other.side.reviewer.id)
    throw new UsageError(
      `both sides are ${own.side.reviewer.id} of run "${own.run.report.run.id}" (name another run or reviewer)`,
    );
  return compareRuns(own.side, other.side, seed);
}
