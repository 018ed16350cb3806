import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Anchor } from "../../../src/core/case.ts";
import { parseDiff } from "../../../src/core/diff.ts";
import {
  fileOf,
  fittingPaths,
  intervalDistance,
  isOneFile,
  normalisePath,
  placeDistance,
  resolvePath,
  translateLines,
} from "../../../src/core/match/place.ts";

describe("resolvePath", () => {
  const known = ["src/export.py", "src/util/index.ts", "test/index.ts", "a/lib/x.go"];

  test.each([
    ["src/export.py", "src/export.py"],
    ["./src/export.py", "src/export.py"],
    ["/src/export.py", "src/export.py"],
    ["a/src/export.py", "src/export.py"],
    ["b/src/export.py", "src/export.py"],
    ["src\\export.py", "src/export.py"],
    [".\\src\\export.py", "src/export.py"],
    [" src/export.py ", "src/export.py"],
    ["export.py", "src/export.py"],
    ["repo/src/export.py", "src/export.py"],
    ["C:\\work\\repo\\src\\export.py", "src/export.py"],
    ["util/index.ts", "src/util/index.ts"],
    ["a/lib/x.go", "a/lib/x.go"],
    ["lib/x.go", "a/lib/x.go"],
  ])("reads %j as %s", (named, expected) => {
    expect(resolvePath(named, known)).toBe(expected);
  });

  test.each(["index.ts", "port.py", "src/export.pyc", "lib/export.py", "other.py", ""])(
    "does not guess what %j means",
    (named) => {
      expect(resolvePath(named, known)).toBeNull();
    },
  );

  test("an ambiguous name fits several paths, a foreign one none", () => {
    expect(fittingPaths("index.ts", known)).toEqual(["src/util/index.ts", "test/index.ts"]);
    expect(fittingPaths("other.py", known)).toEqual([]);
  });

  test("a path that ends with several known ones means the longest of them", () => {
    const both = ["index.ts", "src/index.ts"];
    expect(resolvePath("/home/ci/repo/src/index.ts", both)).toBe("src/index.ts");
    expect(resolvePath("/home/ci/repo/src/index.ts", both.toReversed())).toBe("src/index.ts");
    expect(resolvePath("/home/ci/repo/index.ts", both)).toBe("index.ts");
    expect(fittingPaths("C:\\repo\\src\\index.ts", both)).toEqual(["src/index.ts"]);
  });

  test("a path that ends with a known one and also ends another stays ambiguous", () => {
    expect(resolvePath("src/index.ts", ["index.ts", "packages/core/src/index.ts"])).toBeNull();
    expect(resolvePath("src/index.ts", ["a/src/index.ts", "b/src/index.ts"])).toBeNull();
  });

  test("a path is itself under every prefix that a diff may give it", () => {
    const segment = fc.stringMatching(/^[c-z]{1,4}$/);
    const paths = fc.array(segment, { minLength: 2, maxLength: 4 }).map((segments) => segments.join("/"));
    fc.assert(
      fc.property(paths, fc.constantFrom("", "./", "/", "a/", "b/", "./a/"), (path, prefix) => {
        expect(resolvePath(prefix + path, [path, "zz/zz/zz/zz/zz"])).toBe(path);
      }),
    );
  });
});

test("normalisePath keeps a folder named a and dots inside names", () => {
  expect(normalisePath(".//a/.github/x.yml")).toBe("a/.github/x.yml");
});

describe("intervalDistance", () => {
  test.each([
    [[1, 3], [3, 5], 0],
    [[1, 9], [4, 5], 0],
    [[1, 3], [4, 5], 1],
    [[10, 12], [2, 4], 6],
  ] as const)("from %j to %j is %d", (a, b, expected) => {
    expect(intervalDistance([...a], [...b])).toBe(expected);
    expect(intervalDistance([...b], [...a])).toBe(expected);
  });
});

