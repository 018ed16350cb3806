import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialCdf, normalQuantile } from "../../../src/core/stats/distributions.ts";
import {
  bonettPriceInterval,
  fewestPairsFor,
  mcnemar,
  nonInferiorityP,
  type PairedCounts,
  tangoInterval,
  tangoZ,
} from "../../../src/core/stats/paired.ts";

describe("mcnemar", () => {
  it.each([
    [1, 7, 0.0703125, 0.0390625],
    [121, 59, 4.434449263755176e-6, 3.266646795774592e-6],
    [70, 59, 0.378687662693119, 0.3346877587369278],
    [30, 60, 0.0020602656809630754, 0.0015165131944572213],
    [10, 10, 1, 0.9119014739990234],
  ])("of %d lost and %d gained is the published exact and mid-p value", (lost, gained, exact, midP) => {
    const p = mcnemar({ lost, gained });
    expect(p.exact).toBeCloseTo(exact, 9);
    expect(p.midP).toBeCloseTo(midP, 9);
    expect(mcnemar({ lost: gained, gained: lost })).toEqual(p);
  });

  it("says nothing where no pair differs", () => {
    expect(mcnemar({ lost: 0, gained: 0 })).toEqual({ exact: 1, midP: 1 });
  });
});

describe("tango", () => {
  it("gives the published lower bound and z of 12 lost and 8 gained of 200", () => {
    const counts = { lost: 12, gained: 8, n: 200 };
    expect(tangoInterval(counts, 0.9)?.low).toBeCloseTo(-0.059351712020533576, 9);
    expect(tangoZ(counts, -0.05)).toBeCloseTo(1.281266655422739, 9);
    expect(nonInferiorityP(counts, 0.05)).toBeCloseTo(0.10005, 5);
  });

  it("gives the published interval of 7 lost and 1 gained of 21", () => {
    const interval = tangoInterval({ lost: 7, gained: 1, n: 21 });
    expect(interval?.low).toBeCloseTo(-0.5172322764, 9);
    expect(interval?.high).toBeCloseTo(-0.0260030325, 9);
  });

  it("needs 52 equal pairs to show a margin of .05", () => {
    expect(fewestPairsFor(0.05)).toBe(52);
  });

  it("has nothing to say of no pairs", () => {
    expect(tangoInterval({ lost: 0, gained: 0, n: 0 })).toBeNull();
    expect(bonettPriceInterval({ lost: 0, gained: 0, n: 0 })).toBeNull();
    expect(nonInferiorityP({ lost: 0, gained: 0, n: 0 }, 0.05)).toBeNull();
  });

  const counts = fc
    .tuple(fc.nat(60), fc.nat(60), fc.nat(200))
    .filter(([lost, gained, same]) => lost + gained + same > 0)
    .map(([lost, gained, same]): PairedCounts => ({ lost, gained, n: lost + gained + same }));

  it("holds the estimate, stays within -1 and 1, and turns round with the reviewers", () => {
    fc.assert(
      fc.property(counts, ({ lost, gained, n }) => {
        const there = tangoInterval({ lost, gained, n });
        const back = tangoInterval({ lost: gained, gained: lost, n });
        const estimate = (gained - lost) / n;
        expect(there?.low).toBeGreaterThanOrEqual(-1);
        expect(there?.low).toBeLessThanOrEqual(estimate + 1e-9);
        expect(there?.high).toBeGreaterThanOrEqual(estimate - 1e-9);
        expect(there?.high).toBeLessThanOrEqual(1);
        expect(back?.low).toBeCloseTo(-(there?.high ?? 0), 6);
        expect(back?.high).toBeCloseTo(-(there?.low ?? 0), 6);
      }),
    );
  });

  it("ends where its own test turns", () => {
    fc.assert(
      fc.property(counts, (pairs) => {
        const z = normalQuantile(0.975);
        const low = tangoInterval(pairs)?.low ?? -1;
        expect(low <= -1 + 1e-6 ? z : tangoZ(pairs, low)).toBeCloseTo(z, 4);
      }),
    );
  });

  it("shows non-inferiority of a reviewer that is worse by the margin in at most about 5 % of all outcomes", () => {
    // Exact over all outcomes of 200 pairs of which 20 % differ, at a true difference of -.05.
    const n = 200;
    const [gainedShare, lostShare] = [0.075, 0.125];
    let chance = 0;
    for (let differing = 0; differing <= 90; differing++) {
      const ofDiffering =
        binomialCdf(differing, n, gainedShare + lostShare) - binomialCdf(differing - 1, n, gainedShare + lostShare);
      const gainedAmong = gainedShare / (gainedShare + lostShare);
      for (let gained = 0; gained <= differing; gained++) {
        const p = nonInferiorityP({ lost: differing - gained, gained, n }, 0.05) as number;
        if (p >= 0.05) continue;
        const ofGained = binomialCdf(gained, differing, gainedAmong) - binomialCdf(gained - 1, differing, gainedAmong);
        chance += ofDiffering * ofGained;
      }
    }
    expect(chance).toBeGreaterThan(0.035);
    expect(chance).toBeLessThan(0.056);
  });
});

describe("bonettPriceInterval", () => {
  it("is the published one", () => {
    expect(bonettPriceInterval({ lost: 12, gained: 8, n: 200 }, 0.9)?.low).toBeCloseTo(-0.057926467212391516, 9);
    const rate = bonettPriceInterval({ lost: 7, gained: 1, n: 21 });
    expect(rate?.low).toBeCloseTo(-0.5083593067, 9);
    expect(rate?.high).toBeCloseTo(-0.0133798238, 9);
  });
});
