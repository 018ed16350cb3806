import type { Reference } from "../core/case.ts";
import type { MetricName } from "../core/metric.ts";
import { reviewText } from "../core/review.ts";
import type { Scorer, ScorerInput } from "../core/scorer.ts";
import { codeF1, codeReviewerBleu, exactMatch, rougeL, squadF1 } from "../core/text/overlap.ts";

const measures: Partial<Record<MetricName, (review: string, reference: string) => number>> = {
  "overlap.f1": squadF1,
  "overlap.f1_code": codeF1,
  "overlap.exact_match": exactMatch,
  "overlap.rouge_l": rougeL,
  "overlap.bleu": codeReviewerBleu,
};

/**
 * Scores how many words a review shares with the reference that it shares most with. Cases without a reference are
 * detection's alone; an empty review of a case with one is 0.
 */
export function createOverlapScorer(): Scorer {
  return {
    name: "overlap",
    score(input) {
      const references = comparableReferences(input);
      if (references.length === 0) return { scores: {} };
      const text = reviewText(input.review);
      const scores = Object.entries(measures).map(([name, measure]) => {
        const best = Math.max(...references.map((reference) => measure(text, reference.text)));
        return [name, { numerator: best, denominator: 1 }];
      });
      return { scores: Object.fromEntries(scores) };
    },
  };
}

/**
 * A reviewer that repeats a reference (`ceiling:reference`) is not compared with that reference's own author; where it
 * had no other author's reference to repeat (null), the case says nothing about it.
 */
function comparableReferences({ source, parts }: ScorerInput): Reference[] {
  const filled = source.references.filter((reference) => reference.text.trim() !== "");
  const speaker = parts[0]?.generation.effective["referenceAuthor"];
  if (speaker === undefined) return filled;
  if (speaker === null) return [];
  return filled.filter((reference) => reference.author !== speaker);
}
