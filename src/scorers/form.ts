import { reviewText } from "../core/review.ts";
import type { Scorer } from "../core/scorer.ts";
import { countSentences, countWords } from "../core/text/lengths.ts";

/**
 * Scores how a reviewer writes: sentences per finding and words per review. Neither is better high or low. A review
 * without findings has no sentences per finding (the metric is absent), and zero words.
 */
export function createFormScorer(): Scorer {
  return {
    name: "form",
    score({ review }) {
      const { findings } = review;
      const sentences = findings.reduce((sum, finding) => sum + countSentences(finding.message), 0);
      return {
        scores: {
          ...(findings.length === 0
            ? {}
            : { "form.sentences_per_finding": { numerator: sentences, denominator: findings.length } }),
          "form.words_per_review": { numerator: countWords(reviewText(review)), denominator: 1 },
        },
      };
    },
  };
}
