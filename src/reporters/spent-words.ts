import type { SpentRatio } from "../core/comparison.ts";
import { formatFixed, formatValue, noValue } from "../core/format.ts";

const kinds = {
  "latency.p50_ms": { title: "time, median", unit: "ms", less: "faster", more: "slower" },
  "latency.p95_ms": { title: "time, p95", unit: "ms", less: "faster", more: "slower" },
  "cost.usd": { title: "cost of a review", unit: "usd", less: "cheaper", more: "dearer" },
} as const;

/**
 * What the second took beside the first, in a line: `time, median: 840 ms, of the first 10164 ms: 12.1x faster [11.6 12.7]`.
 * A ratio whose interval holds 1 is called neither faster nor slower.
 * @param first what the first is called there
 */
export function spentWords(one: SpentRatio, first = "the first"): string {
  const { title, unit } = kinds[one.of];
  const show = (value: number | null) => {
    const text = formatValue(value, unit);
    return value !== null && unit === "ms" ? `${text} ms` : text;
  };
  const caution = one.reason === undefined ? "" : ` (${one.reason})`;
  return `${title}: ${show(one.second)}, of ${first} ${show(one.first)}: ${ratioWords(one)}${caution}`;
}

function ratioWords({ of, ratio, low, high }: SpentRatio): string {
  if (ratio === null || ratio <= 0) return noValue;
  const { less, more } = kinds[of];
  const hasInterval = low !== null && high !== null;
  const isTold = !hasInterval || high < 1 || low > 1;
  if (!isTold) return `${factor(ratio)}x [${factor(low)} ${factor(high)}], not told apart`;
  const isLess = ratio < 1;
  const turn = (value: number) => factor(isLess ? 1 / value : value);
  const [from, to] = isLess ? [high, low] : [low, high];
  const interval = hasInterval && from !== null && to !== null ? ` [${turn(from)} ${turn(to)}]` : "";
  if (!hasInterval && turn(ratio) === factor(1)) return `${factor(1)}x`;
  return `${turn(ratio)}x ${isLess ? less : more}${interval}`;
}

/** Three digits that say something. */
function factor(value: number): string {
  return formatFixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
