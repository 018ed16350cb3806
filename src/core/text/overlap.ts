import { codeTokens } from "./words.ts";

/**
 * Token F1 as SQuAD computes it (Rajpurkar et al. 2016), in [0, 1]: lower-cased, punctuation and English articles
 * dropped, tokens counted as a multiset. It takes the variable `a` for an article, which `codeF1` mends.
 * Two texts left without a token score 1; an empty text against another scores 0.
 */
export function squadF1(left: string, right: string): number {
  return onlyOneIsBlank(left, right) ? 0 : multisetF1(squadTokens(left), squadTokens(right));
}

/** Token F1 over code-aware tokens (`codeTokens`), in [0, 1]: operators count, identifiers are split. Empty texts as in `squadF1`. */
export function codeF1(left: string, right: string): number {
  return onlyOneIsBlank(left, right) ? 0 : multisetF1(codeTokens(left), codeTokens(right));
}

/** 1 where two texts are equal after SQuAD's normalisation, else 0; an empty text equals only an empty one. */
export function exactMatch(left: string, right: string): 0 | 1 {
  if (onlyOneIsBlank(left, right)) return 0;
  return squadTokens(left).join(" ") === squadTokens(right).join(" ") ? 1 : 0;
}

/**
 * ROUGE-L of one whole text (Lin 2004), in [0, 1]: F1 of the longest common subsequence of lower-cased words, without
 * stemming. Two empty texts score 1, an empty one against another 0.
 */
export function rougeL(left: string, right: string): number {
  if (onlyOneIsBlank(left, right)) return 0;
  const leftTokens = plainWords(left);
  const rightTokens = plainWords(right);
  return f1(longestCommonSubsequence(leftTokens, rightTokens), leftTokens.length, rightTokens.length);
}

/**
 * BLEU-4 of one text against one reference as the CodeReviewer evaluation computes it (Li et al. 2022, after Lin and
 * Och 2004), but in [0, 1] and not in percent: add-one smoothing from bigrams up, brevity penalty
 * exp(min(0, 1 - (r + 1) / (h + 1))), lower-cased, stop words kept. A corpus score is the mean over its texts.
 * No common word scores 0; two empty texts score 1.
 */
export function codeReviewerBleu(hypothesis: string, reference: string): number {
  const guess = bleuTokens(hypothesis);
  const truth = bleuTokens(reference);
  if (guess.length === 0 || truth.length === 0) return guess.length === truth.length ? 1 : 0;
  let logSum = 0;
  for (let size = 1; size <= 4; size += 1) {
    const smoothing = size === 1 ? 0 : 1;
    const shared = countCommon(ngrams(guess, size), ngrams(truth, size));
    const total = Math.max(guess.length - size + 1, 0);
    logSum += Math.log((shared + smoothing) / (total + smoothing));
  }
  const brevity = Math.min(0, 1 - (truth.length + 1) / (guess.length + 1));
  return Math.exp(logSum / 4 + brevity);
}

/** Silence never agrees with a text, not even with one that holds punctuation or articles alone. */
function onlyOneIsBlank(left: string, right: string): boolean {
  return (left.trim() === "") !== (right.trim() === "");
}

function squadTokens(text: string): string[] {
  const bare = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, "");
  return bare.split(/\s+/).filter((token) => token !== "" && token !== "a" && token !== "an" && token !== "the");
}

function plainWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Words and single signs; the hyphen, the apostrophe and signs beyond ASCII stay together in runs, as they do there. */
function bleuTokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+|[!-&(-,./:-@[-`{-~]|[^\s\p{L}\p{N}!-&(-,./:-@[-`{-~]+/gu) ?? [];
}

function ngrams(tokens: readonly string[], size: number): string[] {
  const count = Math.max(tokens.length - size + 1, 0);
  return Array.from({ length: count }, (_, start) => tokens.slice(start, start + size).join(" "));
}

function multisetF1(left: readonly string[], right: readonly string[]): number {
  return f1(countCommon(left, right), left.length, right.length);
}

/** 2 * common / (left + right), the harmonic mean of precision and recall; two empty sides agree. */
function f1(common: number, leftSize: number, rightSize: number): number {
  return leftSize + rightSize === 0 ? 1 : (2 * common) / (leftSize + rightSize);
}

/** Size of the multiset intersection. */
function countCommon(left: readonly string[], right: readonly string[]): number {
  const available = new Map<string, number>();
  for (const token of right) available.set(token, (available.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of left) {
    const rest = available.get(token) ?? 0;
    if (rest === 0) continue;
    available.set(token, rest - 1);
    common += 1;
  }
  return common;
}

function longestCommonSubsequence(left: readonly string[], right: readonly string[]): number {
  let above = [0, ...right.map(() => 0)];
  for (const token of left) {
    const row = [0];
    for (const [column, other] of right.entries()) {
      const grown = (above[column] ?? 0) + 1;
      row.push(token === other ? grown : Math.max(above[column + 1] ?? 0, row[column] ?? 0));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}
