import type { Bug } from "../case.ts";
import type { Finding } from "../review.ts";
import { wordProfile } from "../text/words.ts";
import type { WordProfile } from "../text/words.ts";
import type { Matcher, PairVerdict } from "./matcher.ts";

/** Raised with every change of the similarity or of its words, so that an old calibration is recognised as old. */
export const lexicalVersion = 1;

/** Pairs at or above this similarity are the same defect. Chosen by scripts/calibrate-lexical.ts, never by hand. */
export const lexicalThreshold = 0.45;

/** The parts of a finding that the lexical matcher reads. */
export type FindingText = Pick<Finding, "message" | "category">;
/** The parts of a bug that the lexical matcher reads. */
export type BugText = Pick<Bug, "description" | "category">;

/** A finding or a bug, read once: its own words and the kinds of defect that its category names. */
export interface PreparedText {
  words: WordProfile;
  category: WordProfile;
}

// The category is the annotator's own name for the kind of defect, so it outweighs a kind met in passing.
const categoryWeight = 3;
const wordsShare = 0.2;
const praiseFactor = 0.5;

/** Reads a finding for `preparedSimilarity`; its category may be absent. */
function prepareFinding(finding: FindingText): PreparedText {
  return { words: wordProfile(finding.message), category: wordProfile(finding.category ?? "") };
}

/** Reads a bug for `preparedSimilarity`. */
function prepareBug(bug: BugText): PreparedText {
  return { words: wordProfile(bug.description), category: wordProfile(bug.category) };
}

/**
 * How likely a finding describes a bug, in [0, 1], by vocabulary alone. Both point to the same lines, so they share
 * identifiers whatever they say: the kinds of defect that they hint at count for most and common words for little,
 * unless the two texts are nearly one. Where either names no kind, common words decide. The order of words is ignored.
 */
function preparedSimilarity(finding: PreparedText, bug: PreparedText): number {
  const words = dice(finding.words.stems, bug.words.stems);
  const kinds = kindOverlap(finding, bug);
  const blended = kinds === null ? words : (1 - wordsShare) * kinds + wordsShare * words;
  const similarity = Math.max(blended, words ** 2);
  return finding.words.hasPraise && !bug.words.hasPraise ? similarity * praiseFactor : similarity;
}

/** `preparedSimilarity` of one pair that is compared only once. */
export function lexicalSimilarity(finding: FindingText, bug: BugText): number {
  return preparedSimilarity(prepareFinding(finding), prepareBug(bug));
}

/**
 * Matches by vocabulary, with no model and no network. It always decides; its weight is the similarity. How often it
 * is right is recorded in judges/calibration/lexical-matcher/record.json.
 */
export const lexicalMatcher: Matcher = {
  name: "lexical",
  compare(source, findings, questions): PairVerdict[] {
    const preparedBugs = source.bugs.map(prepareBug);
    const preparedFindings = findings.map(prepareFinding);
    return questions.map(({ findingIndex, bugIndex }) => {
      const finding = preparedFindings[findingIndex];
      const bug = preparedBugs[bugIndex];
      if (finding === undefined || bug === undefined) {
        throw new RangeError(`case ${source.caseId}: no finding ${findingIndex} or no bug ${bugIndex} to compare`);
      }
      const weight = preparedSimilarity(finding, bug);
      return { findingIndex, bugIndex, verdict: weight >= lexicalThreshold ? "same" : "different", weight };
    });
  },
};

/** Sørensen-Dice coefficient of two lists of distinct numbers; 0 where both are empty. */
function dice(left: readonly number[], right: readonly number[]): number {
  const size = left.length + right.length;
  if (size === 0) return 0;
  let shared = 0;
  for (const item of left) if (right.includes(item)) shared += 1;
  return (2 * shared) / size;
}

/** Weighted Dice coefficient of the kinds of defect; null where one side hints at none. */
function kindOverlap(finding: PreparedText, bug: PreparedText): number | null {
  const findingKinds = finding.words.kinds | finding.category.kinds;
  const bugKinds = bug.words.kinds | bug.category.kinds;
  if (findingKinds === 0 || bugKinds === 0) return null;
  const weigh = (kinds: number): number =>
    countBits(kinds) + (categoryWeight - 1) * countBits(kinds & bug.category.kinds);
  return (2 * weigh(findingKinds & bugKinds)) / (weigh(findingKinds) + weigh(bugKinds));
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
