import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Case } from "../../src/core/case.ts";
import { UsageError } from "../../src/core/errors.ts";
import { type Dataset, loadDataset } from "../../src/load/dataset.ts";
import { messageOf } from "../fixtures/complaint.ts";
import { linesOf, pairOf, pathOf, smallDataset, writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const folder = temporaryFolders();
type Settings = Partial<Parameters<typeof loadDataset>[0]>;

function withDataset<T>(
  content: string | Uint8Array,
  use: (dataset: Dataset) => T,
  settings: Settings = {},
  seed = 1,
): T {
  const own = folder();
  writeBelow(own, "data/cases.jsonl", content);
  const dataset = loadDataset({ path: "data", ...settings }, own, seed);
  try {
    return use(dataset);
  } finally {
    dataset.close();
  }
}

function readAll(dataset: Dataset): Case[] {
  return dataset.entries.map((entry) => dataset.read(entry));
}

function idsIn(content: string, settings: Settings = {}, seed = 1): string[] {
  return withDataset(content, ({ entries }) => entries.map(({ id }) => id), settings, seed);
}

function complaint(cases: readonly (Case | string)[], settings: Settings = {}): string {
  return messageOf(() => withDataset(linesOf(cases), () => undefined, settings), UsageError).replace(
    /^\S*cases\.jsonl/,
    "cases.jsonl",
  );
}

const [one, oneClean] = pairOf("one");
const [two] = pairOf("two");
const withBug = (source: Case, more: Partial<NonNullable<Case["bugs"]>[number]>): Case => ({
  ...source,
  bugs: (source.bugs ?? []).map((bug) => ({ ...bug, ...more })),
});

describe("a dataset", () => {
  test("gives its cases back as they were written, with their defaults", () => {
    const cases = smallDataset();
    const bare = `{"id":"bare","diff":${JSON.stringify(one.diff)},"language":"python"}`;
    withDataset(linesOf([...cases, bare]), (dataset) => {
      expect(readAll(dataset).slice(0, 4)).toEqual(cases);
      expect(dataset.read(dataset.entries[4]!)).toMatchObject({ id: "bare", references: [] });
    });
  });

  test("is named after its folder or its file", () => {
    const own = folder();
    const file = writeBelow(own, "mine/cases.jsonl", linesOf([one]));
    writeBelow(own, "other.jsonl", linesOf([one]));
    for (const [path, name] of [
      ["mine", "mine"],
      [file, "mine"],
      ["other.jsonl", "other"],
    ] as const) {
      const dataset = loadDataset({ path }, own, 1);
      expect(dataset.name).toBe(name);
      dataset.close();
    }
  });

  test("reads the same with Windows line endings, blank lines, a byte order mark and no last line break", () => {
    const cases = smallDataset();
    const plain = withDataset(linesOf(cases), (dataset) => ({ cases: readAll(dataset), hash: dataset.hash }));
    const windows = `\uFEFF${linesOf(cases).trimEnd().replaceAll("\n", "\r\n\r\n")}`;
    withDataset(windows, (dataset) => expect(readAll(dataset)).toEqual(plain.cases));
    withDataset(linesOf(cases).replaceAll("\n", "\r\n"), ({ hash }) => expect(hash).toBe(plain.hash));
  });

  test("has a hash that changes with any case", () => {
    const hashOf = (cases: readonly Case[]) => withDataset(linesOf(cases), ({ hash }) => hash);
    expect(hashOf([one])).toBe(hashOf([one]));
    expect(hashOf([{ ...one, title: "other" }])).not.toBe(hashOf([one]));
    expect(hashOf([one, two])).not.toBe(hashOf([two, one]));
  });

  test("holds cases of more than a megabyte and characters that lie across what is read at once", () => {
    const long = { ...one, context: { task: `${"x".repeat((1 << 20) + 5)}😀` } };
    const wide = { ...two, context: { task: "ü😀".repeat(200_000) } };
    withDataset(linesOf([long, wide, oneClean]), (dataset) => expect(readAll(dataset)).toEqual([long, wide, oneClean]));
  });

  test("joins a case and its twin into one cluster, even where the twin comes first", () => {
    const clusters = (cases: readonly Case[]) =>
      withDataset(linesOf(cases), ({ entries }) => entries.map(({ cluster, fields }) => [cluster, fields["cluster"]]));
    expect(clusters([oneClean, one])).toEqual([
      ["one", "one"],
      ["one", "one"],
    ]);
    expect(clusters([{ ...one, cluster: "repo-a" }, oneClean])).toEqual([
      ["repo-a", "repo-a"],
      ["repo-a", "repo-a"],
    ]);
  });

  test("keeps what a twin says of its cluster: twenty pairs of one repository are one cluster", () => {
    const pairs = Array.from({ length: 20 }, (_, index) => pairOf(`case-${index}`)).flatMap(([buggy, clean]) => [
      buggy,
      { ...clean, cluster: "one-repo" },
    ]);
    withDataset(linesOf(pairs), ({ entries }) => {
      expect(new Set(entries.map(({ cluster }) => cluster))).toEqual(new Set(["one-repo"]));
      expect(new Set(entries.map(({ fields }) => fields["cluster"]))).toEqual(new Set(["one-repo"]));
    });
  });
});

describe("choosing cases", () => {
  const mixed = ["go", "python", "java"].flatMap((language, index) =>
    pairOf(`case-${index}`, { language, split: index === 0 ? "train" : "test" }),
  );

  test("keeps those of a split", () => {
    expect(idsIn(linesOf(mixed), { split: "train" })).toEqual(["case-0", "case-0.clean"]);
  });

  test("keeps those for which a condition holds, of the case or of any bug", () => {
    expect(idsIn(linesOf(mixed), { where: "language in [go, java]" })).toEqual([
      "case-0",
      "case-0.clean",
      "case-2",
      "case-2.clean",
    ]);
    expect(idsIn(linesOf(mixed), { where: "severity == high and not language == go" })).toEqual(["case-1", "case-2"]);
  });

  test("keeps whole clusters by hash, the same for the same seed, in the file's order", () => {
    const many = linesOf(Array.from({ length: 20 }, (_, index) => pairOf(`case-${index}`)).flat());
    const chosen = idsIn(many, { limit: 6 });
    expect(chosen).toHaveLength(6);
    expect(chosen.filter((id) => id.endsWith(".clean")).map((id) => id.replace(".clean", ""))).toEqual(
      chosen.filter((id) => !id.endsWith(".clean")),
    );
    expect(idsIn(many, { limit: 6 })).toEqual(chosen);
    expect(idsIn(many, { limit: 6 }, 2)).not.toEqual(chosen);
    expect(idsIn(many).filter((id) => chosen.includes(id))).toEqual(chosen);
  });

  test("keeps a chosen cluster when cases are added", () => {
    const some = Array.from({ length: 20 }, (_, index) => pairOf(`case-${index}`)).flat();
    const before = idsIn(linesOf(some), { limit: 10 });
    const after = idsIn(linesOf([...some, ...pairOf("late")]), { limit: 10 });
    expect(after.filter((id) => before.includes(id)).length).toBeGreaterThanOrEqual(8);
  });

  test("that keeps none is refused, with what was asked", () => {
    expect(complaint(mixed, { split: "dev", where: "language == rust" })).toBe(
      "cases.jsonl: none of the 6 cases is chosen by split dev and language == rust",
    );
  });
});

describe("bad input", () => {
  test("names a dataset that is not there, or that holds no cases", () => {
    const own = folder();
    mkdirSync(join(own, "empty"));
    expect(messageOf(() => loadDataset({ path: "none" }, own, 1), UsageError)).toBe(
      `dataset "${join(own, "none")}": no such file or folder`,
    );
    expect(messageOf(() => loadDataset({ path: "empty" }, own, 1), UsageError)).toBe(
      `dataset "${join(own, "empty")}": the folder holds no cases.jsonl`,
    );
  });

  test("names a dataset that is no file of cases", () => {
    const own = folder();
    mkdirSync(join(own, "data", "cases.jsonl"), { recursive: true });
    expect(messageOf(() => loadDataset({ path: "data" }, own, 1), UsageError)).toBe(
      `dataset "${join(own, "data", "cases.jsonl")}": expected a file of cases, got a folder`,
    );
  });

  test.skipIf(process.platform !== "linux")("names a dataset that cannot be read", () => {
    expect(messageOf(() => loadDataset({ path: "/proc/self/mem" }, "/", 1), UsageError)).toMatch(
      /^dataset "\/proc\/self\/mem": cannot read it \(E[A-Z]+: /,
    );
  });

  test.each<[string, readonly (Case | string)[], RegExp]>([
    ["a line that is not JSON", [one, oneClean, "{id: 1}"], /^cases\.jsonl:3: not JSON: /],
    ["a line that is no case", [one, '{"id":"x","diff":"+"}'], /^cases\.jsonl:2: language: missing \(write text\)$/],
    ["no line at all", [], /^cases\.jsonl: the dataset holds no case$/],
    ["blank lines only", ["", "  "], /^cases\.jsonl: the dataset holds no case$/],
    [
      "an id that is there twice",
      [one, two, one],
      /^cases\.jsonl:3: case id "one" stands already in line 1 \(give each case its own\)$/,
    ],
    [
      "a diff that is none",
      [{ ...one, diff: "hello" }],
      /^cases\.jsonl:1: case "one": diff: (diff: )?line 1: expected a unified diff, got "hello" \(make one with git diff\)$/,
    ],
    [
      "a hunk that is shorter than it says",
      [{ ...one, diff: one.diff.replace("+1,3", "+1,9") }],
      /^cases\.jsonl:1: case "one": diff: .*line 4: the hunk declares 2 old and 9 new lines, got 2 and 3/,
    ],
    [
      "an anchor outside the hunks",
      [withBug(one, { anchor: { side: "new", file: pathOf("one"), lines: [90, 91] } })],
      /^cases\.jsonl:1: case "one": bug "one-bug": anchor src\/one\.py lines 90-91 \(new side\) lies outside the diff \(move it/,
    ],
    [
      "an anchor in another file",
      [withBug(one, { anchor: { side: "new", file: "src/other.py", lines: [2, 2] } })],
      /^cases\.jsonl:1: case "one": bug "one-bug": anchor src\/other\.py lines 2-2/,
    ],
    [
      "a reference's anchor outside",
      [
        {
          ...one,
          references: [
            { text: "no", anchor: { side: "new" as const, file: pathOf("one"), lines: [7, 7] as [number, number] } },
          ],
        },
      ],
      /^cases\.jsonl:1: case "one": references\[0\]: anchor/,
    ],
    [
      "a bug id that is there twice",
      [{ ...one, bugs: [...(one.bugs ?? []), ...(one.bugs ?? [])] }],
      /^cases\.jsonl:1: case "one": bug id "one-bug" stands twice/,
    ],
    [
      "a twin of nothing",
      [oneClean],
      /^cases\.jsonl:1: case "one\.clean": twin\.of names "one", which is no annotated case of this dataset$/,
    ],
    [
      "a twin of a clean case",
      [{ ...one, bugs: [] }, oneClean],
      /^cases\.jsonl:2: case "one\.clean": twin\.of names "one", which has no bugs/,
    ],
    [
      "a twin with a bug that its case lacks",
      [withBug(one, { id: "other-bug" }), oneClean],
      /^cases\.jsonl:2: case "one\.clean": twin\.places names bug "one-bug", which "one" does not have \(it has other-bug\)/,
    ],
    [
      "a twin without a place for a bug",
      [one, { ...oneClean, twin: { of: "one", places: [] } }],
      /^cases\.jsonl:2: case "one\.clean": twin\.places has no place for bug "one-bug" of "one" \(say where it would be/,
    ],
    [
      "a twin's place outside its diff",
      [one, { ...oneClean, twin: { of: "one", places: [{ bugId: "one-bug", file: pathOf("one"), lines: [4, 4] }] } }],
      /^cases\.jsonl:2: case "one\.clean": twin\.places\[0\]: src\/one\.py lines 4-4 \(new side\) lies outside the diff/,
    ],
    [
      "several mistakes",
      ['{"id":"x","pr":{}}'],
      /^cases\.jsonl:1: diff: missing \(write text\); language: missing \(write text\); pr: expected text or a number, got a mapping$/,
    ],
    [
      "a path that leaves the folder",
      [{ ...one, files: { "../../etc/passwd": "x" } }],
      /^cases\.jsonl:1: case "one": path "\.\.\/\.\.\/etc\/passwd" leaves the dataset folder \(write it relative, without \.\.\)$/,
    ],
    [
      "an absolute path",
      [
        {
          ...one,
          diff: one.diff.replaceAll("a/src/one.py", "a//etc/one.py").replaceAll("b/src/one.py", "b//etc/one.py"),
        },
      ],
      /^cases\.jsonl:1: case "one": .*\/etc\/one\.py/,
    ],
    [
      "a Windows path",
      [{ ...one, files: { "C:\\x": "x" } }],
      /^cases\.jsonl:1: case "one": path "C:\\x" leaves the dataset folder/,
    ],
  ])("is refused with file and line: %s", (_, cases, expected) => {
    expect(complaint(cases)).toMatch(expected);
  });

  test("counts blank lines, so that the number is the editor's", () => {
    expect(complaint([one, "", "", "oops"])).toMatch(/^cases\.jsonl:4: not JSON/);
  });
});
