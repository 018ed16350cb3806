import { describe, expect, test } from "vitest";
import type { Case } from "../../../src/core/case.ts";
import { parseDiff } from "../../../src/core/diff.ts";
import { comparePairs, isAtPlace, placeFindings } from "../../../src/core/match/pair.ts";
import type { Finding } from "../../../src/core/review.ts";
import { added, bugAt, caseOf, diffOf, findingAt, namingMatcher, path } from "../../fixtures/cases.ts";

const placesOf = (source: Case, findings: Finding[]) =>
  placeFindings(source, parseDiff(source.diff), { findings })
    .toSorted((a, b) => a.index - b.index)
    .map(({ place }) => place);

async function pairOf(source: Case, finding: Finding) {
  const files = parseDiff(source.diff);
  const bugs = source.bugs ?? [];
  const [pair] = await comparePairs(
    { ...source, bugs },
    files,
    placeFindings(source, files, { findings: [finding] }),
    namingMatcher,
  );
  if (pair === undefined) throw new Error("no pair");
  return pair;
}

describe("placeFindings", () => {
  test("swaps an inverted range", () => {
    expect(placesOf(caseOf(), [findingAt(1, "x", { lines: [9, 4] })])).toEqual([
      { file: path, side: "new", lines: [4, 9] },
    ]);
  });

  test("puts a finding on the new side unless it says old", () => {
    expect(placesOf(caseOf(), [findingAt(1), findingAt(1, "x", { side: "old" })]).map((place) => place?.side)).toEqual([
      "new",
      "old",
    ]);
  });

  test("has no place for a finding without a file, or with one that the case does not have", () => {
    const { file: _, ...fileless } = findingAt(1);
    expect(placesOf(caseOf(), [fileless, findingAt(1, "x", { file: "src/other.ts" })])).toEqual([null, null]);
  });

  test("has no place for a bare name that two changed files have", () => {
    const source = caseOf({ diff: diffOf({ "src/index.ts": added(3), "test/index.ts": added(3) }) });
    expect(placesOf(source, [findingAt(1, "x", { file: "index.ts" })])).toEqual([null]);
  });

  test("takes the longest path that a named one ends with", () => {
    const source = caseOf({ diff: diffOf({ "index.ts": added(3), "src/index.ts": added(3) }) });
    const named = findingAt(1, "x", { file: "/home/ci/repo/src/index.ts" });
    expect(placesOf(source, [named])[0]?.file).toBe("src/index.ts");
  });

  test("knows the files of a bug's further places, though the change does not show them", () => {
    const elsewhere = [{ side: "file" as const, file: "docs/guide.md" }];
    const source = caseOf({ diff: "", bugs: [{ ...bugAt(1), elsewhere }] });
    expect(placesOf(source, [findingAt(1, "x", { file: "guide.md" })])[0]?.file).toBe("docs/guide.md");
  });

  test("prefers the changed file where a file shown beside the change has the same name", () => {
    const source = caseOf({ context: { retrieved: [{ path: "lib/a.ts", text: "" }] } });
    expect(
      placesOf(source, [findingAt(1, "x", { file: "a.ts" }), findingAt(1, "x", { file: "lib/a.ts" })]).map(
        (place) => place?.file,
      ),
    ).toEqual([path, "lib/a.ts"]);
  });

  test("takes the new name of a renamed file for a bare name", () => {
    const source = caseOf({
      diff: "diff --git a/one/x.py b/two/x.py\nrename from one/x.py\nrename to two/x.py\n--- a/one/x.py\n+++ b/two/x.py\n@@ -1 +1 @@\n-a\n+b\n",
    });
    expect(placesOf(source, [findingAt(1, "x", { file: "x.py" })])[0]?.file).toBe("two/x.py");
  });

  test("orders findings by what they say and not by where they stand", () => {
    const findings = [findingAt(9, "z"), findingAt(1, "a", { category: "b" }), findingAt(1, "a", { category: "a" })];
    const order = (list: Finding[]) => placeFindings(caseOf(), [], { findings: list }).map(({ finding }) => finding);
    expect(order(findings.toReversed())).toEqual(order(findings));
  });
});

