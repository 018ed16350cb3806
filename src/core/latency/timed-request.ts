import { z } from "zod";
import { ServerTiming, Usage } from "../generation.ts";

/**
 * Tokens as the server counted them. `reasoningTokens` are among the `completionTokens`; absent where it
 * did not tell any.
 */
export const TimedUsage = Usage.extend({ reasoningTokens: z.int().optional() });
export type TimedUsage = z.infer<typeof TimedUsage>;

const reading = z.number();
const readingOrNull = z.number().nullable();

/**
 * What one timed request came to. `answered`: a whole answer that says something; `empty`: a whole answer without a
 * word; `timeout`: no whole answer within the limit; `failed`: all else that is no whole answer. These three are misses:
 * they count as slower than every answer and are never left out. `not-applicable` is neither: a linter that does not read
 * the language of the change has nothing to answer.
 */
const TimedOutcome = z.enum(["answered", "empty", "timeout", "failed", "not-applicable"]);

/**
 * One request of the latency phase: a line of `latency.jsonl`. All `…Ms` are readings of one monotonic clock in
 * milliseconds; null where the event never came. Nothing is taken off: differences of them are all figures there are.
 */
export const TimedRequest = z.strictObject({
  v: z.literal(1),
  kind: z.literal("request"),
  reviewer: z.string(),
  /** Which stage it belongs to: the index of one level of load. */
  stage: z.int().min(0),
  /** The nth request to this reviewer in this stage, from 0: requests of two reviewers with one index had one prompt. */
  index: z.int().min(0),
  isWarmup: z.boolean(),
  /** Requests of one block follow each other without another reviewer's between them. */
  block: z.int().min(0),
  caseId: z.string(),
  part: z.int().min(0),
  /** Lines that the diff of the request adds or deletes. */
  diffLines: z.int().min(0),
  promptChars: z.int().min(0),
  /** When it was to be sent; in a closed loop the moment at which a slot was free. */
  scheduledMs: reading,
  dispatchedMs: reading,
  /** The first byte of the answer, its headers included. */
  firstByteMs: readingOrNull,
  firstReasoningMs: readingOrNull,
  firstContentMs: readingOrNull,
  /** The first complete finding of the contract's JSON. */
  firstFindingMs: readingOrNull,
  lastContentMs: readingOrNull,
  /** The last byte, or when it was given up. */
  endMs: reading,
  outcome: TimedOutcome,
  /** HTTP status; null where there was none. */
  status: z.int().nullable(),
  error: z.string().optional(),
  finishReason: z.string().nullable(),
  usage: TimedUsage,
  serverTiming: ServerTiming.optional(),
  /**
   * Pieces in which the answer came, reasoning among them: one for an answer that did not stream. A reviewer in this
   * process tells its first and last alone, which are then two.
   */
  pieces: z.int().min(0),
  bytes: z.int().min(0),
});
export type TimedRequest = z.infer<typeof TimedRequest>;
