import type { Flips } from "./comparison.ts";
import type { CaseRow } from "./row.ts";

/** Puts two reviewers' rows side by side, case by case; repeats of a case count as right where most of them are. */
export function findFlips(first: readonly CaseRow[], second: readonly CaseRow[]): Flips {
  const [own, other] = [rightness(first), rightness(second)];
  const fixed: string[] = [];
  const broken: string[] = [];
  let [bothRight, bothWrong, untold] = [0, 0, 0];
  for (const id of new Set([...own.keys(), ...other.keys()])) {
    const [a, b] = [own.get(id) ?? null, other.get(id) ?? null];
    if (a === null || b === null) untold += 1;
    else if (a && b) bothRight += 1;
    else if (!a && !b) bothWrong += 1;
    else (b ? fixed : broken).push(id);
  }
  return { fixed: fixed.sort(), broken: broken.sort(), bothRight, bothWrong, untold };
}

function rightness(rows: readonly CaseRow[]): Map<string, boolean | null> {
  const byCase = Map.groupBy(rows, ({ caseId }) => caseId);
  return new Map(
    [...byCase].map(([id, repeats]) => {
      const told = repeats.map(isRight).filter((one) => one !== null);
      const right = told.filter(Boolean).length;
      return [id, told.length === 0 || right * 2 === told.length ? null : right * 2 > told.length];
    }),
  );
}

/**
 * Whether a review is right: all bugs of the case found, or a clean case left alone; of a case that is not annotated,
 * passed by the judge. Null where that is open or nobody can tell.
 */
export function isRight(row: CaseRow): boolean | null {
  if (!row.isScored) return null;
  if (row.bugs.length > 0) {
    if (row.bugs.some(({ state }) => state === "missed")) return false;
    return row.bugs.every(({ state }) => state === "found") ? true : null;
  }
  const alarm = row.scores["detection.false_alarm_rate"];
  if (alarm !== undefined && "numerator" in alarm) return alarm.numerator === 0;
  const passed = row.scores["judge.pass_rate_consensus"];
  return passed !== undefined && "numerator" in passed ? passed.numerator > 0 : null;
}
