import type { Anchor, LineRange } from "./case.ts";
import type { FileDiff } from "./diff.ts";
import type { DiffLine, Hunk } from "./diff-hunk.ts";

/** Changed lines of a hunk with no unchanged one between them. */
export interface ChangeBlock {
  deleted: DiffLine[];
  added: DiffLine[];
  /** The new line before and after the block; null where its hunk has none there. */
  before: number | null;
  after: number | null;
}

/** The blocks of changed lines of a hunk, in order. */
export function changeBlocks({ lines }: Hunk): ChangeBlock[] {
  const blocks: ChangeBlock[] = [];
  let open: ChangeBlock | null = null;
  let before: number | null = null;
  for (const line of lines) {
    if (line.kind === "no-newline") continue;
    if (line.kind === "context") {
      if (open !== null) open.after = line.newLine;
      open = null;
      before = line.newLine;
    } else {
      if (open === null) blocks.push((open = { deleted: [], added: [], before, after: null }));
      open[line.kind].push(line);
    }
  }
  return blocks;
}

/** Where a block is: its added lines, or, where it only deletes, the deleted ones on the old side. */
export function blockAnchor({ deleted, added }: ChangeBlock, { path, oldPath }: FileDiff): Anchor {
  const lines = rangeOf(added.map((line) => line.newLine));
  if (lines !== null) return { side: "new", file: path, lines };
  const gone = rangeOf(deleted.map((line) => line.oldLine));
  return { side: "old", file: oldPath ?? path, ...(gone === null ? {} : { lines: gone }) };
}

/**
 * Where a block is in the new file: its added lines, or the lines around what was only deleted; null where the hunk has
 * no line on that side.
 */
export function newLinesOf({ added, before, after }: ChangeBlock): LineRange | null {
  return rangeOf(added.map((line) => line.newLine)) ?? rangeOf([before, after]);
}

function rangeOf(lines: readonly (number | null)[]): LineRange | null {
  const known = lines.filter((line) => line !== null);
  const [first, last] = [known[0], known.at(-1)];
  return first === undefined || last === undefined ? null : [first, last];
}
