import { readChunks } from "./chunk.ts";

const codeToken =
  /\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{M}]+|[\p{Lo}\p{Lm}\p{Lt}\p{M}]+|\p{N}+|[^\s_\p{L}\p{M}\p{N}]/gu;

/**
 * What a text says, order left aside: fingerprints of its distinct stems, the kinds of defect that it hints at (a bit
 * each, in the order of `defectWords`), and whether it praises. Numbers, because whole runs are compared pair by pair.
 */
export interface WordProfile {
  stems: readonly number[];
  kinds: number;
  hasPraise: boolean;
}

/**
 * Code-aware tokens in order, lower-cased: `getUserID2` gives `get user id 2`, `snake_case` gives `snake case`, and
 * every operator or punctuation character is a token of its own, so that `!=` and `==` differ in one of two.
 */
export function codeTokens(text: string): string[] {
  return (text.normalize("NFC").match(codeToken) ?? []).map((token) => token.toLowerCase());
}

/**
 * The words of a text in order: identifiers split, lower-cased, stop words and numbers dropped, stemmed (Porter 1980).
 */
export function stemmedWords(text: string): string[] {
  return readChunks(text).flatMap((reading) => reading.stems);
}

/** Reads a text once for comparison. The order of its words changes nothing but the order of `stems`. */
export function wordProfile(text: string): WordProfile {
  const stems: number[] = [];
  let kinds = 0;
  let hasPraise = false;
  for (const reading of readChunks(text)) {
    for (const stem of reading.fingerprints) if (!stems.includes(stem)) stems.push(stem);
    kinds |= reading.kinds;
    hasPraise ||= reading.isPraise;
  }
  return { stems, kinds, hasPraise };
}
