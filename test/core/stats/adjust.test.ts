import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benjaminiHochberg, holm } from "../../../src/core/stats/adjust.ts";

const published = [0.001, 0.01, 0.02, 0.03, 0.04];
const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

describe("adjusted p values", () => {
  it("are those published, in the order they came in", () => {
    const close = (values: number[], expected: number[]) =>
      values.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 12));
    close(holm(published), [0.005, 0.04, 0.06, 0.06, 0.06]);
    close(benjaminiHochberg(published), [0.005, 0.025, 0.1 / 3, 0.0375, 0.04]);
    close(holm([0.03, 0.001, 0.04, 0.02, 0.01]), [0.06, 0.005, 0.06, 0.06, 0.04]);
    close(benjaminiHochberg([0.03, 0.001, 0.04, 0.02, 0.01]), [0.0375, 0.005, 0.04, 0.1 / 3, 0.025]);
  });

  it("are never below what they were, never above 1, and Holm's never below Benjamini and Hochberg's", () => {
    fc.assert(
      fc.property(pValues, (values) => {
        const [strict, mild] = [holm(values), benjaminiHochberg(values)];
        values.forEach((p, index) => {
          expect(mild[index]).toBeGreaterThanOrEqual(p - 1e-15);
          expect(strict[index]).toBeGreaterThanOrEqual((mild[index] ?? 0) - 1e-15);
          expect(strict[index]).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it("keep the order of what they adjust", () => {
    fc.assert(
      fc.property(pValues, (values) => {
        for (const adjusted of [holm(values), benjaminiHochberg(values)]) {
          const byOwn = values
            .map((p, index) => ({ p, adjusted: adjusted[index] as number }))
            .sort((a, b) => a.p - b.p);
          const inOrder = byOwn.map((one) => one.adjusted);
          expect(inOrder.toSorted((a, b) => a - b)).toEqual(inOrder);
        }
      }),
    );
  });

  it("refuse what is no p value", () => {
    expect(() => holm([0.5, NaN])).toThrow("expected numbers from 0 to 1, got NaN");
    expect(() => benjaminiHochberg([1.2])).toThrow("got 1.2");
  });
});
