import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { clusteredMean } from "../../../src/core/stats/cluster.ts";
import { exactLowerBound, exactUpperBound } from "../../../src/core/stats/proportion.ts";

const published = [
  [1, 1, 1],
  [0, 0],
  [1, 0, 1, 1],
  [0, 0, 0],
  [1, 1],
];
const unitRows = published.flatMap((values, cluster) =>
  values.map((numerator) => ({ cluster, numerator, denominator: 1 })),
);

const meanOf = (values: readonly number[], range?: readonly [number, number]) =>
  clusteredMean(
    values.map((numerator, cluster) => ({ cluster, numerator, denominator: 1 })),
    range === undefined ? {} : { range },
  );
const noBounds = { low: null, high: null, lowOneSided: null, highOneSided: null };

describe("clusteredMean", () => {
  it("has the published clustered error, which lacks the factor of C / (C - 1), and the one with it", () => {
    const mean = clusteredMean(unitRows);
    expect(mean?.value).toBeCloseTo(0.5714285714285714, 12);
    expect((mean?.se ?? NaN) * Math.sqrt(4 / 5)).toBeCloseTo(0.19090088708030312, 12);
    expect(mean?.se).toBeCloseTo(0.21343368023828457, 12);
  });

  it("is the same from units as from sums of clusters, in any order", () => {
    const sums = published.map((values, cluster) => ({
      cluster,
      numerator: values.reduce((total, value) => total + value, 0),
      denominator: values.length,
    }));
    expect(clusteredMean(sums.toReversed())?.se).toBeCloseTo(clusteredMean(unitRows)?.se as number, 12);
  });

  it("has no error with one cluster, no value without a denominator, and no use for empty clusters", () => {
    expect(clusteredMean([{ cluster: "a", numerator: 2, denominator: 3 }])?.se).toBeNull();
    expect(clusteredMean([{ cluster: "a", numerator: 0, denominator: 0 }])).toBeNull();
    expect(clusteredMean([])).toBeNull();
    expect(clusteredMean([...unitRows, { cluster: "empty", numerator: 0, denominator: 0 }])?.clusters).toBe(5);
  });

  it("uses t with C - 1 degrees of freedom below 30 clusters", () => {
    const mean = clusteredMean(unitRows);
    expect(mean?.high).toBeCloseTo(0.5714285714285714 + 2.7764451051977934 * 0.21343368023828457, 7);
    expect(mean?.lowOneSided).toBeCloseTo(0.5714285714285714 - 2.13184678133629 * 0.21343368023828457, 7);
  });

  it("uses the normal distribution from 30 clusters on", () => {
    const mean = meanOf(Array.from({ length: 30 }, (_, cluster) => cluster % 3));
    expect(mean?.high).toBeCloseTo((mean?.value ?? NaN) + 1.959963984540054 * (mean?.se ?? NaN), 9);
  });

  it.each([undefined, [0, 1], [0, Infinity]] as const)(
    "has bounds from five clusters on, in a range of %j",
    (range) => {
      expect(meanOf([0, 1, 1, 0.5], range)).toMatchObject({ value: 0.625, ...noBounds });
      expect(meanOf([0, 1, 1, 0.5, 1], range)?.lowOneSided).toBeTypeOf("number");
    },
  );

  it("has no bounds from equal values of unknown range", () => {
    expect(meanOf([1, 1, 1, 1, 1, 1])).toMatchObject(noBounds);
  });

  it("bounds equal values of known range as a proportion is bounded", () => {
    const perfect = meanOf(repeated(1, 42), [0, 1]);
    expect(perfect?.lowOneSided).toBeCloseTo(exactLowerBound(42, 42) as number, 12);
    expect(perfect?.highOneSided).toBe(1);
    expect(meanOf(repeated(0, 42), [0, 1])?.highOneSided).toBeCloseTo(exactUpperBound(0, 42) as number, 12);
  });

  it("takes an error of rounding for none", () => {
    const rows = Array.from({ length: 10 }, (_, cluster) => ({ cluster, numerator: 0.1 * 3, denominator: 0.3 }));
    expect(clusteredMean(rows, { range: [0, 1] })?.lowOneSided).toBeCloseTo(exactLowerBound(10, 10) as number, 9);
  });

  it("of zeros and ones is bounded about as their proportion is, and lies in any range as it does in 0 to 1", () => {
    const ones = Array.from({ length: 40 }, (_, at) => (at < 30 ? 1 : 0));
    expect(Math.abs((meanOf(ones, [0, 1])?.lowOneSided ?? 0) - (exactLowerBound(30, 40) ?? 0))).toBeLessThan(0.006);
    const scaled = ones.map((one) => 2 + 3 * one);
    expect(meanOf(scaled, [2, 5])?.lowOneSided).toBeCloseTo(2 + 3 * (meanOf(ones, [0, 1])?.lowOneSided ?? 0), 9);
  });

  it("takes clusters unseen of a count to reach two more than the greatest seen", () => {
    const unseen = 1 - 0.05 ** (1 / 10);
    expect(meanOf(repeated(0, 10), [0, Infinity])).toMatchObject({
      lowOneSided: 0,
      highOneSided: expect.closeTo(2 * unseen, 12),
    });
    expect(meanOf([4, 4, 4, 4, 4, 4, 4, 4, 4, 4], [0, Infinity])).toMatchObject({
      lowOneSided: expect.closeTo(4 - 4 * unseen, 12),
      highOneSided: expect.closeTo(4 + 2 * unseen, 12),
    });
    expect(meanOf([0, 0, 0, 0, 9], [0, Infinity])).toMatchObject({ low: 0, lowOneSided: 0 });
  });

  const values = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 5, maxLength: 40 });

  it("orders its bounds within the range and gives nobody a better one than the perfect reviewer", () => {
    fc.assert(
      fc.property(values(fc.double({ min: 0, max: 1, noNaN: true })), (all) => {
        const mean = meanOf(all, [0, 1]);
        const ends = [0, mean?.low, mean?.lowOneSided, mean?.value, mean?.highOneSided, mean?.high, 1] as number[];
        ends.slice(1).forEach((end, at) => expect(end).toBeGreaterThanOrEqual((ends[at] as number) - 1e-9));
        const perfect = meanOf(repeated(1, all.length), [0, 1]);
        expect(mean?.lowOneSided).toBeLessThanOrEqual((perfect?.lowOneSided ?? 0) + 1e-12);
      }),
    );
  });

  it("gives nobody a better upper bound of a count than the reviewer who counts none", () => {
    fc.assert(
      fc.property(values(fc.nat(5)), (all) => {
        const none = meanOf(repeated(0, all.length), [0, Infinity]);
        expect(meanOf(all, [0, Infinity])?.highOneSided).toBeGreaterThanOrEqual((none?.highOneSided ?? 9) - 1e-12);
      }),
    );
  });

  it("covers the true mean about 95 % of the time with 12 clusters of alike values", () => {
    const uniform = uniformNumbers(5);
    let covered = 0;
    for (let run = 0; run < 2000; run++) {
      const drawn = Array.from({ length: 12 }, (_, cluster) => {
        const shared = uniform();
        return Array.from({ length: 3 }, () => ({ cluster, numerator: shared + uniform(), denominator: 1 }));
      });
      const mean = clusteredMean(drawn.flat());
      if ((mean?.low ?? 2) <= 1 && (mean?.high ?? 0) >= 1) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.965);
  });

  const mostlyOne = (uniform: () => number) => (uniform() < 0.8 ? 1 : uniform() / 2);
  const skewedLow = (uniform: () => number) => uniform() ** 3;
  const halves = (uniform: () => number) => Math.floor(uniform() * 3) / 2;

  it.each([
    { of: "mostly 1", draw: mostlyOne, truth: 0.85, measured: [0, 0, 0.008, 0.032] },
    { of: "0, .5 or 1", draw: halves, truth: 0.5, measured: [0.001, 0.023, 0.022, 0.039] },
    { of: "mostly low", draw: skewedLow, truth: 0.25, measured: [0.006, 0.021, 0.024, 0.035] },
  ])("lets a mean on the threshold pass as rarely as measured: values $of", ({ draw, truth, measured }) => {
    const uniform = uniformNumbers(19);
    const rates = [5, 10, 20, 40].map((clusters) => {
      const passes = Array.from({ length: 1500 }, () => {
        const mean = meanOf(
          Array.from({ length: clusters }, () => draw(uniform)),
          [0, 1],
        );
        return (mean?.lowOneSided ?? 0) >= truth;
      });
      return passes.filter(Boolean).length / passes.length;
    });
    rates.forEach((rate, at) => expect(Math.abs(rate - (measured[at] as number))).toBeLessThan(0.01));
    expect(Math.max(...rates)).toBeLessThan(0.05);
  });

  it.each([
    { each: 0.5, measured: [0, 0, 0, 0.01] },
    { each: 2, measured: [0.012, 0.018, 0.028, 0.039] },
  ])("lets a count on the threshold pass as rarely as measured: $each findings a case", ({ each, measured }) => {
    const uniform = uniformNumbers(29);
    const rates = [5, 10, 20, 40].map((clusters) => {
      const passes = Array.from({ length: 1500 }, () => {
        const counts = Array.from({ length: clusters }, () => drawPoisson(uniform, each));
        return (meanOf(counts, [0, Infinity])?.highOneSided ?? Infinity) <= each;
      });
      return passes.filter(Boolean).length / passes.length;
    });
    rates.forEach((rate, at) => expect(Math.abs(rate - (measured[at] as number))).toBeLessThan(0.01));
    expect(Math.max(...rates)).toBeLessThan(0.05);
  });
});

function repeated(value: number, times: number): number[] {
  return Array.from({ length: times }, () => value);
}

function drawPoisson(uniform: () => number, mean: number): number {
  let count = 0;
  for (let left = uniform(); left > Math.exp(-mean); left *= uniform()) count++;
  return count;
}

function uniformNumbers(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  generator.jump();
  return () => (generator.next() >>> 0) / 2 ** 32;
}
