import { scoreLedger } from "../core/match/detection-scores.ts";
import { matchFindings } from "../core/match/match.ts";
import type { Matcher } from "../core/match/matcher.ts";
import type { Scorer } from "../core/scorer.ts";
import type { DetectionSettings } from "../core/suite.ts";

/** Scores which bugs a review found. A case that is not annotated gets no score and no ledger. */
export function createDetectionScorer(settings: DetectionSettings, matcher: Matcher): Scorer {
  return {
    name: "detection",
    async score({ source, repeat, review }) {
      if (source.bugs === undefined) return { scores: {} };
      const ledger = await matchFindings(source, review, matcher, settings, repeat);
      return { scores: scoreLedger(source, review, ledger, settings.beta, settings.counting), ledger };
    },
  };
}
