import { describe, expect, test } from "vitest";
import type { Bug, Case } from "../../src/core/case.ts";
import { calm, findingsOf, makeCase, openProvider, requestFor } from "./fixture.ts";

const header = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n";
const firstHunk = "@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n";
const secondHunk = "@@ -10,2 +10,2 @@\n ten\n-eleven\n+elf\n";
const otherFile = "diff --git a/b.py b/b.py\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-x\n+y\n";

function bug(id: string, anchor: Bug["anchor"]): Bug {
  return { id, anchor, category: "logic", severity: "high", description: `defect ${id}` };
}

const annotated = makeCase({
  diff: header + firstHunk + secondHunk + otherFile,
  bugs: [
    bug("first", { side: "new", file: "a.py", lines: [2, 2] }),
    bug("deleted", { side: "old", file: "a.py", lines: [11, 11] }),
    bug("untested", { side: "file", file: "b.py" }),
    bug("between", { side: "new", file: "a.py", lines: [6, 7] }),
    bug("elsewhere", { side: "new", file: "c.py", lines: [1, 1] }),
  ],
});

async function ask(ref: string, source: Case, diff = source.diff) {
  const provider = await openProvider(ref);
  return provider.generate(requestFor(source, { diff, withTruth: true }), calm);
}

async function bugsSaidOf(diff: string): Promise<string[]> {
  const { text } = await ask("ceiling:oracle", annotated, diff);
  return findingsOf(text).map((finding) => finding.message.replace("defect ", ""));
}

describe("ceiling:oracle", () => {
  test("says each bug of the case with its place, severity and category", async () => {
    const { text } = await ask("ceiling:oracle", annotated);
    const rest = { severity: "high", category: "logic" };
    expect(findingsOf(text)).toEqual([
      { file: "a.py", lines: [2, 2], message: "defect first", ...rest },
      { file: "a.py", lines: [11, 11], side: "old", message: "defect deleted", ...rest },
      { file: "b.py", message: "defect untested", ...rest },
      { file: "a.py", lines: [6, 7], message: "defect between", ...rest },
      { file: "c.py", lines: [1, 1], message: "defect elsewhere", ...rest },
    ]);
  });

  test("in a part, says a bug that a hunk holds only where that hunk is", async () => {
    expect(await bugsSaidOf(header + firstHunk)).toContain("first");
    expect(await bugsSaidOf(header + secondHunk)).not.toContain("first");
    expect(await bugsSaidOf(header + secondHunk)).toContain("deleted");
    expect(await bugsSaidOf(header + firstHunk)).not.toContain("deleted");
  });

  test("in a part, says a bug of a whole file or between hunks only where its file is", async () => {
    expect(await bugsSaidOf(otherFile)).toEqual(["untested", "elsewhere"]);
    expect(await bugsSaidOf(header + firstHunk)).toEqual(["first", "between", "elsewhere"]);
  });

  test("all parts together say every bug", async () => {
    const parts = [header + firstHunk, header + secondHunk, otherFile];
    const said = new Set((await Promise.all(parts.map(bugsSaidOf))).flat());
    expect([...said].sort()).toEqual(["between", "deleted", "elsewhere", "first", "untested"]);
  });

  test("says nothing of a clean case", async () => {
    expect(findingsOf((await ask("ceiling:oracle", { ...annotated, bugs: [] })).text)).toEqual([]);
  });

  test("refuses to work without the truth", async () => {
    const provider = await openProvider("ceiling:oracle");
    expect(provider.seesTruth).toBe(true);
    await expect(provider.generate(requestFor(annotated), calm)).rejects.toThrow("without its truth");
  });
});

describe("ceiling:reference", () => {
  const anchor = { side: "new", file: "a.py", lines: [2, 2] } as const;
  const discussed = makeCase({
    diff: annotated.diff,
    references: [
      { text: "By the way.", author: "zoe" },
      { text: "Use a constant.", author: "bob", anchor: { ...anchor, lines: [2, 2] } },
      { text: "And a test.", author: "bob" },
    ],
  });

  test("says all references of the author who is first by name, each at its anchor, and who that is", async () => {
    const { text, effective } = await ask("ceiling:reference", discussed);
    expect(findingsOf(text)).toEqual([
      { file: "a.py", lines: [2, 2], message: "Use a constant." },
      { message: "And a test." },
    ]);
    expect(effective).toEqual({ referenceAuthor: "bob" });
  });

  test("in a part without a reference's lines, leaves it out but still names the author", async () => {
    const { text, effective } = await ask("ceiling:reference", discussed, otherFile);
    expect(findingsOf(text)).toEqual([{ message: "And a test." }]);
    expect(effective).toEqual({ referenceAuthor: "bob" });
  });

  test.each([
    [
      "one author",
      [
        { text: "A.", author: "bob" },
        { text: "B.", author: "bob" },
      ],
    ],
    [
      "one author and one who wrote nothing",
      [
        { text: "A.", author: "bob" },
        { text: " \n", author: "ann" },
      ],
    ],
    ["one author and an unnamed one", [{ text: "A.", author: "bob" }, { text: "B." }]],
    ["no references", []],
  ])("with %s there is nobody to compare with: no finding", async (_, references) => {
    const { text, effective } = await ask("ceiling:reference", { ...discussed, references });
    expect([text, effective]).toEqual([`{"findings":[]}`, { referenceAuthor: null }]);
  });
});

test("a ceiling writes prose where the contract asks for it", async () => {
  const provider = await openProvider("ceiling:oracle", { contract: "prose" });
  const { text } = await provider.generate(requestFor(annotated, { withTruth: true }), calm);
  expect(text.split("\n\n").slice(0, 3)).toEqual([
    "a.py:2: [high] defect first",
    "a.py:11: [high (deleted line 11)] defect deleted",
    "b.py: [high] defect untested",
  ]);
});

test("an unknown ceiling is a usage error that names the nearest one", async () => {
  await expect(openProvider("ceiling:oracel")).rejects.toThrow('unknown ceiling "oracel" (did you mean "oracle"?');
});
