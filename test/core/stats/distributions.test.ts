import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  betaQuantile,
  binomialCdf,
  normalCdf,
  normalQuantile,
  tCdf,
  tQuantile,
} from "../../../src/core/stats/distributions.ts";

describe("quantiles of the normal and t distributions", () => {
  it("agree with published tables", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 10);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424308822899, 8);
    expect(tQuantile(0.975, 4)).toBeCloseTo(2.7764451051977934, 7);
    expect(tQuantile(0.975, 1)).toBeCloseTo(12.706204736174694, 7);
    expect(tQuantile(0.95, 29)).toBeCloseTo(1.6991270265334972, 7);
  });

  it("come together as the degrees of freedom grow", () => {
    expect(tQuantile(0.95, 1e7)).toBeCloseTo(1.6448537794841467, 9);
    expect(tQuantile(0.975, Infinity)).toBe(normalQuantile(0.975));
    expect(tQuantile(0.975, 10_001)).toBeCloseTo(tQuantile(0.975, 10_000), 6);
  });

  it("reach the ends of the line", () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(normalQuantile(0.5)).toBe(0);
    expect(tQuantile(1, 3)).toBe(Infinity);
    expect(normalCdf(-Infinity)).toBe(0);
  });

  it("undo the distribution function", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (probability) => {
        expect(normalCdf(normalQuantile(probability))).toBeCloseTo(probability, 9);
      }),
    );
  });
});

describe("betaQuantile", () => {
  it("is exact where a parameter is 1, as at 0 of n and n of n", () => {
    expect(betaQuantile(0.05, 42, 1)).toBeCloseTo(0.05 ** (1 / 42), 15);
    expect(betaQuantile(0.95, 1, 42)).toBeCloseTo(1 - 0.05 ** (1 / 42), 15);
  });

  it("takes parameters that are not whole", () => {
    expect(betaQuantile(0.5, 2.5, 2.5)).toBeCloseTo(0.5, 8);
    expect(betaQuantile(0.025, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * 0.025) / 2) ** 2, 8);
    expect(betaQuantile(0.05, 2.677554542487991, 0.12626754620877345)).toBeCloseTo(0.7295843376458178, 7);
  });

  it("is a number even where the quantile is smaller than any number", () => {
    expect(betaQuantile(0.005, 0.007261780234936124, 8.254518454701188)).toBeLessThan(1e-20);
  });

  it("rises with the probability", () => {
    const parameter = fc.double({ min: 0.3, max: 3000, noNaN: true });
    fc.assert(
      fc.property(parameter, parameter, (alpha, beta) => {
        const quantiles = [0.001, 0.025, 0.05, 0.5, 0.95, 0.975, 0.999].map((p) => betaQuantile(p, alpha, beta));
        expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
      }),
    );
  });

  it("refuses a probability above 1 and a parameter of 0", () => {
    expect(() => betaQuantile(95, 1, 2)).toThrow("expected a probability from 0 to 1, got 95");
    expect(() => betaQuantile(0.5, 0, 2)).toThrow("alpha: expected a number above 0, got 0");
  });
});

describe("binomialCdf", () => {
  it("is the sum of the chances", () => {
    expect(binomialCdf(5, 20, 0.3)).toBeCloseTo(0.4163708294474807, 9);
    expect(binomialCdf(0, 59, 0.05)).toBeCloseTo(0.95 ** 59, 9);
    expect(binomialCdf(58, 59, 0.95)).toBeCloseTo(1 - 0.95 ** 59, 9);
    expect(binomialCdf(950, 1000, 0.95)).toBeCloseTo(0.5202589428562151, 8);
  });

  it("is 0 below 0 successes and 1 from n on, whatever the chance", () => {
    expect(binomialCdf(-1, 20, 0.3)).toBe(0);
    expect(binomialCdf(20, 20, 0.3)).toBe(1);
    expect(binomialCdf(3, 20, 0)).toBe(1);
    expect(binomialCdf(19, 20, 1)).toBe(0);
  });
});

describe("tCdf", () => {
  it("undoes the quantile, for few and for many degrees of freedom", () => {
    for (const degrees of [1, 4, 29, 1000])
      for (const probability of [0.01, 0.3, 0.5, 0.975])
        expect(tCdf(tQuantile(probability, degrees), degrees)).toBeCloseTo(probability, 7);
    expect(() => tCdf(1, 0)).toThrow("expected a number above 0, got 0");
  });
});
