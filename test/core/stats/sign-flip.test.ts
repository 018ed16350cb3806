import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signFlip } from "../../../src/core/stats/sign-flip.ts";

/** Differences in height of Darwin's 15 pairs of maize plants, in eighths of an inch. */
const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

describe("the sign-flip test", () => {
  it("counts 1726 of 32768 for Darwin's plants, as Fisher did", () => {
    expect(signFlip(darwin, 1)).toEqual({ p: 1726 / 32768, isExact: true });
  });

  it("comes to the same by drawing, where there are too many to count", () => {
    // Darwin's pairs and six of hardly any difference: more than can be counted, nearly the same distribution.
    const drawn = signFlip([...darwin, ...Array<number>(6).fill(1e-7)], 7);
    expect(drawn.isExact).toBe(false);
    expect(drawn.p).toBeGreaterThan(1726 / 32768 - 0.003);
    expect(drawn.p).toBeLessThan(1726 / 32768 + 0.003);
    expect(signFlip([...darwin, ...Array<number>(6).fill(1e-7)], 7)).toEqual(drawn);
  });

  it("takes sums that differ by rounding alone for equal", () => {
    // .1 + .2 + .3 is not .3 + .2 + .1 in floating point: all three of one sign are 2 of 8.
    expect(signFlip([0.1, 0.2, 0.3], 1).p).toBe(2 / 8);
  });

  it("leaves out pairs that do not differ, and says 1 where none does", () => {
    expect(signFlip([...darwin, 0, 0, 0], 1)).toEqual(signFlip(darwin, 1));
    expect(signFlip([0, 0], 1)).toEqual({ p: 1, isExact: true });
    expect(signFlip([], 1)).toEqual({ p: 1, isExact: true });
  });

  it("does not care which reviewer comes first, nor in which order the pairs come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 10 }), (differences) => {
        const { p } = signFlip(differences, 1);
        expect(
          signFlip(
            differences.map((one) => -one),
            1,
          ).p,
        ).toBe(p);
        expect(signFlip(differences.toReversed(), 1).p).toBe(p);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("refuses what is no number", () => {
    expect(() => signFlip([1, NaN], 1)).toThrow("expected finite differences");
  });
});
