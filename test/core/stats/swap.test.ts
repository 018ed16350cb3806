import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { signFlip } from "../../../src/core/stats/sign-flip.ts";
import { swapTest } from "../../../src/core/stats/swap.ts";

const ratio = (sums: Float64Array) => (sums[1] ? (sums[0] ?? 0) / sums[1] : null);
const ones = (n: number) => new Float64Array(n).fill(1);

describe("the swap test", () => {
  it("is the sign-flip test where the statistic is a mean over equal clusters", () => {
    const [first, second] = [
      [3, 5, 2, 8, 6, 1, 4],
      [4, 9, 2, 7, 9, 3, 8],
    ] as const;
    const test = swapTest([Float64Array.from(first), ones(7)], [Float64Array.from(second), ones(7)], ratio, 1);
    expect(test).toEqual(
      signFlip(
        first.map((one, index) => (second[index] ?? 0) - one),
        1,
      ),
    );
  });

  it("finds nothing between a reviewer and itself", () => {
    const columns = [Float64Array.from([1, 0, 1, 1]), ones(4)];
    expect(swapTest(columns, columns, ratio, 1)).toEqual({ p: 1, isExact: true });
  });

  it("says nothing where there is nothing to compare", () => {
    expect(swapTest([new Float64Array(3), new Float64Array(3)], [ones(3), ones(3)], ratio, 1)).toBeNull();
  });

  it("calls about 5 of 100 pairs of equal reviewers different, on their pooled F1", () => {
    const generator = xoroshiro128plus(5);
    const uniform = () => (generator.next() >>> 0) / 2 ** 32;
    const draw = () => {
      // Each cluster has a bug, found 6 times in 10, and up to three wrong findings, all of them or none.
      const found = Float64Array.from({ length: 40 }, () => (uniform() < 0.6 ? 2 : 0));
      const counted = found.map((one) => one / 2 + 1 + (uniform() < 0.3 ? 3 : 0));
      return [found, counted];
    };
    const trials = 300;
    let different = 0;
    for (let trial = 0; trial < trials; trial++)
      if ((swapTest(draw(), draw(), ratio, trial)?.p ?? 1) < 0.05) different++;
    expect(different / trials).toBeGreaterThan(0.02);
    expect(different / trials).toBeLessThan(0.09);
  });
});
