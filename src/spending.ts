import { addUsage, costOf, costOfTime, noSpending, type Price, type Spending, sumSpending } from "./core/cost.ts";
import { UsageError } from "./core/errors.ts";
import { formatUsd } from "./core/format.ts";
import type { Generation } from "./core/generation.ts";
import type { Suite } from "./core/suite.ts";
import type { Ending } from "./ending.ts";

/** Who is paid: a reviewer as it was prepared. */
export interface PaidReviewer {
  role: "measured" | "company";
  provider: { ref: string; name: string };
  price?: Price | null;
}

/** Who is paid: a judge, with what it took so far and what an earlier try of the run had paid for. */
export interface PaidJudge {
  ref: string;
  /** Whether it is no model, and costs nothing. */
  isFree: boolean;
  price: Price | null;
  spent: Spending;
  kept: Spending;
}

/** Those who answer here, out of what they know or what was recorded. */
const free: readonly string[] = ["floor", "ceiling", "static", "replay", "recorded"];

/** @throws UsageError for a budget of money where somebody has no price: it could not be kept */
export function checkBudget(
  { costUsd }: Suite["budget"],
  reviewers: readonly PaidReviewer[],
  judges: readonly PaidJudge[],
): void {
  if (costUsd === undefined) return;
  const reviewer = reviewers.find(({ provider, price = null }) => price === null && !free.includes(provider.name));
  const advice = "{inputPerMTok, outputPerMTok}";
  if (reviewer !== undefined)
    throw new UsageError(
      `budget.costUsd: no price is known for ${reviewer.provider.ref} (${
        reviewer.role === "measured"
          ? `set reviewer.price: ${advice} or reviewer.usdPerHour`
          : "take it out of company and measure it with --model and reviewer.price"
      }, or leave the budget out)`,
    );
  const judge = judges.find(({ isFree, price }) => price === null && !isFree);
  if (judge !== undefined)
    throw new UsageError(
      `budget.costUsd: no price is known for the judge ${judge.ref} (set scorers.judge.price: ${advice}, of several judges one for each, or leave the budget out)`,
    );
}

/** Adds up what a run spends, and ends it once that is more than its budget. */
export interface Purse extends Ending {
  /** Counts a generation that was asked for, in this try of the run or an earlier one. */
  add(generation: Pick<Generation, "reviewer" | "outcome" | "usage" | "fromCache">): void;
  /** Says that this reviewer's machine runs from now on. */
  begin(reviewer: string): void;
  /** Says that it stopped; gives how long it ran, in milliseconds. */
  end(): number;
  /** What stopped the run and how to go on, as one sentence without its end; null where nothing did. */
  explain(): string | null;
}

/**
 * Opens the purse of a run. What a failed try cost nobody knows: it counts nothing, and neither does an answer from the
 * cache. What is under way when the budget is spent is still waited for and paid.
 * @param now the clock, in milliseconds
 */
export function openPurse(
  { costUsd, tokens }: Suite["budget"],
  reviewers: readonly PaidReviewer[],
  judges: readonly PaidJudge[],
  now: () => number,
): Purse {
  const accounts = new Map(
    reviewers.map(({ provider, price = null }) => [provider.ref, { price, spending: noSpending(), hoursMs: 0 }]),
  );
  let running: { reviewer: string; sinceMs: number } | null = null;
  let isHeard = false;
  const never = new AbortController();

  function spentUsd(): number {
    const ofReviewers = [...accounts].map(([ref, { price, spending, hoursMs }]) => {
      if (price === null || !("usdPerHour" in price)) return costOf(spending, price).usd ?? 0;
      const currentMs = running?.reviewer === ref ? now() - running.sinceMs : 0;
      return costOfTime(hoursMs + currentMs, price.usdPerHour);
    });
    const ofJudges = judges.map(({ price, spent, kept }) => costOf(sumSpending([spent, kept]), price).usd ?? 0);
    return [...ofReviewers, ...ofJudges].reduce((sum, usd) => sum + usd, 0);
  }

  function spentTokens(): number {
    const all = [...accounts.values()].map(({ spending }) => spending);
    const { tokensIn, tokensOut } = sumSpending([...all, ...judges.flatMap(({ spent, kept }) => [spent, kept])]);
    return (tokensIn ?? 0) + (tokensOut ?? 0);
  }

  function whatIsSpent(): string | null {
    if (costUsd !== undefined && spentUsd() > costUsd) return `the budget of ${formatUsd(costUsd)} is spent`;
    if (tokens !== undefined && spentTokens() > tokens) return `the budget of ${tokens} tokens is spent`;
    return null;
  }

  return {
    add({ reviewer, outcome, usage, fromCache }) {
      const account = accounts.get(reviewer);
      if (account === undefined || fromCache || !isAnswer(outcome)) return;
      addUsage(account.spending, usage);
    },
    begin: (reviewer) => void (running = { reviewer, sinceMs: now() }),
    end() {
      const account = running === null ? undefined : accounts.get(running.reviewer);
      const ranMs = running === null ? 0 : now() - running.sinceMs;
      if (account !== undefined) account.hoursMs += ranMs;
      running = null;
      return ranMs;
    },
    refuse() {
      const reason = costUsd === undefined && tokens === undefined ? null : whatIsSpent();
      isHeard ||= reason !== null;
      return reason;
    },
    signal: never.signal,
    wasHeard: () => isHeard,
    explain() {
      if (!isHeard) return null;
      const isOfMoney = costUsd !== undefined && spentUsd() > costUsd;
      const [spent, key] = isOfMoney ? [formatUsd(spentUsd()), "costUsd"] : [`${spentTokens()}`, "tokens"];
      const twice = Number((2 * (isOfMoney ? spentUsd() : spentTokens())).toPrecision(2));
      return `${whatIsSpent() ?? "the budget is spent"} (${spent}): raise budget.${key}, such as with --set budget.${key}=${twice}`;
    },
  };
}

function isAnswer(outcome: Generation["outcome"]): boolean {
  return outcome !== "transport-error" && outcome !== "overflow" && outcome !== "not-applicable";
}
