import { z } from "zod";
import { Outcome } from "./generation.ts";
import { Finding } from "./review.ts";

/**
 * A review of one case that was recorded elsewhere, one JSON line of a `replay:` file.
 * `text` is the reviewer's raw output; `findings` is its review, which counts as it is; a recording has one of the two, or
 * neither where its outcome says that nothing came. `repeat` counts from 0; a recording without it is repeat 0 and also
 * stands for every repeat that has no recording of its own. `latencyMs` is what the recorded reviewer took; `outcome`
 * is `completed` when absent.
 */
export const Recording = z
  .strictObject({
    caseId: z.string().min(1),
    repeat: z.int().min(0).optional(),
    text: z.string().optional(),
    findings: z.array(Finding).optional(),
    latencyMs: z.number().min(0).optional(),
    outcome: Outcome.optional(),
  })
  .refine((recording) => recording.text === undefined || recording.findings === undefined, {
    error: "expected text or findings, got both (keep the one to be scored)",
  })
  .refine(
    ({ text, findings, outcome }) =>
      text !== undefined || findings !== undefined || (outcome !== undefined && outcome !== "completed"),
    { error: 'expected text or findings, got neither (write "findings": [] for a reviewer that had nothing to say)' },
  )
  .refine(({ text, outcome }) => text !== undefined || outcome !== "invalid", {
    error: "expected the text that could not be parsed beside outcome invalid, got none (write it as text)",
  });
export type Recording = z.infer<typeof Recording>;

/** What is known of one recorded review before it is asked for. */
export interface RecordedReview {
  /** From 0. */
  repeat: number;
  /** Whether it is the review of every repeat that has no recording of its own, too. */
  standsForOthers: boolean;
  /** How many findings it has. */
  findings: number;
}
