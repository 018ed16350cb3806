import type { Matcher } from "../core/match/matcher.ts";
import type { Scorer } from "../core/scorer.ts";
import type { RecordedRating } from "../core/source.ts";
import type { Suite } from "../core/suite.ts";
import type { JudgeTools } from "./judge.ts";
import type { SafetyTools } from "./safety.ts";

/** What scorers are given from outside. */
export interface ScorerTools {
  matcher: Matcher;
  /** People's ratings of the reviewer's recorded reviews. */
  ratings: readonly RecordedRating[];
  /** Null where the suite has no judge. */
  judge: JudgeTools | null;
  safety: SafetyTools;
}

/**
 * The scorers that a suite asks for; only their code is loaded. `load` needs none: its times stand in every case line.
 */
export async function createScorers(
  { scorers }: Pick<Suite, "scorers">,
  { matcher, ratings: ofReviewer, judge, safety: ofSafety }: ScorerTools,
): Promise<Scorer[]> {
  const { detection, overlap, contract, form, safety, ratings } = scorers;
  return [
    ...(detection ? [(await import("./detection.ts")).createDetectionScorer(detection, matcher)] : []),
    ...(overlap ? [withoutOwnWords((await import("./overlap.ts")).createOverlapScorer())] : []),
    ...(contract ? [(await import("./contract.ts")).createContractScorer()] : []),
    ...(form ? [(await import("./form.ts")).createFormScorer()] : []),
    ...(judge ? [withoutOwnWords((await import("./judge.ts")).createJudgeScorer(judge))] : []),
    ...(safety ? [(await import("./safety.ts")).createSafetyScorer(ofSafety)] : []),
    ...(ratings ? [(await import("./ratings.ts")).createRatingsScorer(ofReviewer)] : []),
  ];
}

/** A recorded reviewer who wrote references as well (`recorded:human`) is not compared with what it wrote itself. */
function withoutOwnWords(scorer: Scorer): Scorer {
  return {
    ...scorer,
    score(input) {
      const reviewer = input.parts[0]?.generation.reviewer;
      const references = input.source.references.filter(
        ({ author }) => author === undefined || `recorded:${author}` !== reviewer,
      );
      return scorer.score({ ...input, source: { ...input.source, references } });
    },
  };
}
