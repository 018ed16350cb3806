import { priceRows } from "../price-rows.ts";
import { measure } from "../reduce.ts";
import type { Metric, ReviewerReport } from "../report.ts";
import type { CaseRow } from "../row.ts";
import { clusteredMean } from "../stats/cluster.ts";

/** What a review and a bug found cost, by column. */
export const costColumns = ["cost.usd_per_review", "cost.usd_per_bug_found"] as const;

/**
 * What one reviewer's reviews cost, on average and for each bug found. By tokens they are of the cases of the rows; of a
 * machine's hours only the sum over the run is known, so the mean is of all of the run and has no interval.
 */
export function costsOf(
  { price = null, metrics, cases }: ReviewerReport,
  rows: readonly CaseRow[],
  seed: number,
): Record<(typeof costColumns)[number], Metric> {
  const total = metrics["cost.usd"];
  const perBug = metrics["cost.usd_per_bug_found"];
  if (total === undefined) return { "cost.usd_per_review": noCost, "cost.usd_per_bug_found": noCost };
  if (price === null || "usdPerHour" in price) {
    const value = total.value === null || cases === 0 ? null : total.value / cases;
    const mean = { ...total, value, low: null, high: null, lowOneSided: null, highOneSided: null, n: cases };
    return {
      "cost.usd_per_review": { ...mean, method: "sum over the run", unitOfAnalysis: "review" },
      "cost.usd_per_bug_found": perBug ?? noCost,
    };
  }
  const priced = priceRows(rows, price);
  return {
    "cost.usd_per_review": meanCost(priced),
    "cost.usd_per_bug_found": perBug === undefined ? noCost : measure("cost.usd_per_bug_found", priced, seed),
  };
}

function meanCost(rows: readonly CaseRow[]): Metric {
  const asked = rows.filter(({ cost }) => cost !== undefined);
  const known = asked.flatMap(({ cluster, cost }) =>
    cost?.usd == null || cost.unknown > 0 ? [] : [{ cluster, usd: cost.usd }],
  );
  const units = known.map(({ cluster, usd }) => ({ cluster, numerator: usd, denominator: 1 }));
  const mean = clusteredMean(units);
  const unscored = asked.length - known.length;
  if (mean === null) return { ...noCost, unscored, reason: "no answer came with a count of tokens" };
  const { value, high, highOneSided, clusters } = mean;
  const [low, lowOneSided] = [mean.low, mean.lowOneSided].map((end) => (end === null ? null : Math.max(0, end)));
  const bounds = { low: low ?? null, high, lowOneSided: lowOneSided ?? null, highOneSided };
  const lack = unscored === 0 ? {} : { reason: `of ${asked.length} reviews, since the others have no count of tokens` };
  return {
    ...noMetric,
    value,
    ...bounds,
    method: "clustered standard error",
    n: known.length,
    unscored,
    clusters,
    ...lack,
  };
}

const noMetric = {
  value: null,
  low: null,
  high: null,
  lowOneSided: null,
  highOneSided: null,
  method: "none",
  n: 0,
  unscored: 0,
  unitOfAnalysis: "review",
  clusters: 0,
  unit: "usd",
} as const satisfies Metric;

const noCost: Metric = { ...noMetric, reason: "it asks no model" };

/** A metric that nobody measured of a reviewer, with the reason. */
export function unmeasured(reason: string): Metric {
  return { ...noMetric, unit: "rate", unitOfAnalysis: "case", reason };
}
