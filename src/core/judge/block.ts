/** Longest diff that a judge is shown, in UTF-16 code units; what is behind it is left out with a note. */
export const diffLimit = 60_000;
/** The same for every other text: a reference, a review of the norm, the review that is judged, a bug, a finding. */
export const textLimit = 20_000;

/** What stands in a block, in the words of the prompt. */
export type BlockName =
  | "DIFF"
  | "REFERENCE"
  | "NORM"
  | "REVIEW"
  | "BUG"
  | "FINDING"
  // One of several of the same question, numbered from 1.
  | `BUG ${number}`
  | `FINDING ${number}`;

/**
 * A text from outside between delimiters that only this question has. No text can close its block or open another: runs
 * of `<` or `>` that could be a delimiter are spaced out, and the nonce, should it ever be in there, is taken out.
 */
export function renderBlock(name: BlockName, text: string, nonce: string): string {
  const shown = spaceOut(cutAt(text, name === "DIFF" ? diffLimit : textLimit)).replaceAll(new RegExp(nonce, "gi"), "…");
  return `<<<${name} ${nonce}\n${shown}\n${nonce} ${name}>>>`;
}

function spaceOut(text: string): string {
  return text.replaceAll(/<{3,}|>{3,}/g, (run) => [...run].join(" "));
}

function cutAt(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(limit - 1));
  const kept = text.slice(0, isSplit ? limit - 1 : limit);
  return `${kept}\n[cut here: the other ${text.length - kept.length} of ${text.length} characters are not shown]`;
}
