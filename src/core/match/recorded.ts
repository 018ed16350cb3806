import { z } from "zod";
import { suggestWord, UsageError } from "../errors.ts";
import type { Matcher, PairVerdict } from "./matcher.ts";

/** One verdict that a judge or a person gave earlier, one JSON line. `confidence` is in [0, 1]; `judge` names who. */
export const RecordedVerdict = z.strictObject({
  caseId: z.string().min(1),
  findingIndex: z.int().min(0),
  bugId: z.string().min(1),
  match: z.boolean(),
  confidence: z.number().min(0).max(1).optional(),
  judge: z.string().min(1),
});
export type RecordedVerdict = z.infer<typeof RecordedVerdict>;

/** A recorded verdict and where it stands, as FILE:LINE. */
export interface PlacedVerdict {
  place: string;
  verdict: RecordedVerdict;
}

/** What recorded verdicts may speak of. */
export interface VerdictSubjects {
  /** Ids of the bugs of every case of the dataset. */
  bugIdsOf: ReadonlyMap<string, readonly string[]>;
  /** How many findings the review of a case has; null where that is not known before it is asked for. */
  countFindings: (caseId: string) => number | null;
}

/**
 * Checks that every verdict is about a case, a bug and a finding that there are, so that a slip cannot pass for a pair
 * that nobody has judged.
 * @throws UsageError with the place of the first that is not
 */
export function checkVerdicts(placed: readonly PlacedVerdict[], { bugIdsOf, countFindings }: VerdictSubjects): void {
  for (const { place, verdict } of placed) {
    const { caseId, bugId, findingIndex } = verdict;
    const bugIds = bugIdsOf.get(caseId);
    if (bugIds === undefined) {
      throw new UsageError(`${place}: caseId: the dataset has no case "${caseId}" (mend the id, or remove the line)`);
    }
    if (!bugIds.includes(bugId)) {
      throw new UsageError(`${place}: bugId: case "${caseId}" has no bug "${bugId}" (${suggestWord(bugId, bugIds)})`);
    }
    const count = countFindings(caseId);
    if (count !== null && findingIndex >= count) {
      const has = count === 1 ? "1 finding" : `${count} findings`;
      throw new UsageError(
        `${place}: findingIndex: got ${findingIndex}, but the recorded review of case "${caseId}" has ${has} (count from 0)`,
      );
    }
  }
}

/**
 * A matcher that repeats recorded verdicts. A pair without one is undecided with weight 0; without a confidence a match
 * weighs 1 and a mismatch 0.
 * @throws UsageError with both places when one pair has two verdicts, since neither may win silently
 */
export function recordedMatcher(placed: readonly PlacedVerdict[]): Matcher {
  const byPair = indexVerdicts(placed);
  return {
    name: "recorded",
    compare(source, _findings, questions): PairVerdict[] {
      return questions.map(({ findingIndex, bugIndex }) => {
        const bug = source.bugs[bugIndex];
        if (bug === undefined) throw new RangeError(`case ${source.caseId}: no bug ${bugIndex} to compare`);
        const verdict = byPair.get(pairKey(source.caseId, findingIndex, bug.id))?.verdict;
        if (verdict === undefined) return { findingIndex, bugIndex, verdict: "undecided", weight: 0 };
        return verdict.match
          ? { findingIndex, bugIndex, verdict: "same", weight: verdict.confidence ?? 1 }
          : { findingIndex, bugIndex, verdict: "different", weight: 1 - (verdict.confidence ?? 1) };
      });
    },
  };
}

function indexVerdicts(placed: readonly PlacedVerdict[]): ReadonlyMap<string, PlacedVerdict> {
  const byPair = new Map<string, PlacedVerdict>();
  for (const one of placed) {
    const { caseId, findingIndex, bugId, judge } = one.verdict;
    const key = pairKey(caseId, findingIndex, bugId);
    const earlier = byPair.get(key);
    if (earlier !== undefined) {
      throw new UsageError(
        `${one.place}: case "${caseId}", finding ${findingIndex}, bug "${bugId}": expected one verdict, got another in ` +
          `${earlier.place} (by ${earlier.verdict.judge} and ${judge}; keep one of them)`,
      );
    }
    byPair.set(key, one);
  }
  return byPair;
}

function pairKey(caseId: string, findingIndex: number, bugId: string): string {
  return JSON.stringify([caseId, findingIndex, bugId]);
}
