import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  changedLines,
  type DiffLine,
  type FileDiff,
  hunkRanges,
  isInsideDiff,
  parseDiff,
  serializeDiff,
} from "../../src/core/diff.ts";
import { UsageError } from "../../src/core/errors.ts";

const lines = (...all: string[]) => `${all.join("\n")}\n`;

const gitDiff = lines(
  "diff --git a/src/sum.ts b/src/sum.ts",
  "index 1111111..2222222 100644",
  "--- a/src/sum.ts",
  "+++ b/src/sum.ts",
  "@@ -3,4 +3,5 @@ export function sum() {",
  " const a = 1;",
  "-const b = 2;",
  "+const b = 3;",
  "+const c = 4;",
  "",
  " return a;",
  "@@ -20 +21 @@",
  "-old",
  "+new",
);

const mailedPatch = lines(
  "From 0123456 Mon Sep 17 00:00:00 2001",
  "Subject: [PATCH] Count once",
  "",
  "---",
  " count.py | 2 +-",
  "",
  "diff --git a/count.py b/count.py",
  "--- a/count.py",
  "+++ b/count.py",
  "@@ -1 +1 @@",
  "-n = 0",
  "+n = 1",
  "-- ",
  "2.43.0",
  "",
);

const fixtures: Record<string, string> = {
  "git-style": gitDiff,
  "with CRLF lines": gitDiff.replaceAll("\n", "\r\n"),
  "with CRLF content under LF headers": lines("--- a/x", "+++ b/x", "@@ -1 +1 @@", "-a\r", "+b\r"),
  "plain with time stamps": lines(
    "--- old.c\t2024-01-01 00:00:00.0 +0000",
    "+++ new.c\t2024-01-02",
    "@@ -1 +1 @@",
    "-a",
    "+b",
  ),
  "plain, two files": lines(
    "--- a/x",
    "+++ b/x",
    "@@ -1 +1 @@",
    "-a",
    "+b",
    "--- a/y",
    "+++ b/y",
    "@@ -1 +0,0 @@",
    "-a",
  ),
  "without a last line break": gitDiff.slice(0, -1),
  "of hunks only": lines("@@ -1 +1,2 @@", " a", "+b", "@@ -7,0 +9 @@", "+c"),
  "after a commit message, before a signature": mailedPatch,
  "twice in one mail": mailedPatch + mailedPatch,
  "of a binary patch": lines(
    "diff --git a/i.png b/i.png",
    "index 1..2 100644",
    "GIT binary patch",
    "literal 3",
    "KcmZQzU|?i`U|?WiXaE2J",
    "",
    "literal 0",
    "HcmV?d00001",
    "",
    "",
  ),
  "with a mark for a missing line break": lines(
    "--- a/x",
    "+++ b/x",
    "@@ -1 +1 @@",
    "-a",
    "\\ No newline at end of file",
    "+b",
    "\\ No newline at end of file",
  ),
  "with deleted lines that look like a file header": lines(
    "--- a/x",
    "+++ b/x",
    "@@ -1,2 +1,2 @@",
    "--- a/y",
    "-- b",
    "+++ b/y",
    "++ c",
  ),
  empty: "",
};

const only = (text: string): FileDiff => {
  const files = parseDiff(text);
  expect(files).toHaveLength(1);
  return files[0] as FileDiff;
};

