import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComparedReview, compareWithPeople, warnOfFewLabels } from "../../../src/core/judge/compare.ts";

const axes = [
  { name: "theme", required: true },
  { name: "voice", required: true },
  { name: "tone", required: false },
];
type Word = "pass" | "fail" | "unknown";
const run = (theme: Word, voice: Word = "pass") => {
  const required = [theme, voice];
  const pass = required.includes("unknown") ? null : required.every((word) => word === "pass");
  return { axes: { theme, voice, tone: "pass" as const }, pass, evidence: "", reasoning: "" };
};
const lost = { axes: {}, pass: null, evidence: "", reasoning: "", reason: "no answer" };
const review = (people: ComparedReview["people"], ...judged: ComparedReview["judged"]) => ({ people, judged });
const times = (count: number, one: ComparedReview) => Array.from({ length: count }, () => one);

describe("compareWithPeople", () => {
  it("has the published figures of an unbalanced table, where kappa misleads and AC1 does not", () => {
    const reviews = [
      ...times(118, review({ theme: true }, run("pass"))),
      ...times(5, review({ theme: true }, run("fail"))),
      ...times(2, review({ theme: false }, run("pass"))),
    ];
    const { theme } = compareWithPeople(reviews, axes, "ines");
    expect(theme).toMatchObject({ tp: 118, fn: 5, fp: 2, tn: 0, unscored: 0, source: "ines" });
    expect(theme?.kappa).toBeCloseTo(-0.023, 3);
    expect(theme?.ac1).toBeCloseTo(0.941, 3);
    expect(theme?.tpr?.value).toBeCloseTo(118 / 123, 12);
    expect(theme?.tnr).toMatchObject({ value: 0 });
  });

  it("takes an axis as most runs have it, each run counting for alpha", () => {
    const { theme } = compareWithPeople(
      [
        review({ theme: true }, run("pass"), run("fail"), run("pass")),
        review({ theme: false }, run("fail"), run("fail"), run("fail")),
      ],
      axes,
      "",
    );
    expect(theme).toMatchObject({ tp: 1, tn: 1, fp: 0, fn: 0, kappa: 1 });
    // Five pairs of runs in all disagree as 2 of 3 within the first; 2 passes and 4 fails are expected to by 16/30.
    expect(theme?.alpha).toBeCloseTo(1 - 4 / 2 / 6 / (16 / 30), 12);
  });

  it("leaves what the judge left open out of all but the quadratic kappa, which puts it halfway", () => {
    const reviews = [
      ...times(4, review({ theme: true }, run("pass"))),
      ...times(4, review({ theme: false }, run("fail"))),
      review({ theme: true }, lost),
      review({ theme: false }, run("unknown")),
    ];
    const { theme } = compareWithPeople(reviews, axes, "");
    expect(theme).toMatchObject({ tp: 4, tn: 4, unscored: 2, kappa: 1, ac1: 1 });
    // Two are off by one step; of the margins 5, 0, 5 and 4, 2, 4 chance would give 1 + 8 + 8 + 1 squared steps.
    expect(theme?.quadraticKappa).toBeCloseTo(1 - 2 / 18, 12);
  });

  it("compares all required axes together where people labelled each of them, optional ones aside", () => {
    const reviews = [
      review({ theme: true, voice: true }, run("pass", "pass")),
      review({ theme: true, voice: false, tone: false }, run("pass", "fail")),
      review({ theme: true, voice: false }, run("pass", "pass")),
      review({ theme: true }, run("pass", "fail")),
    ];
    const { pass } = compareWithPeople(reviews, axes, "");
    expect(pass).toMatchObject({ tp: 1, tn: 1, fp: 1, fn: 0 });
  });

  it("takes the composite of each axis's majority, as the pass rate by consensus does", () => {
    const split = [run("pass", "pass"), run("fail", "pass"), run("pass", "fail")];
    const { pass } = compareWithPeople([review({ theme: true, voice: true }, ...split)], axes, "");
    expect(pass).toMatchObject({ tp: 1, fn: 0 });
  });

  it("says nothing of axes that nobody labelled", () => {
    const found = compareWithPeople([review({ theme: true }, run("pass"))], axes, "");
    expect(Object.keys(found)).toEqual(["theme"]);
  });

  it("accounts for every label, whatever the judge says", () => {
    const word = fc.constantFrom<Word>("pass", "fail", "unknown");
    const reviews = fc.array(
      fc
        .record({
          theme: fc.boolean(),
          runs: fc.array(fc.oneof(fc.tuple(word, word), fc.constant(null)), { minLength: 3, maxLength: 3 }),
        })
        .map(({ theme, runs }) => review({ theme }, ...runs.map((words) => (words === null ? lost : run(...words))))),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(reviews, (some) => {
        const { theme } = compareWithPeople(some, axes, "");
        if (theme === undefined) throw new Error("expected the axis");
        const { tp, fp, tn, fn, unscored, tpr } = theme;
        expect(tp + fp + tn + fn + unscored).toBe(some.length);
        expect(tpr === null).toBe(tp + fn === 0);
        if (tpr !== null) expect(tpr.low <= tpr.value && tpr.value <= tpr.high).toBe(true);
      }),
    );
  });
});

describe("warnOfFewLabels", () => {
  it("names an axis with fewer than 25 passes or fails of people", () => {
    const labelled = (passes: number, fails: number) => [
      ...times(passes, review({ theme: true }, run("pass"))),
      ...times(fails, review({ theme: false }, run("fail"))),
    ];
    expect(warnOfFewLabels(compareWithPeople(labelled(25, 25), axes, ""))).toEqual([]);
    expect(warnOfFewLabels(compareWithPeople(labelled(40, 24), axes, ""))).toEqual([
      "theme rests on 40 passes and 24 fails of people (label 25 of each at least)",
    ]);
  });
});
