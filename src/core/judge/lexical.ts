import { parseReview } from "../parse/review.ts";
import { wordProfile } from "../text/words.ts";
import { textLimit } from "./block.ts";
import { guidanceOf, type Remark } from "./suggestion.ts";
import type { AxisVerdict } from "./verdict.ts";

/** Raised with every change of a score, of its words or of a threshold, so that an old calibration is recognised as old. */
export const lexicalJudgeVersion = 1;

/** Scores from which each axis passes. Those of theme and voice are chosen by scripts/calibrate-lexical-judge.ts. */
export const lexicalThresholds = { theme: 0.18, actionable: 1, voice: 0.7 };

/**
 * What the lexical judge is asked. Blank references and reviews of the norm count as none; of each text only that part is
 * read that a model would be shown.
 */
export interface LexicalQuestion {
  candidate: string;
  references: readonly string[];
  norm: readonly string[];
}

export type LexicalAxis = keyof typeof lexicalThresholds;

/** A verdict for each axis, and the score in [0, 1] that it rests on; null where the verdict is `unknown`. */
export type LexicalVerdict = Record<LexicalAxis, AxisVerdict> & { scores: Record<LexicalAxis, number | null> };

/**
 * Judges a review by its words, with no model: always the same verdict for the same texts. Theme is unknown without a
 * reference and voice without a norm; a review that says nothing fails whatever can be judged. How often it is right is
 * recorded in judges/calibration/lexical-judge/record.json.
 */
export function judgeLexically({ candidate, references, norm }: LexicalQuestion): LexicalVerdict {
  const review = cut(candidate);
  const remarks = remarksOf(review);
  const scores = {
    theme: themeScore(remarks, references.map(cut)),
    actionable: actionableScore(remarks),
    voice: voiceScore(remarks.length === 0 ? "" : review, norm.map(cut)),
  };
  return {
    theme: verdictOf("theme", scores.theme),
    actionable: verdictOf("actionable", scores.actionable),
    voice: verdictOf("voice", scores.voice),
    scores,
  };
}

/** What is meant as JSON and holds no findings, such as a verdict, is no review: it says nothing. */
function remarksOf(candidate: string): Remark[] {
  const parsed = parseReview(candidate);
  if (!parsed.ok) return [];
  const { findings } = parsed.review;
  // A block that stands before its remark is in no finding.
  return findings.length === 1 && /^```suggestion\n/m.test(candidate)
    ? findings.map((finding) => ({ suggestion: "", ...finding }))
    : findings;
}

function verdictOf(axis: LexicalAxis, score: number | null): AxisVerdict {
  if (score === null) return "unknown";
  return score >= lexicalThresholds[axis] ? "pass" : "fail";
}

/**
 * Overlap of the remark and the reference that are closest: the Sørensen-Dice coefficient of their distinct stems,
 * identifiers split into words and stop words dropped (Dice 1945). In [0, 1]; null without a reference.
 */
function themeScore(remarks: readonly Remark[], references: readonly string[]): number | null {
  const wanted = references.filter(isSaid).map(stemsOf);
  if (wanted.length === 0) return null;
  const said = remarks.map(({ message }) => stemsOf(message));
  return Math.max(0, ...said.flatMap((stems) => wanted.map((reference) => dice(stems, reference))));
}

function stemsOf(text: string): ReadonlySet<number> {
  return new Set(wordProfile(text).stems);
}

/** How much the best remark gives to act on: half for a place, half for a proposal. 0 for a review without remarks. */
function actionableScore(remarks: readonly Remark[]): number {
  const scores = remarks
    .map(guidanceOf)
    .map(({ hasPlace, hasProposal }) => Number(hasPlace) / 2 + Number(hasProposal) / 2);
  return Math.max(0, ...scores);
}

/**
 * How much a review is written like those of the norm. Cosine of two texts as sets of character runs, three to five long
 * (after Kešelj et al. 2003, who tell authors apart by them), code and numbers masked, since they show the topic and not
 * the hand: its mean over the norm, as a share of that among the norm's own reviews, so that terse and wordy authors have
 * one threshold; 1 at most. Times the root of the ratio of lengths, the shorter over the longer. In [0, 1]; null for a norm of
 * fewer than two reviews, or of such as have nothing in common: they show no habit.
 */
export function voiceScore(candidate: string, norm: readonly string[]): number | null {
  const habits = norm.filter(isSaid).map(maskTopic);
  const runs = habits.map(characterRuns);
  const alike = meanOf(runs.flatMap((one, index) => runs.slice(index + 1).map((other) => cosine(one, other))));
  if (alike === 0) return null;
  const own = maskTopic(candidate);
  const ownRuns = characterRuns(own);
  const nearness = meanOf(runs.map((one) => cosine(ownRuns, one))) / alike;
  const length = meanOf(habits.map((text) => text.length));
  const lengths = Math.min(own.length, length) / Math.max(own.length, length);
  return Math.min(1, nearness) * Math.sqrt(lengths);
}

/** A text without its code and numbers, between blanks, so that runs tell how words and texts begin and end. */
function maskTopic(text: string): string {
  const masked = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, "``").replaceAll(/\p{N}+/gu, "0");
  return ` ${masked.trim().replaceAll(/\s+/g, " ")} `;
}

function characterRuns(text: string): ReadonlySet<string> {
  const runs = new Set<string>();
  for (let length = 3; length <= 5; length += 1) {
    for (let start = 0; start + length <= text.length; start += 1) runs.add(text.slice(start, start + length));
  }
  return runs;
}

/** 0 for no values. */
function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Cosine of two sets as vectors of 0 and 1; 0 where one is empty. */
function cosine<Item>(left: ReadonlySet<Item>, right: ReadonlySet<Item>): number {
  return left.size === 0 || right.size === 0 ? 0 : shared(left, right) / Math.sqrt(left.size * right.size);
}

function dice<Item>(left: ReadonlySet<Item>, right: ReadonlySet<Item>): number {
  const size = left.size + right.size;
  return size === 0 ? 0 : (2 * shared(left, right)) / size;
}

function shared<Item>(left: ReadonlySet<Item>, right: ReadonlySet<Item>): number {
  let count = 0;
  for (const item of left) if (right.has(item)) count += 1;
  return count;
}

function cut(text: string): string {
  return text.slice(0, textLimit);
}

function isSaid(text: string): boolean {
  return text.trim() !== "";
}
