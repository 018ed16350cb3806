import { type Contribution, pairContributions } from "./contributions.ts";
import { costOf } from "./cost.ts";
import type { SpentRatio } from "./comparison.ts";
import type { LatencyComparison, LatencyReport } from "./latency/latency-report.ts";
import type { ReviewerReport } from "./report.ts";
import type { CaseRow } from "./row.ts";
import { bootstrapClusters } from "./stats/bootstrap.ts";
import { fewestClusters } from "./stats/unseen.ts";

/** One of two reviewers with what its reviews took. */
export interface Spender {
  reviewer: Pick<ReviewerReport, "id" | "metrics" | "price" | "cases">;
  rows: readonly CaseRow[];
}

const times = ["latency.p50_ms", "latency.p95_ms"] as const;
const none = { ratio: null, low: null, high: null, method: "none" } as const;

/**
 * What the second took beside the first, as ratios: below 1 it is cheaper, or faster. Where nothing is known of either
 * there is no ratio at all; where it is known of one alone, the ratio is null with its reason.
 * @param latency the latency phase in which both took turns; null where they were timed in two runs
 */
export function spentRatios(
  first: Spender,
  second: Spender,
  { seed, latency }: { seed: number; latency: LatencyReport | null },
): SpentRatio[] {
  const took = times.flatMap((name) => timeRatio(name, first, second, latency) ?? []);
  const cost = costRatio(first, second, seed);
  return cost === null ? took : [...took, cost];
}

function timeRatio(
  of: (typeof times)[number],
  first: Spender,
  second: Spender,
  latency: LatencyReport | null,
): SpentRatio | null {
  const [own, other] = [first, second].map(({ reviewer }) => reviewer.metrics[of]);
  if ((own?.value ?? null) === null && (other?.value ?? null) === null) return null;
  const sides = { of, first: own?.value ?? null, second: other?.value ?? null };
  const n = Math.min(own?.n ?? 0, other?.n ?? 0);
  if (sides.first === null || sides.second === null) {
    const [missing, metric] = sides.first === null ? [first, own] : [second, other];
    return { ...sides, ...none, n: 0, reason: `${missing.reviewer.id}: ${metric?.reason ?? "it was not timed"}` };
  }
  const turns = latency?.stages[0]?.comparisons.find((one) => isOf(one, first.reviewer.id, second.reviewer.id));
  const found = turns && (of === "latency.p50_ms" ? turns.median : turns.p95);
  if (turns === undefined || found === null || found === undefined) {
    const apart = latency === null ? "timed in two runs and not by turns" : "not timed by turns with each other";
    const why = turns?.reason ?? `${apart}: what differs between machine and hour is in it`;
    return { ...sides, ...none, ratio: sides.second / sides.first, method: "of the two figures", n, reason: why };
  }
  const ratio = turns.first === first.reviewer.id ? found : inverse(found);
  return { ...sides, ratio: ratio.value, low: ratio.low, high: ratio.high, method: "by turns", n: turns.pairs };
}

function isOf({ first, second }: LatencyComparison, one: string, other: string): boolean {
  return (first === one && second === other) || (first === other && second === one);
}

function inverse({ value, low, high }: { value: number; low: number | null; high: number | null }) {
  return { value: 1 / value, low: high === null ? null : 1 / high, high: low === null ? null : 1 / low };
}

/** The cost of a review over the cases of which both sides' cost is known; that of a machine by the hour over all. */
function costRatio(first: Spender, second: Spender, seed: number): SpentRatio | null {
  const common = { of: "cost.usd" as const };
  const totals = [first, second].map(costOfReview);
  const [own = null, other = null] = totals;
  if (own === null && other === null) return null;
  if (own === null || other === null) {
    const missing = own === null ? first : second;
    const reason = missing.reviewer.metrics["cost.usd"]?.reason ?? "no model was asked";
    return { ...common, ...none, first: own, second: other, n: 0, reason: `${missing.reviewer.id}: ${reason}` };
  }
  if (isHourly(first) || isHourly(second)) {
    const n = Math.min(first.reviewer.cases, second.reviewer.cases);
    const shown = { ...common, ...none, first: own, second: other, n };
    const reason = "an hour of a machine is not told case by case";
    return own === 0
      ? { ...shown, reason: free(first) }
      : { ...shown, ratio: other / own, method: "of totals", reason };
  }
  const paired = pairContributions([costs(first), costs(second)]);
  const [a, b] = paired.columns.map(([usd]) => usd ?? new Float64Array()) as [Float64Array, Float64Array];
  const n = paired.cases.length;
  const [spent = 0, spentBySecond = 0] = [a, b].map((column) => column.reduce((sum, usd) => sum + usd, 0));
  const shown = { ...common, first: spent / n, second: spentBySecond / n, n };
  if (n === 0) return { ...common, ...none, first: own, second: other, n, reason: "no case that both have" };
  if (spent === 0) return { ...shown, ...none, reason: free(first) };
  const ratio = spentBySecond / spent;
  if (paired.clusters.length < fewestClusters)
    return { ...shown, ...none, ratio, method: "of pooled sums", reason: "too few independent cases for an interval" };
  const drawn = bootstrapClusters([a, b], (sums) => (sums[0] ? (sums[1] ?? 0) / sums[0] : null), { seed });
  const method = drawn === null ? "of pooled sums" : "paired bca bootstrap by cluster";
  return { ...shown, ratio, low: drawn?.low ?? null, high: drawn?.high ?? null, method };
}

const free = ({ reviewer }: Spender) => `${reviewer.id} costs nothing`;

function isHourly({ reviewer: { price } }: Spender): boolean {
  return price !== undefined && price !== null && "usdPerHour" in price;
}

/** Null where it is not known, or not of every answer. */
function costOfReview({ reviewer: { metrics, cases } }: Spender): number | null {
  const cost = metrics["cost.usd"];
  const isKnown = cost !== undefined && cost.value !== null && cost.unscored === 0 && cases > 0;
  return isKnown ? (cost.value ?? 0) / cases : null;
}

/** By case, the mean over its repeats, where it is known of all of them. */
function costs({ rows, reviewer: { price } }: Spender) {
  const of = new Map<string, Contribution>();
  for (const [id, repeats] of Map.groupBy(rows, ({ caseId }) => caseId)) {
    const known = repeats.flatMap(({ spending }) => (spending && costOf(spending, price ?? null).usd) ?? []);
    const [row] = repeats;
    if (row !== undefined && known.length === repeats.length)
      of.set(id, { cluster: row.cluster, sums: [known.reduce((sum, usd) => sum + usd, 0) / known.length] });
  }
  return { of, statistic: (sums: ArrayLike<number>) => sums[0] ?? null };
}
