import { refusalOpeners, refusalRest, refusalVerbs, refusalWhole } from "./refusal-phrases.ts";
import { readPlace } from "./place.ts";
import { dropReasoning } from "./reasoning.ts";
import { plainWords } from "./silence.ts";

const maxRefusal = 800;

function isRefusingSentence(words: string): boolean {
  if (refusalWhole.some((phrase) => words.includes(phrase))) return true;
  const opener = refusalOpeners.find((phrase) =>
    new RegExp(`(?:^|\\b(?:sorry|but|however|apologize|unfortunately|afraid) )${phrase}\\b`).test(words),
  );
  if (opener === undefined) return false;
  if (opener.startsWith("as a")) return /\b(?:cant|cannot|unable|not able|dont)\b/.test(words);
  const next = words
    .slice(words.indexOf(opener) + opener.length)
    .trim()
    .split(" ")
    .slice(0, 3);
  return next.some((word) => refusalVerbs.has(word)) || /comfortable|decline/.test(opener);
}

/**
 * Whether a short text is nothing but a refusal to review ("I'm sorry, but I can't help with that."), whatever reasoning
 * stands before it. A text that names a line, or has a sentence that is neither refusing nor apologising, is a review.
 */
export function isRefusal(text: string): boolean {
  const trimmed = dropReasoning(text).trim();
  if (trimmed === "" || trimmed.length > maxRefusal || readPlace(trimmed).lines !== undefined) return false;
  const said = trimmed
    .split(/(?<=[.!?])\s+|[。！？]|\n+/)
    .map(plainWords)
    .filter((words) => words !== "");
  const refusing = said.filter(isRefusingSentence);
  const rest = said.filter((words) => !isRefusingSentence(words));
  return refusing.length > 0 && rest.every((words) => refusalRest.some((phrase) => words.includes(phrase)));
}
