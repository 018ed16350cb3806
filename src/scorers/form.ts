import { reviewText } from "../core/review.ts";
import type { Scorer } from "../core/scorer.ts";

// The root locale: the rules of Unicode for every language, the same on every machine.
const bySentence = new Intl.Segmenter("und", { granularity: "sentence" });
const byWord = new Intl.Segmenter("und", { granularity: "word" });

const fencedCode = /```[^\n]*\n[\s\S]*?(?:```|$)/g;
const codeSpan = /`[^`\n]*`/g;
const placeholder = "CODE";

/**
 * Counts the sentences of a message by Unicode's rules for any language. Code is a word within a sentence and never one
 * of its own, whatever stops it holds; so a message of nothing but code has none.
 */
export function countSentences(message: string): number {
  const prose = message.replace(fencedCode, "\n").replace(codeSpan, placeholder);
  const segments = [...bySentence.segment(prose)].map(({ segment }) => segment.replaceAll(placeholder, ""));
  return segments.filter((segment) => /[\p{L}\p{N}]/u.test(segment)).length;
}

function countWords(text: string): number {
  return [...byWord.segment(text)].filter(({ isWordLike }) => isWordLike).length;
}

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
