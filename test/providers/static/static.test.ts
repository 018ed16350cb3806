import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import type { Case } from "../../../src/core/case.ts";
import { calm, findingsOf, makeCase, newFiles, openProvider, requestFor } from "../fixture.ts";

const python = "import os\n\n\ndef f(x=[]):\n    eval(x)\n    return y\n";
const typescript = "const total = 1;\n/* ünïcödé */ debugger;\n";
// In two pieces, so that no scanner takes this file for a leak.
const token = ["ghp", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].join("_");

async function review(source: Case): Promise<string> {
  return (await (await openProvider("static:")).generate(requestFor(source), calm)).text;
}

async function remarks(source: Case) {
  return findingsOf(await review(source)).map(({ file, lines, category }) => `${file}:${lines?.[0]} ${category}`);
}

/** A change of the last line of a file, which leaves the lines before as they were. */
function changedLastLine(path: string, text: string): Pick<Case, "diff" | "files"> {
  const lines = text.trimEnd().split("\n");
  const header = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  const hunk = `@@ -${lines.length} +${lines.length} @@\n-old\n+${lines.at(-1)}\n`;
  return { diff: header + hunk, files: { [path]: text } };
}

/** A change that takes away what stood before this text. */
function changedFirstLines(path: string, text: string): Pick<Case, "diff" | "files"> {
  const header = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  return { diff: `${header}@@ -1,2 +1 @@\n-x = 1\n ${text}`, files: { [path]: text } };
}

