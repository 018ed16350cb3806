import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseForSheet, renderSheetCsv } from "../../../src/core/judge/sheet.ts";
import { sha256 } from "../../../src/load/hash.ts";

const references: Record<string, string[]> = { a: ["The list may be empty."], b: ["Close the file."], clean: [] };
const caseOf = (id: string) =>
  references[id] === undefined ? undefined : { references: references[id].map((text) => ({ text })) };
const line = (caseId: string, message: string | null) => ({
  caseId,
  review: message === null ? null : { findings: message === "" ? [] : [{ message }] },
});
const choose = (lines: Parameters<typeof chooseForSheet>[0], most = 60, seed = 1) =>
  chooseForSheet(lines, caseOf, most, seed, sha256);

describe("chooseForSheet", () => {
  const lines = [line("a", "one"), line("b", "two"), line("a", "three"), line("b", "four"), line("a", "five")];

  it("takes reviews in an order that their texts and the seed alone decide, not who wrote them", () => {
    const chosen = choose(lines);
    expect(choose(lines.toReversed())).toEqual(chosen);
    expect(chosen.map(({ review }) => review)).not.toEqual(choose(lines, 60, 2).map(({ review }) => review));
    expect(choose(lines, 2)).toEqual(chosen.slice(0, 2));
    expect(new Set(chosen.map(({ item }) => item)).size).toBe(5);
  });

  it("calls no item by what a spreadsheet takes for a number", () => {
    const digits = chooseForSheet(lines, caseOf, 60, 1, (text) => `12345e6789${text.length}`);
    expect(digits.every(({ item }) => /^[a-z]/.test(item))).toBe(true);
    expect(digits.length).toBeGreaterThan(0);
  });

  it("takes what two reviewers said alike once", () => {
    expect(choose([line("a", "one"), line("a", "one"), line("b", "one")])).toHaveLength(2);
  });

  it.each([
    ["an outage", line("a", null)],
    ["silence", line("a", "")],
    ["a case without a reference", line("clean", "one")],
    ["a case that is not there", line("z", "one")],
    ["the reference itself", line("a", " The list may be empty.\n")],
  ])("leaves out what nobody has to label: %s", (_, one) => {
    expect(choose([one])).toEqual([]);
  });
});

describe("what a person labels", () => {
  const placed = (message: string) => ({
    caseId: "a",
    review: { findings: [{ file: "src/a.py", lines: [2, 2] as [number, number], message, suggestion: "return" }] },
  });

  it("is what a judge is shown: places and proposals too", () => {
    expect(choose([placed("It may be empty")]).map(({ review }) => review)).toEqual([
      "src/a.py:2: It may be empty\n```suggestion\nreturn\n```",
    ]);
  });

  it("is no reference, wherever that is put", () => {
    expect(choose([placed("The list may be empty.")])).toEqual([]);
  });
});

describe("renderSheetCsv", () => {
  const rowsOf = (csv: string) => parse(csv, { bom: true });

  it("has a row for an item with an empty cell for each axis", () => {
    const csv = renderSheetCsv(
      [{ item: "0a1b", caseId: "secret", review: 'Say "no", please;\nall of it' }],
      ["theme", "voice"],
    );
    expect(csv.startsWith("\u{FEFF}item,review,theme,voice,by,note\r\n")).toBe(true);
    expect(csv).not.toContain("secret");
    expect(rowsOf(csv)[1]).toEqual(["0a1b", 'Say "no", please;\nall of it', "", "", "", ""]);
  });

  it.each(["=1+1", "+ x", "-3", "@cmd", "\t=1", "\r=1"])(
    "lets no spreadsheet take a review for a formula: %j",
    (review) => {
      expect(rowsOf(renderSheetCsv([{ item: "i", caseId: "c", review }], []))[1]?.[1]).toBe(`'${review}`);
    },
  );

  it("is read back as it was, whatever reviews say", () => {
    const text = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\t", "\n", "\r", "'", "=", "☺") });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (reviews) => {
        const items = reviews.map((review, index) => ({ item: `i${index}`, caseId: "c", review }));
        const rows = rowsOf(renderSheetCsv(items, ["theme"])).slice(1);
        expect(rows.map(([item, review]) => [item, review?.replace(/^'(?=[=+\-@\t\r])/, "")])).toEqual(
          items.map(({ item, review }) => [item, review.replace(/^'(?=[=+\-@\t\r])/, "")]),
        );
      }),
    );
  });
});
