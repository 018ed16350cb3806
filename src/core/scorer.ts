import type { Case } from "./case.ts";
import type { Generation, Outcome } from "./generation.ts";
import type { JudgedRun } from "./judge/judge.ts";
import type { Ledger } from "./ledger.ts";
import type { Scores } from "./score.ts";
import type { Review } from "./review.ts";

/** One generation as parsing left it. `outcome` is `invalid` where a completed generation could not be parsed. */
export interface ParsedPart {
  generation: Generation;
  outcome: Outcome;
  /** Whether the text keeps the suite's output contract; null for a transport error. */
  isContractValid: boolean | null;
  /** Whether the text held more than the parser reads, so that the review is only its beginning. */
  isCapped: boolean;
}

/** What a scorer sees: a case and the merged review of its parts. A reviewer that answered badly was silent. */
export interface ScorerInput {
  source: Case;
  repeat: number;
  review: Review;
  parts: readonly ParsedPart[];
}

export interface ScorerOutput {
  scores: Scores;
  ledger?: Ledger;
  /** What a judge said in each of its runs; absent for a case that is not judged. */
  judged?: (JudgedRun & { judge?: string })[];
  /** What each of several judges makes of the review: by most of its runs, and axis by axis; absent for one judge. */
  panel?: { judge: string; pass: boolean | null; consensus: boolean | null }[];
}

/** Judges one review. Never called for a case that a transport error left without a review. */
export interface Scorer {
  readonly name: string;
  score(input: ScorerInput): ScorerOutput | Promise<ScorerOutput>;
}
