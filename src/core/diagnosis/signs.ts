import type { Case } from "../case.ts";
import { comparedByWords } from "../judge/by-words.ts";
import type { CaseLine } from "../report.ts";
import { reviewText } from "../review.ts";
import { countWords } from "../text/lengths.ts";
import type { CaseSigns } from "./case-signs.ts";
import { isStyleRemark } from "./style-remark.ts";
import { writtenLanguage } from "./written-language.ts";

/** Reads the signs of one review while its texts and those of its case are at hand. */
export function signsOf(
  { review, ledger, judged }: Pick<CaseLine, "review" | "ledger" | "judged">,
  { references, bugs = [] }: Pick<Case, "references" | "bugs">,
): CaseSigns {
  const findings = review?.findings ?? [];
  const states = ledger?.findings ?? [];
  const text = review === null ? "" : reviewText(review);
  const unlisted = findings.filter((_, index) => states[index]?.state === "unlisted");
  const placed = states.filter(({ invented }) => invented !== null);
  const people = references.map((reference) => reference.text).filter((said) => said.trim() !== "");
  const expected = people.length > 0 ? people : bugs.map(({ description }) => description);
  return {
    findings: findings.length,
    unlisted: unlisted.length,
    style: unlisted.filter(isStyleRemark).length,
    invented: placed.filter(({ invented }) => invented).length,
    placed: placed.length,
    wordsPerFinding: findings.length === 0 ? null : roundTenths(lengthOf(text) / findings.length),
    referenceWords: people.length === 0 ? null : roundTenths(lengthOf(people.join("\n")) / people.length),
    language: writtenLanguage(text),
    expectedLanguage: writtenLanguage(expected.join("\n")),
    isJudgedByWords: judged?.some(({ reasoning }) => reasoning === comparedByWords) === true,
  };
}

const unparted = /[\u0e00-\u0fff\u3040-\u9fff]/;

/** Words between blanks, which are quick to count; by Unicode's rules where blanks part no words. */
function lengthOf(text: string): number {
  return unparted.test(text) ? countWords(text) : (text.match(/\S+/g)?.length ?? 0);
}

function roundTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
