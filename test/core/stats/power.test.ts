import { describe, expect, it } from "vitest";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { mcnemar } from "../../../src/core/stats/paired.ts";
import { casesForMeans, minimumDetectableEffect, pairsForMcnemar } from "../../../src/core/stats/power.ts";

describe("the cases a comparison needs", () => {
  it("are those of the published examples for means", () => {
    expect(casesForMeans({ between: 1 / 9 }, 0.03)).toBeCloseTo(968.9974980677883, 5);
    expect(casesForMeans({ between: 1 / 9, within: 1 / 6 }, 0.03)).toBeCloseTo(3875.9899922711534, 4);
    expect(casesForMeans({ between: 1 / 9, within: 1 / 6, repeats: 10 }, 0.03)).toBeCloseTo(1259.6967474881249, 5);
  });

  it("are those of the published examples for McNemar's test", () => {
    expect(pairsForMcnemar(0.15, 0.05)).toBeCloseTo(154.59856956021102, 6);
    expect(pairsForMcnemar(0.1, 0.05)).toBeCloseTo(468.56797946031907, 6);
    expect(pairsForMcnemar(0.1, 0.1)).toBe(Infinity);
  });

  it("really give that power: 155 pairs at 15 % gained and 5 % lost are told apart about 8 times in 10", () => {
    const generator = xoroshiro128plus(11);
    const uniform = () => (generator.next() >>> 0) / 2 ** 32;
    const runs = 2000;
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const counts = { lost: 0, gained: 0 };
      for (let pair = 0; pair < 155; pair++) {
        const draw = uniform();
        if (draw < 0.15) counts.gained += 1;
        else if (draw < 0.2) counts.lost += 1;
      }
      if (mcnemar(counts).midP < 0.05) found += 1;
    }
    expect(found / runs).toBeGreaterThan(0.77);
    expect(found / runs).toBeLessThan(0.86);
  });
});

describe("the minimum detectable effect", () => {
  it("is 2.8 standard errors for a two-sided test at power .8", () => {
    expect(minimumDetectableEffect(0.01)).toBeCloseTo(0.02802, 4);
    expect(minimumDetectableEffect(0.01, { sides: 1 })).toBeCloseTo(0.02486, 4);
  });

  it("of a standard error is the difference for which that many cases are asked", () => {
    const n = casesForMeans({ between: 0.2 }, 0.05);
    expect(minimumDetectableEffect(Math.sqrt(0.2 / n))).toBeCloseTo(0.05, 10);
  });
});
