import { describe, expect, test } from "vitest";
import { parseDiff } from "../../src/core/diff.ts";
import { blockAnchor, changeBlocks, newLinesOf } from "../../src/core/diff-blocks.ts";

const diff = (...all: string[]) => `${all.join("\n")}\n`;

const [file] = parseDiff(
  diff(
    "--- a/x",
    "+++ b/x",
    "@@ -10,7 +10,6 @@",
    "-a",
    " b",
    "-c",
    "+d",
    "+e",
    " f",
    " g",
    "-h",
    "-i",
    "+j",
    "\\ No newline at end of file",
    "@@ -30,2 +30,0 @@",
    "-k",
    "-l",
  ),
);
const blocks = file?.hunks.flatMap(changeBlocks) ?? [];

describe("the blocks of a hunk", () => {
  test("are its changed lines, parted by unchanged ones", () => {
    const texts = blocks.map(({ deleted, added }) => [deleted, added].map((lines) => lines.map(({ text }) => text)));
    expect(texts).toEqual([
      [["a"], []],
      [["c"], ["d", "e"]],
      [["h", "i"], ["j"]],
      [["k", "l"], []],
    ]);
  });

  test("are anchored to what was added, and where nothing was to what was deleted", () => {
    expect(blocks.map((block) => blockAnchor(block, file!))).toEqual([
      { side: "old", file: "x", lines: [10, 10] },
      { side: "new", file: "x", lines: [11, 12] },
      { side: "new", file: "x", lines: [15, 15] },
      { side: "old", file: "x", lines: [30, 31] },
    ]);
  });

  test("stand in the new file at what was added, or around what was deleted, as far as the hunk shows it", () => {
    expect(blocks.map(newLinesOf)).toEqual([[10, 10], [11, 12], [15, 15], null]);
    const [both] = parseDiff(diff("--- a/x", "+++ b/x", "@@ -1,3 +1,2 @@", " a", "-b", " c")).flatMap(
      ({ hunks }) => hunks,
    );
    expect(changeBlocks(both!).map(newLinesOf)).toEqual([[1, 2]]);
  });

  test("of a renamed file have what was deleted under its old name", () => {
    const [renamed] = parseDiff(
      diff("diff --git a/o b/n", "rename from o", "rename to n", "@@ -1,2 +1 @@", "-a", " b"),
    );
    expect(renamed?.hunks.flatMap(changeBlocks).map((block) => blockAnchor(block, renamed))).toEqual([
      { side: "old", file: "o", lines: [1, 1] },
    ]);
  });
});
