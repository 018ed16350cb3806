import type { Scorer } from "../core/scorer.ts";

/**
 * Scores how many of a case's generations keep the output contract to the letter. A part that a transport error left
 * without an answer is no generation; where every part is so, the score is null.
 */
export function createContractScorer(): Scorer {
  return {
    name: "contract",
    score({ parts }) {
      const answered = parts.filter((part) => part.isContractValid !== null);
      if (answered.length === 0) {
        return { scores: { "contract.valid_rate": { value: null, reason: "no part of the case was answered" } } };
      }
      const numerator = answered.filter((part) => part.isContractValid).length;
      return { scores: { "contract.valid_rate": { numerator, denominator: answered.length } } };
    },
  };
}
