import type { Finding } from "../review.ts";
import { cleanRemark, maxRemarkLength } from "./clean.ts";
import { confidenceFrom } from "./fields.ts";
import type { Label, LabelKind } from "./labels.ts";
import { lineRange, readPlace } from "./place.ts";
import { readRemark, type RemarkScope } from "./remark.ts";
import { severityOf } from "./severity.ts";
import { isSilence, plainWords } from "./silence.ts";

/** A finding while its parts are still being read. */
export interface Draft {
  parts: string[];
  length: number;
  labels: Map<LabelKind, string>;
  scope: RemarkScope;
  suggestion?: string;
  /** Indentation of the list item that it is; null for a paragraph or a heading. */
  indent: number | null;
  isOrdered: boolean;
  /** Whether what follows belongs to it: a heading's section, a place or a title that waits for its text. */
  isOpen: boolean;
  /** Whether it is a heading that surely is one finding, with all of its section. */
  isWhole: boolean;
  /** True for a title that is no finding unless text follows it. */
  needsBody: boolean;
  /** True inside a summary or a quotation, which count only where the review says nothing else. */
  isAside: boolean;
}

/** A remark that begins with a text, under the headings of `scope`. */
export function newDraft(text: string, scope: RemarkScope, more: Partial<Draft> = {}): Draft {
  return {
    parts: text === "" ? [] : [text],
    length: text.length,
    labels: new Map(),
    scope,
    indent: null,
    isOrdered: false,
    isOpen: false,
    isWhole: false,
    needsBody: false,
    isAside: false,
    ...more,
  };
}

/** Adds a piece of text to a remark; what lies beyond the longest remark is not even collected. */
export function extendDraft(draft: Draft, text: string): void {
  draft.needsBody = false;
  if (draft.length > maxRemarkLength || text === "") return;
  draft.parts.push(text);
  draft.length += text.length;
}

/** Takes what a labelled line says into a remark; the first value of a label stays. */
export function labelDraft(draft: Draft, label: Label, line: string): void {
  draft.needsBody = false;
  if (label.kind === "more") extendDraft(draft, line);
  else if (label.kind === "message") extendDraft(draft, label.value);
  if (!draft.labels.has(label.kind)) draft.labels.set(label.kind, label.value);
}

function labelledPlace(labels: ReadonlyMap<LabelKind, string>): Pick<Finding, "file" | "lines"> {
  const stated = readPlace(`${labels.get("file") ?? ""} ${labels.get("place") ?? ""}`);
  const named = labels.get("file")?.replace(/^[`*_"\s]{1,8}|[`*_"\s]{1,8}$/g, "");
  const numbers = labels.get("lines")?.match(/\d{1,12}/g) ?? [];
  const lines = numbers.length === 0 ? stated.lines : lineRange(Number(numbers[0]), Number(numbers[1] ?? numbers[0]));
  const file =
    stated.file ?? (named === undefined || named === "" || /\s/.test(named) ? undefined : cleanRemark(named));
  return { ...(file === undefined ? {} : { file }), ...(lines === undefined ? {} : { lines }) };
}

/** The finding that a draft became; null when its parts say nothing, or only praise. */
export function finishDraft(draft: Draft): Finding | null {
  if (draft.needsBody) return null;
  const text = draft.parts.join("\n").trim();
  const read = readRemark(text, draft.scope);
  if (plainWords(read.message.slice(0, 2_000)) === "" && draft.suggestion === undefined) return null;
  if (isSilence(read.message) && draft.suggestion === undefined) return null;
  const severity = severityOf(draft.labels.get("severity") ?? "") ?? read.severity;
  const category = draft.labels.get("category")?.replace(/[*_`]/g, "").trim();
  const confidence = confidenceFrom(draft.labels.get("confidence"));
  return {
    ...read,
    ...labelledPlace(draft.labels),
    ...(severity === undefined ? {} : { severity }),
    ...(category === undefined || category === "" ? {} : { category }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(draft.suggestion === undefined ? {} : { suggestion: draft.suggestion }),
  };
}
