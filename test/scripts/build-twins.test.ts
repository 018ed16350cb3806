import { readFileSync } from "node:fs";
import { applyPatch, parsePatch } from "diff";
import { expect, test } from "vitest";
import { anchorsOf, Case } from "../../src/core/case.ts";
import type { LineRange } from "../../src/core/case.ts";
import { buildTwins, lengthBaseline } from "../../scripts/build-twins.ts";
import { readTwinSource, twinSlugs } from "../../scripts/twin-sources.ts";
import { casesOfTwin } from "../../scripts/twin-cases.ts";
import type { Tree, TwinSource } from "../../scripts/twin-cases.ts";

const home = new URL("../../datasets/twins/", import.meta.url);
const jsonl = readFileSync(new URL("cases.jsonl", home), "utf8");
const cases = jsonl
  .trimEnd()
  .split("\n")
  .map((line) => Case.parse(JSON.parse(line)));
const sources = twinSlugs().map(readTwinSource);

const tiny: TwinSource = {
  slug: "greeting",
  sheet: {
    language: "python",
    title: "Greet",
    repo: "a/b",
    changeAuthor: "tomas",
    bugs: [
      {
        id: "name",
        file: "hello.py",
        side: "new",
        start: "print(nam)",
        clean: { start: "print(name)" },
        category: "naming",
        severity: "high",
        description: "The name is not defined.",
      },
    ],
    references: [{ author: "radu", bug: "name", tag: "correctness", text: "undefined name." }],
  },
  before: { "hello.py": "name = 'x'\n" },
  buggy: { "hello.py": "name = 'x'\nprint(nam)\n" },
  clean: { "hello.py": "name = 'x'\nprint(name)\n" },
};

function pathOf(name: string | undefined): string {
  return (name ?? "").replace(/^[ab]\//, "");
}

function afterApplying(diff: string, before: Tree): Tree {
  const after = { ...before };
  for (const patch of parsePatch(diff)) {
    const path = pathOf(patch.newFileName === "/dev/null" ? patch.oldFileName : patch.newFileName);
    const text = applyPatch(before[path] ?? "", patch);
    if (text === false) throw new Error(`the diff of ${path} does not apply`);
    if (patch.newFileName === "/dev/null") delete after[path];
    else after[path] = text;
  }
  return after;
}

function isInsideHunk(diff: string, side: "new" | "old", file: string, [from, to]: LineRange): boolean {
  return parsePatch(diff)
    .filter((patch) => pathOf(side === "new" ? patch.newFileName : patch.oldFileName) === file)
    .flatMap((patch) => patch.hunks)
    .map((hunk) => (side === "new" ? [hunk.newStart, hunk.newLines] : [hunk.oldStart, hunk.oldLines]))
    .some(([start = 0, count = 0]) => start <= from && to < start + count);
}

test("cases.jsonl and the counts of the card are current", () => {
  const built = buildTwins();
  expect(jsonl).toBe(built.jsonl);
  expect(readFileSync(new URL("README.md", home), "utf8")).toBe(built.card);
});

test("every source has one case with bugs and one clean twin that names it, under ids that are unique", () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(2 * sources.length);
  for (const { slug, sheet } of sources) {
    const pair = cases.filter(({ cluster }) => cluster === slug);
    const buggy = pair.find(({ twin }) => twin === undefined);
    const clean = pair.find(({ twin }) => twin !== undefined);
    expect(pair).toHaveLength(2);
    expect(buggy?.bugs).toHaveLength(sheet.bugs.length);
    expect(clean).toMatchObject({ bugs: [], references: [], twin: { of: buggy?.id } });
  }
});

test("a pair differs in its diff and files only, as far as a reviewer can see", () => {
  for (const { slug } of sources) {
    const [one, other] = cases.filter(({ cluster }) => cluster === slug);
    for (const field of ["language", "title", "context", "repo", "changeAuthor"] as const) {
      expect(one?.[field]).toEqual(other?.[field]);
    }
    expect(one?.diff).not.toBe(other?.diff);
  }
});

test("within the pairs, the bugs come first in some and second in others", () => {
  const firstOfPair = cases.filter((_, index) => index % 2 === 0).map(({ twin }) => twin === undefined);
  expect(new Set(firstOfPair).size).toBe(2);
});

