import type { Anchor, LineRange } from "../case.ts";
import type { FileDiff, Hunk } from "../diff.ts";

/** A path as diffs write it: forward slashes, without `./` and without a leading slash. */
export function normalisePath(path: string): string {
  return path.trim().replaceAll("\\", "/").replace(/^(\.\/|\/)+/, "");
}

/**
 * The path of the case that a reviewer meant: the same path, or the only one of which the other is a whole-folder
 * suffix (`export.py` or `repo/src/export.py` for `src/export.py`), with git's `a/` and `b/` taken off if need be.
 * @returns null when none or several paths fit
 */
export function resolvePath(named: string, known: readonly string[]): string | null {
  const path = normalisePath(named);
  const bare = path.replace(/^[ab]\//, "");
  for (const candidate of [path, bare]) if (known.includes(candidate)) return candidate;
  const fits = known.filter((other) => other.endsWith(`/${bare}`) || bare.endsWith(`/${other}`));
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

/** Lines between two ranges: 0 where they overlap, 1 where they touch. */
export function intervalDistance(a: LineRange, b: LineRange): number {
  if (a[1] < b[0]) return b[0] - a[1];
  if (b[1] < a[0]) return a[0] - b[1];
  return 0;
}

/**
 * The lines of one side of a change that stand where `lines` stand on the other side. A line that exists on one side
 * only maps to the last line before it that exists on both.
 */
export function translateLines(file: FileDiff, lines: LineRange, to: "old" | "new"): LineRange {
  return [translateLine(file, lines[0], to), translateLine(file, lines[1], to)];
}

function translateLine(file: FileDiff, line: number, to: "old" | "new"): number {
  let shift = 0;
  for (const hunk of file.hunks) {
    const [fromStart, fromCount] = to === "old" ? [hunk.newStart, hunk.newCount] : [hunk.oldStart, hunk.oldCount];
    if (line < fromStart) break;
    if (line < fromStart + fromCount) return translateInside(hunk, line, to);
    const grown = hunk.newCount - hunk.oldCount;
    shift += to === "old" ? -grown : grown;
  }
  return Math.max(1, line + shift);
}

function translateInside(hunk: Hunk, line: number, to: "old" | "new"): number {
  let last = (to === "old" ? hunk.oldStart : hunk.newStart) - 1;
  for (const { oldLine, newLine } of hunk.lines) {
    const [from, target] = to === "old" ? [newLine, oldLine] : [oldLine, newLine];
    if (target !== null) last = target;
    if (from === line) return Math.max(1, last);
  }
  return Math.max(1, last);
}

/** Where a finding points, its path resolved against the case. */
export interface Place {
  file: string;
  lines?: LineRange;
  side: "new" | "old";
}

/**
 * Lines between a finding's place and a bug's anchor, measured on the anchor's side.
 * @returns 0 for an anchor on the whole file; null when they are in different files or the finding names no lines
 */
export function placeDistance(place: Place, anchor: Anchor, file: FileDiff | undefined): number | null {
  if (place.file !== anchor.file) return null;
  if (anchor.side === "file" || anchor.lines === undefined) return 0;
  if (place.lines === undefined) return null;
  const isOtherSide = place.side !== anchor.side && file !== undefined;
  return intervalDistance(isOtherSide ? translateLines(file, place.lines, anchor.side) : place.lines, anchor.lines);
}
