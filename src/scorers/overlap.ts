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
 * Scores how many words a review shares with the person's review that it shares most with. All references of one author
 * are one review, so that a reviewer has to say what that person said about every bug; one without an author stands
 * alone. Cases without a reference are detection's alone; an empty review of a case with one is 0.
 */
export function createOverlapScorer(): Scorer {
  return {
    name: "overlap",
    score(input) {
      const references = comparableReferences(input);
      if (references.length === 0) return { scores: {} };
      const text = reviewText(input.review);
      const scores = Object.entries(measures).map(([name, measure]) => {
        const best = Math.max(...references.map((reference) => measure(text, reference)));
        return [name, { numerator: best, denominator: 1 }];
      });
      return { scores: Object.fromEntries(scores) };
    },
  };
}

/**
 * The texts to compare with, one a person. A reviewer that repeats somebody's references (`ceiling:reference`) is not
 * compared with that author; where it had no other author's to repeat (null), the case says nothing about it.
 */
function comparableReferences({ source, parts }: ScorerInput): string[] {
  const speaker = parts[0]?.generation.effective["referenceAuthor"];
  if (speaker === null) return [];
  const filled = source.references.filter((reference) => reference.text.trim() !== "");
  const byPerson = Map.groupBy(filled, (reference) => reference.author ?? reference);
  if (typeof speaker === "string") byPerson.delete(speaker);
  return [...byPerson.values()].map((own) => own.map((reference) => reference.text).join("\n"));
}
