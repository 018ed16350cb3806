import { z } from "zod";
import { suggestWord, UsageError } from "../errors.ts";
import type { RecordedReview } from "../recording.ts";
import type { Matcher, PairVerdict } from "./matcher.ts";

/**
 * One verdict that a judge or a person gave earlier, one JSON line. `confidence` is in [0, 1]; `judge` names who.
 * `reviewer` is whose finding it is about, as the run calls it, and may be left out where the run has one recorded
 * reviewer; `repeat` is which of its recorded reviews, and may be left out where the case has one.
 */
export const RecordedVerdict = z.strictObject({
  caseId: z.string().min(1),
  reviewer: z.string().min(1).optional(),
  repeat: z.int().min(0).optional(),
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
  /** The recorded reviews of a case; none where they are not known. */
  reviewsOf: RecordedReviewsOf;
}

/** The recorded reviews of a case by one reviewer. */
export type RecordedReviewsOf = (caseId: string) => readonly RecordedReview[];

/**
 * The verdicts of a file by the reviewer that they are about; those on reviewers that the run does not have are left out.
 * @param reviewers the recorded reviewers of the run, as it calls them
 * @throws UsageError where a verdict could be about several, or one of them seems to be written otherwise in the file
 */
export function verdictsByReviewer(
  placed: readonly PlacedVerdict[],
  reviewers: readonly string[],
): Map<string, PlacedVerdict[]> {
  const byReviewer = new Map(reviewers.map((reviewer): [string, PlacedVerdict[]] => [reviewer, []]));
  for (const one of placed) {
    const { reviewer } = one.verdict;
    if (reviewer === undefined && reviewers.length > 1)
      throw new UsageError(
        `${one.place}: reviewer: missing, but the run has ${reviewers.length} recorded reviewers (name the one that the verdict is about: ${reviewers.join(", ")})`,
      );
    byReviewer.get(reviewer ?? reviewers[0] ?? "")?.push(one);
  }
  const unheard = reviewers.find((reviewer) => byReviewer.get(reviewer)?.length === 0);
  const stranger = placed.find(({ verdict: { reviewer } }) => reviewer !== undefined && !byReviewer.has(reviewer));
  if (unheard === undefined || stranger === undefined) return byReviewer;
  throw new UsageError(
    `${stranger.place}: reviewer: the run has no recorded reviewer "${stranger.verdict.reviewer}", and no verdict is about ${unheard} (write the reviewer as the run calls it)`,
  );
}

/**
 * Checks that every verdict is about a case, a bug and a finding that there are, so that a slip cannot pass for a pair
 * that nobody has judged.
 * @throws UsageError with the place of the first that is not
 */
export function checkVerdicts(placed: readonly PlacedVerdict[], { bugIdsOf, reviewsOf }: VerdictSubjects): void {
  for (const { place, verdict } of placed) {
    const { caseId, bugId, findingIndex } = verdict;
    const bugIds = bugIdsOf.get(caseId);
    if (bugIds === undefined) {
      throw new UsageError(`${place}: caseId: the dataset has no case "${caseId}" (mend the id, or remove the line)`);
    }
    if (!bugIds.includes(bugId)) {
      throw new UsageError(`${place}: bugId: case "${caseId}" has no bug "${bugId}" (${suggestWord(bugId, bugIds)})`);
    }
    const reviews = reviewsOf(caseId);
    if (reviews.length === 0) continue;
    const review =
      reviews.length === 1 && verdict.repeat === undefined ? reviews[0] : reviewAt(reviews, verdict.repeat);
    if (review === undefined) {
      const got = verdict.repeat === undefined ? "missing" : `got ${verdict.repeat}`;
      const known = reviews.map(({ repeat }) => repeat).join(", ");
      throw new UsageError(
        `${place}: repeat: ${got}, but case "${caseId}" has recorded ${reviews.length === 1 ? "repeat" : "repeats"} ${known} (say which of them the verdict is about)`,
      );
    }
    const { findings } = review;
    if (findingIndex >= findings) {
      const has = findings === 1 ? "1 finding" : `${findings} findings`;
      const which = reviews.length === 1 ? "the recorded review" : `recorded repeat ${review.repeat}`;
      throw new UsageError(
        `${place}: findingIndex: got ${findingIndex}, but ${which} of case "${caseId}" has ${has} (count from 0)`,
      );
    }
  }
}

/**
 * A matcher that repeats recorded verdicts on one reviewer. A pair without one is undecided with weight 0; without a
 * confidence a match weighs 1 and a mismatch 0.
 * @param reviewsOf tells which recorded review a repeat of the run repeats; repeat 0 where nothing is recorded
 * @throws UsageError with both places when one pair has two verdicts, since neither may win silently
 */
export function recordedMatcher(placed: readonly PlacedVerdict[], reviewsOf: RecordedReviewsOf = () => []): Matcher {
  const byPair = indexVerdicts(placed, reviewsOf);
  return {
    name: "recorded",
    compare(source, _findings, questions): PairVerdict[] {
      const reviews = reviewsOf(source.caseId);
      const review = reviewAt(reviews, source.repeat ?? 0) ?? reviews.find(({ standsForOthers }) => standsForOthers);
      return questions.map(({ findingIndex, bugIndex }) => {
        const bug = source.bugs[bugIndex];
        if (bug === undefined) throw new RangeError(`case ${source.caseId}: no bug ${bugIndex} to compare`);
        const verdict = byPair.get(pairKey(source.caseId, review?.repeat ?? 0, findingIndex, bug.id))?.verdict;
        if (verdict === undefined) return { findingIndex, bugIndex, verdict: "undecided", weight: 0 };
        return verdict.match
          ? { findingIndex, bugIndex, verdict: "same", weight: verdict.confidence ?? 1 }
          : { findingIndex, bugIndex, verdict: "different", weight: 1 - (verdict.confidence ?? 1) };
      });
    },
  };
}

function indexVerdicts(
  placed: readonly PlacedVerdict[],
  reviewsOf: RecordedReviewsOf,
): ReadonlyMap<string, PlacedVerdict> {
  const byPair = new Map<string, PlacedVerdict>();
  for (const one of placed) {
    const { caseId, repeat = reviewsOf(caseId)[0]?.repeat ?? 0, findingIndex, bugId, judge } = one.verdict;
    const key = pairKey(caseId, repeat, findingIndex, bugId);
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

function reviewAt(reviews: readonly RecordedReview[], repeat: number | undefined): RecordedReview | undefined {
  return reviews.find((review) => review.repeat === repeat);
}

function pairKey(caseId: string, repeat: number, findingIndex: number, bugId: string): string {
  return JSON.stringify([caseId, repeat, findingIndex, bugId]);
}
