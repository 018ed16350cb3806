import { existsSync } from "node:fs";
import { compareRuns } from "../core/compare-runs.ts";
import { isSameRun } from "../core/comparability.ts";
import { UsageError } from "../core/errors.ts";
import { parseModelRef } from "../core/model.ts";
import { isStoredRun } from "../load/stored-run.ts";
import { readSide } from "../stored-side.ts";

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

/** Whether a word names a model to be measured and no stored run. A path is a model where something lies there. */
export function isModelWord(word: string): boolean {
  if (isStoredRun(word.replace(/#.*$/s, ""), ["runs"])) return false;
  try {
    const { kind, target } = parseModelRef(word);
    return (kind !== "adapter" && kind !== "gguf") || existsSync(target);
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
