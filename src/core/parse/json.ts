import type { Finding } from "../review.ts";
import { isBareFinding, readFields } from "./fields.ts";
import type { Segment } from "./fence.ts";
import { findJson, type JsonSpan } from "./json-span.ts";
import { maxFindings } from "./limits.ts";
import { readRemark } from "./remark.ts";
import { isSilence } from "./silence.ts";

export type JsonReview =
  | { kind: "found"; findings: Finding[]; isCapped: boolean }
  | { kind: "differing" }
  | { kind: "none"; isCut: boolean; hasValue: boolean };

interface List {
  findings: Finding[];
  isCapped: boolean;
}

/** What tools call the list of their remarks, the contract's own word first. */
const wrappers = [
  "findings",
  "comments",
  "issues",
  "reviews",
  "review_comments",
  "reviewComments",
  "remarks",
  "problems",
  "results",
  "annotations",
  "code_review",
  "review",
];
const findingsKey = new RegExp(`["'](?:${wrappers.join("|")}|message)["']\\s{0,9}:`);
const jsonLanguages = new Set(["json", "jsonc", "json5", "jsonl", ""]);

/** Whether a fence's info word says that JSON is in it. */
export function isJsonLanguage(language: string): boolean {
  return jsonLanguages.has(language) && language !== "";
}

/** Whether a text looks as though it were meant to hold the findings, read or not. */
export function namesFindings(text: string): boolean {
  return findingsKey.test(text);
}

const hasWords = /[\p{L}\p{N}]/u;

function saysSomething(finding: Finding): boolean {
  if (!hasWords.test(finding.message)) return finding.file !== undefined || finding.lines !== undefined;
  return !isSilence(finding.message);
}

/** The findings of a list; null when it has entries and none of them can be read. */
function readList(entries: readonly unknown[]): List | null {
  const findings: Finding[] = [];
  let hasReadable = entries.length === 0;
  for (const entry of entries) {
    const finding = typeof entry === "string" ? readRemark(entry) : readFields(entry);
    if (finding === null) continue;
    hasReadable = true;
    if (!saysSomething(finding)) continue;
    if (findings.length === maxFindings) return { findings, isCapped: true };
    findings.push(finding);
  }
  return hasReadable ? { findings, isCapped: false } : null;
}

function wrappedList(value: unknown, depth = 0): List | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  for (const name of wrappers) {
    const inner: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (Array.isArray(inner)) return readList(inner);
    const nested = depth === 0 ? wrappedList(inner, 1) : null;
    if (nested !== null) return nested;
  }
  return null;
}

function isListOfRemarks(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "object") || values.every((value) => typeof value === "string");
}

/**
 * Reads the findings of a text's JSON: one list, wrapped or bare, or single findings one after the other (JSON lines).
 * Two lists that differ are no review. Values in fences of another language are quotations.
 */
export function readJson(segments: readonly Segment[]): JsonReview {
  const lists: List[] = [];
  const alone: JsonSpan[] = [];
  let isCut = false;
  let hasValue = false;
  for (const segment of segments) {
    if (segment.kind === "fence" && !jsonLanguages.has(segment.language)) continue;
    const found = findJson(segment.body);
    isCut ||= found.isCut;
    hasValue ||= found.spans.length > 0;
    for (const span of found.spans) {
      const list = wrappedList(span.value);
      if (list !== null) lists.push(list);
      else if (span.isAlone && !found.isCut) alone.push(span);
    }
  }
  if (lists.length === 0) {
    for (const { value } of alone) {
      const list = Array.isArray(value) && isListOfRemarks(value) ? readList(value) : null;
      if (list !== null) lists.push(list);
    }
  }
  if (lists.length === 0) {
    const singles = alone.map((span) => span.value).filter(isBareFinding);
    const list = singles.length === 0 ? null : readList(singles);
    if (list !== null) lists.push(list);
  }
  const [first] = lists;
  if (first === undefined) return { kind: "none", isCut, hasValue };
  const distinct = new Set(lists.map((list) => JSON.stringify(list.findings)));
  return distinct.size === 1 ? { kind: "found", ...first } : { kind: "differing" };
}
