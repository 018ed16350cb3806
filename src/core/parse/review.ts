import type { Review } from "../review.ts";
import { cleanText } from "./clean.ts";
import { splitFences, type Segment } from "./fence.ts";
import { isJsonLanguage, namesFindings, readJson } from "./json.ts";
import { readProse } from "./prose.ts";
import { wholeJson } from "./json-span.ts";
import { dropReasoning } from "./reasoning.ts";
import { isRefusal } from "./refusal.ts";
import { plainWords } from "./silence.ts";

export { keepsContract } from "./contract.ts";
export { maxFindings } from "./limits.ts";
export { isRefusal } from "./refusal.ts";

/**
 * What a generation's text says. `form` tells how it was written, `empty` being a text without a word; `isCapped` is set
 * where findings beyond the first 1,000, or text beyond the first two million characters of prose, were left out.
 * `ok: false` is the outcome `invalid`: text that was meant as JSON and cannot be read as findings.
 */
export type ParsedReview =
  | { ok: true; review: Review; form: "json" | "prose" | "empty"; isCapped?: true }
  | { ok: false; reason: string };

type Fence = Extract<Segment, { kind: "fence" }>;

const jsonStart = /^(?:\{\s{0,99}(?:["'{}]|\w{1,40}\s{0,9}:|$)|\[\s{0,99}(?:[{["']|\]\s{0,99}$|$))/;
const findingsLine = /^[ \t]{0,9}[{[]\s{0,99}(?:\{\s{0,99})?"(?:findings|file|path|message)"\s{0,9}:/m;

function isMeantAsJson(answer: string, fences: readonly Fence[], texts: string): boolean {
  return jsonStart.test(answer) || wholeJson(answer) !== null || fences.length > 0 || findingsLine.test(texts);
}

function review(
  form: "json" | "prose" | "empty",
  read: { findings: Review["findings"]; isCapped: boolean },
): ParsedReview {
  return { ok: true, review: { findings: read.findings }, form, ...(read.isCapped ? { isCapped: true } : {}) };
}

/** Whether every JSON fence is data that a review in words quotes: closed, and naming no field of a finding. */
function isQuotedData(answer: string, fences: readonly Fence[], texts: string): boolean {
  if (jsonStart.test(answer) || findingsLine.test(texts)) return false;
  return fences.every((fence) => fence.isClosed && !namesFindings(fence.body));
}

/**
 * Reads a generation as a review: JSON in any of the shapes that models write, or remarks in words. Never throws, and is
 * linear in the length of the text. Prose is never invalid; praise, silence and refusals have no findings.
 */
export function parseReview(text: string): ParsedReview {
  const answer = dropReasoning(cleanText(text)).trim();
  const segments = splitFences(answer);
  const json = readJson(segments);
  if (json.kind === "found") return review("json", json);
  if (json.kind === "differing") {
    return { ok: false, reason: "expected one JSON object with findings, got several that differ (answer once)" };
  }
  const fences = segments
    .filter((segment) => segment.kind === "fence")
    .filter((fence) => isJsonLanguage(fence.language));
  const texts = segments.map((segment) => (segment.kind === "text" ? segment.body : "")).join("\n");
  if (!isMeantAsJson(answer, fences, texts)) return readWords(answer);
  if (fences.length > 0 && isQuotedData(answer, fences, texts)) {
    const prose = readProse(answer);
    if (prose.findings.length > 0) return review("prose", prose);
  }
  const got = json.isCut
    ? "JSON that is cut off"
    : json.hasValue || wholeJson(answer) !== null
      ? "JSON without findings"
      : "malformed JSON";
  return { ok: false, reason: `expected a JSON object {"findings": [...]}, got ${got}` };
}

function readWords(answer: string): ParsedReview {
  if (isRefusal(answer)) return review("prose", { findings: [], isCapped: false });
  const prose = readProse(answer);
  const isWordless = prose.findings.length === 0 && plainWords(answer.slice(0, 10_000)) === "";
  return review(isWordless ? "empty" : "prose", prose);
}
