import { type Barred, barOf } from "./core/apply-gates.ts";
import { noBaseline } from "./core/apply-relative-gates.ts";
import { formatBound, plural } from "./core/format.ts";
import { countGateClusters, type GateCase } from "./core/gate-clusters.ts";
import { type LatencySettings, limitsOf } from "./core/latency/settings.ts";
import { isMetricName, metricDefinitions, type MetricName } from "./core/metric.ts";
import { fewestPairsFor } from "./core/stats/paired.ts";
import { exactLowerBound, exactUpperBound } from "./core/stats/proportion.ts";
import { fewestForQuantile } from "./core/stats/quantile.ts";
import type { Gate } from "./core/suite.ts";
import type { PreparedRun } from "./prepare.ts";

/** What gates are to decide upon. */
export interface GateGround {
  cases: readonly GateCase[];
  barred: Barred;
  baseline: PreparedRun["baseline"];
  latency: LatencySettings | undefined;
  /** The error rate that bounds are held to; the usual one where it is left out. */
  alpha: number | undefined;
}

/** Why a gate cannot pass or decide, however good a reviewer is, in words; null where it can. */
export function findObstacle(gate: Gate, ground: GateGround): string | null {
  return latencyObstacle(gate, ground.latency) ?? rateObstacle(gate, ground);
}

/** Why too few requests could decide a gate on a time; null where they could, and for all other gates. */
function latencyObstacle({ metric }: Gate, latency: LatencySettings | undefined): string | null {
  const percent = /^latency\.(?:\w+_)?p(\d+)_ms$/.exec(metric)?.[1];
  if (percent === undefined || latency === undefined) return null;
  const [needed, { requests }] = [fewestForQuantile(Number(percent) / 100), limitsOf(latency)];
  return requests >= needed
    ? null
    : `cannot decide: a p${percent} takes ${needed} requests, and there are ${requests} (raise scorers.latency.requests)`;
}

/** A rate that all clusters agree on is as sure as it can be: where even that does not pass, nothing does. */
function rateObstacle(gate: Gate, { cases, barred, baseline, alpha }: GateGround): string | null {
  const { metric, min, max, decide } = gate;
  if (!isMetricName(metric)) return null;
  const why = barOf(metric, barred);
  if (why !== undefined) return `undecided: ${why}`;
  const clusters = countGateClusters(metric, gate, cases);
  if (clusters === 0) return "undecided: there is no case that it is about";
  if (gate.vsBaseline !== undefined) return relativeObstacle(gate.vsBaseline, metric, clusters, baseline);
  if (metricDefinitions[metric].kind !== "proportion" || decide === "point") return null;
  const best = exactLowerBound(clusters, clusters, alpha);
  const least = exactUpperBound(0, clusters, alpha);
  if (min !== undefined && best !== null && best < min)
    return `cannot pass: ${plural(clusters, "cluster")} without a fault show at least ${formatBound(best, { min })}`;
  if (max !== undefined && least !== null && least > max)
    return `cannot pass: ${plural(clusters, "cluster")} without a fault show at most ${formatBound(least, { max })}`;
  return null;
}

/** Even a reviewer that differs in no case needs so many pairs to be shown not to be worse. */
function relativeObstacle(
  { margin }: NonNullable<Gate["vsBaseline"]>,
  metric: MetricName,
  clusters: number,
  baseline: PreparedRun["baseline"],
): string | null {
  if (baseline === null) return `undecided: ${noBaseline}`;
  if (baseline.kind === "stored" && !Object.hasOwn(baseline.side.reviewer.metrics, metric))
    return `undecided: the baseline ${baseline.name} has no ${metric}`;
  if (margin === undefined || metricDefinitions[metric].kind !== "proportion") return null;
  const needed = fewestPairsFor(margin);
  if (clusters >= needed) return null;
  return `cannot pass: an equal reviewer needs at least ${needed} independent cases, and there are ${clusters}`;
}
