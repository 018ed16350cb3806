/** A JSON value found in a text. `isAlone` is true when nothing else stands on its first and its last line. */
export interface JsonSpan {
  value: unknown;
  isAlone: boolean;
}

export interface JsonSpans {
  spans: JsonSpan[];
  /** True when a bracket that looks like the start of JSON is never closed. */
  isCut: boolean;
}

/** Deeper nesting is no review; the limit keeps ten million brackets from becoming ten million arrays. */
const maxDepth = 64;
/** More values than this in one text are not looked at. */
const maxSpans = 2_000;
/** How often, on the whole, a text may be walked in search of closing brackets that do not come. */
const maxWalks = 6;

const start = /\{\s*["}]|\[\s*[{\]"]/g;

const quote = 34;
const backslash = 92;
const opening = new Set([91, 123]);
const closing = new Set([93, 125]);

/** Index just behind the bracket that closes the one at `from`; -1 when there is none, and `depth` the deepest nesting. */
function walk(text: string, from: number): { end: number; depth: number } {
  let depth = 0;
  let deepest = 0;
  let isString = false;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === backslash) at += 1;
      else if (code === quote) isString = false;
    } else if (code === quote) {
      isString = true;
    } else if (opening.has(code)) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (closing.has(code)) {
      depth -= 1;
      if (depth === 0) return { end: at + 1, depth: deepest };
    }
  }
  return { end: -1, depth: deepest };
}

function isAloneAt(text: string, from: number, end: number): boolean {
  const before = text.slice(Math.max(text.lastIndexOf("\n", from - 1) + 1, from - 80), from);
  const newline = text.indexOf("\n", end);
  const after = text.slice(end, Math.min(newline < 0 ? text.length : newline, end + 80));
  return before.trim() === "" && /^\s*[,;]?\s*$/.test(after);
}

function parseJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/**
 * Every well-formed JSON object or array in a text, outermost only and in order; a value in backticks is a quotation and
 * is left out. Linear in the length of the text: the walks that find no closing bracket are rationed.
 */
export function findJson(text: string): JsonSpans {
  const spans: JsonSpan[] = [];
  let isCut = false;
  let budget = maxWalks * text.length;
  start.lastIndex = 0;
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    if (spans.length >= maxSpans || budget <= 0) break;
    const from = match.index;
    if (text[from - 1] === "`" && text[from - 2] !== "`") continue;
    const { end, depth } = walk(text, from);
    budget -= (end < 0 ? text.length : end) - from;
    if (end < 0) isCut = true;
    const parsed = end < 0 || depth > maxDepth ? null : parseJson(text.slice(from, end));
    if (parsed !== null) spans.push({ value: parsed.value, isAlone: isAloneAt(text, from, end) });
    // Behind a malformed value its inside is not tried: half of a broken review is not the review.
    start.lastIndex = end < 0 ? from + 1 : end;
  }
  return { spans, isCut };
}

/** The JSON value that is the whole of a text; null when the text is anything else, or nested deeper than a review is. */
export function wholeJson(text: string): { value: unknown } | null {
  const { end, depth } = walk(text, 0);
  return end === text.length && depth <= maxDepth ? parseJson(text) : null;
}
