import { describe, expect, test } from "vitest";
import type { Case } from "../../../src/core/case.ts";
import type { Finding } from "../../../src/core/review.ts";
import { added, bugAt, caseOf, diffOf, findingAt, ledgerOf, path, statesOf } from "../../fixtures/cases.ts";

const one = caseOf({ bugs: [bugAt(10)] });
const two = caseOf({ bugs: [bugAt(10), bugAt(12, { id: "b2", severity: "low" })] });

describe("the state of a finding", () => {
  test("is matched for one that describes a bug at its place, and names the bug", async () => {
    const ledger = await ledgerOf(one, [findingAt(12)]);
    expect(ledger.findings).toEqual([{ state: "matched", bugId: "b1", offPlace: false, invented: false }]);
    expect(ledger.bugs[0]).toMatchObject({ bugId: "b1", state: "found", finding: 0 });
  });

  test("is duplicate for a second finding of the bug, the better one being matched", async () => {
    const ledger = await ledgerOf(one, [findingAt(10, "b1=.4"), findingAt(10, "b1=.9"), findingAt(9, "b1=.3")]);
    expect(statesOf(ledger)).toEqual(["duplicate", "matched", "duplicate"]);
    expect(ledger.findings[0]?.bugId).toBe("b1");
  });

  test("is unlisted for one that describes no bug", async () => {
    const ledger = await ledgerOf(one, [findingAt(10, "something else")]);
    expect(ledger.findings).toEqual([{ state: "unlisted", offPlace: false, invented: false }]);
  });

  test("is unlisted and off place for one that describes a bug elsewhere", async () => {
    const ledger = await ledgerOf(one, [findingAt(14)]);
    expect(ledger.findings[0]).toMatchObject({ state: "unlisted", offPlace: true });
    expect(ledger.bugs[0]).toMatchObject({ state: "missed", theme: true, location: false });
  });

  test("is ignored for a nit only where the suite says so, and never for a nit that holds a bug", async () => {
    const nits = [findingAt(10, "b1", { severity: "nit" }), findingAt(50, "x", { severity: "nit" })];
    expect(statesOf(await ledgerOf(one, nits))).toEqual(["matched", "unlisted"]);
    expect(statesOf(await ledgerOf(one, nits, { ignoreNits: true }))).toEqual(["matched", "ignored"]);
  });

  test("is unjudged for one that the matcher could not decide at the place, unlisted elsewhere", async () => {
    const ledger = await ledgerOf(one, [findingAt(10, "b1?"), findingAt(50, "b1?")]);
    expect(statesOf(ledger)).toEqual(["unjudged", "unlisted"]);
  });

  test("is matched for one that is undecided against one bug and holds another", async () => {
    expect(statesOf(await ledgerOf(two, [findingAt(10, "b1 b2?")]))).toEqual(["matched"]);
  });
});

describe("the state of a bug", () => {
  test("is unjudged where only an undecided finding is at its place, and missed where that is elsewhere", async () => {
    expect((await ledgerOf(one, [findingAt(10, "b1?")])).bugs[0]?.state).toBe("unjudged");
    expect((await ledgerOf(one, [findingAt(50, "b1?")])).bugs[0]?.state).toBe("missed");
  });

  test("is an open question just at the levels that an undecided finding could reach", async () => {
    const away = (await ledgerOf(one, [findingAt(18, "b1?")])).bugs[0];
    expect(away).toMatchObject({ state: "missed", theme: null, within: { 0: false, 3: false, 5: false, 10: null } });
    const at = (await ledgerOf(one, [findingAt(12, "b1?")])).bugs[0];
    expect(at).toMatchObject({ state: "unjudged", theme: null, within: { 0: false, 1: false, 3: null, 10: null } });
  });

  test("is missed where the undecided finding is the only one and holds another bug for sure", async () => {
    const { bugs } = await ledgerOf(two, [findingAt(10, "b1 b2?")]);
    expect(bugs.map(({ state }) => state)).toEqual(["found", "missed"]);
  });

  test("is unjudged where the undecided finding could leave its bug to another finding", async () => {
    const { bugs } = await ledgerOf(two, [findingAt(10, "b1 b2?"), findingAt(10, "b1=.5")]);
    expect(bugs.map(({ state }) => state)).toEqual(["found", "unjudged"]);
  });

  test("is unjudged where its finding would be free if the undecided one took that finding's bug", async () => {
    const { bugs } = await ledgerOf(two, [findingAt(10, "b1 b2=.5"), findingAt(10, "b1?")]);
    expect(bugs.map(({ state }) => state)).toEqual(["found", "unjudged"]);
  });

  test("is found when any of many findings describes it, however many lines away within the tolerance", async () => {
    const { bugs } = await ledgerOf(one, [findingAt(80, "x"), findingAt(13)], { tolerance: 3 });
    expect(bugs[0]).toMatchObject({ state: "found", within: { 0: false, 1: false, 3: true, 5: true, 10: true } });
  });

  test("on the whole file takes a finding anywhere in it, without lines too", async () => {
    const source = caseOf({ bugs: [bugAt(1, { anchor: { side: "file" } })] });
    for (const finding of [findingAt(90), { file: path, message: "b1" }]) {
      expect((await ledgerOf(source, [finding])).bugs[0]).toMatchObject({ state: "found", location: true });
    }
  });

  test("of deleted lines is found by a finding on the old side, and by one where the lines were", async () => {
    const lines = ["+n", "+n", " c", "-gone", " c"];
    const source = caseOf({ diff: diffOf({ [path]: lines }), bugs: [bugAt(2, { anchor: { side: "old" } })] });
    const within = async (finding: Finding) => (await ledgerOf(source, [finding], { tolerance: 0 })).bugs[0]?.state;
    expect(await within(findingAt(2, "b1", { side: "old" }))).toBe("found");
    expect(await within(findingAt(2))).toBe("missed");
    expect((await ledgerOf(source, [findingAt(3)], { tolerance: 1 })).bugs[0]?.state).toBe("found");
  });
});

