import type { Anchor, LineRange } from "../case.ts";
import type { FileDiff, Hunk } from "../diff.ts";

/** A path as diffs write it: forward slashes, without `./` and without a leading slash. */
export function normalisePath(path: string): string {
  return path
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(\.\/|\/)+/, "");
}

/**
 * The paths that a reviewer can have meant: the same path alone, else those of which one is a whole-folder suffix of the
 * other (`export.py` or `repo/src/export.py` for `src/export.py`), with git's `a/` and `b/` taken off if need be. Of
 * several that the named path ends with only the longest fits: `repo/src/index.ts` is not `index.ts` beside it.
 */
export function fittingPaths(named: string, known: readonly string[]): string[] {
  const path = normalisePath(named);
  const bare = path.replace(/^[ab]\//, "");
  for (const candidate of [path, bare]) if (known.includes(candidate)) return [candidate];
  const [longest] = known
    .filter((other) => other !== "" && bare.endsWith(`/${other}`))
    .toSorted((a, b) => b.length - a.length);
  return known.filter((other) => other === longest || other.endsWith(`/${bare}`));
}

/** The path that a reviewer meant; null when none or several fit. */
export function resolvePath(named: string, known: readonly string[]): string | null {
  const [only, ...others] = fittingPaths(named, known);
  return others.length === 0 ? (only ?? null) : null;
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
    const [start, count] = to === "old" ? [hunk.newStart, hunk.newCount] : [hunk.oldStart, hunk.oldCount];
    const from = firstLine(start, count);
    if (line < from) break;
    if (line < from + count) return translateInside(hunk, line, to);
    const grown = hunk.newCount - hunk.oldCount;
    shift += to === "old" ? -grown : grown;
  }
  return Math.max(1, line + shift);
}

/** A side of a hunk that has no line is headed by the line before it. */
function firstLine(start: number, count: number): number {
  return count === 0 ? start + 1 : start;
}

function translateInside(hunk: Hunk, line: number, to: "old" | "new"): number {
  let last = (to === "old" ? firstLine(hunk.oldStart, hunk.oldCount) : firstLine(hunk.newStart, hunk.newCount)) - 1;
  for (const { oldLine, newLine } of hunk.lines) {
    const [from, target] = to === "old" ? [newLine, oldLine] : [oldLine, newLine];
    if (target !== null) last = target;
    if (from === line) return Math.max(1, last);
  }
  return Math.max(1, last);
}

function lengthOf([from, to]: LineRange): number {
  return to - from + 1;
}

/** Where a finding points, its path resolved against the case. */
export interface Place {
  file: string;
  lines?: LineRange;
  side: "new" | "old";
}

/** The file of a diff that has this path, now or before it was renamed. */
export function fileOf(files: readonly FileDiff[], path: string): FileDiff | undefined {
  return files.find((file) => file.path === path) ?? files.find((file) => file.oldPath === path);
}

/** Whether two paths are one file of the change: the same path, or its names before and after. */
export function isOneFile(files: readonly FileDiff[], path: string, other: string): boolean {
  if (path === other) return true;
  return files.some((file) => [file.path, file.oldPath].includes(path) && [file.path, file.oldPath].includes(other));
}

/** A finding that names more lines than this beyond a bug's own points nowhere: it would be at every bug of the file. */
const mostExtraLines = 30;

/**
 * Lines between a finding's place and a bug's anchor, measured on the anchor's side.
 * @returns 0 for an anchor on the whole file; null when they are in different files, or the finding names no lines or
 * far more of them than the bug has
 */
export function placeDistance(place: Place, anchor: Anchor, files: readonly FileDiff[]): number | null {
  if (!isOneFile(files, place.file, anchor.file)) return null;
  if (anchor.side === "file" || anchor.lines === undefined) return 0;
  if (place.lines === undefined) return null;
  if (lengthOf(place.lines) > lengthOf(anchor.lines) + mostExtraLines) return null;
  const file = place.side === anchor.side ? undefined : fileOf(files, anchor.file);
  return intervalDistance(
    file === undefined ? place.lines : translateLines(file, place.lines, anchor.side),
    anchor.lines,
  );
}