describe("parseDiff", () => {
  test("reads names, ranges and line numbers of a git diff", () => {
    const file = only(gitDiff);
    expect(file).toMatchObject({ path: "src/sum.ts", oldPath: "src/sum.ts", status: "modified" });
    expect(file.header).toHaveLength(4);
    expect(
      file.hunks.map(({ oldStart, oldCount, newStart, newCount }) => [oldStart, oldCount, newStart, newCount]),
    ).toEqual([
      [3, 4, 3, 5],
      [20, 1, 21, 1],
    ]);
    expect(file.hunks[0]?.lines).toEqual([
      { kind: "context", text: "const a = 1;", oldLine: 3, newLine: 3 },
      { kind: "deleted", text: "const b = 2;", oldLine: 4, newLine: null },
      { kind: "added", text: "const b = 3;", oldLine: null, newLine: 4 },
      { kind: "added", text: "const c = 4;", oldLine: null, newLine: 5 },
      { kind: "context", text: "", oldLine: 5, newLine: 6, isStripped: true },
      { kind: "context", text: "return a;", oldLine: 6, newLine: 7 },
    ]);
  });

  test("keeps the carriage return in the text of a CRLF line but not in the path", () => {
    const file = only(fixtures["with CRLF lines"] as string);
    expect(file.path).toBe("src/sum.ts");
    expect(file.hunks[0]?.lines[0]?.text).toBe("const a = 1;\r");
  });

  test("gives hunks without a file header one file with an empty path", () => {
    const file = only(fixtures["of hunks only"] as string);
    expect(file).toMatchObject({ path: "", oldPath: null, newPath: null, status: "modified", header: [] });
    expect(file.hunks).toHaveLength(2);
  });

  test("keeps a commit message in the header and a signature in the trailer", () => {
    const file = only(mailedPatch);
    expect(file.header[1]).toBe("Subject: [PATCH] Count once");
    expect(file.trailer).toEqual(["-- ", "2.43.0", ""]);
    expect(file.hunks[0]?.lines).toHaveLength(2);
  });

  test("takes what follows one mailed patch into the header of the next", () => {
    const [first, second] = parseDiff(mailedPatch + mailedPatch);
    expect(first?.trailer).toEqual([]);
    expect(second?.header[0]).toBe("-- ");
  });

  test("tells a deleted line that begins with dashes from a file header by the counts", () => {
    const file = only(fixtures["with deleted lines that look like a file header"] as string);
    expect(file.hunks[0]?.lines.map((line) => line.text)).toEqual(["-- a/y", "- b", "++ b/y", "+ c"]);
  });

  test("gives the mark for a missing line break no line number", () => {
    const marks = only(fixtures["with a mark for a missing line break"] as string).hunks[0]?.lines.filter(
      (line) => line.kind === "no-newline",
    );
    expect(marks).toHaveLength(2);
    expect(marks?.[0]).toMatchObject({ text: " No newline at end of file", oldLine: null, newLine: null });
  });

  test("reads a diff of 100,000 lines whole", () => {
    const body = Array.from({ length: 100_000 }, (_, index) => `+line ${index}`);
    const text = lines("--- /dev/null", "+++ b/big.txt", "@@ -0,0 +1,100000 @@", ...body);
    expect(changedLines(only(text)).size).toBe(100_000);
    expect(serializeDiff(parseDiff(text)) === text).toBe(true);
  });

  const header = ["--- a/x", "+++ b/x"];
  const refused: [string, string, string][] = [
    [
      "a hunk longer than declared",
      lines(...header, "@@ -1 +1 @@", "-a", "+b", "+c"),
      "line 3: the hunk declares 1 old and 1 new lines, got 1 and 2 up to line 6 (write @@ -1,1 +1,2 @@",
    ],
    [
      "a hunk with an excess line behind an empty one",
      lines(...header, "@@ -1 +1 @@", "-a", "+b", "", "+c"),
      "line 3: the hunk declares 1 old and 1 new lines, got 2 and 3",
    ],
    [
      "a hunk too long on the old side only",
      lines(...header, "@@ -1 +1,2 @@", "-a", "-b", "+c", "+d"),
      "line 3: the hunk declares 1 old and 2 new lines, got 2 and 2",
    ],
    [
      "a hunk cut short by the end",
      lines(...header, "@@ -1,3 +1,3 @@", " a", "-b", "+c"),
      "line 3: the hunk declares 3 old and 3 new lines, got 2 and 2 up to line 6 (write @@ -1,2 +1,2 @@",
    ],
    [
      "a hunk cut short by the next file",
      lines(...header, "@@ -1,2 +1,2 @@", " a", "diff --git a/y b/y"),
      "line 3: the hunk declares 2 old and 2 new lines, got 1 and 1 up to line 4",
    ],
    [
      "a hunk cut short by the next hunk",
      lines(...header, "@@ -1,2 +1,2 @@", " a", "@@ -9 +9 @@", "-a", "+b"),
      "line 3: the hunk declares 2 old",
    ],
    [
      "a hunk header without numbers",
      lines(...header, "@@ ... @@", " a"),
      'line 3: expected @@ -FROM,COUNT +FROM,COUNT @@, got "@@ ... @@"',
    ],
    ["a hunk that begins at line 0", lines(...header, "@@ -0,1 +1 @@", " a"), "line 3: expected lines from 1 on"],
    [
      "a file header followed by lines without a hunk",
      lines(...header, " a", "+b"),
      'line 3: expected a hunk header, got " a"',
    ],
    [
      "text between hunks",
      lines(...header, "@@ -1 +1 @@", "-a", "+b", "and then", "@@ -9 +9 @@", "-a", "+b"),
      'line 6: expected a hunk or a file, got "and then"',
    ],
    ["the diff of a merge", lines("diff --cc x", "@@@ -1,1 -1,1 +1,1 @@@", "++a"), "line 1: got the diff of a merge"],
    [
      "names that cannot be told apart",
      lines("diff --git one two three", "old mode 100644", "new mode 100755"),
      "line 1: expected two file names",
    ],
    ["text that is no diff", "LGTM\n", 'line 1: expected a unified diff, got "LGTM"'],
  ];
  test.each(refused)("refuses %s", (_, text, message) => {
    expect(() => parseDiff(text, "case 7: diff")).toThrow(UsageError);
    expect(() => parseDiff(text, "case 7: diff")).toThrow(`case 7: diff: ${message}`);
  });
});

