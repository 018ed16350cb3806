import { lackOfUsage, type Spending, sumSpending } from "./cost.ts";
import type { MetricDefinition, MetricName } from "./metric.ts";
import type { Metric } from "./report.ts";
import type { CaseRow } from "./row.ts";
import { type BootstrapInterval, bootstrapClusters } from "./stats/bootstrap.ts";
import { fewestClusters } from "./stats/unseen.ts";
import type { Where } from "./where.ts";

/** A sum over answers as far as it is known, and over how many answers it is not. */
interface Sum {
  /** Null where nothing of it is known. */
  value: number | null;
  unknown: number;
  /** What is missing, in words; null where nothing is. */
  lack: string | null;
}

/**
 * Tokens and cost of a reviewer, added up over the cases for which `where` holds: what was spent, not an estimate, so
 * that a gate decides by the sum itself. Where some answers came without a count of tokens it is the least that it can
 * be, has no upper bound, and says so. Cost for each bug found is a ratio and has the interval of one: clusters
 * resampled. Null, with a reason, where tokens, the price or a bug is missing.
 */
export function measureSpent(
  name: MetricName,
  { unitOfAnalysis, unit }: MetricDefinition,
  rows: readonly CaseRow[],
  seed: number,
  where: Where | null,
  alpha: number,
): Metric {
  const kept = rows.filter((row) => row.spending !== undefined && (where === null || where.test(row.fields)));
  const spending = sumSpending(kept.flatMap((row) => row.spending ?? []));
  const sum = name.startsWith("tokens.") ? sumTokens(name, spending) : sumCost(kept, spending);
  const clusters = new Set(kept.map((row) => row.cluster)).size;
  const common = { unit, unitOfAnalysis, clusters, unscored: sum.unknown };
  if (sum.value === null) return { ...nothing(sum.lack ?? "no model was asked"), ...common, n: 0 };
  const lack = sum.lack === null ? {} : { reason: `at least: ${sum.lack}` };
  const isWhole = sum.unknown === 0;
  if (name !== "cost.usd_per_bug_found") {
    const bounds = { low: null, high: null, lowOneSided: sum.value, highOneSided: isWhole ? sum.value : null };
    return { value: sum.value, ...bounds, method: "sum", ...common, n: spending.answers, ...lack };
  }
  const found = kept.reduce((total, row) => total + countFound(row), 0);
  if (found === 0) return { ...nothing("no bug was found"), ...common, n: 0 };
  const interval = intervalForEachBug(kept, seed, alpha);
  return {
    value: sum.value / found,
    low: interval?.low ?? null,
    high: isWhole ? (interval?.high ?? null) : null,
    lowOneSided: interval?.lowerOneSided ?? null,
    highOneSided: isWhole ? (interval?.upperOneSided ?? null) : null,
    method: interval === null ? "no interval" : "bca bootstrap by cluster",
    ...common,
    n: found,
    numerator: sum.value,
    denominator: found,
    ...lack,
  };
}

function sumTokens(name: MetricName, spending: Spending): Sum {
  const value = name === "tokens.in" ? spending.tokensIn : spending.tokensOut;
  return { value, unknown: spending.withoutUsage, lack: lackOfUsage(spending) };
}

function sumCost(rows: readonly CaseRow[], spending: Spending): Sum {
  const known = rows.flatMap(({ cost }) => cost?.usd ?? []);
  const unknown = rows.reduce((sum, { cost }) => sum + (cost?.unknown ?? 0), 0);
  if (known.length > 0) {
    const value = known.reduce((sum, cost) => sum + cost, 0);
    const lack = unknown === 0 ? null : `what ${unknown} of ${spending.answers} answers cost is not known`;
    return { value, unknown, lack };
  }
  const isCounted = spending.tokensIn !== null || spending.tokensOut !== null;
  const lack = isCounted ? "no price is known for this model (set reviewer.price)" : lackOfUsage(spending);
  return { value: null, unknown, lack };
}

function countFound({ bugs }: CaseRow): number {
  return bugs.filter((bug) => bug.state === "found").length;
}

function intervalForEachBug(rows: readonly CaseRow[], seed: number, alpha: number): BootstrapInterval | null {
  const clusters = [...Map.groupBy(rows, (row) => row.cluster)].sort(([a], [b]) => (a < b ? -1 : 1));
  const column = (valueOf: (row: CaseRow) => number) =>
    Float64Array.from(clusters, ([, members]) => members.reduce((sum, row) => sum + valueOf(row), 0));
  const columns = [column(({ cost }) => cost?.usd ?? 0), column(countFound)];
  const needed = clusters.filter(([, members]) => members.some(({ bugs }) => bugs.length > 0)).length;
  const ratio = (sums: ArrayLike<number>) => (sums[1] ? (sums[0] ?? 0) / sums[1] : null);
  // Nothing says how much a cluster unseen may cost, so that no range can be given.
  return needed < fewestClusters ? null : bootstrapClusters(columns, ratio, { seed, alpha });
}

function nothing(reason: string) {
  const none = { value: null, low: null, high: null, lowOneSided: null, highOneSided: null };
  return { ...none, method: "none", reason };
}
