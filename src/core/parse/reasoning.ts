const finalChannel = "<|channel|>final<|message|>";
const tag = /<(\/?)(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|seed:think)>|\[(\/?)THINK\]/gi;

/** Whether nothing but blanks stands between the start of the line and `index`. */
function isAtLineStart(text: string, index: number): boolean {
  let at = index - 1;
  while (at >= 0 && (text[at] === " " || text[at] === "\t")) at -= 1;
  return at < 0 || text[at] === "\n";
}

/**
 * The answer without the reasoning before it: `<think>…</think>` and its kin, a `</think>` whose opening tag went into
 * the prompt, and everything ahead of a final channel. A block that is never closed was cut, so nothing after it is an
 * answer. A tag counts as an opening only at the start of a line, so that a remark may speak of the tag.
 */
export function dropReasoning(text: string): string {
  const finalAt = text.lastIndexOf(finalChannel);
  const answer =
    finalAt < 0 ? text : text.slice(finalAt + finalChannel.length).replace(/<\|(?:return|end)\|>\s{0,9}$/, "");
  const isData = /^\s*[[{]\s*["{]/.test(answer);
  const kept: string[] = [];
  let keptTo = 0;
  let isInside = false;
  let isFirst = true;
  for (const match of answer.matchAll(tag)) {
    const isClosing = (match[1] ?? match[2] ?? "") !== "";
    const end = match.index + match[0].length;
    if (isInside) {
      if (isClosing) {
        isInside = false;
        keptTo = end;
      }
    } else if (!isClosing && isAtLineStart(answer, match.index)) {
      kept.push(answer.slice(keptTo, match.index));
      isInside = true;
    } else if (isClosing && isFirst && !isData && answer[match.index - 1] !== "`") {
      keptTo = end;
    }
    isFirst = false;
  }
  if (!isInside) kept.push(answer.slice(keptTo));
  return kept.join("");
}
