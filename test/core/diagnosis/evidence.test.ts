import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageRepeats, chanceAbove, chanceLower, rateOf } from "../../../src/core/diagnosis/evidence.ts";
import { exactLowerBound } from "../../../src/core/stats/proportion.ts";

const units = (passed: number, n: number) =>
  Array.from({ length: n }, (_, index) => ({
    caseId: `c${index}`,
    cluster: `c${index}`,
    numerator: Number(index < passed),
    denominator: 1,
  }));

describe("rateOf", () => {
  test("says nothing below ten cases", () => {
    expect(rateOf(units(4, 9))).toBeNull();
    expect(rateOf(units(4, 10))?.figure).toMatchObject({ value: 0.4, numerator: 4, n: 10, cases: 10 });
  });

  test("leaves out what counts nothing", () => {
    const empty = units(0, 9).map((unit) => ({ ...unit, denominator: 0 }));
    expect(rateOf([...units(4, 9), ...empty])).toBeNull();
  });
});

test("averageRepeats makes one unit of the repeats of a case", () => {
  const repeated = [...units(10, 10), ...units(5, 10)];
  expect(averageRepeats(repeated)).toHaveLength(10);
  expect(rateOf(averageRepeats(repeated))?.figure).toMatchObject({ value: 0.75, n: 10, numerator: 7.5 });
});

describe("chanceAbove", () => {
  test("is the binomial tail", () => {
    expect(chanceAbove(0.5, { value: 1, effectiveN: 12 })).toBeCloseTo(0.5 ** 12, 12);
    expect(chanceAbove(0.5, { value: 0.75, effectiveN: 4 })).toBeCloseTo(5 / 16, 9);
    expect(chanceAbove(0.5, { value: 0, effectiveN: 12 })).toBe(1);
  });

  test("meets alpha where the exact lower bound meets the border", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), (passed, failed) => {
        const n = passed + failed;
        const border = exactLowerBound(passed, n, 0.05) ?? 0;
        expect(chanceAbove(border, { value: passed / n, effectiveN: n })).toBeCloseTo(0.05, 5);
      }),
    );
  });
});

describe("chanceLower", () => {
  const seen = (value: number, effectiveN: number) => ({ value, effectiveN });

  test("is Fisher's test with what was seen counted half", () => {
    // The table 1, 9; 11, 3: its one-sided p is .00137973, of which .00134608 is what was seen.
    expect(chanceLower(seen(1 / 10, 10), seen(11 / 14, 14))).toBeCloseTo(0.00137973 - 0.00134608 / 2, 7);
  });

  test("is a half for equal halves, and high where the first is the higher one", () => {
    expect(chanceLower(seen(0.5, 20), seen(0.5, 20))).toBeCloseTo(0.5, 6);
    expect(chanceLower(seen(0.9, 20), seen(0.1, 20))).toBeGreaterThan(0.999);
  });

  test("is less sure of fewer units, and takes parts of units", () => {
    const of = (n: number) => chanceLower(seen(0.25, n), seen(0.75, n));
    expect(of(12)).toBeLessThan(of(8.7));
    expect(of(8.7)).toBeLessThan(0.2);
  });
});
