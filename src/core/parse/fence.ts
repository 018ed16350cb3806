/** A stretch of a text: outside of code fences, or the body of one. `language` is the lower-case info word. */
export type Segment =
  | { kind: "text"; body: string }
  | { kind: "fence"; language: string; body: string; isClosed: boolean };

/** Fences beyond this many are read as text: a review of a hundred thousand fences is garbage. */
const maxSegments = 20_000;

const fenceLine = /^(?:[ \t]{0,12}|[ \t]{0,4}[-*+][ \t]{1,3})(`{3,}|~{3,})([^\n]*)$/gm;

/** Removes up to `width` leading blanks of each line, so that a fence in a list item gives its code as written. */
function outdent(body: string, width: number): string {
  if (width === 0) return body;
  const indentation = new RegExp(`^[ \\t]{1,${width}}`, "gm");
  return body.replace(indentation, "");
}

/**
 * Splits a text at its code fences (three or more backticks or tildes at the start of a line, closed by at least as many
 * without an info word). Linear; an unclosed fence runs to the end and says so.
 */
export function splitFences(text: string): Segment[] {
  const segments: Segment[] = [];
  let textFrom = 0;
  let open: { mark: string; language: string; bodyFrom: number; width: number } | null = null;
  for (const match of text.matchAll(fenceLine)) {
    if (segments.length >= maxSegments) break;
    const mark = match[1] ?? "";
    const info = (match[2] ?? "").trim();
    const after = Math.min(text.length, match.index + match[0].length + 1);
    if (open === null) {
      if (info.includes("`")) continue;
      if (match.index > textFrom) segments.push({ kind: "text", body: text.slice(textFrom, match.index) });
      const language = (/^[^\s{:]{0,40}/.exec(info)?.[0] ?? "").toLowerCase();
      open = { mark, language, bodyFrom: after, width: match[0].indexOf(mark) };
    } else if (info === "" && mark[0] === open.mark[0] && mark.length >= open.mark.length) {
      const body = text.slice(open.bodyFrom, Math.max(open.bodyFrom, match.index - 1));
      segments.push({ kind: "fence", language: open.language, body: outdent(body, open.width), isClosed: true });
      open = null;
      textFrom = after;
    }
  }
  if (open !== null) {
    const body = outdent(text.slice(open.bodyFrom), open.width);
    segments.push({ kind: "fence", language: open.language, body, isClosed: false });
  } else if (textFrom < text.length) {
    segments.push({ kind: "text", body: text.slice(textFrom) });
  }
  return segments;
}
