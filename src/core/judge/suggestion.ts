import type { Finding } from "../review.ts";

const anyOf = (words: string): string => words.trim().split(/\s+/).join("|");

/** Verbs that open an order: "Move it above the loop", "Fix: cap the first copy". */
const orders = anyOf(`
  accept add allocate allow append apply assert assign avoid await bind bring bump call cancel cap capture cast catch clamp clear
  clone close coalesce combine compare compute convert create cut declare decrease dedent define delete derive detach disable
  divide drop emit enable encode enforce escape exclude extract fetch filter flush free give go group hoist ignore import include
  increase inject inline insert intersect invert iterate join keep leave let lowercase make mark memoize merge mock move multiply
  narrow normalise normalize omit open parse pass patch pin propagate pull push put quote raise re-add read rebuild register
  remove rename reorder replace require reset restore restrict retain rethrow retry return reuse revert revoke rewrite run
  sanitise sanitize save select send separate serialise serialize skip sort split start stop store strip subscribe subtract swap
  switch take throw track trim truncate turn unsubscribe unwrap update use validate wait wrap write
`);

/** Orders that are nouns as well, and so need something to follow that is ordered. */
const nounOrders = anyOf(`
  batch break build cache change copy count default defer fail fall flip gate guard hash hold index key limit lock log look lower
  map mask match name order point print release report round scope set share stream
`);
const objects =
  "(?= (?:the|an?|it|this|that|these|those|them|both|each|all|every|its|their|only|once|per|to|in|out|if|with|on)\\b| `)";

/** Orders that leave the thinking to the author unless they name something: "check the error handling". */
const vagueOrders = anyOf(`
  check clarify confirm consider document ensure fix handle improve investigate prefer protect refactor review rework simplify
  test verify
`);

const modal = "(?:could|can|couldn't|can't|would|wouldn't)";
const wish = new RegExp(
  "\\b(?:should|shouldn't|ought to|must|mustn't|needs? (?:to|an?)|has to|have to|instead|rather than|in place of|suggest|recommend|" +
    "please|let's|why not|(?:how|what) about|better to|would be better|did you mean|missing `|" +
    `(?:${modal}|shall|may|might) (?:we|you|i)\\b(?! (?:see|tell|find))|` +
    `${modal} (?:the|this|that|it|these|those|they|an?|one|\`)[^.!?]*\\?|` +
    "(?:maybe|perhaps)(?: an?| the| one| just)? ?`|(?:would|might|may) (?:do|be enough|help)|(?:is|are) enough|" +
    "(?:i'd|i would|we'd|we would)(?! (?:expect|guess|think|say|get|see|assume|imagine|have|be|not|never)\\b)|(?:i|we) want|" +
    // The commonest ways to propose something in three further languages.
    "bitte|sollten?|könnten wir|lieber|stattdessen|debería|en lugar de|sería mejor|devrait|il faut|plutôt|pourrait-on)" +
    "(?![\\p{L}\\p{N}])",
  "iu",
);
const opening = "(?:^|[.!?:;,(—–\\n]|\\s-\\s|\\b(?:and|or|then|just|maybe|perhaps|better)\\b)[\\s*_]{0,9}";
const order = new RegExp(
  `${opening}(?:(?:${orders}|do not|don't|never)(?![\\p{L}\\p{N}:-])|(?:${nounOrders})${objects})`,
  "iu",
);
const vagueOrder = new RegExp(`${opening}(?:${vagueOrders}|make sure)(?![\\p{L}\\p{N}:-])`, "iu");
/** A sentence of code alone is what the author is to write, be it with a word for where, "`close` in `finally`."; or an arrow. */
const codeAlone =
  /(?:^|[.!?:;]|\n)[\s*_]{0,9}`(?:(?:,| or| and|,? then)? ?`)*(?: (?:first|here|there|(?:in|with|before|after|around|like) [^.!?;,]{1,30}))?[\s*_]{0,9}(?:[.!?;]|$)|` ?(?:->|=>|→) ?`/u;

const label = /\b(?:fix|suggestion|recommendation|remedy|solution)[*_]*:[*_ ]*[^\s*_]/i;

const codeSpan = /(`+)(?!`)[\s\S]+?(?<!`)\1(?!`)/g;
const lineName = /\b(?:L|lines? |Zeilen? |líneas? |lignes? )\d/i;
const identifier = /\p{Ll}\p{Lu}|[\p{L}\p{N}]_[\p{L}\p{N}]|\w\(\)|\w\.[a-z]{1,5}\b(?!\.)/u;

/** The parts of a finding that say where to go and what to do. */
export type Remark = Pick<Finding, "message" | "file" | "lines" | "suggestion">;

/** Whether a remark names a place (a line, a file, code) and whether it proposes something to do there. */
export interface Guidance {
  hasPlace: boolean;
  hasProposal: boolean;
}

/**
 * What a remark gives its reader to act on, by its words alone: orders, wishes, proposals in code on one side; lines, files,
 * code and names that are spelt like code on the other. It cannot tell whether the place exists or the proposal is right.
 */
export function guidanceOf({ message, file, lines, suggestion }: Remark): Guidance {
  const prose = message.replaceAll(codeSpan, "`");
  const namesCode = prose !== message || identifier.test(prose);
  const hasPlace = namesCode || lines !== undefined || file !== undefined || lineName.test(prose);
  const isClear = suggestion !== undefined || [label, wish, order, codeAlone].some((pattern) => pattern.test(prose));
  return { hasPlace, hasProposal: isClear || (namesCode && vagueOrder.test(prose)) };
}