describe("where the place is missing", () => {
  const placeless: Finding[] = [
    { message: "b1" },
    { file: path, message: "b1" },
    { lines: [10, 10], message: "b1" },
    { file: "nowhere.ts", lines: [10, 10], message: "b1" },
  ];

  test.each(placeless)("%j counts for the theme alone", async (finding) => {
    const { bugs } = await ledgerOf(one, [finding]);
    expect(bugs[0]).toMatchObject({ state: "missed", theme: true, location: false, within: { 10: false } });
  });

  test("a file without lines counts for the file", async () => {
    expect((await ledgerOf(one, [{ file: path, message: "b1" }])).bugs[0]?.file).toBe(true);
    expect((await ledgerOf(one, [{ message: "b1" }])).bugs[0]?.file).toBe(false);
  });

  test("a suite that makes places optional takes the theme for the bug, and still credits no place", async () => {
    const { bugs } = await ledgerOf(one, [{ message: "b1" }], { location: "optional" });
    expect(bugs[0]).toMatchObject({ state: "found", theme: true, file: false, location: false });
  });
});

describe("a bug whose place nobody knows", () => {
  const { anchor: _, ...unplaced } = bugAt(10);
  const source = caseOf({ bugs: [unplaced] });

  test.each([findingAt(90), { message: "b1" }] as Finding[])(
    "is found by its theme where places are optional: %j",
    async (finding) => {
      expect((await ledgerOf(source, [finding], { location: "optional" })).bugs[0]).toMatchObject({
        state: "found",
        theme: true,
        within: { 0: true, 10: true },
      });
    },
  );

  test("is missed where places are required", async () => {
    const { bugs } = await ledgerOf(source, [findingAt(10)]);
    expect(bugs[0]).toMatchObject({ state: "missed", theme: true, within: { 0: false, 10: false } });
  });

  test.each(["required", "optional"] as const)("has no file and no location to be recalled (%s)", async (location) => {
    for (const findings of [[findingAt(10)], []])
      expect((await ledgerOf(source, findings, { location })).bugs[0]).toMatchObject({ file: null, location: null });
  });

  test("is told from one that has a place in the same case", async () => {
    const mixed = caseOf({ diff: "", pr: "https://example.org/pull/1", bugs: [unplaced, bugAt(12, { id: "b2" })] });
    const { bugs } = await ledgerOf(mixed, [findingAt(80, "b1 b2"), findingAt(12, "b2")], { location: "optional" });
    expect(bugs.map(({ state, location }) => [state, location])).toEqual([
      ["found", null],
      ["found", true],
    ]);
  });
});

test("a bug with further places is found at any of them", async () => {
  const elsewhere = [{ side: "new" as const, file: path, lines: [60, 61] as [number, number] }];
  const source = caseOf({ bugs: [{ ...bugAt(10), elsewhere }] });
  for (const line of [10, 60, 64]) {
    expect((await ledgerOf(source, [findingAt(line)])).bugs[0]).toMatchObject({ state: "found", location: true });
  }
  expect((await ledgerOf(source, [findingAt(30)])).bugs[0]).toMatchObject({
    state: "missed",
    location: false,
    file: true,
  });
});

