import type { Case } from "./case.ts";
import { type FileDiff, parseDiff, serializeDiff } from "./diff.ts";
import { Finding, type Review } from "./review.ts";

/** What one request carries: a whole case, one of its files or one of its hunks. */
export interface Part {
  /** 0-based, in the order of the diff. */
  index: number;
  diff: string;
  /** Complete new text by path, of the part's own files; absent when the case has none of them. */
  files?: Record<string, string>;
}

/**
 * Splits a case into the parts that are put to a reviewer one by one; there is always at least one. A file or hunk keeps
 * the header of its file. Files without hunks (binary, mode only) have a part of their own in the unit `file`, and in
 * the unit `hunk` only when the case has no hunk at all.
 * @throws UsageError for a diff that cannot be read, except in the unit `case`, which does not read it
 */
export function partsOf(source: Pick<Case, "id" | "diff" | "files">, unit: "case" | "file" | "hunk"): Part[] {
  if (unit === "case") return [partOf(0, source.diff, source.files)];
  const files = parseDiff(source.diff, `case ${source.id}: diff`);
  const hunks = files.flatMap((file) => file.hunks.map((hunk) => withoutEnd({ ...file, hunks: [hunk] })));
  const pieces = unit === "hunk" && hunks.length > 0 ? hunks : files;
  if (pieces.length === 0) return [partOf(0, source.diff, source.files)];
  return pieces.map((piece, index) => partOf(index, serializeDiff([piece]), filesOf(piece, source.files)));
}

/**
 * One review out of those of a case's parts, in order. A finding that an earlier part has as well (all fields equal) is
 * said once; what one part says twice counts twice, as it does where there is one part only.
 */
export function mergeReviews(reviews: readonly Review[]): Review {
  const kept = new Map<string, number>();
  const findings: Finding[] = [];
  for (const review of reviews) {
    const own = new Map<string, number>();
    for (const finding of review.findings) {
      const key = JSON.stringify(findingFields.map((field) => finding[field] ?? null));
      const count = (own.get(key) ?? 0) + 1;
      own.set(key, count);
      if (count <= (kept.get(key) ?? 0)) continue;
      kept.set(key, count);
      findings.push(finding);
    }
  }
  return { findings };
}

const findingFields = Object.keys(Finding.shape) as (keyof Finding)[];

function partOf(index: number, diff: string, files: Record<string, string> | undefined): Part {
  return files === undefined ? { index, diff } : { index, diff, files };
}

/** A file without what only its end in the whole diff explains: the trailer and a missing last line break. */
function withoutEnd(file: FileDiff): FileDiff {
  const { isUnterminated: _, ...rest } = file;
  return { ...rest, trailer: [] };
}

/** A diff without file headers has an empty path and may be of any file, so it keeps all of them. */
function filesOf(file: FileDiff, files: Record<string, string> | undefined): Record<string, string> | undefined {
  if (files === undefined || file.path === "") return files;
  const own = Object.entries(files).filter(([path]) => path === file.path || path === file.oldPath);
  return own.length === 0 ? undefined : Object.fromEntries(own);
}
