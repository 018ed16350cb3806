import fc from "fast-check";
import { expect, test } from "vitest";
import { averagePrecision, type RankedFinding } from "../../../src/core/stats/average-precision.ts";

const ranked = (...marks: number[]): RankedFinding[] =>
  marks.map((mark, index) => ({ confidence: 1 - index / 10, isMatch: mark === 1 }));

test("hits at ranks 1, 3 and 4 of 4 positives are worth (1 + 2/3 + 3/4) / 4", () => {
  expect(averagePrecision(ranked(1, 0, 1, 1, 0), 4)).toBeCloseTo(0.604167, 6);
});

test("findings of one confidence are one block, whatever their order", () => {
  const tied = (...marks: number[]) => marks.map((mark) => ({ confidence: 0.5, isMatch: mark === 1 }));
  expect(averagePrecision(tied(1, 0, 0, 1), 2)).toBe(0.5);
  expect(averagePrecision(tied(0, 0, 1, 1), 2)).toBe(0.5);
});

test("a block behind a sure hit counts with what came before it", () => {
  const findings = [
    { confidence: 0.9, isMatch: true },
    { confidence: 0.5, isMatch: true },
    { confidence: 0.5, isMatch: false },
  ];
  expect(averagePrecision(findings, 2)).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
});

test("is 1 for all bugs first, 0 for none found, and null without a bug", () => {
  expect(averagePrecision(ranked(1, 1, 0), 2)).toBe(1);
  expect(averagePrecision(ranked(0, 0), 2)).toBe(0);
  expect(averagePrecision([], 2)).toBe(0);
  expect(averagePrecision(ranked(0), 0)).toBeNull();
});

test("does not depend on the order of the findings and stays within 0 and 1", () => {
  const findings = fc.array(fc.record({ confidence: fc.constantFrom(0.1, 0.5, 0.9), isMatch: fc.boolean() }), {
    maxLength: 8,
  });
  const shuffled = findings.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, fc.nat(3), ([all, permuted], missed) => {
      const positives = all.filter(({ isMatch }) => isMatch).length + missed;
      const value = averagePrecision(all, positives);
      expect(averagePrecision(permuted, positives)).toBe(value);
      expect(value ?? 0).toSatisfy((one: number) => one >= 0 && one <= 1 + 1e-12);
    }),
  );
});
