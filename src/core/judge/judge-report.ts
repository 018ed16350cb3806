import { z } from "zod";
import { Price } from "../cost.ts";
import { JudgeCalibration } from "./calibration.ts";

const nullableNumber = z.number().nullable();

/** What asking a judge took in this try of the run, and what earlier ones had paid for apart from it. */
const judgeWork = {
  hosts: z.array(z.string()),
  /** Answers that were asked for in this try of the run. */
  calls: z.int(),
  /** Null where the server told none, and there was something to tell. */
  tokens: z.strictObject({ in: z.int().nullable(), out: z.int().nullable() }),
  /** Of the calls, those whose answer came without a count of tokens; absent where there are none. */
  withoutUsage: z.int().optional(),
  /** Answers that an earlier try of the run had paid for, as far as this one needed them; absent where there are none. */
  kept: z
    .strictObject({
      calls: z.int(),
      tokens: z.strictObject({ in: z.int().nullable(), out: z.int().nullable() }),
      costUsd: nullableNumber,
    })
    .optional(),
  /** Null where no price or no token is known. */
  price: Price.nullable(),
  costUsd: nullableNumber,
  /** Sum over the calls, in milliseconds; they run beside each other and beside the reviewers. */
  busyMs: z.number(),
  /** How long at least one of them was under way, in milliseconds. */
  wallMs: z.number(),
  /** Why runs are unscored, most frequent first, at most five. */
  unscored: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
  /** Why the judge's metrics may not gate; null where they may. */
  informsBecause: z.string().nullable(),
  /** By axis, why a gate may not rest on it alone, of a judge that may gate; absent where it may on each. */
  axesInform: z.record(z.string(), z.string()).optional(),
  /** What is known of the judge, asked by just this rubric, in as many runs; null where nothing is on record. */
  calibration: JudgeCalibration.nullable(),
};

/** One of several judges. */
export const PanelMember = z.strictObject({ ref: z.string(), ...judgeWork });
export type PanelMember = z.infer<typeof PanelMember>;

/**
 * Who judged, how, and what that took, apart from the reviewers' own work. Of a panel the work is that of all its judges
 * together, its price and calibration are null, and it may gate where each of them may.
 */
export const JudgeReport = z.strictObject({
  /** The judge's reference; `lexical` for the embedded engine; of a panel all references, joined by commas. */
  ref: z.string(),
  engine: z.enum(["model", "lexical"]),
  rubric: z.strictObject({ name: z.string(), file: z.string(), hash: z.string() }),
  axes: z.array(z.strictObject({ name: z.string(), required: z.boolean(), definition: z.string() })),
  /** What becomes of an empty review; absent where it fails. */
  silence: z.literal("pass").optional(),
  /** Of each judge. */
  runs: z.int(),
  temperature: z.number(),
  ...judgeWork,
  /** Several judges, each by itself, in the order in which they were named; absent for one. */
  members: z.array(PanelMember).optional(),
});
export type JudgeReport = z.infer<typeof JudgeReport>;
