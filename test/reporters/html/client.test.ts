import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readClient, scriptFiles } from "../../../src/reporters/html/client.ts";
import { diffOf } from "../../fixtures/run-cases.ts";

const folder = new URL("../../../src/reporters/html/client/", import.meta.url);

interface Row {
  kind: string;
  old: number | null;
  new: number | null;
  text: string;
}
interface DiffFile {
  path: string;
  oldPath: string;
  notes: string[];
  added: number;
  removed: number;
  hunks: { header: string; rows: Row[] }[];
}

// The browser's files are plain JavaScript without declarations.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { parseDiff } = (await import(new URL("diff.js", folder).href)) as { parseDiff: (text: string) => DiffFile[] };
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { tokenize } = (await import(new URL("tokens.js", folder).href)) as {
  tokenize: (line: string, language: string) => [string, string][];
};

const rowsOf = (text: string) => parseDiff(text).flatMap((file) => file.hunks.flatMap((hunk) => hunk.rows));

describe("the joined script", () => {
  it("imports and exports nothing and cannot end its own element", async () => {
    const { script } = await readClient();
    expect(script).not.toMatch(/^(import|export)\b/m);
    expect(script).not.toMatch(/<\/script|<!--/i);
  });

  it("never sets markup from text", async () => {
    const { script } = await readClient();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });

  it("joins every file after those that it imports", async () => {
    for (const [index, name] of scriptFiles.entries()) {
      const source = await readFile(new URL(`${name}.js`, folder), "utf8");
      const imported = [...source.matchAll(/^import [^;]* from "\.\/([^"]+)\.js";$/gm)].map((match) => match[1] ?? "");
      expect(imported.filter((other) => scriptFiles.indexOf(other) > index || !scriptFiles.includes(other))).toEqual(
        [],
      );
    }
  });
});

describe("the diff of a case", () => {
  it("numbers old and new lines", () => {
    const [file] = parseDiff(diffOf("a/b.py", "one\ntwo\nthree\n", "one\n2\nthree\nfour\n"));
    expect(file).toMatchObject({ path: "a/b.py", added: 2, removed: 1 });
    expect(file?.hunks[0]?.rows.map((row) => [row.kind, row.old, row.new])).toEqual([
      [" ", 1, 1],
      ["-", 2, null],
      ["+", null, 2],
      [" ", 3, 3],
      ["+", null, 4],
    ]);
  });

  it("takes removed and added lines that look like headings for what they are", () => {
    const rows = rowsOf("--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n--- old remark\n+++ new remark\n same\n");
    expect(rows.map((row) => row.kind + row.text)).toEqual(["--- old remark", "+++ new remark", " same"]);
  });

  it("reads Windows line ends, a missing last newline and stripped blank context", () => {
    const rows = rowsOf(
      "--- a/x\r\n+++ b/x\r\n@@ -1,3 +1,3 @@\r\n a\r\n\r\n-b\r\n+c\r\n\\ No newline at end of file\r\n",
    );
    expect(rows.map((row) => row.kind)).toEqual([" ", " ", "-", "+", "\\"]);
    expect(rows.map((row) => row.text)).toEqual(["a", "", "b", "c", " No newline at end of file"]);
  });

  it("reads renames, new and deleted files", () => {
    const files = parseDiff(
      "diff --git a/old.py b/new.py\nsimilarity index 100%\nrename from old.py\nrename to new.py\n" +
        "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    );
    expect(files.map((file) => [file.oldPath, file.path])).toEqual([
      ["old.py", "new.py"],
      ["gone.py", "gone.py"],
    ]);
    expect(files[1]).toMatchObject({ added: 0, removed: 1 });
  });

  it("does not take a mailed patch's signature, or the next file, for lines of a hunk that was cut", () => {
    expect(rowsOf("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n-- \n2.43.0\n").map(({ text }) => text)).toEqual(["a", "b"]);
    const files = parseDiff("--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n");
    expect(files.map((file) => [file.path, file.hunks[0]?.rows.length])).toEqual([
      ["x", 1],
      ["y", 2],
    ]);
  });

  it("reads quoted names, names without prefixes, and binary files", () => {
    const pathsOf = (text: string) => parseDiff(text).map((file) => [file.oldPath, file.path]);
    expect(pathsOf('--- "a/\\303\\244.c"\n+++ "b/\\303\\244.c"\n@@ -1 +1 @@\n-a\n+b\n')).toEqual([["ä.c", "ä.c"]]);
    expect(pathsOf("diff --git a/x a/x\n--- a/x\n+++ a/x\n@@ -1 +1 @@\n-a\n+b\n")).toEqual([["a/x", "a/x"]]);
    expect(pathsOf("diff --git a/my x.png b/my x.png\nBinary files a/my x.png and b/my x.png differ\n")).toEqual([
      ["my x.png", "my x.png"],
    ]);
    expect(parseDiff("Binary files old/i and new/i differ\n")[0]?.notes).toHaveLength(1);
  });

  it("keeps lines beyond a wrong count, and text that is no diff", () => {
    expect(rowsOf("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n")).toHaveLength(3);
    expect(rowsOf("just\ntext")).toHaveLength(2);
  });
});

describe("syntax colours", () => {
  it("lose no character of the line", () => {
    for (const line of [
      "const a = 'it\\'s' + `x`; // 12",
      'x = "unclosed',
      "# note",
      "SELECT 1 -- one",
      "/* open",
      "",
    ]) {
      for (const language of ["python", "typescript", "sql", "unknown"]) {
        expect(
          tokenize(line, language)
            .map(([, text]) => text)
            .join(""),
        ).toBe(line);
      }
    }
  });

  it("tell comments, strings, numbers and keywords apart", () => {
    expect(tokenize('return f("a", 12) # why', "python")).toEqual([
      ["keyword", "return"],
      ["", " f("],
      ["string", '"a"'],
      ["", ", "],
      ["number", "12"],
      ["", ") "],
      ["comment", "# why"],
    ]);
  });
});