describe("parseDiff with counts as found", () => {
  const parseFound = (text: string) => parseDiff(text, "case 7: diff", { counts: "as-found" });
  const header = ["--- a/x", "+++ b/x"];

  test("takes a cut hunk as it is: its header as written, its counts those of its lines", () => {
    const text = "@@ -276,7 +278,7 @@ impl Handler {\n     }\n-    old\n+    new";
    const [file] = parseFound(text);
    expect(file?.hunks[0]).toMatchObject({
      header: "@@ -276,7 +278,7 @@ impl Handler {",
      oldStart: 276,
      oldCount: 2,
      newStart: 278,
      newCount: 2,
    });
    expect(file?.hunks[0]?.lines.map(({ oldLine, newLine }) => [oldLine, newLine])).toEqual([
      [276, 278],
      [277, null],
      [null, 279],
    ]);
    expect(serializeDiff(file === undefined ? [] : [file])).toBe(text);
  });

  test("takes a hunk that is too long as it is, and finds its lines", () => {
    const files = parseFound(lines(...header, "@@ -0,0 +1,2 @@", "+a", "+b", "+c"));
    expect(files[0]?.hunks[0]).toMatchObject({ oldStart: 0, oldCount: 0, newStart: 1, newCount: 3 });
    expect(hunkRanges(files[0]!, "new")).toEqual([[1, 3]]);
    expect(isInsideDiff(files, { side: "new", file: "x", lines: [3, 3] })).toBe(true);
  });

  test("gives a side that was left without lines the line before as its start", () => {
    const [file] = parseFound(lines(...header, "@@ -5,3 +7,3 @@", "+a"));
    expect(file?.hunks[0]).toMatchObject({ oldStart: 4, oldCount: 0, newStart: 7, newCount: 1 });
    expect(hunkRanges(file!, "old")).toEqual([]);
  });

  test("reads a diff whose counts are right as it is read by default", () => {
    for (const text of Object.values(fixtures)) expect(parseFound(text)).toEqual(parseDiff(text));
  });

  test.each([
    [
      "text between hunks",
      lines(...header, "@@ -1 +1 @@", "-a", "and then", "@@ -9 +9 @@", "-a"),
      "line 5: expected a",
    ],
    ["a hunk header without numbers", lines(...header, "@@ ... @@", " a"), "line 3: expected @@ -FROM"],
    ["text that is no diff", "LGTM\n", "line 1: expected a unified diff"],
  ])("still refuses %s", (_, text, message) => {
    expect(() => parseFound(text)).toThrow(UsageError);
    expect(() => parseFound(text)).toThrow(`case 7: diff: ${message}`);
  });
});

const lineOf = fc.string({ unit: fc.constantFrom("a", "-", "+", " ", "@", "\\", "`", "é", "\r"), maxLength: 8 });
const bodyLine = fc.record({ kind: fc.constantFrom(" ", "+", "-"), text: lineOf });

/** A hunk as text, with the counts that its lines have. */
const hunkText = fc
  .tuple(
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 99 }),
    fc.array(bodyLine, { minLength: 1, maxLength: 12 }),
  )
  .map(([oldStart, newStart, body]) => {
    const count = (mark: string) => body.filter(({ kind }) => kind === " " || kind === mark).length;
    const header = `@@ -${oldStart},${count("-")} +${newStart},${count("+")} @@`;
    const shown = body.map(({ kind, text }) => (kind === " " && text === "" ? "" : kind + text));
    return { texts: body.map(({ text }) => text), lines: [header, ...shown] };
  });

const fileText = fc.tuple(fc.constantFrom("x", "y z", "src/w"), fc.array(hunkText, { minLength: 1, maxLength: 4 }));

