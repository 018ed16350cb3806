const finalChannel = /<\|channel\|>final(?:[ \t]{0,9}<\|constrain\|>\w{0,20})?<\|message\|>/g;
/** What is left of two channels where a server took the marks between them out. */
const unmarkedFinal = "assistantfinal";
const tag =
  /<(\/?)(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|seed:think)>|\[(\/?)THINK\]|◁(\/?)think▷/gi;

/** Whether nothing but blanks stands between the start of the line and `index`. */
function isAtLineStart(text: string, index: number): boolean {
  let at = index - 1;
  while (at >= 0 && (text[at] === " " || text[at] === "\t")) at -= 1;
  return at < 0 || text[at] === "\n";
}

/** The final one of several channels; nothing where the text ends before it. A text without channels is its own. */
function finalOf(text: string): string {
  const final = [...text.matchAll(finalChannel)].at(-1);
  if (final !== undefined) return text.slice(final.index + final[0].length).replace(/<\|(?:return|end)\|>\s{0,9}$/, "");
  if (/^\s*<\|channel\|>/.test(text)) return "";
  const unmarkedAt = /^\s*analysis/.test(text) ? text.lastIndexOf(unmarkedFinal) : -1;
  return unmarkedAt < 0 ? text : text.slice(unmarkedAt + unmarkedFinal.length);
}

/**
 * The answer without the reasoning before it: `<think>…</think>` and its kin, a `</think>` whose opening tag went into
 * the prompt, and everything ahead of a final channel. A block that is never closed was cut, so nothing after it is an
 * answer. A tag counts as an opening only at the start of a line, so that a remark may speak of the tag.
 */
export function dropReasoning(text: string): string {
  const answer = finalOf(text);
  const isData = /^\s*[[{]\s*["{]/.test(answer);
  const kept: string[] = [];
  let keptTo = 0;
  let isInside = false;
  let isFirst = true;
  for (const match of answer.matchAll(tag)) {
    const isClosing = (match[1] ?? match[2] ?? match[3] ?? "") !== "";
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
