import { describe, expect, test } from "vitest";
import { compareMetric } from "../../src/core/compare.ts";
import type { MetricComparison } from "../../src/core/comparison.ts";
import type { GateDecision } from "../../src/core/gate.ts";
import { advantageOf, decideRelative, moreCasesToDecide } from "../../src/core/relative-gate.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { pairsForMcnemar, pairsForTango } from "../../src/core/stats/power.ts";
import type { Gate } from "../../src/core/suite.ts";
import { seeded } from "../fixtures/run-synthetic.ts";

type Rule = NonNullable<Gate["vsBaseline"]>;

function row(index: number, metric: string, score: number): CaseRow {
  return {
    caseId: `case${index}`,
    repeat: 0,
    cluster: `c${index}`,
    fields: { bugs: 0, references: 1 },
    isScored: true,
    isUndecided: false,
    scores: { [metric]: { numerator: score, denominator: 1 } },
    bugs: [],
    places: [],
    ranked: [],
    durationsMs: [],
    untimed: 0,
    judged: null,
    retried: 0,
  };
}

/** A baseline that passes the first cases, and a reviewer that loses some of these and gains some others. */
function compareCounts(
  n: number,
  lost: number,
  gained: number,
  metric: "overlap.exact_match" | "detection.false_alarm_rate" = "overlap.exact_match",
) {
  const passedBefore = (index: number) => index < n - gained;
  const passesNow = (index: number) => (passedBefore(index) ? index >= lost : true);
  const rows = (passes: (index: number) => boolean) =>
    Array.from({ length: n }, (_, index) => row(index, metric, passes(index) ? 1 : 0));
  return compareMetric(metric, rows(passedBefore), rows(passesNow), 1) as MetricComparison;
}

const decide = (comparison: MetricComparison, vsBaseline: Rule, by: Gate["decide"] = "bound"): GateDecision =>
  decideRelative(advantageOf(comparison), { vsBaseline, decide: by });

