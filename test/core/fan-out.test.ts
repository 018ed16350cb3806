import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDiff } from "../../src/core/diff.ts";
import { UsageError } from "../../src/core/errors.ts";
import { mergeReviews, partsOf } from "../../src/core/fan-out.ts";
import type { Finding, Review } from "../../src/core/review.ts";

const text = (...lines: string[]) => `${lines.join("\n")}\n`;
const hunk = (start: number) => [`@@ -${start} +${start} @@`, `-old ${start}`, `+new ${start}`];
const code = (name: string, ...starts: number[]) => [
  `diff --git a/${name} b/${name}`,
  `--- a/${name}`,
  `+++ b/${name}`,
  ...starts.flatMap(hunk),
];
const image = ["diff --git a/i.png b/i.png", "index 1..2 100644", "Binary files a/i.png and b/i.png differ"];
const mode = ["diff --git a/run b/run", "old mode 100644", "new mode 100755"];
const mixed = {
  id: "1",
  diff: text("Fix the sums", "", ...code("x.ts", 1, 9), ...image, ...code("y.ts", 5)),
  files: { "x.ts": "all of x", "y.ts": "all of y", "z.ts": "all of z" },
};

describe("partsOf", () => {
  test("puts a whole case into one part as it is", () => {
    expect(partsOf(mixed, "case")).toEqual([{ index: 0, diff: mixed.diff, files: mixed.files }]);
  });

  test("gives each file its part, with its header and its own complete text", () => {
    const parts = partsOf(mixed, "file");
    expect(parts.map((part) => part.index)).toEqual([0, 1, 2]);
    expect(parts[0]?.diff).toBe(text("Fix the sums", "", ...code("x.ts", 1, 9)));
    expect(parts[1]).toEqual({ index: 1, diff: text(...image) });
    expect(parts[2]).toEqual({ index: 2, diff: text(...code("y.ts", 5)), files: { "y.ts": "all of y" } });
  });

  test("gives each hunk its part under its file's header and skips what has no hunk", () => {
    const parts = partsOf(mixed, "hunk");
    expect(parts.map((part) => part.diff)).toEqual([
      text("Fix the sums", "", ...code("x.ts", 1)),
      text("Fix the sums", "", ...code("x.ts", 9)),
      text(...code("y.ts", 5)),
    ]);
    expect(parts[1]?.files).toEqual({ "x.ts": "all of x" });
  });

  test("keeps files without hunks in the unit hunk when there is nothing else", () => {
    const parts = partsOf({ id: "1", diff: text(...image, ...mode) }, "hunk");
    expect(parts.map((part) => part.diff)).toEqual([text(...image), text(...mode)]);
  });

  test("keeps all texts for hunks that name no file", () => {
    const parts = partsOf({ id: "1", diff: text(...hunk(1), ...hunk(5)), files: { a: "1", b: "2" } }, "hunk");
    expect(parts.map((part) => part.files)).toEqual([
      { a: "1", b: "2" },
      { a: "1", b: "2" },
    ]);
  });

  test("ends every part with a line break when the case does not", () => {
    const parts = partsOf({ id: "1", diff: text(...code("x", 1, 5)).slice(0, -1) }, "hunk");
    expect(parts.every((part) => part.diff.endsWith("\n"))).toBe(true);
  });

  test("leaves the signature of a mailed patch out of a hunk's part", () => {
    const diff = text(...code("x", 1), "-- ", "2.43.0");
    expect(partsOf({ id: "1", diff }, "hunk").map((part) => part.diff)).toEqual([text(...code("x", 1))]);
    expect(partsOf({ id: "1", diff }, "file").map((part) => part.diff)).toEqual([diff]);
  });

  test("names the case of a diff that cannot be read", () => {
    const broken = { id: "broken-7", diff: text("--- a/x", "+++ b/x", "@@ -1,9 +1 @@", "-a") };
    expect(() => partsOf(broken, "file")).toThrow(UsageError);
    expect(() => partsOf(broken, "file")).toThrow(/^case broken-7: diff: line 3: /);
    expect(partsOf(broken, "case")).toHaveLength(1);
  });

  test("neither loses, repeats nor reorders a hunk in any unit", () => {
    const file = fc.oneof(
      fc.constant(image),
      fc.constant(mode),
      fc
        .tuple(
          fc.constantFrom("x", "y z", "w"),
          fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 }),
        )
        .map(([name, starts]) => code(name, ...starts)),
    );
    const cases = fc
      .array(file, { minLength: 1, maxLength: 5 })
      .map((files) => ({ id: "1", diff: text(...files.flat()) }));
    fc.assert(
      fc.property(cases, fc.constantFrom("case" as const, "file" as const, "hunk" as const), (source, unit) => {
        const hunksOf = (diff: string) =>
          parseDiff(diff).flatMap(({ path, hunks }) => hunks.map((each) => [path, each]));
        const parts = partsOf(source, unit);
        expect(parts.length).toBeGreaterThan(0);
        expect(parts.flatMap((part) => hunksOf(part.diff))).toEqual(hunksOf(source.diff));
      }),
    );
  });
});

