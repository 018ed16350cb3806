import type { Matcher } from "../core/match/matcher.ts";
import type { Scorer } from "../core/scorer.ts";
import type { RecordedRating } from "../core/source.ts";
import type { Suite } from "../core/suite.ts";

/** What scorers are given from outside. */
export interface ScorerTools {
  matcher: Matcher;
  /** People's ratings of the reviewer's recorded reviews. */
  ratings: readonly RecordedRating[];
}

/**
 * The scorers that a suite asks for; only their code is loaded. `load` needs none: its times stand in every case line.
 */
export async function createScorers({ scorers }: Pick<Suite, "scorers">, { matcher }: ScorerTools): Promise<Scorer[]> {
  const { detection, overlap, contract, form } = scorers;
  return [
    ...(detection ? [(await import("./detection.ts")).createDetectionScorer(detection, matcher)] : []),
    ...(overlap ? [(await import("./overlap.ts")).createOverlapScorer()] : []),
    ...(contract ? [(await import("./contract.ts")).createContractScorer()] : []),
    ...(form ? [(await import("./form.ts")).createFormScorer()] : []),
  ];
}
