import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "../../src/run/backoff.ts";

test("pauses double from half a second to half a minute", () => {
  const longest = [1, 2, 3, 6, 7, 50].map((failures) => backoffMs(failures, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
});

test("half of every pause is random", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const full = backoffMs(failures, () => 1);
      expect(backoffMs(failures, () => chance)).toBeCloseTo(full / 2 + (full / 2) * chance);
    }),
  );
});
