import { findObstacles, isSameRun } from "./comparability.ts";
import { compareMetric } from "./compare.ts";
import type { Flips, MetricComparison, Obstacle, SpentRatio } from "./comparison.ts";
import { findFlips } from "./flips.ts";
import { isMetricName, metricDefinitions, type MetricName } from "./metric.ts";
import type { Report, ReviewerReport } from "./report.ts";
import type { CaseRow } from "./row.ts";
import { holm } from "./stats/adjust.ts";
import { spentRatios } from "./spent-ratio.ts";
import type { Where } from "./where.ts";

/** One reviewer of one finished run. */
export interface Side {
  report: Report;
  reviewer: ReviewerReport;
  rows: readonly CaseRow[];
}

/** One metric over the part of the cases (or bugs) where `field` is `value`. */
export interface SliceComparison extends MetricComparison {
  field: string;
  value: string;
  /** Adjusted by Holm over all slices that were compared; null without a difference. */
  adjustedP: number | null;
}

/** What is told of each side beside its numbers. */
interface SideFacts {
  run: string;
  reviewer: string;
  model: string;
}

/** Two reviewers on the same cases; every difference is second minus first. */
export interface RunComparison {
  version: 1;
  first: SideFacts;
  second: SideFacts;
  seed: number;
  /** What could not be compared, and why. */
  obstacles: readonly Obstacle[];
  metrics: readonly MetricComparison[];
  slices: readonly SliceComparison[];
  /** Times and cost; empty where nothing is known of either or the cases differ. */
  spent: readonly SpentRatio[];
  /** Null where the cases differ. */
  flips: Flips | null;
}

const sliceFields: ReadonlySet<string> = new Set(["language", "severity", "category", "tag"]);
const sliceMetrics: readonly MetricName[] = ["detection.recall", "judge.pass_rate_consensus"];

/** Compares all that can be compared; what cannot is named among the obstacles. */
export function compareRuns(first: Side, second: Side, seed: number): RunComparison {
  const obstacles = findObstacles(first.report, second.report);
  const isBarred = (name: MetricName) =>
    obstacles.some(({ concerns }) => concerns === "all" || concerns === metricDefinitions[name].scorer);
  const shared = Object.keys(first.reviewer.metrics)
    .filter(isMetricName)
    .filter((name) => Object.hasOwn(second.reviewer.metrics, name) && !isBarred(name));
  const isSameCases = obstacles.every(({ concerns }) => concerns !== "all");
  return {
    version: 1,
    first: factsOf(first),
    second: factsOf(second),
    seed,
    obstacles,
    metrics: shared.flatMap((name) => compareMetric(name, first.rows, second.rows, seed) ?? []),
    slices: compareSlices(
      first,
      second,
      shared.filter((name) => sliceMetrics.includes(name)),
      seed,
    ),
    spent: isSameCases
      ? spentRatios(first, second, {
          seed,
          latency: isSameRun(first.report, second.report) ? (first.report.latency ?? null) : null,
        })
      : [],
    flips: isSameCases ? findFlips(first.rows, second.rows) : null,
  };
}

function factsOf({ report, reviewer }: Side): SideFacts {
  return { run: report.run.id, reviewer: reviewer.id, model: reviewer.model };
}

function compareSlices(
  { reviewer, rows }: Side,
  second: Side,
  names: readonly MetricName[],
  seed: number,
): SliceComparison[] {
  const compared = reviewer.slices
    .filter(({ field }) => sliceFields.has(field))
    .flatMap(({ field, value, metrics }) =>
      names
        .filter((name) => Object.hasOwn(metrics, name))
        .flatMap((name) => {
          const comparison = compareMetric(name, rows, second.rows, seed, isIn(field, value));
          return comparison === null ? [] : [{ ...comparison, field, value }];
        }),
    );
  const told = compared.filter(({ p }) => p !== null);
  const adjusted = holm(told.map(({ p }) => p ?? 1));
  return compared.map((one) => ({ ...one, adjustedP: adjusted[told.indexOf(one)] ?? null }));
}

function isIn(field: string, value: string): Where {
  const test = (record: Record<string, unknown>) => {
    const own = record[field];
    return Array.isArray(own) ? own.includes(value) : own === value;
  };
  return { expression: `${field} == ${value}`, fields: [field], test };
}
