import fc from "fast-check";
import { expect, test } from "vitest";
import { exactLowerBound, exactUpperBound } from "../../../src/core/stats/proportion.ts";
import { fewestClusters, widenForUnseen } from "../../../src/core/stats/unseen.ts";

const at = (value: number) => ({ low: value, high: value });
const rate = fc.double({ min: 0, max: 1, noNaN: true });
const clusters = fc.integer({ min: fewestClusters, max: 500 });

test("a rate of 1 or 0 is bounded exactly as a proportion", () => {
  fc.assert(
    fc.property(clusters, fc.constantFrom(0.05, 0.025), (count, alpha) => {
      const [all, none] = [1, 0].map((value) => widenForUnseen(at(value), value, count, alpha, [0, 1]));
      expect(all).toEqual({ low: expect.closeTo(exactLowerBound(count, count, alpha) ?? 0, 9), high: 1 });
      expect(none).toEqual({ low: 0, high: expect.closeTo(exactUpperBound(0, count, alpha) ?? 0, 9) });
    }),
  );
});

test("an estimated end that is farther stays, and each end is taken by itself", () => {
  const unseen = 1 - 0.05 ** (1 / 10);
  const widened = widenForUnseen({ low: 0.1, high: 0.65 }, 0.6, 10, 0.05, [0, 1]);
  expect(widened).toEqual({ low: 0.1, high: expect.closeTo(0.6 + 0.4 * unseen, 12) });
});

test("without spread a better value never has a lower bound", () => {
  fc.assert(
    fc.property(rate, rate, clusters, (one, other, count) => {
      const [worse, better] = [Math.min(one, other), Math.max(one, other)].map((value) =>
        widenForUnseen(at(value), value, count, 0.05, [0, 1]),
      );
      expect(better?.low).toBeGreaterThanOrEqual((worse?.low ?? 1) - 1e-12);
      expect(better?.high).toBeGreaterThanOrEqual((worse?.high ?? 1) - 1e-12);
    }),
  );
});

test("there are no bounds from fewer than five clusters", () => {
  expect([1, 2, 3, 4].map((count) => widenForUnseen(at(1), 1, count, 0.05, [0, 1]))).toEqual([null, null, null, null]);
  expect(widenForUnseen(at(1), 1, 5, 0.05, [0, 1])?.low).toBeCloseTo(0.549, 3);
});
