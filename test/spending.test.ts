import { describe, expect, test } from "vitest";
import { openPurse } from "../src/spending.ts";
import { noSpending } from "../src/core/cost.ts";
import { Suite } from "../src/core/suite.ts";

const budgetOf = (budget: Record<string, unknown>) =>
  Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, scorers: {}, budget }).budget;
const answer = (promptTokens: number | null, more: Record<string, unknown> = {}) => ({
  reviewer: "r",
  outcome: "completed" as const,
  usage: { promptTokens, completionTokens: promptTokens === null ? null : 0, cachedTokens: null },
  fromCache: false,
  ...more,
});
const reviewer = { role: "measured" as const, provider: { ref: "r", name: "openai" } };

describe("a purse", () => {
  const price = { inputPerMTok: 1_000_000, outputPerMTok: 0 };

  test("refuses once more than the budget is spent, and never before", () => {
    const purse = openPurse(budgetOf({ costUsd: 2 }), [{ ...reviewer, price }], [], () => 0);
    purse.add(answer(2));
    expect(purse.refuse()).toBeNull();
    expect(purse.explain()).toBeNull();
    purse.add(answer(1));
    expect(purse.refuse()).toBe("the budget of $2.00 is spent");
    expect(purse.explain()).toBe(
      "the budget of $2.00 is spent ($3.00): raise budget.costUsd, such as with --set budget.costUsd=6",
    );
    expect(purse.signal.aborted).toBe(false);
  });

  test("counts no answer of the cache, no failure, and none of an unknown reviewer", () => {
    const purse = openPurse(budgetOf({ tokens: 1 }), [reviewer], [], () => 0);
    purse.add(answer(100, { fromCache: true }));
    purse.add(answer(100, { outcome: "transport-error" }));
    purse.add(answer(100, { reviewer: "another" }));
    expect(purse.refuse()).toBeNull();
    purse.add(answer(2));
    expect(purse.refuse()).toBe("the budget of 1 tokens is spent");
  });

  test("counts what judges took, now and in an earlier try", () => {
    const spent = { ...noSpending(), answers: 1, tokensIn: 4, tokensOut: 0 };
    const judge = { ref: "j", isFree: false, price, spent, kept: { ...spent, tokensIn: 3 } };
    const refusalOf = (costUsd: number) => openPurse(budgetOf({ costUsd }), [], [judge], () => 0).refuse();
    expect(refusalOf(7)).toBeNull();
    expect(refusalOf(6.9)).toBe("the budget of $6.90 is spent");
  });

  test("pays a machine for the time in which its reviewer is asked", () => {
    let nowMs = 0;
    const paid = [{ ...reviewer, price: { usdPerHour: 1 } }];
    const purse = openPurse(budgetOf({ costUsd: 1 }), paid, [], () => nowMs);
    nowMs = 10 * 3_600_000;
    expect(purse.refuse()).toBeNull();
    purse.begin("r");
    nowMs += 3_600_001;
    expect(purse.refuse()).toBe("the budget of $1.00 is spent");
    expect(purse.end()).toBe(3_600_001);
  });

  test("without a budget refuses nobody", () => {
    const purse = openPurse(budgetOf({}), [{ ...reviewer, price }], [], () => 0);
    purse.add(answer(1e9));
    expect([purse.refuse(), purse.wasHeard(), purse.explain()]).toEqual([null, false, null]);
  });
});
