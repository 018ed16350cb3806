import { z } from "zod";
import { isMetricName, metricDefinitions, type MetricName } from "./metric.ts";

/**
 * One scorer's answer for one review and one metric, as sufficient statistics: the metric is the sum of numerators over
 * the sum of denominators. A null score says why there is none; it is never read as zero. `evidence` shows what in the
 * review cost it points, where the scorer can point at it.
 */
export const Score = z.union([
  z.strictObject({ numerator: z.number().min(0), denominator: z.number().min(0), evidence: z.string().optional() }),
  z.strictObject({ value: z.null(), reason: z.string() }),
]);
export type Score = z.infer<typeof Score>;

/** Scores as a case line holds them: of what is counted out of something, no more than there is. */
export const WrittenScores = z.record(z.string(), Score).superRefine((scores, context) => {
  for (const [name, score] of Object.entries(scores)) {
    if (!("numerator" in score) || !isMetricName(name) || metricDefinitions[name].kind !== "proportion") continue;
    const { numerator, denominator } = score;
    if (numerator > denominator * (1 + 1e-9))
      context.addIssue({
        code: "custom",
        path: [name],
        message: `expected a numerator of at most ${denominator}, got ${numerator}`,
      });
  }
});

/** How to count what the matcher or the clock left open: all at the least that it can turn out to be, or at the most. */
export type OpenAs = "low" | "high";

/** Scores of one review by metric name. A metric that does not concern the case (recall of a clean case) is absent. */
export type Scores = Partial<Record<MetricName, Score>>;
