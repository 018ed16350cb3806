import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Case } from "../../../src/core/case.ts";
import type { LedgerBug } from "../../../src/core/ledger.ts";
import type { Finding } from "../../../src/core/review.ts";
import { added, bugAt, caseOf, diffOf, findingAt, ledgerOf, path, statesOf } from "../../fixtures/cases.ts";

const one = caseOf({ bugs: [bugAt(10)] });
const two = caseOf({ bugs: [bugAt(10), bugAt(12, { id: "b2", severity: "low" })] });

/** Cases of up to four bugs, some close together, one on the file and one deleted. */
const cases = fc
  .subarray(
    [
      bugAt(10),
      bugAt(12, { id: "b2" }),
      bugAt(40, { id: "b3" }),
      bugAt(1, { id: "b4", anchor: { file: "src/b.ts", side: "file" } }),
    ],
    { minLength: 1 },
  )
  .map((bugs) => caseOf({ bugs, diff: diffOf({ [path]: added(60), "src/b.ts": ["-x", " y"] }) }));

const words = (marks: string[]) =>
  fc
    .subarray(["b1", "b2", "b3", "b4"])
    .chain((ids) => fc.tuple(...ids.map((id) => fc.constantFrom(...marks.map((mark) => id + mark)))))
    .map((all) => all.join(" "));

/** Findings at, near or far from the bugs, or without a place; their marks say how sure the matcher is. */
const findingsWith = (marks: string[]) =>
  fc.array(
    fc.record(
      {
        file: fc.constantFrom(path, "src/b.ts", "nowhere.ts"),
        lines: fc.constantFrom([9, 11], [12, 12], [15, 15], [20, 20], [42, 40]),
        message: words(marks),
        severity: fc.constantFrom("nit", "high"),
      },
      { requiredKeys: ["message"] },
    ) as fc.Arbitrary<Finding>,
    { maxLength: 6 },
  );
const decidedFindings = findingsWith(["", "=0.5", "=0.25"]);
const anyFindings = findingsWith(["", "=0.5", "?", "?"]);
const settings = fc.record({ tolerance: fc.constantFrom(0, 2, 3, 30), ignoreNits: fc.boolean() });

const count = (bugs: readonly LedgerBug[], holds: (bug: LedgerBug) => boolean) => bugs.filter(holds).length;

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
    expect(await touched(finding as Finding)).toEqual([{ bugId: "b1", touched: expected }]);
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

describe("the ledger", () => {
  test("gives each finding one state and each bug one, and matched findings are found bugs", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, settings, async (source, findings, own) => {
        const ledger = await ledgerOf(source, findings, own);
        expect(ledger.findings).toHaveLength(findings.length);
        expect(ledger.bugs.map(({ bugId }) => bugId)).toEqual(source.bugs?.map(({ id }) => id));
        const matched = ledger.findings.flatMap(({ state, bugId }, index) =>
          state === "matched" ? [`${index} ${bugId}`] : [],
        );
        const found = ledger.bugs.flatMap(({ state, bugId, finding }) =>
          state === "found" ? [`${finding} ${bugId}`] : [],
        );
        expect(matched.sort()).toEqual(found.sort());
        expect(new Set(found.map((pair) => pair.split(" ")[0])).size).toBe(found.length);
        expect(ledger.bugs.every(({ state, finding }) => (state === "found") === (finding !== null))).toBe(true);
      }),
    );
  });

  test("does not depend on the order of the findings", async () => {
    const shuffled = anyFindings.chain((findings) =>
      fc.tuple(fc.constant(findings), fc.shuffledSubarray(findings, { minLength: findings.length })),
    );
    await fc.assert(
      fc.asyncProperty(cases, shuffled, settings, async (source, [findings, permuted], own) => {
        const ledgers = [await ledgerOf(source, findings, own), await ledgerOf(source, permuted, own)];
        const [first, second] = ledgers.map(({ findings: states, bugs }) => ({
          states: states.map((state) => JSON.stringify(state)).sort(),
          bugs: bugs.map(({ finding, ...bug }) => ({ ...bug, isHeld: finding !== null })),
        }));
        expect(second).toEqual(first);
      }),
    );
  });

  const levels: Record<string, (bug: LedgerBug) => boolean> = {
    found: ({ state }) => state === "found",
    theme: ({ theme }) => theme,
    file: ({ file }) => file,
    location: ({ location }) => location,
    "within 0": ({ within }) => within[0],
    "within 3": ({ within }) => within[3],
    "within 10": ({ within }) => within[10],
  };

  test.each(Object.entries(levels))("never loses a bug to one more finding: %s", async (_, holds) => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, anyFindings, settings, async (source, findings, more, own) => {
        const before = count((await ledgerOf(source, findings, own)).bugs, holds);
        expect(count((await ledgerOf(source, [...findings, ...more], own)).bugs, holds)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("finds no bug at a stricter level that it does not have at a laxer one", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, settings, async (source, findings, own) => {
        for (const bug of (await ledgerOf(source, findings, own)).bugs) {
          if (bug.state === "found") expect(bug).toMatchObject({ theme: true, location: true });
          if (bug.location) expect(bug.file).toBe(true);
        }
      }),
    );
  });

  test("finds at least as many bugs within more lines", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, settings, async (source, findings, own) => {
        const { bugs } = await ledgerOf(source, findings, own);
        const counts = ([0, 1, 3, 5, 10] as const).map((lines) => count(bugs, ({ within }) => within[lines]));
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      }),
    );
  });

  test("has within the suite's own tolerance just the bugs that are found", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, fc.constantFrom(0, 1, 3, 5, 10), async (source, findings, tolerance) => {
        for (const bug of (await ledgerOf(source, findings, { tolerance })).bugs) {
          expect(bug.within[tolerance as 0]).toBe(bug.state === "found");
        }
      }),
    );
  });

  test("is without unjudged findings and bugs where the matcher decided every pair", async () => {
    await fc.assert(
      fc.asyncProperty(cases, decidedFindings, async (source, findings) => {
        const ledger = await ledgerOf(source, findings);
        expect([...statesOf(ledger), ...ledger.bugs.map(({ state }) => state)]).not.toContain("unjudged");
      }),
    );
  });
});
