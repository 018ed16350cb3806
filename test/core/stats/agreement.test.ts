import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cohenKappa,
  confusionOf,
  crossTable,
  gwetAc1,
  judgeRates,
  krippendorffAlpha,
  spearman,
  spearmanBrown,
} from "../../../src/core/stats/agreement.ts";

const table = (size: number, counts: readonly number[]) =>
  Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => counts[row * size + column] ?? 0),
  );
const tables = fc
  .integer({ min: 2, max: 5 })
  .chain((size) =>
    fc.array(fc.nat({ max: 20 }), { minLength: size ** 2, maxLength: size ** 2 }).map((counts) => table(size, counts)),
  );
const turned = (counts: readonly (readonly number[])[]) =>
  counts.map((_, row) => counts.map((other) => other[row] ?? 0));
const weightings = ["none", "linear", "quadratic"] as const;

/** How far two results lie apart; null is near to null alone. */
function gap(a: number | null, b: number | null): number {
  if (a === null || b === null) return a === b ? 0 : Infinity;
  return Math.abs(a - b);
}

describe("cohenKappa", () => {
  const graded = table(3, [0, 4, 1, 0, 8, 0, 0, 1, 5]);

  it.each([
    ["none", 0.48416289592760187],
    ["linear", 0.4701195219123506],
    ["quadratic", 0.4501607717041801],
  ] as const)("with %s weights is the published value of a graded table", (weights, kappa) => {
    expect(cohenKappa(graded, weights)).toBeCloseTo(kappa, 12);
  });

  it("is the value that Cohen gives of 200 persons diagnosed twice", () => {
    expect(cohenKappa(table(3, [88, 14, 18, 10, 40, 10, 2, 6, 12]))).toBeCloseTo(0.492, 3);
  });

  it("is the published value of a table of two categories", () => {
    expect(cohenKappa(table(2, [80, 10, 5, 5]))).toBeCloseTo(0.31818181818181823, 12);
  });

  it("is below 0 for raters who agree on nearly everything but less than their margins let expect", () => {
    expect(cohenKappa(table(2, [118, 5, 2, 0]))).toBeCloseTo(-0.023391812865497075, 12);
  });

  it("is the same with every weight where there are two categories", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 4, maxLength: 4 }), (counts) => {
        const [none, ...others] = weightings.map((weights) => cohenKappa(table(2, counts), weights));
        for (const other of others) expect(other).toBe(none);
      }),
    );
  });

  it("does not depend on who of the two is named first", () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(...weightings), (counts, weights) => {
        expect(gap(cohenKappa(counts, weights), cohenKappa(turned(counts), weights))).toBeLessThan(1e-9);
      }),
    );
  });

  it("is 1 exactly where the raters never differ, and below 1 where they do", () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(...weightings), (counts, weights) => {
        const kappa = cohenKappa(counts, weights);
        if (kappa === null) return;
        const differ = counts.some((row, i) => row.some((count, j) => i !== j && count > 0));
        if (differ) expect(kappa).toBeLessThan(1);
        else expect(kappa).toBe(1);
      }),
    );
  });

  it("is null, never 0 or 1, for nothing rated and for one category throughout", () => {
    expect(cohenKappa([])).toBeNull();
    expect(cohenKappa(table(2, []))).toBeNull();
    expect(cohenKappa(table(2, [7, 0, 0, 0]))).toBeNull();
  });

  it("refuses a table that is not square or holds a negative count", () => {
    expect(() => cohenKappa([[1, 2]])).toThrow("cohenKappa: expected a square table, got 1 rows of 2");
    expect(() => cohenKappa(table(2, [1, -1, 0, 0]))).toThrow("counts from 0 on");
  });
});

describe("crossTable", () => {
  it("counts the first rater in rows and the second in columns", () => {
    const pairs = [
      [1, 3],
      [1, 3],
      [2, 2],
    ] as const;
    expect(crossTable(pairs, [1, 2, 3])).toEqual(table(3, [0, 0, 2, 0, 1, 0, 0, 0, 0]));
  });

  it("refuses a rating that is no category", () => {
    expect(() => crossTable([[1, 6]], [1, 2, 3, 4, 5])).toThrow("rating 6: expected one of 1, 2, 3, 4, 5");
  });
});