describe("translateLines", () => {
  /** Where each old and new line stands on the other side, by walking the whole texts and not the hunks. */
  function alignment(
    old: readonly string[],
    next: readonly string[],
    patch: string,
  ): { old: number[]; next: number[] } {
    const [file] = parseDiff(patch);
    const hunks = file?.hunks ?? [];
    const deleted = new Set(
      hunks.flatMap(({ lines }) => lines.flatMap((line) => (line.kind === "deleted" ? (line.oldLine ?? []) : []))),
    );
    const added = new Set(
      hunks.flatMap(({ lines }) => lines.flatMap((line) => (line.kind === "added" ? (line.newLine ?? []) : []))),
    );
    const toNew: number[] = [];
    const toOld: number[] = [];
    let [oldLine, newLine] = [1, 1];
    while (oldLine <= old.length || newLine <= next.length) {
      if (deleted.has(oldLine)) toNew[oldLine++] = Math.max(1, newLine - 1);
      else if (added.has(newLine)) toOld[newLine++] = Math.max(1, oldLine - 1);
      else {
        toNew[oldLine] = newLine;
        toOld[newLine] = oldLine;
        oldLine += 1;
        newLine += 1;
      }
    }
    return { old: toOld, next: toNew };
  }

  const texts = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 14 });

  test("agrees with a walk over the whole texts, whatever the context of the hunks", () => {
    fc.assert(
      fc.property(texts, texts, fc.nat(4), (old, next, context) => {
        fc.pre(old.join() !== next.join());
        const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");
        const patch = createTwoFilesPatch("a/x", "b/x", text(old), text(next), "", "", { context });
        const [file] = parseDiff(patch);
        if (file === undefined) throw new Error("no file");
        const expected = alignment(old, next, patch);
        for (let line = 1; line <= old.length; line += 1) {
          expect(translateLines(file, [line, line], "new")).toEqual([expected.next[line], expected.next[line]]);
        }
        for (let line = 1; line <= next.length; line += 1) {
          expect(translateLines(file, [line, line], "old")).toEqual([expected.old[line], expected.old[line]]);
        }
      }),
    );
  });

  test("moves a range behind a hunk by what the hunk added", () => {
    const [file] = parseDiff("--- a/x\n+++ b/x\n@@ -3,0 +4,2 @@\n+n\n+n\n");
    expect(file && translateLines(file, [10, 12], "old")).toEqual([8, 10]);
    expect(file && translateLines(file, [3, 3], "new")).toEqual([3, 3]);
    expect(file && translateLines(file, [5, 5], "old")).toEqual([3, 3]);
  });
});

describe("placeDistance", () => {
  const files = parseDiff(
    "diff --git a/old.py b/new.py\nrename from old.py\nrename to new.py\n--- a/old.py\n+++ b/new.py\n@@ -1,3 +1,1 @@\n x\n-y\n-z\n",
  );
  const anchor = (more: Partial<Anchor>): Anchor => ({ side: "new", file: "new.py", ...more });

  test("is 0 on the whole file, with lines and without", () => {
    expect(placeDistance({ file: "new.py", side: "new", lines: [900, 900] }, anchor({ side: "file" }), files)).toBe(0);
    expect(placeDistance({ file: "new.py", side: "new" }, anchor({ side: "file" }), files)).toBe(0);
  });

  test("is unknown for a place without lines, and for another file", () => {
    expect(placeDistance({ file: "new.py", side: "new" }, anchor({ lines: [1, 1] }), files)).toBeNull();
    expect(
      placeDistance({ file: "other.py", side: "new", lines: [1, 1] }, anchor({ lines: [1, 1] }), files),
    ).toBeNull();
  });

  test("is measured on the anchor's side", () => {
    const deleted = anchor({ side: "old", lines: [3, 3] });
    expect(placeDistance({ file: "new.py", side: "old", lines: [3, 3] }, deleted, files)).toBe(0);
    expect(placeDistance({ file: "new.py", side: "new", lines: [1, 1] }, deleted, files)).toBe(2);
    expect(placeDistance({ file: "new.py", side: "new", lines: [2, 2] }, deleted, files)).toBe(1);
  });

  test("knows a renamed file by both of its names", () => {
    const deleted = anchor({ side: "old", file: "old.py", lines: [2, 2] });
    expect(placeDistance({ file: "new.py", side: "old", lines: [2, 2] }, deleted, files)).toBe(0);
    expect(isOneFile(files, "old.py", "new.py")).toBe(true);
    expect(isOneFile(files, "old.py", "other.py")).toBe(false);
    expect(fileOf(files, "old.py")?.path).toBe("new.py");
  });
});

test("a finding that names far more lines than the bug has is at no place", () => {
  const at = (from: number, to: number) =>
    placeDistance({ file: "a.py", lines: [from, to], side: "new" }, { side: "new", file: "a.py", lines: [10, 11] }, []);
  expect(at(5, 36)).toBe(0);
  expect(at(5, 37)).toBeNull();
  expect(at(1, 1_000_000)).toBeNull();
});
