import { z } from "zod";
import type { Usage } from "./generation.ts";

const usdPerMTok = z.number().min(0);

const tokenPrices = { inputPerMTok: usdPerMTok, outputPerMTok: usdPerMTok, cachedInputPerMTok: usdPerMTok.optional() };

/** What a model's tokens cost, in US dollars for a million. Cached input costs as much as other input where unsaid. */
export const TokenPrice = z.strictObject(tokenPrices);
export type TokenPrice = z.infer<typeof TokenPrice>;

/** Published prices, each with the day on which it held and the page that says it. */
export const PriceTable = z.strictObject({
  version: z.literal(1),
  models: z.array(
    z.strictObject({
      /** Who sells it: the same model on another host has another price. */
      host: z.string(),
      /** All ids under which that host serves it. */
      models: z.array(z.string()).min(1),
      ...tokenPrices,
      asOf: z.iso.date(),
      source: z.url(),
    }),
  ),
});
export type PriceTable = z.infer<typeof PriceTable>;

/** What answers are charged by: tokens, as the suite or the table of prices has it, or the hours of a machine. */
export const Price = z.union([
  z.strictObject({
    ...tokenPrices,
    /** The page that the price is from, with its day; absent where the suite says it. */
    asOf: z.string().optional(),
    source: z.string().optional(),
  }),
  z.strictObject({ usdPerHour: z.number().min(0) }),
]);
export type Price = z.infer<typeof Price>;

/** What the suite says of prices. */
export interface OwnPrice {
  price?: TokenPrice | undefined;
  usdPerHour?: number | undefined;
}

/** What is charged for: a model as a host knows it. */
export interface Priced {
  model: string;
  hosts: readonly string[];
}

/** The price of a model: the suite's own, else that of the table for this very host; null where neither knows one. */
export function choosePrice({ model, hosts }: Priced, own: OwnPrice, table: PriceTable): Price | null {
  if (own.price !== undefined) return own.price;
  if (own.usdPerHour !== undefined) return { usdPerHour: own.usdPerHour };
  const entry = table.models.find(
    ({ host, models }) => hosts.some((one) => isHost(one, host)) && models.includes(model),
  );
  if (entry === undefined) return null;
  const { host: _, models: __, ...price } = entry;
  return price;
}

function isHost(host: string, known: string): boolean {
  return host === known || host === `${known}:443`;
}

/** What answers took, as the servers counted it. */
export interface Spending {
  /** Answers that came; failures on the way are none. */
  answers: number;
  /** Of these, those of which the server did not tell both tokens in and out. */
  withoutUsage: number;
  /** Sums of what was told; null where nothing was. */
  tokensIn: number | null;
  tokensOut: number | null;
  /** The part of `tokensIn` that was served from the server's cache. */
  cachedIn: number;
}

/** Nothing yet. */
export function noSpending(): Spending {
  return { answers: 0, withoutUsage: 0, tokensIn: null, tokensOut: null, cachedIn: 0 };
}

/** Adds one answer; `promptTokens` holds the cached ones, as OpenAI counts them. */
export function addUsage(spending: Spending, { promptTokens, completionTokens, cachedTokens }: Usage): void {
  spending.answers += 1;
  if (promptTokens === null || completionTokens === null) spending.withoutUsage += 1;
  spending.tokensIn = addKnown(spending.tokensIn, promptTokens);
  spending.tokensOut = addKnown(spending.tokensOut, completionTokens);
  spending.cachedIn += Math.min(cachedTokens ?? 0, promptTokens ?? 0);
}

/** The sum of several spendings; tokens are null where none of them knows any. */
export function sumSpending(all: readonly Spending[]): Spending {
  const sum = noSpending();
  for (const one of all) {
    sum.answers += one.answers;
    sum.withoutUsage += one.withoutUsage;
    sum.tokensIn = addKnown(sum.tokensIn, one.tokensIn);
    sum.tokensOut = addKnown(sum.tokensOut, one.tokensOut);
    sum.cachedIn += one.cachedIn;
  }
  return sum;
}

/** What answers cost. */
export interface Cost {
  /** US dollars, as far as it is known; null where nothing of it is. */
  usd: number | null;
  /** Answers of which it is not known, or not all. */
  unknown: number;
}

/**
 * What answers cost by their tokens. Without a price of tokens nothing is known, which is never 0; no answer at all
 * costs 0.
 */
export function costOf(spending: Spending, price: Price | null): Cost {
  const { answers, withoutUsage, tokensIn, tokensOut, cachedIn } = spending;
  const isCounted = answers === 0 || tokensIn !== null || tokensOut !== null;
  if (price === null || "usdPerHour" in price || !isCounted) return { usd: null, unknown: answers };
  const cached = cachedIn * (price.cachedInputPerMTok ?? price.inputPerMTok);
  const fresh = ((tokensIn ?? 0) - cachedIn) * price.inputPerMTok;
  return { usd: (cached + fresh + (tokensOut ?? 0) * price.outputPerMTok) / 1_000_000, unknown: withoutUsage };
}

/** What a machine cost for a time in milliseconds, in US dollars. */
export function costOfTime(ms: number, usdPerHour: number): number {
  return (ms / 3_600_000) * usdPerHour;
}

/** How many answers told no usage, in words; null where all did. */
export function lackOfUsage({ answers, withoutUsage }: Spending): string | null {
  return withoutUsage === 0 ? null : `${withoutUsage} of ${answers} answers came without a count of tokens`;
}

function addKnown(sum: number | null, more: number | null): number | null {
  return more === null ? sum : (sum ?? 0) + more;
}