describe("comparePairs", () => {
  test("asks about every finding and bug, and keeps verdict and weight of each", async () => {
    const source = caseOf({ bugs: [bugAt(5), bugAt(50, { id: "b2" })] });
    const files = parseDiff(source.diff);
    const placed = placeFindings(source, files, { findings: [findingAt(5, "b2=.5"), findingAt(7, "b1? b2")] });
    const pairs = await comparePairs({ ...source, bugs: source.bugs ?? [] }, files, placed, namingMatcher);
    const seen = pairs.map(({ findingIndex, bugIndex, verdict, weight, distance }) => [
      findingIndex,
      bugIndex,
      verdict,
      weight,
      distance,
    ]);
    expect(seen.sort()).toEqual([
      [0, 0, "different", 0, 0],
      [0, 1, "same", 0.5, 45],
      [1, 0, "undecided", 0, 2],
      [1, 1, "same", 1, 43],
    ]);
  });

  test("takes a pair that the matcher did not answer as undecided", async () => {
    const source = { id: "c1", diff: "", bugs: [bugAt(5)] };
    const placed = placeFindings(caseOf(source), [], { findings: [findingAt(5)] });
    const pairs = await comparePairs(source, [], placed, { name: "mute", compare: () => [] });
    expect(pairs[0]).toMatchObject({ verdict: "undecided", weight: 0 });
  });

  test("does not ask where there is nothing to compare", async () => {
    const unasked = { name: "unasked", compare: () => expect.unreachable() };
    const placed = placeFindings(caseOf(), [], { findings: [findingAt(5)] });
    expect(await comparePairs({ id: "c1", diff: "", bugs: [] }, [], placed, unasked)).toEqual([]);
    expect(await comparePairs({ id: "c1", diff: "", bugs: [bugAt(5)] }, [], [], unasked)).toEqual([]);
  });
});

describe("isAtPlace", () => {
  const source = caseOf({ diff: diffOf({ [path]: added(100), "src/b.ts": added(9) }), bugs: [bugAt([20, 22])] });

  test.each([
    [17, 3, true],
    [16, 3, false],
    [25, 3, true],
    [26, 3, false],
    [21, 0, true],
    [19, 0, false],
  ])("line %d is at lines 20 to 22 within %d: %s", async (line, tolerance, expected) => {
    expect(isAtPlace(await pairOf(source, findingAt(line)), tolerance, "required")).toBe(expected);
  });

  const fileless: Finding = { message: "b1" };
  const lineless: Finding = { file: path, message: "b1" };
  const filelessLines: Finding = { lines: [21, 21], message: "b1" };

  test.each([fileless, lineless, filelessLines])(
    "a place that is missing fits nowhere when places are required, anywhere when optional: %j",
    async (finding) => {
      const pair = await pairOf(source, finding);
      expect(isAtPlace(pair, 1000, "required")).toBe(false);
      expect(isAtPlace(pair, 0, "optional")).toBe(true);
    },
  );

  describe("of a bug whose place nobody knows", () => {
    const { anchor: _, ...unplaced } = bugAt(20);
    const loose = { ...source, bugs: [unplaced] };

    test.each([findingAt(20), findingAt(90), lineless, fileless])(
      "is nowhere when places are required, anywhere when optional: %j",
      async (finding) => {
        const pair = await pairOf(loose, finding);
        expect(pair).toMatchObject({ isSameFile: false, distance: null, isPlaceless: true });
        expect(isAtPlace(pair, 1000, "required")).toBe(false);
        expect(isAtPlace(pair, 0, "optional")).toBe(true);
      },
    );
  });

  describe("of a bug with further places", () => {
    const elsewhere = [{ side: "new" as const, file: "src/b.ts", lines: [4, 5] as [number, number] }];
    const spread = { ...source, bugs: [{ ...bugAt([20, 22]), elsewhere }] };

    test.each([
      [path, 23, 1],
      ["src/b.ts", 7, 2],
      ["src/b.ts", 4, 0],
      [path, 5, 15],
    ])("measures %s line %d from the nearest: %d", async (file, line, distance) => {
      expect(await pairOf(spread, findingAt(line, "b1", { file }))).toMatchObject({ distance, isSameFile: true });
    });

    test("a file without lines is none of its places, and a third file is another", async () => {
      expect(await pairOf(spread, { file: "src/b.ts", message: "b1" })).toMatchObject({
        distance: null,
        isSameFile: true,
        isPlaceless: true,
      });
      const third = { ...spread, context: { retrieved: [{ path: "src/c.ts", text: "x" }] } };
      expect(await pairOf(third, findingAt(4, "b1", { file: "src/c.ts" }))).toMatchObject({
        distance: null,
        isSameFile: false,
        isPlaceless: false,
      });
    });
  });

  test("naming another file is naming a place, also when places are optional", async () => {
    expect(isAtPlace(await pairOf(source, { file: "src/b.ts", message: "b1" }), 3, "optional")).toBe(false);
  });

  test("a finding at other lines is elsewhere, also when places are optional", async () => {
    expect(isAtPlace(await pairOf(source, findingAt(60)), 3, "optional")).toBe(false);
  });
});
