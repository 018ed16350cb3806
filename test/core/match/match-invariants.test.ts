import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LedgerBug } from "../../../src/core/ledger.ts";
import type { Finding } from "../../../src/core/review.ts";
import { added, bugAt, caseOf, diffOf, ledgerOf, path, statesOf } from "../../fixtures/cases.ts";

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
    theme: ({ theme }) => theme === true,
    file: ({ file }) => file === true,
    location: ({ location }) => location === true,
    "within 0": ({ within }) => within[0] === true,
    "within 3": ({ within }) => within[3] === true,
    "within 10": ({ within }) => within[10] === true,
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
        const { bugs } = await ledgerOf(source, findings, own);
        expect(bugs.filter(({ state, theme, location }) => state === "found" && !(theme && location))).toEqual([]);
        expect(bugs.filter(({ location, file }) => location && !file)).toEqual([]);
      }),
    );
  });

  test("finds at least as many bugs within more lines", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, settings, async (source, findings, own) => {
        const { bugs } = await ledgerOf(source, findings, own);
        const counts = ([0, 1, 3, 5, 10] as const).map((lines) => count(bugs, ({ within }) => within[lines] === true));
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      }),
    );
  });

  test("has within the suite's own tolerance just the bugs that are found", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, fc.constantFrom(0, 1, 3, 5, 10), async (source, findings, tolerance) => {
        for (const bug of (await ledgerOf(source, findings, { tolerance })).bugs) {
          expect(bug.within[tolerance as 0]).toBe(bug.state === "unjudged" ? null : bug.state === "found");
        }
      }),
    );
  });

  test("credits at least the bugs that are found one to one, and none that no finding describes", async () => {
    await fc.assert(
      fc.asyncProperty(cases, anyFindings, settings, async (source, findings, own) => {
        const { bugs } = await ledgerOf(source, findings, { ...own, counting: "published" });
        expect(bugs.filter(({ state, credited }) => state === "found" && credited !== true)).toEqual([]);
        const said = new Set(findings.flatMap(({ message }) => message.split(" ").map((word) => word.split("=")[0])));
        expect(bugs.filter(({ bugId, credited }) => credited && !said.has(bugId))).toEqual([]);
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
