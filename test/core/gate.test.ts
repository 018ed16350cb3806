import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { casesToDecide, decideGate } from "../../src/core/gate.ts";
import type { GateEstimate } from "../../src/core/gate.ts";
import { binomialCdf } from "../../src/core/stats/distributions.ts";
import { clopperPearson, exactLowerBound, exactUpperBound, minimumPasses } from "../../src/core/stats/proportion.ts";

describe("decideGate by the bound", () => {
  it.each([
    [41, 50, "pass"],
    [40, 50, "inconclusive"],
    [30, 50, "inconclusive"],
    [29, 50, "fail"],
  ] as const)("on %d of %d against min 0.7 says %s", (passes, n, status) => {
    expect(decideGate(proportion(passes, n), { min: 0.7, decide: "bound" }).status).toBe(status);
  });

  it("passes 42 of 42 against min 0.93 and nothing smaller", () => {
    expect(decideGate(proportion(42, 42), { min: 0.93, decide: "bound" }).status).toBe("pass");
    expect(decideGate(proportion(41, 41), { min: 0.93, decide: "bound" }).status).toBe("inconclusive");
  });

  it.each([
    [0, 42, "pass"],
    [3, 42, "inconclusive"],
    [12, 42, "fail"],
  ] as const)("on %d of %d against max 0.1 says %s", (passes, n, status) => {
    expect(decideGate(proportion(passes, n), { max: 0.1, decide: "bound" }).status).toBe(status);
  });

  it("needs both thresholds, and fails on either", () => {
    const rule = { min: 0.3, max: 0.7, decide: "bound" } as const;
    expect(decideGate(proportion(50, 100), rule).status).toBe("pass");
    expect(decideGate(proportion(65, 100), rule).status).toBe("inconclusive");
    expect(decideGate(proportion(90, 100), rule).status).toBe("fail");
    expect(decideGate(proportion(10, 100), rule).status).toBe("fail");
  });

  it("reports the bound that settled it, and the one that fell short", () => {
    const rule = { min: 0.7, decide: "bound" } as const;
    expect(decideGate(proportion(41, 50), rule).bound).toBe(exactLowerBound(41, 50));
    expect(decideGate(proportion(40, 50), rule).bound).toBe(exactLowerBound(40, 50));
    expect(decideGate(proportion(20, 50), rule).bound).toBe(exactUpperBound(20, 50));
  });

  it("says what it saw in digits that differ from the threshold", () => {
    const estimate = { value: 0.8, low: 0.66, high: 0.91, lowOneSided: 0.69996, highOneSided: 0.9, n: 50 };
    expect(decideGate(estimate, { min: 0.7, decide: "bound" }).reason).toBe(
      "lower 95 % bound 0.69996 does not settle min 0.7 (value 0.800, 95 % interval 0.660 to 0.910, n = 50)",
    );
  });

  it("is inconclusive without a value or a bound, never a pass", () => {
    const missing = { value: null, low: 0.9, high: 1, lowOneSided: 0.9, highOneSided: 1, n: 0 };
    const boundless = { value: 1, low: null, high: null, lowOneSided: null, highOneSided: null, n: 3 };
    for (const decide of ["bound", "point"] as const) {
      for (const value of [null, NaN]) {
        const decision = decideGate({ ...missing, value }, { min: 0.5, decide });
        expect(decision).toEqual({ status: "inconclusive", bound: null, reason: "no value to compare with min 0.5" });
      }
    }
    expect(decideGate(boundless, { min: 0.5, decide: "bound" })).toMatchObject({ status: "inconclusive", bound: null });
  });

  it("refuses a gate without a threshold", () => {
    expect(() => decideGate(proportion(1, 2), { decide: "bound" })).toThrow("expected min or max, got neither");
    expect(() => decideGate(proportion(1, 2), { min: NaN, decide: "bound" })).toThrow(
      "min: expected a number, got NaN",
    );
  });

  it("keeps a pass when one more unit passes, and a fail when one more does not", () => {
    const threshold = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), threshold, (n, pick, min) => {
        const passes = pick % (n + 1);
        const { status } = decideGate(proportion(passes, n), { min, decide: "bound" });
        if (status === "pass") {
          expect(decideGate(proportion(passes + 1, n + 1), { min, decide: "bound" }).status).toBe("pass");
          if (passes < n) expect(decideGate(proportion(passes + 1, n), { min, decide: "bound" }).status).toBe("pass");
        }
        if (status === "fail") {
          expect(decideGate(proportion(passes, n + 1), { min, decide: "bound" }).status).toBe("fail");
        }
      }),
    );
  });

  it("mirrors min and max", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.integer({ min: 1, max: 99 }), (n, pick, percent) => {
        const passes = pick % (n + 1);
        const min = decideGate(proportion(passes, n), { min: percent / 100, decide: "bound" });
        const max = decideGate(proportion(n - passes, n), { max: 1 - percent / 100, decide: "bound" });
        expect(max.status).toBe(min.status);
      }),
    );
  });

  it("passes a reviewer on the threshold at most 5 % of the time", () => {
    for (const [n, rate] of [
      [50, 0.7],
      [200, 0.7],
      [98, 0.93],
    ] as const) {
      const fewest = Array.from({ length: n + 1 }, (_, passes) => passes).find(
        (passes) => decideGate(proportion(passes, n), { min: rate, decide: "bound" }).status === "pass",
      );
      expect(fewest).toBe(minimumPasses(n, rate));
      expect(1 - binomialCdf((fewest ?? 0) - 1, n, rate)).toBeLessThanOrEqual(0.05);
    }
  });
});

