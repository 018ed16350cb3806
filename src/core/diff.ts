import type { Anchor, LineRange } from "./case.ts";
import { type FileIdentity, identifyFile, isBinaryNotice } from "./diff-header.ts";
import { type Hunk, type HunkCounts, isHunkStart, isMarkerPair, isStrayBody, quote, readHunk } from "./diff-hunk.ts";
import { UsageError } from "./errors.ts";

export type { DiffLine, Hunk } from "./diff-hunk.ts";

/** The changes of one file. */
export interface FileDiff extends FileIdentity {
  /** All lines before the first hunk as written, with the text since the file before (such as a commit message). */
  header: string[];
  hunks: Hunk[];
  /** Lines after the last hunk of the last file, such as the signature of a mailed patch. */
  trailer: string[];
  /** Set on the last file when the diff does not end with a line break. */
  isUnterminated?: true;
}

/**
 * Reads a unified diff, of git or plain, in one pass. Text before and between files is kept in headers; hunks without
 * any file header become one file with an empty path.
 * @param place what errors call the text, such as `case 12: diff`
 * @param reading `counts: "as-found"` takes hunks that are longer or shorter than they declare as they are
 * @throws UsageError with the line number for text that holds no diff, merges (`diff --cc`), malformed hunk headers and,
 * unless counts are taken as found, hunks that are longer or shorter than they declare
 */
export function parseDiff(
  text: string,
  place = "diff",
  { counts = "declared" }: { counts?: HunkCounts } = {},
): FileDiff[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const isUnterminated = lines.at(-1) !== "";
  if (!isUnterminated) lines.pop();

  const files: FileDiff[] = [];
  let loose: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const file = files.at(-1);
    const isHunk = isHunkStart(line) || (line.startsWith("@@") && file !== undefined && loose.length === 0);
    if (isFileStart(lines, at) || (isHunk && file === undefined)) {
      const end = isHunk ? at : headerEnd(lines, at);
      files.push(startFile(lines, at, end, loose, place));
      loose = [];
      at = end;
    } else if (isHunk && file !== undefined) {
      if (loose.length > 0) throw looseTextError(lines, at, loose.length, place);
      const hunk = readHunk(lines, at, place, counts);
      file.hunks.push(hunk);
      at += 1 + hunk.lines.length;
    } else {
      loose.push(line);
      at += 1;
    }
  }

  const last = files.at(-1);
  if (last === undefined) {
    throw new UsageError(`${place}: line 1: expected a unified diff, got ${quote(lines[0])} (make one with git diff)`);
  }
  last.trailer = loose;
  if (isUnterminated) last.isUnterminated = true;
  return files;
}

/** The text of a diff. Equal to the input, byte for byte, for what `parseDiff` returned. */
export function serializeDiff(files: readonly FileDiff[]): string {
  const lines: string[] = [];
  for (const file of files) {
    for (const line of file.header) lines.push(line);
    for (const hunk of file.hunks) {
      lines.push(hunk.header);
      for (const line of hunk.lines) lines.push(line.isStripped ? line.text : marks[line.kind] + line.text);
    }
    for (const line of file.trailer) lines.push(line);
  }
  if (lines.length === 0) return "";
  return lines.join("\n") + (files.at(-1)?.isUnterminated ? "" : "\n");
}

/** The line ranges that a file's hunks cover on one side, in order. A hunk without lines on that side has none. */
export function hunkRanges(file: FileDiff, side: "new" | "old"): LineRange[] {
  return file.hunks.flatMap((hunk): LineRange[] => {
    const [start, count] = side === "new" ? [hunk.newStart, hunk.newCount] : [hunk.oldStart, hunk.oldCount];
    return count === 0 ? [] : [[start, start + count - 1]];
  });
}

/**
 * Whether an anchor points at something that the diff shows: all its lines inside one hunk on its side, or, for the
 * side `file` and for an anchor without lines, its file. Hunks without a file header may be of any file.
 */
export function isInsideDiff(files: readonly FileDiff[], anchor: Anchor): boolean {
  const { side, lines } = anchor;
  const sameFile = files.filter(
    (file) => file.path === "" || file.path === anchor.file || (side !== "new" && file.oldPath === anchor.file),
  );
  if (side === "file" || lines === undefined) return sameFile.length > 0;
  return sameFile.some((file) => hunkRanges(file, side).some(([from, to]) => from <= lines[0] && lines[1] <= to));
}

/** The numbers of the lines that a diff adds to a file, on the new side. */
export function changedLines(file: FileDiff): Set<number> {
  const added = file.hunks.flatMap((hunk) => hunk.lines.filter((line) => line.kind === "added"));
  return new Set(added.flatMap((line) => line.newLine ?? []));
}

const marks = { context: " ", added: "+", deleted: "-", "no-newline": "\\" } as const;

function isFileStart(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? "";
  return line.startsWith("diff -") || isMarkerPair(lines, at) || isBinaryNotice(line);
}

/** The index behind a file's header: behind its `+++` line, or where its first hunk or the next file begins. */
function headerEnd(lines: readonly string[], start: number): number {
  if (isMarkerPair(lines, start)) return start + 2;
  if (!lines[start]?.startsWith("diff -")) return start + 1;
  for (let at = start + 1; at < lines.length; at += 1) {
    if (isMarkerPair(lines, at)) return at + 2;
    if (lines[at]?.startsWith("diff -") || lines[at]?.startsWith("@@")) return at;
  }
  return lines.length;
}

function startFile(lines: readonly string[], at: number, end: number, loose: string[], place: string): FileDiff {
  const own = lines.slice(at, end);
  if (/^diff --(cc|combined) /.test(own[0] ?? "")) {
    throw new UsageError(
      `${place}: line ${at + 1}: got the diff of a merge (make one against one parent: git diff A B)`,
    );
  }
  const identity = identifyFile(own);
  if (identity === null) {
    throw new UsageError(
      `${place}: line ${at + 1}: expected two file names, got ${quote(own[0])} (write diff --git a/NAME b/NAME)`,
    );
  }
  if (isMarkerPair(lines, end - 2) && isStrayBody(lines, end)) {
    throw new UsageError(
      `${place}: line ${end + 1}: expected a hunk header, got ${quote(lines[end])} (write @@ -FROM,COUNT +FROM,COUNT @@)`,
    );
  }
  return { ...identity, header: loose.concat(own), hunks: [], trailer: [] };
}

function looseTextError(lines: readonly string[], at: number, count: number, place: string): UsageError {
  const from = at - count;
  return new UsageError(
    `${place}: line ${from + 1}: expected a hunk or a file, got ${quote(lines[from])} between two hunks of a file (remove it)`,
  );
}