describe("a gate against a baseline", () => {
  test("is not passed where the lower bound of the difference reaches the margin", () => {
    // Tango's one-sided bound is -.05935 for 12 lost and 8 gained of 200.
    const comparison = compareCounts(200, 12, 8);
    expect(decide(comparison, { margin: 0.05 })).toMatchObject({ status: "inconclusive" });
    expect(decide(comparison, { margin: 0.05 }).bound).toBeCloseTo(-0.0593517, 6);
    expect(decide(comparison, { margin: 0.06 }).status).toBe("pass");
  });

  test("fails where even the upper bound lies below the margin", () => {
    expect(decide(compareCounts(200, 40, 4), { margin: 0.05 })).toMatchObject({ status: "fail" });
    expect(decide(compareCounts(200, 40, 4), { margin: 0.05 }).reason).toMatch(
      /^upper 95 % bound -0\.\d+ is below -0\.050 \(difference -0\.180/,
    );
  });

  test.each([
    [51, "inconclusive"],
    [52, "pass"],
  ])("on %i pairs without a difference and a margin of .05 is %s", (n, status) => {
    expect(decide(compareCounts(n, 0, 0), { margin: 0.05 }).status).toBe(status);
  });

  test("asks for an improvement by superiority: an equal reviewer never passes", () => {
    expect(decide(compareCounts(2000, 0, 0), { improve: 0 }).status).toBe("inconclusive");
    expect(decide(compareCounts(100, 2, 20), { improve: 0 }).status).toBe("pass");
    expect(decide(compareCounts(100, 2, 20), { improve: 0.15 }).status).toBe("inconclusive");
    expect(decide(compareCounts(100, 20, 2), { improve: 0 }).status).toBe("fail");
  });

  test("of a metric that is better low takes fewer for an advantage", () => {
    const more = compareCounts(200, 4, 40, "detection.false_alarm_rate");
    expect(more.difference).toBeCloseTo(0.18, 9);
    const advantage = advantageOf(more);
    expect(advantage.difference).toBeCloseTo(-0.18, 9);
    expect(advantage.pairs).toEqual({ better: 4, worse: 40 });
    expect(advantage.lowOneSided).toBeLessThan(advantage.highOneSided ?? -1);
    expect(decide(more, { margin: 0.05 }).status).toBe("fail");
    expect(decide(compareCounts(200, 40, 4, "detection.false_alarm_rate"), { improve: 0 }).status).toBe("pass");
  });

  test("by the point estimate looks at the difference alone", () => {
    const comparison = compareCounts(200, 12, 8);
    expect(decide(comparison, { margin: 0.05 }, "point").status).toBe("pass");
    expect(decide(comparison, { margin: 0.02 }, "point").status).toBe("fail");
  });

  test("is undecided where there is no difference or no bound", () => {
    const comparison = compareCounts(200, 12, 8);
    const without = { ...comparison, difference: null };
    expect(decide(without, { margin: 0.05 })).toMatchObject({ status: "inconclusive", bound: null });
    const boundless = { ...comparison, lowOneSided: null, highOneSided: null };
    expect(decide(boundless, { margin: 0.5 })).toMatchObject({ status: "inconclusive", bound: null });
  });
});

describe("the number of cases that would decide", () => {
  test("without a differing pair is what shows an equal reviewer not to be worse", () => {
    expect(moreCasesToDecide(advantageOf(compareCounts(40, 0, 0)), { vsBaseline: { margin: 0.05 } })).toBe(12);
  });

  test("against no difference at all is Connor's number for McNemar's test", () => {
    expect(pairsForTango({ gained: 0.2, lost: 0.1 }, 0)).toBeCloseTo(pairsForMcnemar(0.2, 0.1, { sides: 1 }), 9);
  });

  test("is nothing at the threshold, where no number decides", () => {
    const advantage = advantageOf(compareCounts(100, 10, 5));
    expect(moreCasesToDecide(advantage, { vsBaseline: { margin: 0.05 } })).toBeNull();
  });
});

/** How often gates on drawn counts come out as `status`, with the true shares given. */
function shareOf(
  status: GateDecision["status"],
  n: number,
  shares: { lost: number; gained: number },
  rule: Rule,
  draws = 4000,
) {
  const random = seeded(n);
  // The outcome depends on the two counts alone.
  const outcomes = new Map<string, GateDecision["status"]>();
  let hits = 0;
  for (let draw = 0; draw < draws; draw++) {
    let [lost, gained] = [0, 0];
    for (let pair = 0; pair < n; pair++) {
      const luck = random();
      if (luck < shares.lost) lost += 1;
      else if (luck < shares.lost + shares.gained) gained += 1;
    }
    const key = `${lost} ${gained}`;
    const outcome = outcomes.get(key) ?? decide(compareCounts(n, lost, gained), rule).status;
    outcomes.set(key, outcome);
    if (outcome === status) hits += 1;
  }
  return hits / draws;
}

/** Three standard errors of 4000 draws at 5 %. */
const noise = 0.0104;

describe("simulated with a known truth", () => {
  test.each([
    [100, 0.05, 0.05],
    [200, 0.05, 0.02],
    [200, 0.05, 0.2],
    [300, 0.1, 0.05],
  ])(
    "%i pairs of a reviewer that is worse by just the margin %f pass at most 5 %% of the time (gained %f)",
    (n, margin, gained) => {
      expect(shareOf("pass", n, { lost: gained + margin, gained }, { margin })).toBeLessThan(0.05 + noise);
    },
  );

  test("a reviewer that is just equal is shown to be better at most 5 % of the time, and to be worse likewise", () => {
    const equal = { lost: 0.1, gained: 0.1 };
    expect(shareOf("pass", 200, equal, { improve: 0 })).toBeLessThan(0.05 + noise);
    expect(shareOf("fail", 200, equal, { improve: 0 })).toBeLessThan(0.05 + noise);
  });

  test.each<[string, GateDecision["status"], number, number, number, Rule]>([
    ["that it is not worse", "pass", 100, 8, 6, { margin: 0.05 }],
    ["that it is better", "pass", 60, 6, 12, { improve: 0 }],
    ["that it is worse", "fail", 60, 9, 3, { margin: 0.03 }],
  ])("the printed number of cases shows %s about 8 times in 10", (_, status, n, lost, gained, rule) => {
    const seen = compareCounts(n, lost, gained);
    expect(decide(seen, rule).status).toBe("inconclusive");
    const more = moreCasesToDecide(advantageOf(seen), { vsBaseline: rule }) ?? 0;
    const power = shareOf(status, n + more, { lost: lost / n, gained: gained / n }, rule, 1500);
    expect(power).toBeGreaterThan(0.75);
    expect(power).toBeLessThan(0.85);
  });

  test("the printed number holds for scores as well, by their standard error", () => {
    const random = seeded(3);
    // Scores whose difference has mean -.01 and a standard deviation of about .2.
    const draw = (n: number, seed: number) => {
      const lucky = seed === 0 ? random : seeded(seed);
      const before = Array.from({ length: n }, (_, index) => row(index, "overlap.f1", 0.3 + 0.4 * lucky()));
      const now = before.map((one, index) => {
        const score = one.scores["overlap.f1"];
        const value = score !== undefined && "numerator" in score ? score.numerator : 0;
        return row(index, "overlap.f1", value - 0.01 + 0.7 * (lucky() - 0.5));
      });
      return advantageOf(compareMetric("overlap.f1", before, now, 1) as MetricComparison);
    };
    const rule = { vsBaseline: { margin: 0.05 }, decide: "bound" } as const;
    const asAssumed = { ...draw(100, 0), difference: -0.01 };
    const total = 100 + (moreCasesToDecide(asAssumed, rule) ?? 0);
    expect(total).toBeGreaterThan(100);
    const draws = 60;
    let passes = 0;
    for (let seed = 1; seed <= draws; seed++)
      if (decideRelative(draw(total, seed), rule).status === "pass") passes += 1;
    expect(passes / draws).toBeGreaterThan(0.68);
    expect(passes / draws).toBeLessThan(0.92);
  });
});
