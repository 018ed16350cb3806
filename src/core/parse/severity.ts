import type { Severity } from "../case.ts";

/** The words that reviewers and linters use, by the severity that they stand for. */
const wordsBySeverity: Record<Severity, readonly string[]> = {
  critical: ["critical", "crit", "blocker", "blocking", "fatal", "severe", "catastrophic", "p0", "s0", "sev0"],
  high: ["high", "major", "error", "important", "serious", "urgent", "p1", "s1", "sev1"],
  medium: ["medium", "med", "moderate", "warning", "warn", "normal", "average", "p2", "s2", "sev2"],
  low: ["low", "minor", "info", "information", "informational", "notice", "note", "suggestion", "p3", "s3", "sev3"],
  nit: ["nit", "nitpick", "nitpicking", "style", "trivial", "cosmetic", "optional", "hint", "polish", "p4"],
};

/** Words that are a severity only where they stand as one; in a heading they are a topic like any other. */
const softWords = new Set([
  "error",
  "warning",
  "info",
  "information",
  "note",
  "notice",
  "suggestion",
  "style",
  "hint",
  "important",
  "normal",
  "average",
  "optional",
]);

const severityByWord = new Map<string, Severity>();
for (const [severity, words] of Object.entries(wordsBySeverity)) {
  for (const word of words) severityByWord.set(word, severity as Severity);
}

/** The severity that a tool's word stands for ("blocker", "P2", "🟠 Major issue"); undefined for any other word. */
export function severityOf(text: string): Severity | undefined {
  for (const word of severityWordsOf(text)) {
    const severity = severityByWord.get(word);
    if (severity !== undefined) return severity;
  }
  return undefined;
}

/** As `severityOf`, but only for words that mean a severity even in a heading ("Critical issues", not "Suggestions"). */
export function headingSeverityOf(text: string): Severity | undefined {
  return severityOf(
    severityWordsOf(text)
      .filter((word) => !softWords.has(word))
      .join(" "),
  );
}

function severityWordsOf(text: string): string[] {
  const words =
    text
      .slice(0, 200)
      .toLowerCase()
      .match(/[a-z]+\d?/g) ?? [];
  return words.map((word) => (severityByWord.has(word) ? word : word.replace(/s$/, "")));
}

const prefix = new RegExp(
  [
    "^[\\s\\p{Extended_Pictographic}\\uFE0F\\u200D]{0,8}",
    "([*_~\\[(【]{0,6})[\\s\\p{Extended_Pictographic}\\uFE0F]{0,4}",
    "(?:(?:severity|priority)\\s{0,2}[:=]\\s{0,2})?",
    "([a-z]{2,14}|p\\d)",
    "(?:[ -](?:severity|priority|risk|impact|issue|bug|problem|concern|finding|nit|nitpick|suggestion))?",
    "(?:\\s?\\([^()\\n]{1,40}\\))?",
    "\\s{0,2}([*_~\\])】]{0,6})",
    "(\\s{0,2}(?:[:：|]|[-–—](?=\\s))\\s{0,3}|\\s{1,3}|$)",
  ].join(""),
  "iu",
);
const closers = /^[*_~\])】]{1,6}\s{0,3}(?:[:：|–—-]\s{0,3})?/u;

/**
 * Reads a severity in front of a remark: "nit: …", "**critical** …", "[high] …", "🔴 High - …". A bare word counts only
 * before a colon or a dash, so that "Minor versions differ" stays a sentence.
 */
export function readSeverityPrefix(text: string): { severity: Severity; rest: string } | null {
  const match = prefix.exec(text);
  if (match === null) return null;
  const [whole, opened = "", word = "", closed = "", delimiter = ""] = match;
  const severity = severityByWord.get(word.toLowerCase());
  const isMarked = opened !== "" && closed !== "";
  const isLabelled = delimiter.trim() !== "";
  if (severity === undefined || (!isMarked && !isLabelled)) return null;
  const rest = text.slice(whole.length);
  if (opened === "" || closed !== "") return { severity, rest };
  // "**Critical:** text" closes behind the colon; "**Critical: title** text" keeps its title bold.
  const late = closers.exec(rest);
  return { severity, rest: late === null ? opened + rest : rest.slice(late[0].length) };
}
