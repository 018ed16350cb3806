// The root locale: the rules of Unicode for every language, the same on every machine.
const bySentence = new Intl.Segmenter("und", { granularity: "sentence" });
const byWord = new Intl.Segmenter("und", { granularity: "word" });

const fencedCode = /```[^\n]*\n[\s\S]*?(?:```|$)/g;
const codeSpan = /`[^`\n]*`/g;
const placeholder = "CODE";

/** A text with its code taken out: each fenced block is a line end, each span in backticks becomes `instead`. */
export function withoutCode(text: string, instead: string): string {
  if (!text.includes("`")) return text;
  return text.replace(fencedCode, "\n").replace(codeSpan, instead);
}

/**
 * Counts the sentences of a message by Unicode's rules for any language. Code is a word within a sentence and never one
 * of its own, whatever stops it holds; so a message of nothing but code has none.
 */
export function countSentences(message: string): number {
  const prose = withoutCode(message, placeholder);
  const segments = [...bySentence.segment(prose)].map(({ segment }) => segment.replaceAll(placeholder, ""));
  return segments.filter((segment) => /[\p{L}\p{N}]/u.test(segment)).length;
}

/** Counts the words of a text by Unicode's rules, those of code in it as well. */
export function countWords(text: string): number {
  let count = 0;
  for (const { isWordLike } of byWord.segment(text)) if (isWordLike) count += 1;
  return count;
}
