import { z } from "zod";
import { QuantileFigure } from "./quantiles.ts";

const numberOrNull = z.number().nullable();
const figures = z.array(QuantileFigure);

/** All that is said of one reviewer's requests at one level of load. Times are milliseconds. */
export const LatencyFigures = z.strictObject({
  requests: z.int(),
  answered: z.int(),
  empty: z.int(),
  timeouts: z.int(),
  failed: z.int(),
  /** Answers that the token limit cut: a longer one would have taken longer. */
  cut: z.int(),
  /** Why requests were missed, most frequent first, at most five. */
  errors: z.array(z.strictObject({ message: z.string(), count: z.int() })),
  /** p50, p90, p95 and p99 of the time from the scheduled moment to the last content. */
  endToEnd: figures,
  /** p50, p90, p95 and p99 from the dispatch. */
  service: figures,
  /** p50 and p95 of the time for which a request was due and not yet sent. */
  dispatchLag: figures,
  /** p50 and p95 of the time to the first token, reasoning or not. */
  firstToken: figures,
  /** p50 and p95 of the time to the first token that is no reasoning. */
  firstOutput: figures,
  /** p50 and p95 of the time to the first complete finding; answers without one are left out, misses are not. */
  firstFinding: figures,
  /** Answers in which no finding was seen. */
  withoutFinding: z.int(),
  /** p50 and p95 of the time per token after the first. */
  perToken: figures,
  /** p50 of the tokens a second after the first, in one answer. */
  tokensPerS: figures,
  /** Time in which requests were under way. */
  wallMs: z.number(),
  /** Answers a second; null where no time passed, and, as all figures of throughput, at a load that the client could not make. */
  answersPerS: numberOrNull,
  /** Output tokens a second over all answers; null where no server counted them. */
  outputTokensPerS: numberOrNull,
  /** Requests whose whole time kept the objective, with the Wilson interval of their share; null without an objective. */
  withinObjective: z
    .strictObject({
      objectiveMs: z.number(),
      count: z.int(),
      share: z.number(),
      low: z.number(),
      high: z.number(),
    })
    .nullable(),
  /** Answers a second that kept the objective; null without one. */
  goodputPerS: numberOrNull,
  /** Prompt tokens that the server had in its cache, of all; null where no server told. */
  cachedShare: numberOrNull,
  /** Time for which the server brought weights into memory: the most, and how many requests told any. */
  loading: z.strictObject({ mostMs: z.number(), requests: z.int() }).nullable(),
  bySize: z.array(z.strictObject({ name: z.string(), requests: z.int(), endToEnd: figures })),
});
export type LatencyFigures = z.infer<typeof LatencyFigures>;
