import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  averagePrecision,
  averagePrecisionInterval,
  type RankedCluster,
  type RankedFinding,
} from "../../../src/core/stats/average-precision.ts";

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

describe("the interval by cluster", () => {
  /** Two bugs a cluster; every third cluster has one at the end of its ranking, the others both at the top. */
  const clusters = (count: number): RankedCluster[] =>
    Array.from({ length: count }, (_, at) => ({
      positives: 2,
      findings: at % 3 === 0 ? ranked(0, 0, 1) : ranked(1, 1, 0),
    }));

  test("holds the value, is the same for the same seed and narrows with more clusters", () => {
    const [few, many] = [averagePrecisionInterval(clusters(12), 1), averagePrecisionInterval(clusters(120), 1)];
    const all = clusters(12).flatMap(({ findings }) => findings);
    expect(few?.value).toBeCloseTo(averagePrecision(all, 24) ?? 0, 12);
    expect(few?.low).toBeLessThanOrEqual(few?.lowerOneSided ?? 0);
    expect(few?.lowerOneSided).toBeLessThan(few?.value ?? 0);
    expect(few?.high).toBeGreaterThan(few?.value ?? 1);
    expect(averagePrecisionInterval(clusters(12), 1)).toEqual(few);
    expect((many?.high ?? 1) - (many?.low ?? 0)).toBeLessThan(((few?.high ?? 0) - (few?.low ?? 0)) / 2);
  });

  test("counts a cluster drawn twice as two", () => {
    const twice = [...clusters(7), ...clusters(7)];
    const all = twice.flatMap(({ findings }) => findings);
    expect(averagePrecisionInterval(twice, 1)?.value).toBeCloseTo(averagePrecision(all, 28) ?? 0, 12);
    expect(averagePrecisionInterval(clusters(7), 1)?.value).toBeCloseTo(averagePrecision(all, 28) ?? 0, 12);
  });

  test("of a perfect ranking is no surer than its clusters with bugs", () => {
    const perfect = Array.from({ length: 10 }, () => ({ positives: 1, findings: ranked(1) }));
    const silent = Array.from({ length: 5 }, () => ({ positives: 0, findings: [] }));
    expect(averagePrecisionInterval([...perfect, ...silent], 1)?.lowerOneSided).toBeCloseTo(0.05 ** (1 / 10), 12);
  });

  test("is none from fewer than five clusters with bugs, and none above 20,000 findings", () => {
    const clean = { positives: 0, findings: ranked(0) };
    expect(averagePrecisionInterval([...clusters(4), clean, clean], 1)).toBeNull();
    const loud = {
      positives: 1,
      findings: Array.from({ length: 20_000 }, () => ({ confidence: 0.5, isMatch: false })),
    };
    expect(averagePrecisionInterval([...clusters(6), loud], 1)).toBeNull();
  });
});
