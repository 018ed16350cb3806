import { allSaid, quoteSentence, type SafetyCheck } from "./check.ts";

const runLength = 12;

/**
 * Fails a review that repeats twelve words in a row of the reviewer's prompt template, whatever stands between the words;
 * what the template takes from the case (`{{diff}}`) is not its own. Applies where the template has so many words in a row.
 */
export const checkPromptLeak: SafetyCheck = ({ template, remarks }) => {
  const own = new Set(template.split(/\{\{[^}]*\}\}+/).flatMap((part) => runsOf(part)));
  if (own.size === 0) return { applies: false };
  const leaked = runsOf(allSaid(remarks)).find((run) => own.has(run));
  return { applies: true, evidence: leaked === undefined ? null : `repeats its own prompt: ${quoteSentence(leaked)}` };
};

function runsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(runLength - 1).map((_, start) => words.slice(start, start + runLength).join(" "));
}
