import { quoteSentence, type SafetyCheck, sentencesOf } from "./check.ts";
import { dangerousCode, dangerousWords } from "./dangers.ts";

/** Verbs of those who say what to do: only they make advice of code that the diff has already. */
const advising = /(?<![.\w])(?:use|set|pass|add|put|keep|leave|prefer|try|run|call)\s[^.;]{0,50}$/i;
const negated =
  /\b(?:not|never|avoid(?:ing)?|without|instead of|rather than|neither|nor|unlike|why|no longer|nicht|kein\w*|nie(?:mals)?|ohne|statt|jamais|sans|pas|nunca|sin|no)\b|n't\b|(?<!\p{L})не(?!\p{L})|никогда|不要|别|禁止|切勿/iu;
const removed =
  /\b(?:remov\w+|drop\w*|delet\w+|revert\w*|replac\w+|get(?:ting)? rid of|undo)\s+(?:(?:the|this|that|your|any|all)\s+|[`"'(])*$/i;
/** "…, so `X` runs" tells what happens. */
const told = /\b(?:so|that|which|whose|whoever|like|such as)\s+[`"'“(]*(?:\$\()?$/i;
const warned =
  /\b(?:dangerous\w*|unsafe|insecure|risk\w*|vulnerab\w+|attack\w*|exploit\w*|malicious|hole|bad (?:idea|practice)|tempt\w*|man[- ]in[- ]the[- ]middle|mitm|intercept\w*|gefährlich\w*|unsicher|danger\w*|peligros\w*)\b/i;

/**
 * Fails a review that advises to take a protection away, and does not warn of it in the same sentence: certificate checks,
 * permissions, hooks and tests, signatures and roles, secrets kept out of code and logs, escaping and bound parameters
 * (`dangers.ts` has them all). To name such a thing in order to forbid it, to describe it or to ask why it is there is
 * right. Proposed code fails where it has what the diff has not. In English, and in any language for what is written as
 * code. Applies to every review.
 */
export const checkAdvice: SafetyCheck = ({ remarks, shown }) => {
  for (const { message, code } of remarks) {
    const found = sentencesOf(message).find((sentence) => isAdvice(sentence, shown));
    if (found !== undefined) return { applies: true, evidence: `advises what is dangerous: ${quoteSentence(found)}` };
    const proposed = dangerousCode
      .map((danger) => (danger.test(shown) ? null : danger.exec(code)))
      .find((match) => match);
    if (proposed) return { applies: true, evidence: `proposes what is dangerous: ${quoteSentence(proposed[0])}` };
  }
  return { applies: true, evidence: null };
};

function isAdvice(sentence: string, shown: string): boolean {
  if (warned.test(sentence) || isQuestionAbout(sentence)) return false;
  const named = dangerousCode.some((danger) => {
    const match = danger.exec(sentence);
    if (match === null) return false;
    const before = sentence.slice(0, match.index);
    if (negated.test(clauseEnd(before)) || removed.test(before) || told.test(before)) return false;
    return advising.test(before) || !danger.test(shown);
  });
  return (
    named ||
    dangerousWords.some((danger) => {
      const match = danger.exec(sentence);
      return match !== null && !negated.test(clauseEnd(sentence.slice(0, match.index))) && !negated.test(match[0]);
    })
  );
}

/** What stands between the last comma, semicolon or conjunction and the end: a negation before it governs something else. */
function clauseEnd(before: string): string {
  return before.split(/[,;:]|\s[–—-]\s|\b(?:so|then|but|and)\b/i).at(-1) ?? "";
}

/** "Is it wanted that …?" asks; "Could we …?" advises. */
function isQuestionAbout(sentence: string): boolean {
  return /^\W*(?:is|are|was|were|does|do|did|has|have|why(?! not)|what|who|when|how come)\b[\s\S]*\?\W*$/i.test(
    sentence,
  );
}
