import { z } from "zod";
import { Finding } from "./review.ts";

/**
 * What one generation can be. Everything but `transport-error` is the reviewer's own doing and is scored: `invalid`
 * (cannot be parsed), `truncated` (cut by the token limit), `refused` and `overflow` (did not fit the context) count as
 * silence. A transport error is an outage: unscored, never a miss.
 */
export const outcomes = ["completed", "invalid", "truncated", "refused", "overflow", "transport-error"] as const;
/**
 * What comes of a job: what a generation can be, or `not-applicable` where there is none, because a reviewer cannot read
 * such a change at all, as a linter cannot read another language. That is unscored as well, but no outage.
 */
export const Outcome = z.enum([...outcomes, "not-applicable"]);
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

/**
 * What the server itself measured, in milliseconds; null where it did not say. `loadMs`, bringing the weights into memory,
 * is no part of answering: whoever reports a server's speed reports it apart.
 */
export const ServerTiming = z.strictObject({
  totalMs: z.number().nullable(),
  loadMs: z.number().nullable(),
  promptMs: z.number().nullable(),
  generationMs: z.number().nullable(),
});
export type ServerTiming = z.infer<typeof ServerTiming>;

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
  /** Set where the server tells its own clock readings. */
  serverTiming: ServerTiming.optional(),
  attempts: z.array(Attempt),
  /** The parameters that were really sent, after a server refused some of the wanted ones. */
  effective: z.record(z.string(), z.unknown()),
  fromCache: z.boolean(),
});
export type Generation = z.infer<typeof Generation>;
