import type { Bug } from "../case.ts";
import type { Finding } from "../review.ts";

/** The question a matcher answers for one pair: does this finding describe this bug? Place is not its business. */
export interface PairQuestion {
  findingIndex: number;
  bugIndex: number;
}

/**
 * The answer to one question. `undecided` means that the matcher could not tell, which is never a "no".
 * `weight` is in [0, 1]; a higher one wins where two findings describe one bug.
 */
export interface PairVerdict {
  findingIndex: number;
  bugIndex: number;
  verdict: "same" | "different" | "undecided";
  weight: number;
}

/** Decides which findings describe which bugs of a case. */
export interface Matcher {
  readonly name: string;
  /**
   * Set where each question has its price. The matcher is then asked only about pairs that a place or the lack of one can
   * make a match of; the others stay undecided, which leaves them a miss at their place and `recall_theme` open.
   */
  readonly asksOnlyAtPlace?: boolean;
  /**
   * Answers every question of one review at once, in order, so that a judge can batch. May answer synchronously. The
   * review is the first of its case where no `repeat` is given.
   */
  compare(
    source: { caseId: string; repeat?: number; diff: string; bugs: readonly Bug[] },
    findings: readonly Finding[],
    questions: readonly PairQuestion[],
  ): PairVerdict[] | Promise<PairVerdict[]>;
}