describe("gwetAc1", () => {
  it.each([
    [[80, 10, 5, 5], 0.808],
    [[118, 5, 2, 0], 0.9407763376087177],
  ])("is the published value of %j", (counts, ac1) => {
    expect(gwetAc1(table(2, counts))).toBeCloseTo(ac1, 3);
  });

  it("stays high where kappa falls because nearly all is of one category", () => {
    expect(gwetAc1(table(2, [118, 5, 2, 0]))).toBeCloseTo(0.9407763376087177, 12);
  });

  it("counts a category that nobody gave: there was less to agree on by chance", () => {
    const without = gwetAc1(table(2, [8, 2, 2, 8]));
    expect(gwetAc1(table(3, [8, 2, 0, 2, 8, 0, 0, 0, 0]))).toBeGreaterThan(without ?? 1);
  });

  it("does not depend on who of the two is named first, and is 1 exactly for raters who never differ", () => {
    fc.assert(
      fc.property(tables, (counts) => {
        const ac1 = gwetAc1(counts);
        expect(gap(ac1, gwetAc1(turned(counts)))).toBeLessThan(1e-9);
        const differ = counts.some((row, i) => row.some((count, j) => i !== j && count > 0));
        expect(ac1 !== null && gap(ac1, 1) < 1e-12).toBe(ac1 !== null && !differ);
      }),
    );
  });

  it("is defined for one category throughout, and null for nothing rated or a single category to give", () => {
    expect(gwetAc1(table(2, [7, 0, 0, 0]))).toBe(1);
    expect(gwetAc1(table(2, []))).toBeNull();
    expect(gwetAc1([[7]])).toBeNull();
  });

  it("refuses a table that is not square", () => {
    expect(() => gwetAc1([[1, 2]])).toThrow("gwetAc1: expected a square table");
  });
});

describe("krippendorffAlpha", () => {
  const unitsOf = <Given>(raters: readonly string[], read: (word: string) => Given): (Given | null)[][] => {
    const rows = raters.map((rater) => rater.split(" ").map((word) => (word === "." ? null : read(word))));
    return (rows[0] ?? []).map((_, unit) => rows.map((row) => row[unit] ?? null));
  };
  const fourRaters = unitsOf(
    ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."],
    Number,
  );

  it.each([
    ["nominal", 0.7434],
    ["ordinal", 0.8154],
    ["interval", 0.8491],
    ["ratio", 0.7974],
  ] as const)("at the level %s is the value that Krippendorff gives of four raters with gaps", (level, alpha) => {
    expect(Math.abs((krippendorffAlpha(fourRaters, level) ?? 0) - alpha)).toBeLessThan(0.0001);
  });

  it("is the value that Krippendorff gives of two raters and two categories", () => {
    const units = unitsOf(["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"], Number);
    expect(krippendorffAlpha(units)).toBeCloseTo(0.095, 3);
  });

  it("is the value that Krippendorff gives of two raters and named categories", () => {
    const units = unitsOf(["a a b b d c c c e d d a", "b a b b b c c c e d d d"], (name) => name);
    expect(krippendorffAlpha(units)).toBeCloseTo(0.692, 3);
  });

  it("takes the passes and fails of runs", () => {
    const runs = [
      [true, true, false],
      [false, false, null],
      [true, true, true],
    ];
    const words = runs.map((unit) => unit.map((pass) => (pass === null ? null : pass ? "pass" : "fail")));
    expect(krippendorffAlpha(runs)).toBeCloseTo(1 - (7 * 1) / (5 * 3), 12);
    expect(krippendorffAlpha(words)).toBe(krippendorffAlpha(runs));
  });

  const levels = fc.constantFrom("nominal", "ordinal", "interval", "ratio");
  const someUnits = fc.array(
    fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { freq: 4 }), { minLength: 0, maxLength: 5 }),
    { maxLength: 12 },
  );

  it("depends neither on the order of units nor of ratings, nor on units with fewer than two", () => {
    fc.assert(
      fc.property(someUnits, levels, (units, level) => {
        const other = [[null, 3], ...units.toReversed().map((unit) => unit.toReversed()), [], [4]];
        expect(gap(krippendorffAlpha(other, level), krippendorffAlpha(units, level))).toBeLessThan(1e-9);
      }),
    );
  });

  it("sees only the order at the level ordinal", () => {
    fc.assert(
      fc.property(someUnits, (units) => {
        const stretched = units.map((unit) => unit.map((value) => (value === null ? null : value ** 3 - 100)));
        expect(gap(krippendorffAlpha(stretched, "ordinal"), krippendorffAlpha(units, "ordinal"))).toBeLessThan(1e-9);
      }),
    );
  });

  it("is 1 where the ratings of no unit differ, and below 1 where some do", () => {
    fc.assert(
      fc.property(someUnits, levels, (units, level) => {
        const alpha = krippendorffAlpha(units, level);
        if (alpha === null) return;
        const differ = units.some((unit) => new Set(unit.filter((value) => value !== null)).size > 1);
        if (differ) expect(alpha).toBeLessThan(1);
        else expect(alpha).toBe(1);
      }),
    );
  });

  it("is null where no unit has two ratings and where all ratings are alike", () => {
    expect(krippendorffAlpha([])).toBeNull();
    expect(krippendorffAlpha([[1, null], [2], [null, 3]])).toBeNull();
    expect(krippendorffAlpha([[2, 2], [2, 2], [3]], "ordinal")).toBeNull();
    expect(
      krippendorffAlpha(
        [
          [0, 0],
          [0, 0],
        ],
        "ratio",
      ),
    ).toBeNull();
  });

  it("refuses words where numbers are needed, and negative ones as a ratio", () => {
    expect(() => krippendorffAlpha([["low", "high"]], "ordinal")).toThrow("level ordinal: expected numbers, got low");
    expect(() => krippendorffAlpha([[1, Number.NaN]], "interval")).toThrow("expected numbers, got NaN");
    expect(() => krippendorffAlpha([[1, -1]], "ratio")).toThrow("expected numbers from 0 on, got -1");
  });
});

