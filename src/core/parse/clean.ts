/** Longest message or suggestion that is kept, in UTF-16 units; what follows is cut off. No person reads a longer remark. */
export const maxRemarkLength = 16_384;

// Built from a string: a control character in a literal reads badly in every editor.
const escapeSequence = new RegExp(
  [
    "(?:\\u001B\\[|\\u009B)[0-?]{0,64}[ -/]{0,8}[@-~]",
    "\\u001B\\][^\\u0007\\u001B]{0,2048}(?:\\u0007|\\u001B\\\\)",
    "\\u001B[@-Z\\\\-_]?",
  ].join("|"),
  "g",
);
const controlCharacter = /[^\P{Cc}\n\t]/gu;

/**
 * Strips ANSI escapes and control characters, all but newline and tab, and a byte order mark at the start; every line
 * ending becomes `\n`. Lone surrogates and U+FFFD are text and stay.
 */
export function cleanText(text: string): string {
  const unmarked = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return unmarked
    .replace(escapeSequence, "")
    .replaceAll("\r\n", "\n")
    .replace(/\r+/g, (run) => "\n".repeat(run.length))
    .replace(controlCharacter, "");
}

/** One message, file or suggestion as it enters a finding: cleaned, and cut at `maxRemarkLength`. */
export function cleanRemark(text: string): string {
  const cleaned = cleanText(text);
  return cleaned.length > maxRemarkLength ? cleaned.slice(0, maxRemarkLength) : cleaned;
}