describe("published counting", () => {
  const published = { counting: "published" } as const;
  const creditsOf = async (source: Case, findings: Finding[], more: object = {}) =>
    (await ledgerOf(source, findings, { ...published, ...more })).bugs.map(({ credited }) => credited);

  test("credits each bug that a finding describes at its place, also where that holds another bug", async () => {
    const ledger = await ledgerOf(two, [findingAt(11, "b1 b2")], published);
    expect(ledger.bugs.map(({ state, credited }) => [state, credited])).toEqual([
      ["found", true],
      ["missed", true],
    ]);
    expect(statesOf(ledger)).toEqual(["matched"]);
  });

  test("credits nothing to a finding at another place, or one that is undecided or different", async () => {
    expect(await creditsOf(two, [findingAt(60, "b1 b2")])).toEqual([false, false]);
    expect(await creditsOf(two, [findingAt(11, "b1?")])).toEqual([false, false]);
    expect(await creditsOf(two, [findingAt(11, "x")])).toEqual([false, false]);
    expect(await creditsOf(two, [findingAt(16, "b1 b2")], { tolerance: 4 })).toEqual([false, true]);
    expect(await creditsOf(two, [{ message: "b1 b2" }], { location: "optional" })).toEqual([true, true]);
  });

  test("changes nothing else, and leaves no trace where the suite does not ask for it", async () => {
    const findings = [findingAt(11, "b1 b2"), findingAt(11, "b1"), findingAt(90, "x"), findingAt(10, "b2?")];
    const plain = await ledgerOf(two, findings);
    const { bugs, ...rest } = await ledgerOf(two, findings, published);
    expect({ ...rest, bugs: bugs.map((bug) => ({ ...bug, credited: undefined })) }).toEqual(plain);
    for (const bug of plain.bugs) expect(bug).not.toHaveProperty("credited");
  });
});

describe("an invented place", () => {
  const invented = async (source: Case, finding: Finding) =>
    (await ledgerOf({ ...source, bugs: [] }, [finding])).findings[0]?.invented;
  const retrieved = { retrieved: [{ path: "lib/helper.ts", text: "x" }] };

  test.each([
    ["inside a hunk", caseOf(), findingAt(100), false],
    ["behind the hunks", caseOf(), findingAt(101), true],
    ["partly behind the hunks", caseOf(), findingAt(1, "x", { lines: [100, 120] }), false],
    ["in a file without a line", caseOf(), { file: path, message: "x" }, false],
    ["in a file that is not there", caseOf(), findingAt(1, "x", { file: "src/ghost.ts" }), true],
    ["in no file", caseOf(), { message: "x" }, null],
    [
      "outside the hunks of a file given whole",
      caseOf({ diff: diffOf({ [path]: added(2) }), files: { [path]: "1\n2\n3\n" } }),
      findingAt(3),
      false,
    ],
    [
      "past the end of a file given whole",
      caseOf({ diff: diffOf({ [path]: added(2) }), files: { [path]: "1\n2\n3\n" } }),
      findingAt(4),
      true,
    ],
    [
      "in a file shown beside the change",
      caseOf({ context: retrieved }),
      findingAt(1, "x", { file: "lib/helper.ts" }),
      false,
    ],
    [
      "in one of two files of that name",
      caseOf({ diff: diffOf({ "a/i.ts": added(1), "b/i.ts": added(1) }) }),
      findingAt(1, "x", { file: "i.ts" }),
      false,
    ],
    [
      "on deleted lines",
      caseOf({ diff: diffOf({ [path]: ["-x", "-y", " z"] }) }),
      findingAt(2, "x", { side: "old" }),
      false,
    ],
    ["on the new side of a deleted file", caseOf({ diff: diffOf({ [path]: ["-x", "-y"] }) }), findingAt(1), true],
  ])("%s", async (_, source, finding, expected) => {
    expect(await invented(source, finding as Finding)).toBe(expected);
  });
});

describe("places of a clean twin", () => {
  const twin = caseOf({
    id: "c1.clean",
    bugs: [],
    twin: { of: "c1", places: [{ bugId: "b1", file: path, lines: [10, 12] }] },
  });
  const touched = async (finding: Finding, source = twin, location: "required" | "optional" = "required") =>
    (await ledgerOf(source, [finding], { location })).places;

  test.each([
    [findingAt(7, "anything"), true],
    [findingAt(6, "anything"), false],
    [findingAt(15, "anything"), true],
    [{ file: path, message: "anything" }, true],
    [findingAt(11, "anything", { file: "src/other.ts" }), false],
    [{ message: "anything" }, false],
  ])("%j touches it: %s", async (finding, expected) => {
    expect(await touched(finding)).toEqual([{ bugId: "b1", touched: expected }]);
  });

  test("are touched by a finding without a file where places are optional", async () => {
    expect(await touched({ message: "x" }, twin, "optional")).toEqual([{ bugId: "b1", touched: true }]);
  });

  test("are on the new side, to which a finding on deleted lines is translated", async () => {
    const source = { ...twin, diff: diffOf({ [path]: [...added(20), " c", "-d", " c"] }) };
    expect(await touched(findingAt(11, "x", { side: "old" }), source)).toEqual([{ bugId: "b1", touched: false }]);
  });

  test("are left alone by silence", async () => {
    expect((await ledgerOf(twin, [])).places).toEqual([{ bugId: "b1", touched: false }]);
  });
});
