import { describe, expect, test } from "vitest";
import type { Anchor, Case } from "../../src/core/case.ts";
import { checkCase, checkTwin } from "../../src/core/check-case.ts";
import { UsageError } from "../../src/core/errors.ts";
import { added, bugAt, caseOf, diffOf, path } from "../fixtures/cases.ts";

describe("checkCase", () => {
  test("takes a case whose anchors lie in its diff, on every side", () => {
    const bugs = [
      bugAt(2),
      bugAt(1, { id: "b2", anchor: { side: "old" } }),
      bugAt(1, { id: "b3", anchor: { side: "file" } }),
    ];
    expect(() =>
      checkCase(
        caseOf({ diff: diffOf({ [path]: [" a", "+b"] }), bugs, references: [{ text: "x", anchor: bugAt(2).anchor }] }),
      ),
    ).not.toThrow();
  });

  test.each<[string, Partial<Case>, string]>([
    [
      "a line behind the hunks",
      { bugs: [bugAt(101)] },
      `bug "b1": anchor ${path} lines 101-101 (new side) lies outside the diff`,
    ],
    ["a range that leaves the hunk", { bugs: [bugAt([99, 101])] }, "lines 99-101"],
    [
      "a file that is not in the diff",
      { bugs: [bugAt(1, { anchor: { file: "other.ts" } })] },
      "anchor other.ts lines 1-1",
    ],
    ["the old side of an added file", { bugs: [bugAt(1, { anchor: { side: "old" } })] }, "(old side)"],
    [
      "a reference outside the diff",
      { references: [{ text: "x", anchor: bugAt(500).anchor }] },
      "references[0]: anchor",
    ],
    ["one bug id twice", { bugs: [bugAt(1), bugAt(2)] }, 'bug id "b1" stands twice'],
    ["a text that is no diff", { diff: "hello\n" }, "diff: "],
    ["a path that climbs", { files: { "../secret": "x" } }, 'path "../secret" leaves the dataset folder'],
    [
      "an absolute path",
      { twin: { of: "x", places: [{ bugId: "b", file: "/etc/passwd", lines: [1, 1] }] } },
      'path "/etc/passwd" leaves',
    ],
    [
      "a place behind the hunks",
      { bugs: [], twin: { of: "x", places: [{ bugId: "b", file: path, lines: [100, 101] }] } },
      `twin.places[0]: ${path} lines 100-101 (new side) lies outside the diff`,
    ],
    [
      "a place in a file that the twin does not change",
      { bugs: [], twin: { of: "x", places: [{ bugId: "b", file: "other.ts", lines: [1, 1] }] } },
      "twin.places[0]: other.ts lines 1-1 (new side) lies outside the diff (move it",
    ],
    ["a drive", { files: { "C:\\x": "x" } }, 'path "C:\\x" leaves'],
    ["a path that climbs inside", { files: { "a\\..\\..\\x": "x" } }, "leaves"],
    ["a diff of a path that climbs", { diff: diffOf({ "../x": added(1) }) }, 'path "../x" leaves'],
    [
      "a twin with bugs",
      { bugs: [bugAt(1)], twin: { of: "x", places: [] } },
      "a twin is the clean counterpart of its case, got 1 bugs (write bugs: [])",
    ],
    ["a twin that is not annotated", { twin: { of: "x", places: [] } }, "got bugs absent (write bugs: [])"],
  ])("refuses %s", (_, more, message) => {
    const check = () => checkCase(caseOf(more));
    expect(check).toThrow(UsageError);
    expect(check).toThrow(message);
    expect(check).toThrow('case "c1"');
  });

  test("takes a bug without a place, and one with further places inside the diff", () => {
    const { anchor: _, ...unplaced } = bugAt(1);
    const elsewhere = [{ side: "new" as const, file: path, lines: [5, 6] as [number, number] }];
    const bugs = [unplaced, { ...bugAt(2, { id: "b2" }), elsewhere }];
    expect(() => checkCase(caseOf({ bugs }))).not.toThrow();
  });

  test("refuses further places outside the diff, and those of a bug without an anchor", () => {
    const { anchor: _, ...unplaced } = bugAt(1);
    const outside = [{ side: "new" as const, file: path, lines: [101, 101] as [number, number] }];
    expect(() => checkCase(caseOf({ bugs: [{ ...bugAt(1), elsewhere: outside }] }))).toThrow(
      `bug "b1": anchor ${path} lines 101-101 (new side) lies outside the diff`,
    );
    expect(() => checkCase(caseOf({ bugs: [{ ...unplaced, elsewhere: [bugAt(1).anchor as Anchor] }] }))).toThrow(
      'bug "b1": elsewhere without an anchor',
    );
  });

  test("takes an empty diff for a change that is known by its address alone, and for no other", () => {
    const { anchor: _, ...unplaced } = bugAt(1);
    expect(checkCase(caseOf({ diff: "", pr: "https://example.org/pull/1", bugs: [unplaced] }))).toEqual([]);
    expect(checkCase(caseOf({ diff: "", pr: 12 }))).toEqual([]);
    expect(() => checkCase(caseOf({ diff: "" }))).toThrow(
      'case "c1": diff: expected a unified diff, got nothing (give the change, or the address of its pull request as pr)',
    );
  });

  test("names every mistake of a case in one line", () => {
    const check = () =>
      checkCase(
        caseOf({
          files: { "../x": "" },
          bugs: [bugAt(1), bugAt(101)],
          references: [{ text: "", anchor: bugAt(500).anchor }],
        }),
      );
    expect(check).toThrow(
      `case "c1": path "../x" leaves the dataset folder (write it relative, without ..); ` +
        `bug id "b1" stands twice (give each bug its own); ` +
        `bug "b1": anchor ${path} lines 101-101 (new side) lies outside the diff (move it to a line that a hunk shows); ` +
        `references[0]: anchor ${path} lines 500-500 (new side) lies outside the diff (move it to a line that a hunk shows)`,
    );
  });

  test("does not mind dots inside a name", () => {
    expect(() => checkCase(caseOf({ files: { "src/..a/b..c": "x" } }))).not.toThrow();
  });
});

describe("checkTwin", () => {
  const bugIdsOf = new Map([
    ["c1", ["b1", "b2"]],
    ["clean", []],
  ]);
  const check =
    (of: string, ...bugIds: string[]) =>
    () =>
      checkTwin({ id: "t", of, bugIds }, bugIdsOf);

  test("takes places of all the bugs that the case has, of one also twice", () => {
    expect(check("c1", "b2", "b1", "b2")).not.toThrow();
  });

  test.each([
    [check("ghost"), 'twin.of names "ghost", which is no annotated case of this dataset'],
    [check("clean"), 'twin.of names "clean", which has no bugs'],
    [check("c1", "b1", "b2", "b9"), 'names bug "b9", which "c1" does not have (it has b1, b2)'],
    [check("c1", "b2"), 'twin.places has no place for bug "b1" of "c1" (say where it would be in the twin;'],
    [check("c1"), 'twin.places has no place for bugs "b1", "b2" of "c1" (say where they would be in the twin;'],
  ])("refuses what does not fit its case: %#", (wrong, message) => {
    expect(wrong).toThrow(message);
  });
});
