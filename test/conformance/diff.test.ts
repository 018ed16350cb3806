import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FileDiff, parseDiff, serializeDiff } from "../../src/core/diff.ts";
import { UsageError } from "../../src/core/errors.ts";
import { declaredRight, miscounted, textOf } from "../fixtures/diffs.ts";
import { dataFolder } from "./data.ts";

interface Row {
  kind: string;
  old: number | null;
  new: number | null;
  text: string;
}

interface Shown {
  path: string;
  hunks: { header: string; rows: Row[] }[];
}

const client = new URL("../../src/reporters/html/client/diff.js", import.meta.url);
// The browser's files are plain JavaScript without declarations.
const { parseDiff: showDiff } = (await import(client.href)) as { parseDiff: (text: string) => Shown[] };

const marks = { context: " ", added: "+", deleted: "-", "no-newline": "\\" } as const;
const withoutReturn = (text: string) => text.replace(/\r$/, "");

/** What the report's page must show of a diff: the same files, hunks, lines and numbers. */
function asShown(files: readonly FileDiff[]): Shown[] {
  return files.map(({ path, hunks }) => ({
    path,
    hunks: hunks.map(({ header, lines }) => ({
      header: withoutReturn(header),
      rows: lines.map(({ kind, text, oldLine, newLine }) => ({
        kind: marks[kind],
        old: oldLine,
        new: newLine,
        text: withoutReturn(text),
      })),
    })),
  }));
}

const shown = (text: string): Shown[] =>
  showDiff(text).map(({ path, hunks }) => ({ path, hunks: hunks.map(({ header, rows }) => ({ header, rows })) }));

/** What the default reading takes; null where it refuses the text. */
function readDeclared(text: string): FileDiff[] | null {
  try {
    return parseDiff(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return null;
  }
}

const isDeclaredRight = (text: string) => readDeclared(text) !== null;

/** Reads a diff as found, writes it back, counts its lines, and finds it no different where its counts are right. */
function expectFound(text: string): FileDiff[] {
  const found = parseDiff(text, "diff", { counts: "as-found" });
  // Compared as booleans: a difference in a long text would take minutes to print.
  expect(serializeDiff(found) === text).toBe(true);
  expect(readDeclared(text) ?? found).toEqual(found);
  for (const { lines, oldCount, newCount } of found.flatMap(({ hunks }) => hunks)) {
    expect(lines.filter(({ oldLine }) => oldLine !== null)).toHaveLength(oldCount);
    expect(lines.filter(({ newLine }) => newLine !== null)).toHaveLength(newCount);
  }
  return found;
}

/** Reads a diff in every way, the page's among them, and finds no difference. */
function expectRead(text: string): FileDiff[] {
  const found = expectFound(text);
  expect(shown(text)).toEqual(asShown(found));
  return found;
}

const pair = ["--- a/x", "+++ b/x"];

describe("a hand-made diff", () => {
  test.each(Object.entries(declaredRight))("%s is read alike by all readers and written back", (_, text) => {
    expectRead(text);
    expect(isDeclaredRight(text)).toBe(true);
  });

  test.each(Object.entries(miscounted))(
    "with a hunk %s is read alike as found, counted anew and written back",
    (_, [text, counts]) => {
      const hunks = expectRead(text).flatMap((file) => file.hunks);
      expect(() => parseDiff(text)).toThrow(/the hunk declares \d+ old and \d+ new lines/);
      expect(hunks.map((hunk) => [hunk.oldStart, hunk.oldCount, hunk.newStart, hunk.newCount])).toEqual(counts);
    },
  );

  test("of 10,000 lines is read alike by all readers and written back", () => {
    const body = Array.from({ length: 2_500 }, (_, index) => [` a${index}`, `-b${index}`, `+c${index}`, `+d${index}`]);
    const text = textOf(...pair, "@@ -1,5000 +1,7500 @@", ...body.flat());
    expectRead(text);
    const cut = text.slice(0, text.lastIndexOf("-b2000"));
    expectRead(cut);
    expect([text, cut].map(isDeclaredRight)).toEqual([true, false]);
  });

  test("with thousands of empty lines inside a too long hunk is read once", () => {
    const empty = Array.from({ length: 50_000 }, () => "");
    const [file] = expectRead(textOf(...pair, "@@ -1 +1 @@", "-a", "+b", ...empty, "+c"));
    expect(file?.hunks[0]?.lines).toHaveLength(50_003);
  });

  test("of scraps is refused by the program, or read alike and written back", () => {
    const scrap = fc.constantFrom(
      "diff --git a/x b/x",
      "diff -u x y",
      "--- a/x",
      "+++ b/x",
      "@@ -1 +1 @@",
      "@@ -1,2 +1,0 @@",
      "@@ -5,0 +6,3 @@",
      "-a",
      "+b",
      " c",
      "",
      "\\ No newline",
      "text",
      "-- ",
      "2.1",
      "Binary files a/x and b/x differ",
    );
    const text = fc.array(scrap, { minLength: 1, maxLength: 14 }).map((all) => all.join("\n"));
    fc.assert(
      fc.property(text, (scraps) => {
        let found: FileDiff[];
        try {
          found = expectFound(scraps);
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          expect(readDeclared(scraps)).toBeNull();
          return;
        }
        fc.pre(found.length > 0);
        // Nobody need agree on the names in headers that are scraps.
        expect(shown(scraps).flatMap(({ hunks }) => hunks)).toEqual(asShown(found).flatMap(({ hunks }) => hunks));
      }),
      { numRuns: 2_000 },
    );
  });
});

const why = (folder: string | null) => (folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "");
const bcBench = dataFolder("bc-bench");
const defects4j = dataFolder("defects4j");
const archive = dataFolder("awesome-reviewers");

describe.skipIf(bcBench === null)(`every diff of BC-Bench${why(bcBench)}`, () => {
  test("is read alike by all readers and written back, three of them only as found", () => {
    const lines = readFileSync(join(bcBench ?? "", "codereview.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const patches = lines.map((line) => (JSON.parse(line) as { patch: string }).patch);
    for (const patch of patches) expectRead(patch);
    expect(patches).toHaveLength(144);
    expect(patches.filter((patch) => !isDeclaredRight(patch))).toHaveLength(3);
  });
});

describe.skipIf(defects4j === null)(`every patch of Defects4J${why(defects4j)}`, () => {
  test("is read alike by all readers and written back, all of them as declared", () => {
    const folder = defects4j ?? "";
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".patch"));
    // One character for each byte, whatever the patch is encoded in.
    const patches = paths.map((path) => readFileSync(join(folder, path), "latin1"));
    for (const patch of patches) expectRead(patch);
    expect(patches.filter(isDeclaredRight)).toHaveLength(838);
  });
});

describe.skipIf(archive === null)(`every hunk of the review archive${why(archive)}`, () => {
  test("is read alike by all readers and written back, most of them only as found", () => {
    const folder = join(archive ?? "", "reviews");
    const hunks = readdirSync(folder).flatMap((name) => {
      const threads = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        discussion_comments: { commented_code: string | null }[];
      }[];
      return threads.flatMap((thread) => thread.discussion_comments.flatMap((one) => one.commented_code ?? []));
    });
    const files = hunks.map((hunk) => expectRead(hunk));
    expect(files.every((all) => all.length === 1 && all[0]?.path === "" && all[0].hunks.length === 1)).toBe(true);
    expect(hunks).toHaveLength(4_906);
    expect(hunks.filter(isDeclaredRight)).toHaveLength(147);
  });
});
