import type { Price } from "../../core/cost.ts";
import { formatUsd, isLeast } from "../../core/format.ts";
import type { Metric, PanelMember, ReviewerReport } from "../../core/report.ts";
import { grouped, plural, spokenDuration } from "./text.ts";

type Work = Pick<PanelMember, "calls" | "tokens" | "withoutUsage" | "costUsd">;

/** What asking a judge took: calls, tokens, money and time of this try of the run, and what earlier ones had paid for. */
export function tookOf(work: Work & Pick<PanelMember, "kept" | "busyMs" | "wallMs">): string {
  const { calls, kept, busyMs, wallMs } = work;
  const now =
    calls === 0
      ? "no call in this run: every answer was kept from an earlier try, or none was asked for"
      : `${countedOf(work)}, ${spokenDuration(busyMs)} busy within ${spokenDuration(wallMs)}`;
  return kept === undefined ? now : `${now}; kept from earlier tries: ${countedOf(kept)}`;
}

function countedOf({ calls, tokens, withoutUsage = 0, costUsd }: Work): string {
  const isOpen = withoutUsage > 0;
  const least = isOpen ? "at least " : "";
  const counted =
    tokens.in === null && tokens.out === null
      ? "tokens unknown, since the server does not count them"
      : `${least}${count(tokens.in)} tokens in and ${count(tokens.out)} out`;
  const lack = isOpen && tokens.in !== null ? ` (${plural(withoutUsage, "answer")} came without a count)` : "";
  const cost = costUsd === null ? "cost unknown" : `${least}${formatUsd(costUsd)}`;
  return `${plural(calls, "call")}, ${counted}${lack}, ${cost}`;
}

/** What a reviewer's answers took: tokens and money, or why that is not known. */
export function spentBy({ metrics }: Pick<ReviewerReport, "metrics">): string {
  const [tokensIn, tokensOut, cost] = [metrics["tokens.in"], metrics["tokens.out"], metrics["cost.usd"]];
  const tokens =
    tokensIn?.value == null && tokensOut?.value == null
      ? (tokensIn?.reason ?? "tokens unknown")
      : `${shown(tokensIn, count)} tokens in and ${shown(tokensOut, count)} out`;
  const money = cost?.value == null ? `cost unknown: ${cost?.reason ?? "no price"}` : shown(cost, formatUsd);
  return money.endsWith(tokens) ? money : `${tokens}; ${money}`;
}

/** A price, and where it is from. */
export function priceInWords(price: Price | null): string {
  if (price === null) return "no price is known; reviewer.price or reviewer.usdPerHour says one";
  if ("usdPerHour" in price) return `${formatUsd(price.usdPerHour)} for each hour of the machine, as the suite says`;
  const { inputPerMTok, outputPerMTok, cachedInputPerMTok, asOf, source } = price;
  const cached = cachedInputPerMTok === undefined ? "" : `, ${formatUsd(cachedInputPerMTok)} where it was cached`;
  const from = source === undefined ? "as the suite says" : `as of ${asOf ?? "an unknown day"}, ${source}`;
  return `for a million tokens ${formatUsd(inputPerMTok)} in${cached}, ${formatUsd(outputPerMTok)} out; ${from}`;
}

function shown(metric: Metric | undefined, format: (value: number) => string): string {
  if (metric === undefined || metric.value === null) return "?";
  return `${isLeast(metric) ? "at least " : ""}${format(metric.value)}`;
}

function count(tokens: number | null): string {
  return tokens === null ? "?" : grouped(tokens);
}
