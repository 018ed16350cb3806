import { describe, expect, it } from "vitest";
import { isLeast } from "../../../src/core/format.ts";
import { costsOf } from "../../../src/core/leaderboard/cost-columns.ts";
import { boardRuns } from "../../fixtures/board-runs.ts";

const { runs, readRows } = boardRuns([
  {
    reviewers: [{ id: "vllm:m", skill: 0.5, price: 2 }],
    cases: ["case-00", "case-10", "case-20", "case-30", "case-40"],
  },
]);
const [reviewer] = runs[0]!.report.reviewers;
const rows = readRows(runs[0]!, new Set(["vllm:m"])).get("vllm:m")!;

describe("what reviews cost", () => {
  it("is the mean over reviews by the price of tokens, with interval and n", () => {
    const { "cost.usd_per_review": mean } = costsOf(reviewer!, rows, 1);
    // 900, 910, … tokens in at $2 and 80 out at $8 a million.
    expect(mean.value).toBeCloseTo((920 * 2 + 80 * 8) / 1e6, 12);
    expect(mean).toMatchObject({ n: 5, unit: "usd", clusters: 5 });
    expect(mean.low).toBeLessThan(mean.value!);
  });

  it("has upper ends that its spread explains, without two dollars or no end for what was never seen", () => {
    const costs = costsOf(reviewer!, rows, 1);
    for (const name of ["cost.usd_per_review", "cost.usd_per_bug_found"] as const) {
      const { value, low, high, highOneSided } = costs[name];
      expect(low).toBeGreaterThan(0);
      expect(high).toBeLessThan(4 * value!);
      expect(highOneSided).toBeLessThanOrEqual(high!);
    }
  });

  it("is of the reviews of which all is known, and for each bug found the least that it can be", () => {
    const spending = { ...rows[0]!.spending!, answers: 2, withoutUsage: 1 };
    const costs = costsOf(reviewer!, [{ ...rows[0]!, caseId: "partly", cluster: "partly", spending }, ...rows], 1);
    expect(costs["cost.usd_per_review"]).toMatchObject({ n: 5, unscored: 1 });
    expect(isLeast(costs["cost.usd_per_review"])).toBe(false);
    expect(isLeast(costs["cost.usd_per_bug_found"])).toBe(true);
  });

  it("is known of a machine's hours only for all of the run, without an interval", () => {
    const total = { ...reviewer!.metrics["cost.usd"]!, value: 1.5 };
    const byHour = { ...reviewer!, price: { usdPerHour: 3 }, metrics: { "cost.usd": total } };
    const costs = costsOf(byHour, rows, 1);
    expect(costs["cost.usd_per_review"]).toMatchObject({ value: 0.3, low: null, n: 5, method: "sum over the run" });
  });

  it("has no value, and says why, of one that asks no model or has no price", () => {
    expect(costsOf({ ...reviewer!, metrics: {} }, rows, 1)["cost.usd_per_review"]).toMatchObject({
      value: null,
      reason: "it asks no model",
    });
    const unknown = { ...reviewer!.metrics["cost.usd"]!, value: null, reason: "no price is known" };
    const costs = costsOf({ ...reviewer!, price: null, metrics: { "cost.usd": unknown } }, rows, 1);
    expect(costs["cost.usd_per_review"]).toMatchObject({ value: null, reason: "no price is known" });
  });
});
