import { z } from "zod";
import { Finding } from "./review.ts";

/**
 * What one generation can be. Everything but `transport-error` is the reviewer's own doing and is scored: `invalid`
 * (cannot be parsed), `truncated` (cut by the token limit), `refused` and `overflow` (did not fit the context) count as
 * silence. A transport error is an outage: unscored, never a miss.
 */
export const outcomes = ["completed", "invalid", "truncated", "refused", "overflow", "transport-error"] as const;
export const Outcome = z.enum(outcomes);
export type Outcome = z.infer<typeof Outcome>;

/** Raw clock readings of the last attempt, in milliseconds of one monotonic clock; null where the event never came. */
const Timing = z.strictObject({
  scheduledMs: z.number(),
  dispatchedMs: z.number(),
  firstChunkMs: z.number().nullable(),
  lastChunkMs: z.number().nullable(),
  finishedMs: z.number(),
  /** Set for a replayed generation only: the latency that its recording states. */
  recordedLatencyMs: z.number().optional(),
});

/** Tokens as the server counted them; null where it did not say. */
export const Usage = z.strictObject({
  promptTokens: z.int().nullable(),
  completionTokens: z.int().nullable(),
  cachedTokens: z.int().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** One failed try of a job; `waitedMs` is the pause that followed it. */
export const Attempt = z.strictObject({ error: z.string(), status: z.int().nullable(), waitedMs: z.number() });
export type Attempt = z.infer<typeof Attempt>;

/** Raw output of a reviewer for one job, with its timings: one line of the journal. A failure is data. */
export const Generation = z.strictObject({
  v: z.literal(1),
  kind: z.literal("generation"),
  /** The job's key: reviewer, case, part and repeat. Unique in a journal's finished lines. */
  key: z.string(),
  reviewer: z.string(),
  caseId: z.string(),
  part: z.int().min(0),
  repeat: z.int().min(0),
  outcome: Outcome,
  text: z.string(),
  /** Set for a replayed generation only: the findings of its recording, which are its review as they are. */
  findings: z.array(Finding).readonly().optional(),
  error: z.string().optional(),
  finishReason: z.string().nullable(),
  usage: Usage,
  timing: Timing,
  attempts: z.array(Attempt),
  /** The parameters that were really sent, after a server refused some of the wanted ones. */
  effective: z.record(z.string(), z.unknown()),
  fromCache: z.boolean(),
});
export type Generation = z.infer<typeof Generation>;