describe("serializeDiff", () => {
  test.each(Object.entries(fixtures))("gives back a diff %s", (_, text) => {
    expect(serializeDiff(parseDiff(text))).toBe(text);
  });

  test("gives back every generated diff, whose lines were all read", () => {
    fc.assert(
      fc.property(fc.array(fileText, { minLength: 1, maxLength: 4 }), fc.boolean(), (files, isTerminated) => {
        const text = lines(
          ...files.flatMap(([name, hunks]) => [
            `diff --git a/${name} b/${name}`,
            `--- a/${name}`,
            `+++ b/${name}`,
            ...hunks.flatMap((hunk) => hunk.lines),
          ]),
        ).slice(0, isTerminated ? undefined : -1);
        // A stripped empty line at the very end of an unterminated text is no line at all.
        fc.pre(isTerminated || !text.endsWith("\n"));
        const parsed = parseDiff(text);
        expect(serializeDiff(parsed)).toBe(text);
        expect(parsed.map((file) => file.path)).toEqual(files.map(([name]) => name));
        expect(parsed.map((file) => file.hunks.map((hunk) => hunk.lines.map((line) => line.text)))).toEqual(
          files.map(([, hunks]) => hunks.map((hunk) => hunk.texts)),
        );
      }),
    );
  });

  test("gives back whatever text parses, and refuses the rest with a usage error", () => {
    const scrap = fc.constantFrom(
      "diff --git a/x b/x",
      "--- a/x",
      "+++ b/x",
      "@@ -1 +1 @@",
      "@@ -1,2 +1,0 @@",
      "-a",
      "+b",
      " c",
      "",
      "\\ No newline",
      "text",
      "-- ",
      "2.1",
      "Binary files a/x and b/x differ",
      "rename from y",
      "rename to z",
    );
    fc.assert(
      fc.property(
        fc.array(scrap, { maxLength: 12 }).map((all) => all.join("\n")),
        (text) => {
          let files: FileDiff[];
          try {
            files = parseDiff(text);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
            return;
          }
          expect(serializeDiff(files)).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("changedLines", () => {
  test("holds the numbers of added lines on the new side", () => {
    expect([...changedLines(only(gitDiff))]).toEqual([4, 5, 21]);
  });

  test("names lines that, with the context, are those of the new text", () => {
    const code = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(code, code, (old, next) => {
        fc.pre(old.join() !== next.join());
        const text = createTwoFilesPatch("a/x", "b/x", lines(...old), lines(...next));
        const file = only(text.slice(text.indexOf("---")));
        const isNew = (line: DiffLine) => line.newLine !== null;
        for (const line of file.hunks.flatMap((hunk) => hunk.lines).filter(isNew)) {
          expect(next[(line.newLine ?? 0) - 1]).toBe(line.text);
        }
        const kept = next.filter((_, index) => !changedLines(file).has(index + 1));
        const deleted = file.hunks.flatMap((hunk) => hunk.lines).filter((line) => line.kind === "deleted");
        expect(kept).toHaveLength(old.length - deleted.length);
      }),
    );
  });
});

describe("hunkRanges", () => {
  test("covers context and changes on the side asked for", () => {
    expect(hunkRanges(only(gitDiff), "new")).toEqual([
      [3, 7],
      [21, 21],
    ]);
    expect(hunkRanges(only(gitDiff), "old")).toEqual([
      [3, 6],
      [20, 20],
    ]);
  });

  test("has no range for a side without lines", () => {
    const added = only(lines("--- /dev/null", "+++ b/x", "@@ -0,0 +1,2 @@", "+a", "+b"));
    expect(hunkRanges(added, "old")).toEqual([]);
    expect(hunkRanges(added, "new")).toEqual([[1, 2]]);
  });
});

describe("isInsideDiff", () => {
  const files = parseDiff(gitDiff);
  const file = "src/sum.ts";

  test("takes lines only when one hunk of that side holds all of them", () => {
    expect(isInsideDiff(files, { side: "new", file, lines: [3, 7] })).toBe(true);
    expect(isInsideDiff(files, { side: "old", file, lines: [3, 7] })).toBe(false);
    expect(isInsideDiff(files, { side: "new", file, lines: [7, 21] })).toBe(false);
  });

  test("asks only for the file where the anchor is a file or names no lines", () => {
    expect(isInsideDiff(files, { side: "file", file, lines: [999, 999] })).toBe(true);
    expect(isInsideDiff(files, { side: "new", file })).toBe(true);
    expect(isInsideDiff(files, { side: "file", file: "src/other.ts" })).toBe(false);
  });

  test("knows a renamed file by its old name on the old side only", () => {
    const renamed = parseDiff(lines("diff --git a/o b/n", "rename from o", "rename to n", "@@ -1 +1 @@", "-a", "+b"));
    expect(isInsideDiff(renamed, { side: "old", file: "o", lines: [1, 1] })).toBe(true);
    expect(isInsideDiff(renamed, { side: "new", file: "o", lines: [1, 1] })).toBe(false);
    expect(isInsideDiff(renamed, { side: "new", file: "n", lines: [1, 1] })).toBe(true);
  });

  test("takes hunks without a file header for those of any file", () => {
    const hunks = parseDiff(lines("@@ -4 +4 @@", "-a", "+b"));
    expect(isInsideDiff(hunks, { side: "new", file: "any.c", lines: [4, 4] })).toBe(true);
    expect(isInsideDiff(hunks, { side: "new", file: "any.c", lines: [5, 5] })).toBe(false);
  });
});
