import type { Finding } from "../review.ts";
import { finishDraft, newDraft, type Draft } from "./draft.ts";
import { maxFindings } from "./limits.ts";
import { createScope, type Scope } from "./scope.ts";

/** Levels of what opens a scope without being a heading: a badge, a bold line, folds in folds, a line before a list. */
export const levels = { badge: 6, bold: 7, fold: 8, leadIn: 20, item: 21 } as const;
const deepestFold = 10;

/** Where reading a review in words stands: what it has found, and what the text above says about the next remark. */
export interface Walk {
  scope: Scope;
  found: { finding: Finding; isAside: boolean }[];
  draft: Draft | null;
  section: "remarks" | "praise" | "aside";
  foldDepth: number;
  /** Depth of the fold whose content is skipped; null when none is. */
  skippedFold: number | null;
  isCapped: boolean;
}

/** The start of a review; `isCapped` says that its text was already cut. */
export function createWalk(isCapped: boolean): Walk {
  return {
    scope: createScope(),
    found: [],
    draft: null,
    section: "remarks",
    foldDepth: 0,
    skippedFold: null,
    isCapped,
  };
}

/** Takes a finding in, unless the review has as many as it may. */
export function keepFinding(walk: Walk, finding: Finding, isAside: boolean): void {
  if (walk.found.length >= maxFindings) walk.isCapped = true;
  else walk.found.push({ finding, isAside });
}

/** Ends the present remark; what became of it is kept. */
export function closeDraft(walk: Walk): void {
  const { draft } = walk;
  walk.draft = null;
  const finding = draft === null ? null : finishDraft(draft);
  if (draft !== null && finding !== null) keepFinding(walk, finding, draft.isAside);
}

/** Ends the present remark and begins another one, under the headings of this place. */
export function openDraft(walk: Walk, text: string, more: Partial<Draft> = {}): Draft {
  closeDraft(walk);
  walk.draft = newDraft(text, walk.scope.current(), { isAside: walk.section === "aside", ...more });
  return walk.draft;
}

/** The level of a fold's summary, which is deeper in a fold within a fold. */
export function foldLevel(walk: Walk): number {
  return levels.fold + Math.min(walk.foldDepth, deepestFold);
}

/** Leaves the innermost fold with all that its summary said. */
export function leaveFold(walk: Walk): void {
  if (walk.skippedFold === null) closeDraft(walk);
  else if (walk.foldDepth <= walk.skippedFold) walk.skippedFold = null;
  walk.scope.leave(foldLevel(walk));
  walk.foldDepth = Math.max(0, walk.foldDepth - 1);
}