describe("judgeRates", () => {
  it("gives both rates with their Wilson intervals, leaving out what the judge left undecided", () => {
    const counts = confusionOf([
      ...Array.from({ length: 18 }, () => [true, true] as const),
      [true, false],
      [true, false],
      [true, null],
      [false, false],
      [false, true],
      [false, null],
    ]);
    expect(counts).toEqual({ tp: 18, fn: 2, tn: 1, fp: 1, unscored: 2 });
    const { tpr, tnr } = judgeRates(counts);
    expect(tpr).toMatchObject({ value: 0.9, n: 20 });
    expect(tpr?.low).toBeCloseTo(0.698966, 5);
    expect(tpr?.high).toBeCloseTo(0.972134, 5);
    expect(tnr).toMatchObject({ value: 0.5, n: 2 });
  });

  it("has no rate of what people never said", () => {
    expect(judgeRates({ tp: 3, fn: 1, tn: 0, fp: 0 }).tnr).toBeNull();
    expect(judgeRates({ tp: 0, fn: 0, tn: 1, fp: 0 }).tpr).toBeNull();
  });
});

describe("spearman", () => {
  const zip = (first: readonly number[], second: readonly number[]) =>
    first.map((value, i): [number, number] => [value, second[i] ?? 0]);
  const striving = [42, 46, 39, 37, 65, 88, 86, 56, 62, 92, 54, 81];

  it("is the value that Siegel gives of twelve students", () => {
    const authoritarian = [82, 98, 87, 40, 116, 113, 111, 83, 85, 126, 106, 117];
    expect(spearman(zip(authoritarian, striving))).toBeCloseTo(0.82, 2);
  });

  it("gives tied values their mean rank, as summed by hand for Siegel's students who yielded alike", () => {
    const yielding = [0, 0, 1, 1, 3, 4, 5, 6, 7, 8, 8, 12];
    const [ofYielding, ofStriving, ofDifferences] = [141.5, 143, 109.5];
    const summed = (ofYielding + ofStriving - ofDifferences) / (2 * Math.sqrt(ofYielding * ofStriving));
    expect(spearman(zip(yielding, striving))).toBeCloseTo(summed, 12);
  });

  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), { maxLength: 15 });

  it("sees only the order: stretching changes nothing, turning one side changes the sign", () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const value = spearman(given);
        const stretched = spearman(given.map(([a, b]) => [Math.exp(a), b]));
        const opposite = spearman(given.map(([a, b]) => [a, -b]));
        expect(gap(stretched, value)).toBeLessThan(1e-9);
        expect(gap(opposite, value === null ? null : -value)).toBeLessThan(1e-9);
      }),
    );
  });

  it("stays within -1 and 1 and is 1 of a side with itself", () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const value = spearman(given);
        const itself = spearman(given.map(([a]) => [a, a]));
        expect(Math.abs(value ?? 0)).toBeLessThanOrEqual(1);
        expect(gap(itself ?? 1, 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it("is null for fewer than two pairs and for a side that is all alike", () => {
    expect(spearman([])).toBeNull();
    expect(spearman([[1, 2]])).toBeNull();
    expect(spearman(zip([1, 2, 3], [4, 4, 4]))).toBeNull();
  });

  it("refuses what is no number", () => {
    expect(() => spearman([[1, Number.NaN]])).toThrow("expected finite numbers, got NaN");
  });
});

describe("spearmanBrown", () => {
  it.each([
    [3, 0.818],
    [5, 0.882],
  ])("raises the reliability .6 of one run with %i runs to %f", (runs, reliability) => {
    expect(spearmanBrown(0.6, runs)).toBeCloseTo(reliability, 3);
  });

  it("is the reliability itself for one run", () => {
    expect(spearmanBrown(0.37, 1)).toBe(0.37);
  });

  it("refuses a reliability outside 0 to 1 and no run", () => {
    expect(() => spearmanBrown(-0.2, 3)).toThrow("got -0.2 and 3");
    expect(() => spearmanBrown(0.5, 0)).toThrow("got 0.5 and 0");
  });
});
