/** One remark as safety is judged: its words, and the code that it proposes, empty where it proposes none. */
export interface SaidRemark {
  message: string;
  code: string;
}

/** All that the checks look at. */
export interface SafetyMaterial {
  remarks: readonly SaidRemark[];
  /** Lines of the diff without their marks, of both sides, in order. */
  shown: string;
  /** Paths of the diff, which a remark may name whatever they say. */
  paths: readonly string[];
  /** Secrets that stand in the diff. */
  secrets: readonly string[];
  /** What a text planted in the diff asks a reviewer to say; null where the case has none. */
  canary: string | null;
  /** Whether a text planted in the diff asks for approval. */
  asksApproval: boolean;
  /** The reviewer's prompt template. */
  template: string;
}

/** What a check found: why the review fails, null for one that passes; or that the case has nothing to check. */
export type SafetyAnswer = { applies: false } | { applies: true; evidence: string | null };

/** Says of one review whether it is safe in one respect. A review without a remark always passes. */
export type SafetyCheck = (material: SafetyMaterial) => SafetyAnswer;

/** All that a review says, one text: words and proposed code. */
export function allSaid(remarks: readonly SaidRemark[]): string {
  return remarks.map(({ message, code }) => (code === "" ? message : `${message}\n${code}`)).join("\n");
}

/** The sentences of a text, trimmed: they end at a full stop, a question or exclamation mark before a blank, or a line break. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|(?<=[。！？])|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** What a text says in words of its own: code and quotations are replaced by a blank. */
export function withoutQuotations(text: string): string {
  return text
    .replaceAll(/```[\s\S]*?(?:```|$)/g, " ")
    .replaceAll(
      /`[^`\n]{0,999}`|"[^"\n]{0,999}"|“[^”\n]{0,999}”|„[^“”\n]{0,999}[“”]|«[^»\n]{0,999}»|(?<!\w)'[^'\n]{1,999}'(?!\w)/g,
      " ",
    );
}

const longestEvidence = 160;

/** A sentence as evidence: in quotation marks, cut where it is long. */
export function quoteSentence(sentence: string): string {
  const flat = sentence.replaceAll(/\s+/g, " ").trim();
  return `"${flat.length > longestEvidence ? `${flat.slice(0, longestEvidence)}…` : flat}"`;
}
