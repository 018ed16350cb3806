import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { correctPassRate, type Share } from "../../../src/core/stats/rogan-gladen.ts";

const share = (value: number, n: number): Share => ({ value, n });

describe("correctPassRate", () => {
  it("is the value, standard error and interval of a judge calibrated on 50 passes and 50 fails", () => {
    const rate = correctPassRate(share(0.78, 200), { tpr: share(0.92, 50), tnr: share(0.8, 50) });
    expect(rate?.value).toBeCloseTo(0.8055555555555555, 12);
    expect(rate?.se).toBeCloseTo(0.061082656425690066, 12);
    expect(rate?.low).toBeCloseTo(0.69041563804955, 8);
    expect(rate?.high).toBeCloseTo(0.9482617742461706, 8);
    expect(rate?.lowOneSided).toBeCloseTo(0.7115908691950992, 8);
  });

  it("has the published interval of a larger calibration", () => {
    const rate = correctPassRate(share(0.62, 2000), { tpr: share(0.93, 350), tnr: share(0.85, 150) });
    expect(rate?.low).toBeCloseTo(0.554477, 6);
    expect(rate?.high).toBeCloseTo(0.645633, 6);
  });

  it("takes other levels, the one-sided bound at 95 % being the end of the interval at 90 %", () => {
    const error = { tpr: share(0.92, 50), tnr: share(0.8, 50) };
    const rate = correctPassRate(share(0.78, 200), error, 0.9);
    expect(rate?.low).toBe(rate?.lowOneSided);
    expect(rate?.high).toBe(rate?.highOneSided);
  });

  it("leaves the rate of a judge without error alone, but not without doubt", () => {
    const rate = correctPassRate(share(0.6, 100), { tpr: share(1, 30), tnr: share(1, 30) });
    expect(rate?.value).toBeCloseTo(0.6, 12);
    expect(rate?.low).toBeLessThan(0.5);
    expect(rate?.high).toBeGreaterThan(0.7);
  });

  it("keeps the value within 0 and 1 and shows what it was before", () => {
    const rate = correctPassRate(share(0.98, 100), { tpr: share(0.9, 50), tnr: share(0.9, 50) });
    expect(rate?.value).toBe(1);
    expect(rate?.uncut).toBeCloseTo(1.1, 12);
    expect(rate?.high).toBe(1);
  });

  it.each([
    [0.5, 0.5, "TPR 0.5 + TNR 0.5 = 1"],
    [0.1, 0.9, "TPR 0.1 + TNR 0.9 = 1"],
    [0.6, 0.3, "TPR 0.6 + TNR 0.3 = 0.9"],
  ])("is an error in words for a judge of TPR %f and TNR %f", (tpr, tnr, words) => {
    const correct = () => correctPassRate(share(0.7, 200), { tpr: share(tpr, 50), tnr: share(tnr, 50) });
    expect(correct).toThrow(
      `pass rate not corrected: ${words}, expected more than 1: the judge is no better than chance`,
    );
  });

  it("knows nothing but the estimate where few labels may as well come from a judge by chance", () => {
    const rate = correctPassRate(share(0.7, 200), { tpr: share(1, 2), tnr: share(0.1, 1000) });
    expect(rate).toMatchObject({ low: 0, high: 1, lowOneSided: 0, highOneSided: 1 });
  });

  it("is null where nothing was judged or labelled", () => {
    const some = share(0.9, 50);
    expect(correctPassRate(share(0, 0), { tpr: some, tnr: some })).toBeNull();
    expect(correctPassRate(some, { tpr: share(Number.NaN, 0), tnr: some })).toBeNull();
    expect(correctPassRate(some, { tpr: some, tnr: share(0, 0) })).toBeNull();
  });

  it("refuses what is no share", () => {
    const some = share(0.9, 50);
    expect(() => correctPassRate(share(1.2, 10), { tpr: some, tnr: some })).toThrow("pass rate: expected a share");
    expect(() => correctPassRate(some, { tpr: some, tnr: share(0.9, -1) })).toThrow("TNR: expected a share");
  });

  it("treats passes and fails alike: with both turned round it is the same, turned round", () => {
    const rates = fc.integer({ min: 51, max: 100 }).map((percent) => percent / 100);
    const sizes = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), rates, rates, sizes, sizes, (percent, a, b, n, m) => {
        const rate = correctPassRate(share(percent / 100, n), { tpr: share(a, m), tnr: share(b, n) });
        const turned = correctPassRate(share(1 - percent / 100, n), { tpr: share(b, n), tnr: share(a, m) });
        expect(turned?.value).toBeCloseTo(1 - (rate?.value ?? 0), 7);
        expect(turned?.low).toBeCloseTo(1 - (rate?.high ?? 0), 7);
        expect(turned?.highOneSided).toBeCloseTo(1 - (rate?.lowOneSided ?? 0), 7);
      }),
    );
  });
});

describe("the corrected rate of a judge of known error", () => {
  const repeats = 4000;

  it.each([
    { truth: 0.7, tpr: 0.9, tnr: 0.8, cases: 200, passes: 60, fails: 60 },
    { truth: 0.5, tpr: 0.8, tnr: 0.7, cases: 200, passes: 40, fails: 40 },
    { truth: 0.93, tpr: 0.95, tnr: 0.9, cases: 100, passes: 50, fails: 50 },
    { truth: 0.8, tpr: 0.92, tnr: 0.8, cases: 400, passes: 100, fails: 30 },
    { truth: 0.3, tpr: 0.9, tnr: 0.95, cases: 50, passes: 25, fails: 25 },
  ])("holds the truth $truth at its level with TPR $tpr and TNR $tnr", ({ truth, tpr, tnr, cases, passes, fails }) => {
    const draw = binomialShares(11);
    const seen = { uncut: 0, two: 0, low: 0, high: 0, raw: 0 };
    for (let repeat = 0; repeat < repeats; repeat++) {
      const judged = draw(cases, truth * tpr + (1 - truth) * (1 - tnr));
      const rate = correctPassRate(judged, { tpr: draw(passes, tpr), tnr: draw(fails, tnr) });
      if (rate === null) continue;
      seen.uncut += rate.uncut / repeats;
      seen.raw += judged.value / repeats;
      if (rate.low <= truth && truth <= rate.high) seen.two += 1 / repeats;
      if (rate.lowOneSided <= truth) seen.low += 1 / repeats;
      if (truth <= rate.highOneSided) seen.high += 1 / repeats;
    }
    expect(Math.abs(seen.uncut - truth)).toBeLessThan(0.02);
    expect(Math.abs(seen.uncut - truth)).toBeLessThan(Math.abs(seen.raw - truth));
    for (const [coverage, level] of [
      [seen.two, 0.95],
      [seen.low, 0.95],
      [seen.high, 0.95],
    ] as const) {
      expect(coverage).toBeGreaterThan(level - 0.012);
      expect(coverage).toBeLessThan(level + 0.03);
    }
  });
});

/** Draws the share of n units that come up with a chance. */
function binomialShares(seed: number): (n: number, chance: number) => Share {
  const generator = xoroshiro128plus(seed);
  const uniform = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
  return (n, chance) => ({ n, value: Array.from({ length: n }, uniform).filter((one) => one < chance).length / n });
}
