import { z } from "zod";
import { MetricComparison } from "./comparison.ts";
import { metricNames } from "./metric.ts";

const nullableNumber = z.number().nullable();

/** A checkpoint or the base beside the chosen one, on the cases that both have; the difference is the chosen one minus it. */
const Beside = z.strictObject({
  comparison: MetricComparison,
  /** Adjusted for the choice of the best where that was made on the same cases; 1 where nothing tells the two apart. */
  adjustedP: z.number(),
  /** Whether the adjusted p is below .05. */
  isToldApart: z.boolean(),
});
export type Beside = z.infer<typeof Beside>;

/** One checkpoint of a training run. */
export const SweepPoint = z.strictObject({
  /** Id of the reviewer that holds what it scored where the choice was made. */
  reviewer: z.string(),
  step: z.int(),
  epoch: nullableNumber,
  /** The trainer's own newest losses at this step; null where it noted none. */
  loss: nullableNumber,
  evalLoss: nullableNumber,
  /** Whether the trainer held it for the best. */
  isTrainersBest: z.boolean(),
  /** Null for the chosen one itself, and where nothing can be compared. */
  beside: Beside.nullable(),
});
export type SweepPoint = z.infer<typeof SweepPoint>;

/** Cases on which something was decided; `split` is null where they are all that were measured. */
const SweepCases = z.strictObject({ split: z.string().nullable(), cases: z.int(), clusters: z.int() });
export type SweepCases = z.infer<typeof SweepCases>;

const Curve = z.array(z.strictObject({ step: z.number(), loss: z.number() }));

/** The checkpoints of one training run: which is best, how sure that is, and whether it is to be promoted. */
export const Sweep = z.strictObject({
  /** The folder of checkpoints, as it was named. */
  ref: z.string(),
  /** What the best is chosen by. */
  metric: z.enum(metricNames),
  /** Where the choice was made, and where the chosen one was gated. */
  choice: SweepCases,
  gated: SweepCases,
  /** Error of each one-sided bound of the chosen one's gates: .05, divided by the checkpoints where both are the same cases. */
  alpha: z.number(),
  /** Ascending by step. */
  points: z.array(SweepPoint),
  /** Where the choice was made, and where the chosen one was gated; null where the engine cannot serve it alone. */
  base: z.strictObject({ reviewer: z.string(), gated: z.string().nullable(), beside: Beside.nullable() }).nullable(),
  /** Null where no checkpoint has a value. `reviewer` holds what it scored where it was gated. */
  chosen: z.strictObject({ reviewer: z.string(), point: z.string(), step: z.int() }).nullable(),
  /** Steps of the chosen one and of all that cannot be told from it, where there are such; `cases` they share. */
  alike: z.strictObject({ steps: z.array(z.int()), cases: z.int() }).nullable(),
  /** How the losses went, as the newest checkpoint tells it, thinned to what can be drawn. */
  losses: Curve,
  evalLosses: Curve,
  /** Checkpoints that could not be used, each with why. */
  leftOut: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  decision: z.enum(["promote", "reject", "undecided"]),
  /** Decision and choice in one or two sentences. */
  sentence: z.string(),
});
export type Sweep = z.infer<typeof Sweep>;