const finding: fc.Arbitrary<Finding> = fc.record(
  {
    message: fc.constantFrom("a", "b"),
    file: fc.constantFrom("x", "y"),
    lines: fc.constantFrom<[number, number]>([1, 1], [1, 2]),
    confidence: fc.constantFrom(0, 1),
  },
  { requiredKeys: ["message"], noNullPrototype: true },
);
const reviews: fc.Arbitrary<Review[]> = fc.array(fc.record({ findings: fc.array(finding, { maxLength: 6 }) }), {
  maxLength: 4,
});

describe("mergeReviews", () => {
  test("keeps findings in order, and one that an earlier part has as well once", () => {
    const a: Finding = { file: "x", message: "a", lines: [1, 2] };
    const b: Finding = { file: "x", message: "b" };
    const sameAsA: Finding = { lines: [1, 2], message: "a", file: "x" };
    expect(mergeReviews([{ findings: [b, a] }, { findings: [sameAsA, b] }])).toEqual({ findings: [b, a] });
  });

  test("keeps all equal findings of one part, for a reviewer that repeats itself said each of them", () => {
    const ten = Array.from({ length: 10 }, (): Finding => ({ file: "x", message: "a" }));
    expect(mergeReviews([{ findings: ten }]).findings).toHaveLength(10);
    expect(mergeReviews([{ findings: ten.slice(0, 2) }, { findings: ten.slice(0, 3) }]).findings).toHaveLength(3);
    expect(mergeReviews([{ findings: ten.slice(0, 3) }, { findings: ten.slice(0, 2) }]).findings).toHaveLength(3);
  });

  test("keeps findings that differ in any one field", () => {
    const base: Finding = { message: "a" };
    const others: Finding[] = [
      { ...base, file: "x" },
      { ...base, lines: [1, 1] },
      { ...base, side: "old" },
      { ...base, severity: "low" },
      { ...base, category: "c" },
      { ...base, confidence: 0 },
      { ...base, suggestion: "" },
    ];
    expect(mergeReviews([{ findings: [base, ...others] }]).findings).toHaveLength(8);
  });

  test("is silent for no reviews", () => {
    expect(mergeReviews([])).toEqual({ findings: [] });
  });

  test("keeps of each finding as many as the part that says it most often", () => {
    const keyOf = ({ message, file, lines, confidence }: Finding) => JSON.stringify([message, file, lines, confidence]);
    const countOf = (all: readonly Finding[], one: Finding) =>
      all.filter((other) => keyOf(other) === keyOf(one)).length;
    fc.assert(
      fc.property(reviews, (all) => {
        const merged = mergeReviews(all).findings;
        for (const one of all.flatMap((review) => review.findings)) {
          expect(countOf(merged, one)).toBe(Math.max(...all.map(({ findings }) => countOf(findings, one))));
        }
      }),
    );
  });

  test("changes nothing in the review of one part", () => {
    fc.assert(
      fc.property(reviews, (all) => {
        for (const one of all) expect(mergeReviews([one])).toEqual(one);
      }),
    );
  });

  test("changes nothing when done again", () => {
    fc.assert(
      fc.property(reviews, (all) => {
        const merged = mergeReviews(all);
        expect(mergeReviews([merged])).toEqual(merged);
        expect(mergeReviews([merged, ...all])).toEqual(merged);
        for (const each of all.flatMap((review) => review.findings)) expect(merged.findings).toContainEqual(each);
      }),
    );
  });
});