describe("static", () => {
  test("ruff reads Python", async () => {
    const found = await remarks(makeCase(newFiles({ "pkg/a.py": python })));
    expect(found).toEqual([
      "pkg/a.py:1 ruff/F401",
      "pkg/a.py:4 ruff/B006",
      "pkg/a.py:5 ruff/S307",
      "pkg/a.py:6 ruff/F821",
    ]);
  });

  test("oxlint reads JavaScript and TypeScript, whatever the path says", async () => {
    const found = await remarks(makeCase(newFiles({ "../../up/a.ts": typescript, "b.jsx": "debugger;\n" })));
    expect(found).toEqual([
      "../../up/a.ts:1 oxlint/no-unused-vars",
      "../../up/a.ts:2 oxlint/no-debugger",
      "b.jsx:1 oxlint/no-debugger",
    ]);
  });

  test("writes prose where the contract asks for it, under another identity", async () => {
    const source = makeCase(newFiles({ "b.ts": "debugger;\n" }));
    const [json, prose] = await Promise.all(
      (["findings", "prose"] as const).map((contract) => openProvider("static:", { contract })),
    );
    expect((await prose!.generate(requestFor(source), calm)).text).toMatch(/^b\.ts:1: \[\w+\] .*debugger/);
    expect(prose!.identity).not.toBe(json!.identity);
  });

  test("secretlint reads every file and tells no secret", async () => {
    const text = await review(makeCase(newFiles({ "deploy.env": `NAME=x\nTOKEN=${token}\n` })));
    expect(findingsOf(text)).toMatchObject([
      { file: "deploy.env", lines: [2, 2], severity: "critical", category: "secretlint/github" },
    ]);
    expect(text).not.toContain(token);
  });

  test("says what, how bad and where, sorted by file, line and rule", async () => {
    const found = findingsOf(await review(makeCase(newFiles({ "b.ts": "debugger;\n", "a.py": "import os\n" }))));
    expect(found).toEqual([
      { file: "a.py", lines: [1, 1], message: "`os` imported but unused", severity: "low", category: "ruff/F401" },
      {
        file: "b.ts",
        lines: [1, 1],
        message: "`debugger` statement is not allowed",
        severity: "medium",
        category: "oxlint/no-debugger",
      },
    ]);
  });

  test.each([
    ["a.py", "import os\nundefined_name\n", ["a.py:2 ruff/B018", "a.py:2 ruff/F821"]],
    ["a.js", "debugger;\ndebugger;\n", ["a.js:2 oxlint/no-debugger"]],
    ["a.env", `A=${token}\nB=${token}\n`, ["a.env:2 secretlint/github"]],
  ])("reports nothing but added lines: %s", async (path, text, expected) => {
    expect(await remarks(makeCase(changedLastLine(path, text)))).toEqual(expected);
  });

  test("a rule that points at several lines is reported on the one that was added", async () => {
    const found = await remarks(makeCase(changedLastLine("a.js", "const total = 1;\nuse(total);\ntotal = 2;\n")));
    expect(found).toEqual(["a.js:3 oxlint/no-const-assign"]);
  });

  test("without the complete text, only secretlint looks at the added lines", async () => {
    const texts = { "a.py": `eval(x)\ntoken = "${token}"\n`, "b.js": `debugger;\n` };
    const { files: _, ...diffOnly } = makeCase(newFiles(texts));
    expect(await remarks(diffOnly)).toEqual(["a.py:2 secretlint/github"]);
  });

  test("added lines without the complete text keep their numbers", async () => {
    const header = "diff --git a/a.env b/a.env\n--- a/a.env\n+++ b/a.env\n";
    const hunks = `@@ -3,0 +4 @@\n+A=${token}\n@@ -899999999,2 +900000000,3 @@\n x\n+B=${token}\n y\n`;
    expect(await remarks(makeCase({ diff: header + hunks }))).toEqual([
      "a.env:4 secretlint/github",
      "a.env:900000001 secretlint/github",
    ]);
  });

  test("code that cannot be parsed is reported", async () => {
    const found = await remarks(makeCase(newFiles({ "a.py": "def f(:\n", "b.ts": "function f( {\n" })));
    expect(found).toContain("a.py:1 ruff/invalid-syntax");
    expect(found).toContain("b.ts:1 oxlint/invalid-syntax");
  });

  test.each([
    ["of another language", newFiles({ "a.go": "package a\n", "deploy.env": `TOKEN=${token}\n` }), "not-applicable"],
    ["without its complete text", { ...newFiles({ "a.py": python }), files: {} }, "not-applicable"],
    ["of which it reads one file", newFiles({ "a.go": "package a\n", "b.py": "x = 1\n" }), "completed"],
    ["that only takes lines away", changedFirstLines("a.py", "y = 1\n"), "completed"],
  ])("a change %s is %s", async (_, change, outcome) => {
    expect((await (await openProvider("static:")).generate(requestFor(makeCase(change)), calm)).outcome).toBe(outcome);
  });

  test("a deleted file and a file in no linter's language have no remarks", async () => {
    const deleted =
      "diff --git a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-import os\n";
    const { diff } = newFiles({ "notes.txt": "hello\n" });
    expect(await remarks(makeCase({ diff: deleted + diff, files: {} }))).toEqual([]);
  });

  test("many cases at once each get their own remarks, the same as alone", async () => {
    const cases = Array.from({ length: 12 }, (_, index) =>
      makeCase({ id: `case-${index}`, ...newFiles({ "a.ts": "\n".repeat(index) + "debugger;\n" }) }),
    );
    const provider = await openProvider("static:");
    const together = await Promise.all(cases.map((source) => provider.generate(requestFor(source), calm)));
    const lines = together.map(({ text }) => findingsOf(text).map((finding) => finding.lines?.[0]));
    expect(lines).toEqual(cases.map((_, index) => [index + 1]));
    expect(together[5]?.text).toBe(await review(cases[5]!));
  });

  test("leaves no folder behind", async () => {
    const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("nitbench-oxlint-"));
    const before = await leftovers();
    await review(makeCase(newFiles({ "a.ts": typescript })));
    expect((await leftovers()).filter((name) => !before.includes(name))).toEqual([]);
  });

  test("names the linters and their versions, sends code nowhere and is timed", async () => {
    const provider = await openProvider("static:");
    expect(provider.model).toMatch(/^oxlint \d+\.\d+\.\d+, ruff \d+\.\d+\.\d+, secretlint \d+\.\d+\.\d+$/);
    expect([provider.hosts, provider.isTimed, provider.seesTruth]).toEqual([[], true, false]);
  });
});
