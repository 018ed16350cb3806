import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { binomialCdf } from "../../../src/core/stats/distributions.ts";
import { multinomialDraw } from "../../../src/core/stats/multinomial.ts";

function drawMany(sizes: number[], times: number): Float64Array[] {
  const draw = multinomialDraw(Float64Array.from(sizes), xoroshiro128plus(11));
  return Array.from({ length: times }, () => {
    const counts = new Float64Array(sizes.length);
    draw(counts);
    return counts;
  });
}

/** Largest distance between the drawn and the exact distribution of one kind's count (Kolmogorov). */
function distance(counts: readonly number[], members: number, size: number): number {
  const sorted = [...counts].sort((a, b) => a - b);
  return Math.max(
    ...Array.from({ length: members + 1 }, (_, k) => {
      const drawn = sorted.filter((count) => count <= k).length / sorted.length;
      return Math.abs(drawn - binomialCdf(k, members, size / members));
    }),
  );
}

describe("multinomialDraw", () => {
  it("hands out exactly as many draws as there are members", () => {
    for (const counts of drawMany([1, 40, 3, 200, 7], 200)) {
      expect(counts.reduce((total, count) => total + count, 0)).toBe(251);
    }
  });

  it.each([
    ["a rare kind, by counting", [3, 97]],
    ["a common kind, by rejection", [300, 700]],
    ["a kind of more than half", [700, 300]],
    ["the middle one of three", [120, 60, 20]],
  ])("gives %s its binomial distribution", (_, sizes) => {
    const times = 4000;
    const members = sizes.reduce((total, size) => total + size, 0);
    const drawn = drawMany(sizes, times);
    for (const [kind, size] of sizes.entries()) {
      // 1.95 / sqrt(n) is the .1 % point of the Kolmogorov statistic.
      expect(
        distance(
          drawn.map((counts) => counts[kind] ?? -1),
          members,
          size,
        ),
      ).toBeLessThan(1.95 / Math.sqrt(times));
    }
  });

  it("makes two kinds of one draw vary against each other", () => {
    const drawn = drawMany([100, 100], 500);
    expect(drawn.every((counts) => (counts[0] ?? 0) + (counts[1] ?? 0) === 200)).toBe(true);
    expect(new Set(drawn.map((counts) => counts[0])).size).toBeGreaterThan(20);
  });
});
