import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axisOf } from "../../../src/reporters/html/axis.ts";

describe("an axis", () => {
  test("goes from one round number to another", () => {
    expect(axisOf([0.23, 0.88], 200, [0, 1]).ticks).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(axisOf([0.4, 2.2], 100, [0, Infinity]).ticks).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(axisOf([0.71, 0.74], 100, [0, 1]).ticks).toEqual([0.71, 0.72, 0.73, 0.74]);
  });

  test("has its greatest value on top", () => {
    const { at } = axisOf([0, 1], 116, [0, 1]);
    expect([at(1), at(0.5), at(0)]).toEqual([8, 58, 108]);
  });

  test("leaves room around a value that is alone", () => {
    const { at, ticks } = axisOf([0.5], 100, [0, 1]);
    expect(ticks.length).toBeGreaterThan(1);
    expect(at(0.5)).toBeGreaterThan(8);
    expect(at(0.5)).toBeLessThan(92);
  });

  test("holds every value between its ends, with few ticks", () => {
    const rates = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rates, (values) => {
        const { at, ticks, height } = axisOf(values, 200, [0, 1]);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThan(8);
        for (const value of values) {
          expect(at(value)).toBeGreaterThanOrEqual(0);
          expect(at(value)).toBeLessThanOrEqual(height);
        }
      }),
    );
  });
});
