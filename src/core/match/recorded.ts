import { z } from "zod";
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

/**
 * A matcher that repeats recorded verdicts. A pair without one is undecided with weight 0; without a confidence a match
 * weighs 1 and a mismatch 0. Errors when one pair has two verdicts, since neither may win silently.
 */
export function recordedMatcher(verdicts: readonly RecordedVerdict[]): Matcher {
  const byPair = indexVerdicts(verdicts);
  return {
    name: "recorded",
    compare(source, _findings, questions): PairVerdict[] {
      return questions.map(({ findingIndex, bugIndex }) => {
        const bug = source.bugs[bugIndex];
        if (bug === undefined) throw new RangeError(`case ${source.caseId}: no bug ${bugIndex} to compare`);
        const verdict = byPair.get(pairKey(source.caseId, findingIndex, bug.id));
        if (verdict === undefined) return { findingIndex, bugIndex, verdict: "undecided", weight: 0 };
        return verdict.match
          ? { findingIndex, bugIndex, verdict: "same", weight: verdict.confidence ?? 1 }
          : { findingIndex, bugIndex, verdict: "different", weight: 1 - (verdict.confidence ?? 1) };
      });
    },
  };
}

function indexVerdicts(verdicts: readonly RecordedVerdict[]): ReadonlyMap<string, RecordedVerdict> {
  const byPair = new Map<string, RecordedVerdict>();
  for (const verdict of verdicts) {
    const key = pairKey(verdict.caseId, verdict.findingIndex, verdict.bugId);
    const earlier = byPair.get(key);
    if (earlier !== undefined) {
      throw new RangeError(
        `recorded verdicts: case ${verdict.caseId}, finding ${verdict.findingIndex}, bug ${verdict.bugId}: ` +
          `expected one verdict, got two (by ${earlier.judge} and ${verdict.judge}); keep one of them`,
      );
    }
    byPair.set(key, verdict);
  }
  return byPair;
}

function pairKey(caseId: string, findingIndex: number, bugId: string): string {
  return JSON.stringify([caseId, findingIndex, bugId]);
}
