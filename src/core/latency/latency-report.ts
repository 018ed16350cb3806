import { z } from "zod";
import { LatencyFigures } from "./latency-figures.ts";
import { LatencySettings } from "./settings.ts";

const ratio = z.strictObject({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });
const overheadAt = z.strictObject({ p50: z.number(), p95: z.number() });

/** One reviewer at one level of load. Figures that are not to be trusted have no value, and say why. */
const ReviewerLatency = z.strictObject({
  reviewer: z.string(),
  figures: LatencyFigures,
  /** Of the open loop: how many requests a second were due, and how many were sent. */
  rate: z.strictObject({ duePerS: z.number(), sentPerS: z.number() }).nullable(),
  /** Why it was given up; null where it was not. */
  givenUp: z.string().nullable(),
});
export type ReviewerLatency = z.infer<typeof ReviewerLatency>;

/** Two reviewers that took turns, the second against the first: ratios below 1 say that the second is faster. */
const LatencyComparison = z.strictObject({
  first: z.string(),
  second: z.string(),
  pairs: z.int(),
  median: ratio.nullable(),
  p95: ratio.nullable(),
  /** Why one of them is not said, or neither; absent where only the pairs are too few. */
  reason: z.string().optional(),
  p: z.number().nullable(),
});
export type LatencyComparison = z.infer<typeof LatencyComparison>;

const LatencyStage = z.strictObject({
  level: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("closed"), concurrency: z.int() }),
    z.strictObject({ mode: z.literal("open"), rate: z.number(), arrivals: z.enum(["poisson", "constant"]) }),
  ]),
  /** What the client itself adds, in milliseconds; null where nothing came over HTTP. */
  overhead: z.strictObject({ requests: z.int(), firstToken: overheadAt, endToEnd: overheadAt }).nullable(),
  loopLag: z.strictObject({ p99Ms: z.number(), mostMs: z.number() }),
  reviewers: z.array(ReviewerLatency),
  comparisons: z.array(LatencyComparison),
});
export type LatencyStage = z.infer<typeof LatencyStage>;

/** What the latency phase of a run found: a function of the lines of `latency.jsonl`. */
export const LatencyReport = z.strictObject({
  settings: LatencySettings,
  /** What one request may take, in milliseconds: what a miss counts as, at least. */
  limitMs: z.number(),
  /** Level by level; metrics tell the first. */
  stages: z.array(LatencyStage),
  /**
   * Where several levels were measured: the greatest one before each reviewer's p95 doubles or more than 1 % is missed, or
   * null; whether a greater one was measured; and the greatest one that keeps the objective, or null, absent without one
   * and where the lowest level has no p95 to tell.
   */
  knees: z.array(
    z.strictObject({
      reviewer: z.string(),
      level: z.number().nullable(),
      isBent: z.boolean(),
      within: z.number().nullable().optional(),
    }),
  ),
  /** Reviewers that were not measured, with the reason. */
  leftOut: z.array(z.strictObject({ reviewer: z.string(), reason: z.string() })),
  /** Whether all levels were measured to their end. */
  isWhole: z.boolean(),
});
export type LatencyReport = z.infer<typeof LatencyReport>;
