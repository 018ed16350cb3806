import { z } from "zod";
import { metricNames } from "./metric.ts";

const nullableNumber = z.number().nullable();

/** How one metric differs between two reviewers on the cases that both have; the difference is second minus first. */
export const MetricComparison = z.strictObject({
  metric: z.enum(metricNames),
  /** Values over the shared cases; null where there is none. */
  first: nullableNumber,
  second: nullableNumber,
  difference: nullableNumber,
  /** Two-sided 95 %; null where the clusters are too few to carry it. */
  low: nullableNumber,
  high: nullableNumber,
  /** One-sided 95 % bounds, by which non-inferiority is decided. */
  lowOneSided: nullableNumber,
  highOneSided: nullableNumber,
  /** Two-sided, that both are alike; null without a difference. */
  p: nullableNumber,
  method: z.string(),
  /** Smallest true difference that these cases would find 8 times in 10, in the unit of the metric; null where none could. */
  detectable: nullableNumber,
  cases: z.int(),
  clusters: z.int(),
  /** Cases that only one of the two has. */
  leftOut: z.int(),
  /** Where every cluster is one case that both pass or fail: those that the second alone passes, and the first alone. */
  pairs: z.strictObject({ gained: z.int(), lost: z.int() }).optional(),
  /** Why there is no difference. */
  reason: z.string().optional(),
});
export type MetricComparison = z.infer<typeof MetricComparison>;

/** Why two reviewers cannot be compared: at all, or in the metrics of one scorer. */
export const Obstacle = z.strictObject({
  /** `all`, or the scorer whose metrics are left out. */
  concerns: z.string(),
  reason: z.string(),
});
export type Obstacle = z.infer<typeof Obstacle>;

/** What the second took beside the first: below 1 it is cheaper or faster. */
export const SpentRatio = z.strictObject({
  /** `cost.usd` is here that of one review. */
  of: z.enum(["latency.p50_ms", "latency.p95_ms", "cost.usd"]),
  first: nullableNumber,
  second: nullableNumber,
  ratio: nullableNumber,
  /** Two-sided 95 %; null where nothing carries it. */
  low: nullableNumber,
  high: nullableNumber,
  method: z.string(),
  /** Cases, or requests that took turns. */
  n: z.int(),
  /** Why there is no ratio, or what to heed where it has no interval. */
  reason: z.string().optional(),
});
export type SpentRatio = z.infer<typeof SpentRatio>;

/** Cases that one reviewer gets right and another does not, by id, ascending. */
export const Flips = z.strictObject({
  /** Right with the second alone. */
  fixed: z.array(z.string()),
  /** Right with the first alone. */
  broken: z.array(z.string()),
  /** Both right, both wrong, and those that cannot be told of either. */
  bothRight: z.int(),
  bothWrong: z.int(),
  untold: z.int(),
});
export type Flips = z.infer<typeof Flips>;

/** One measured reviewer beside its baseline; every difference is the reviewer minus the baseline. */
export const BaselineComparison = z.strictObject({
  /** Id of the measured reviewer. */
  reviewer: z.string(),
  baseline: z.strictObject({
    /** As the command names it. */
    name: z.string(),
    /** The earlier run that it is of; absent for a reviewer of the same run. */
    run: z.string().optional(),
    reviewer: z.string(),
    model: z.string(),
  }),
  /** What could not be compared, and why. */
  obstacles: z.array(Obstacle),
  metrics: z.array(MetricComparison),
  /** Times and cost; empty where nothing is known of either or the cases differ. */
  spent: z.array(SpentRatio).optional(),
  /** Null where the cases differ. */
  flips: Flips.nullable(),
});
export type BaselineComparison = z.infer<typeof BaselineComparison>;
