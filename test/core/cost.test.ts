import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addUsage,
  choosePrice,
  costOf,
  costOfTime,
  lackOfUsage,
  noSpending,
  PriceTable,
  type Spending,
  sumSpending,
} from "../../src/core/cost.ts";

const table = PriceTable.parse({
  version: 1,
  models: [
    {
      host: "api.example.com",
      models: ["large", "large-2026-01-01"],
      inputPerMTok: 2,
      cachedInputPerMTok: 0.5,
      outputPerMTok: 8,
      asOf: "2026-01-31",
      source: "https://example.com/prices",
    },
  ],
});
const usageOf = (promptTokens: number | null, completionTokens: number | null, cachedTokens: number | null = null) => ({
  promptTokens,
  completionTokens,
  cachedTokens,
});
function spendingOf(...usages: ReturnType<typeof usageOf>[]): Spending {
  const spending = noSpending();
  for (const usage of usages) addUsage(spending, usage);
  return spending;
}

describe("the price of a model", () => {
  const hosts = ["api.example.com"];

  test("is that of the table for its very host, with day and page", () => {
    const price = { inputPerMTok: 2, cachedInputPerMTok: 0.5, outputPerMTok: 8 };
    expect(choosePrice({ model: "large", hosts }, {}, table)).toEqual({
      ...price,
      asOf: "2026-01-31",
      source: "https://example.com/prices",
    });
    expect(choosePrice({ model: "large-2026-01-01", hosts: ["api.example.com:443"] }, {}, table)).not.toBeNull();
  });

  test.each([
    ["large", ["127.0.0.1:8000"]],
    ["large", []],
    ["large-2", hosts],
    ["Large", hosts],
  ])("is not known for %s on %j", (model, other) => {
    expect(choosePrice({ model, hosts: other }, {}, table)).toBeNull();
  });

  test("is the suite's own before that of the table, also where it is nothing", () => {
    const price = { inputPerMTok: 0, outputPerMTok: 0 };
    expect(choosePrice({ model: "large", hosts }, { price }, table)).toEqual(price);
    expect(choosePrice({ model: "large", hosts }, { usdPerHour: 2 }, table)).toEqual({ usdPerHour: 2 });
  });
});

describe("what answers cost", () => {
  const price = { inputPerMTok: 2, cachedInputPerMTok: 0.5, outputPerMTok: 8 };

  test("is by tokens in, those that were cached at their own price, and tokens out", () => {
    const spending = spendingOf(usageOf(1_000_000, 500_000, 400_000), usageOf(1_000_000, 0));
    expect(costOf(spending, price)).toEqual({ usd: 0.6 * 2 + 0.4 * 0.5 + 4 + 2, unknown: 0 });
    const { cachedInputPerMTok: _, ...without } = price;
    expect(costOf(spending, without)).toEqual({ usd: 4 + 4, unknown: 0 });
  });

  test("is not known without a price, without a count of tokens, and by the hour", () => {
    const spending = spendingOf(usageOf(10, 10));
    expect(costOf(spending, null)).toEqual({ usd: null, unknown: 1 });
    expect(costOf(spending, { usdPerHour: 1 })).toEqual({ usd: null, unknown: 1 });
    expect(costOf(spendingOf(usageOf(null, null)), price)).toEqual({ usd: null, unknown: 1 });
  });

  test("is 0 for no answer, and the least it can be where one came without a count", () => {
    expect(costOf(noSpending(), price)).toEqual({ usd: 0, unknown: 0 });
    expect(costOf(spendingOf(usageOf(1_000_000, 0), usageOf(null, null), usageOf(500_000, null)), price)).toEqual({
      usd: 3,
      unknown: 2,
    });
  });

  test("of a machine is by its time", () => {
    expect(costOfTime(1_800_000, 3)).toBe(1.5);
  });
});

describe("a count of tokens", () => {
  test("is null, not 0, where nobody counted, and says how many answers lack it", () => {
    const spending = spendingOf(usageOf(null, null), usageOf(null, null));
    expect(spending).toMatchObject({ answers: 2, withoutUsage: 2, tokensIn: null, tokensOut: null });
    expect(lackOfUsage(spending)).toBe("2 of 2 answers came without a count of tokens");
    expect(lackOfUsage(spendingOf(usageOf(1, 1)))).toBeNull();
  });

  test("takes no more cached tokens than there were", () => {
    expect(spendingOf(usageOf(10, 1, 4000)).cachedIn).toBe(10);
  });

  test("adds up alike whole and in parts, and with a price so does the cost", () => {
    const usage = fc.record({
      promptTokens: fc.option(fc.nat(10_000)),
      completionTokens: fc.option(fc.nat(10_000)),
      cachedTokens: fc.option(fc.nat(10_000)),
    });
    const price = { inputPerMTok: 2, cachedInputPerMTok: 0.5, outputPerMTok: 8 };
    fc.assert(
      fc.property(fc.array(usage), fc.array(usage), (some, others) => {
        const parts = [spendingOf(...some), spendingOf(...others)];
        const whole = spendingOf(...some, ...others);
        expect(sumSpending(parts)).toEqual(whole);
        const sum = parts.reduce((total, part) => total + (costOf(part, price).usd ?? 0), 0);
        expect(costOf(whole, price).usd ?? 0).toBeCloseTo(sum, 9);
      }),
    );
  });
});