test.each(cases)("the anchors and places of $id lie inside a hunk of its diff", ({ diff, bugs = [], twin }) => {
  for (const anchor of bugs.flatMap(anchorsOf)) {
    if (anchor.side === "file") expect(diff).toContain(`diff --git a/${anchor.file} b/${anchor.file}\n`);
    else expect(isInsideHunk(diff, anchor.side, anchor.file, anchor.lines!)).toBe(true);
  }
  for (const place of twin?.places ?? []) expect(isInsideHunk(diff, "new", place.file, place.lines)).toBe(true);
});

test.each(sources)(
  "the diffs of $slug turn before/ into buggy/ and clean/ exactly",
  ({ slug, before, buggy, clean }) => {
    for (const item of cases.filter(({ cluster }) => cluster === slug)) {
      const after = afterApplying(item.diff, before);
      expect(after).toEqual(item.twin === undefined ? buggy : clean);
      const changed = Object.entries(after).filter(([path, text]) => before[path] !== text);
      expect(item.files).toEqual(Object.fromEntries(changed));
    }
  },
);

test.each(cases)(
  "nothing a reviewer sees of $id gives the answer away",
  ({ id, diff, title, context, files, repo }) => {
    const seen = JSON.stringify({ id, diff, title, context, files, repo }).replaceAll("\\n", "\n");
    expect(seen).not.toMatch(
      /\b(bugs?|buggy|fixme|todo|xxx|hack|flaw\w*|vulnerab\w*|insecure|on purpose|deliberate\w*)\b/i,
    );
    expect(seen).not.toMatch(/intentional|mistake|twins?\b/i);
  },
);

test("an added and a deleted file have /dev/null on their other side", () => {
  const moved = { ...tiny, before: { "hello.py": "name = 'x'\n", "old.py": "pass\n" } };
  const buggy = { ...tiny.buggy, "new.py": "pass\n" };
  const [{ diff }] = casesOfTwin({ ...moved, buggy, clean: { ...tiny.clean, "new.py": "pass\n" } });
  expect(diff).toContain(
    "diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,1 @@\n",
  );
  expect(diff).toContain("diff --git a/old.py b/old.py\ndeleted file mode 100644\n--- a/old.py\n+++ /dev/null\n");
});

test("a place elsewhere is resolved in the buggy version", () => {
  const [bug] = tiny.sheet.bugs;
  const sheet = { ...tiny.sheet, bugs: [{ ...bug!, elsewhere: [{ start: "name = 'x'" }] }] };
  const buggy = casesOfTwin({ ...tiny, sheet }).find(({ twin }) => twin === undefined);
  expect(buggy?.bugs?.[0]?.elsewhere).toEqual([{ side: "new", file: "hello.py", lines: [1, 1] }]);
});

test("a start that is on two lines is refused with the twin, the bug and the line", () => {
  const twice = { ...tiny, buggy: { "hello.py": "name = 'x'\nprint(nam)\nprint(nam)\n" } };
  expect(() => casesOfTwin(twice)).toThrow('greeting: bugs[0]: more than one line is "print(nam)"');
});

test("an anchor on a line that the diff does not show is refused", () => {
  const lines = Array.from({ length: 9 }, (_, index) => `line_${index} = ${index}\n`).join("");
  const far = { ...tiny, before: { "hello.py": `print(nam)\n${lines}` } };
  const buggy = { "hello.py": `print(nam)\n${lines}name = 'x'\n` };
  expect(() => casesOfTwin({ ...far, buggy })).toThrow("hello.py:1-1 (new side) is not inside one hunk of the diff");
});

test("what length alone tells apart is counted over pairs and bugs", () => {
  const pair = (id: string, buggy: number, clean: number, bugs: number): Case[] =>
    [
      {
        id,
        diff: "x".repeat(buggy),
        language: "go",
        bugs: Array.from({ length: bugs }, (_, index) => ({
          id: `b${index}`,
          category: "race",
          severity: "low",
          description: "d",
        })),
        references: [],
      },
      {
        id: `${id}-clean`,
        diff: "x".repeat(clean),
        language: "go",
        bugs: [],
        references: [],
        twin: { of: id, places: [] },
      },
    ] satisfies Case[];
  // Below 120 characters the first two have their bugs and not their twins; the third is told by nobody, the last by 900 alone.
  const pairs = [pair("a", 100, 120, 1), pair("b", 110, 130, 2), pair("c", 100, 90, 3), pair("d", 800, 900, 1)].flat();
  expect(lengthBaseline(pairs)).toEqual({
    pairs: 4,
    bugs: 7,
    longerClean: 3,
    byShorter: 4,
    byThreshold: 3,
    threshold: 120,
  });
});