describe("decideGate by the point estimate", () => {
  it("compares the value and ignores the bounds", () => {
    const rule = { min: 0.7, decide: "point" } as const;
    expect(decideGate(proportion(7, 10), rule)).toMatchObject({ status: "pass", bound: null });
    expect(decideGate(proportion(6, 10), rule).status).toBe("fail");
    expect(decideGate(proportion(6, 10), { max: 0.5, decide: "point" }).status).toBe("fail");
  });
});

describe("casesToDecide", () => {
  it("counts the units that a perfect or empty record still lacks", () => {
    expect(casesToDecide(1, 5, 0.93, "min")).toBe(37);
    expect(casesToDecide(0, 5, 0.07, "max")).toBe(37);
  });

  it("lands where the gate decides, and one unit fewer does not", () => {
    const more = casesToDecide(0.8, 30, 0.7, "min") as number;
    const bound = (n: number) => exactLowerBound(0.8 * n, n) as number;
    expect(bound(30 + more)).toBeGreaterThanOrEqual(0.7);
    expect(bound(29 + more)).toBeLessThan(0.7);
  });

  it("counts towards a fail where the rate is on the wrong side", () => {
    const more = casesToDecide(0.6, 30, 0.7, "min") as number;
    expect(exactUpperBound(0.6 * (30 + more), 30 + more)).toBeLessThan(0.7);
    expect(more).toBeGreaterThan(0);
  });

  it("is 0 where enough were measured", () => {
    expect(casesToDecide(0.9, 200, 0.7, "min")).toBe(0);
  });

  it("is null where no number of units decides", () => {
    expect(casesToDecide(0.7, 100, 0.7, "min")).toBeNull();
    expect(casesToDecide(0.7000001, 100, 0.7, "min")).toBeNull();
    expect(casesToDecide(null, 100, 0.7, "min")).toBeNull();
    expect(casesToDecide(1, 0, 0.7, "min")).toBeNull();
  });
});

function proportion(passes: number, n: number): GateEstimate {
  const interval = clopperPearson(passes, n);
  return {
    value: n === 0 ? null : passes / n,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    lowOneSided: exactLowerBound(passes, n),
    highOneSided: exactUpperBound(passes, n),
    n,
  };
}
