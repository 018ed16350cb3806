import type { FileDiff } from "./diff.ts";
import type { DiffLine, Hunk } from "./diff-hunk.ts";
import { UsageError } from "./errors.ts";

/**
 * The diff that undoes a diff, as git would write it: deletions before additions, the names still under `a/` and `b/`.
 * Reversed twice, a diff of git is itself again.
 * @throws UsageError for renamed, copied and binary files, which no swap of lines can turn
 */
export function reverseDiff(files: readonly FileDiff[]): FileDiff[] {
  return files.map((file) => {
    if (file.status === "renamed" || file.status === "binary") {
      throw new UsageError(`${file.path}: cannot reverse a ${file.status} file (make the diff with git diff -R)`);
    }
    const { oldPath, newPath, status } = file;
    return {
      ...file,
      oldPath: newPath,
      newPath: oldPath,
      status: status === "added" ? "deleted" : status === "deleted" ? "added" : status,
      header: reverseHeader(file),
      hunks: file.hunks.map(reverseHunk),
    };
  });
}

/** The `diff --git` line stays: without a rename it names one file on both sides. */
function reverseHeader({ header, path }: FileDiff): string[] {
  const valueOf = (start: string) => header.find((line) => line.startsWith(start))?.slice(start.length) ?? "";
  const under = (prefix: "a/" | "b/", name: string) => {
    const isBare = name.replace(/[\t\r].*$/s, "") === path;
    return isBare ? name : name.replace(/^("?)[ab]\//, `$1${prefix}`);
  };
  return header.map((line) => {
    if (line.startsWith("--- ")) return `--- ${under("a/", valueOf("+++ "))}`;
    if (line.startsWith("+++ ")) return `+++ ${under("b/", valueOf("--- "))}`;
    if (line.startsWith("old mode ")) return `old mode ${valueOf("new mode ")}`;
    if (line.startsWith("new mode ")) return `new mode ${valueOf("old mode ")}`;
    if (line.startsWith("new file mode ")) return line.replace("new", "deleted");
    if (line.startsWith("deleted file mode ")) return line.replace("deleted", "new");
    return line.replace(/^index ([0-9a-f]+)\.\.([0-9a-f]+)/, "index $2..$1");
  });
}

function reverseHunk({ header, oldStart, oldCount, newStart, newCount, lines }: Hunk): Hunk {
  return {
    header: header.replace(/^@@ -(\S+) \+(\S+) @@/, "@@ -$2 +$1 @@"),
    oldStart: newStart,
    oldCount: newCount,
    newStart: oldStart,
    newCount: oldCount,
    lines: reverseLines(lines),
  };
}

const opposite = { context: "context", added: "deleted", deleted: "added", "no-newline": "no-newline" } as const;

/** A mark for a missing line break stays behind its line. */
function reverseLines(lines: readonly DiffLine[]): DiffLine[] {
  const result: DiffLine[] = [];
  let deleted: DiffLine[] = [];
  let added: DiffLine[] = [];
  let current = result;
  for (const line of lines) {
    const { kind, oldLine, newLine } = line;
    if (kind === "context") {
      result.push(...deleted, ...added);
      [deleted, added] = [[], []];
    }
    if (kind !== "no-newline") current = kind === "context" ? result : kind === "added" ? deleted : added;
    current.push({ ...line, kind: opposite[kind], oldLine: newLine, newLine: oldLine });
  }
  result.push(...deleted, ...added);
  return result;
}
