import { z } from "zod";
import { LatencySettings } from "./settings.ts";
import { TimedRequest } from "./timed-request.ts";

const v = z.literal(1);

/** The first line of `latency.jsonl`. */
export const LatencyHeader = z.strictObject({
  v,
  kind: z.literal("latency"),
  /** ISO time. */
  startedAt: z.string(),
  tool: z.string(),
  seed: z.int(),
  settings: LatencySettings,
  limitMs: z.number(),
  /** Who is measured, in the order in which they are asked. */
  reviewers: z.array(z.strictObject({ ref: z.string(), identity: z.string() })),
});
export type LatencyHeader = z.infer<typeof LatencyHeader>;

/** One of the client's own requests before a level. */
const CalibrationLine = z.strictObject({
  v,
  kind: z.literal("calibration"),
  stage: z.int(),
  firstTokenMs: z.number(),
  endToEndMs: z.number(),
  trueFirstTokenMs: z.number(),
  trueEndToEndMs: z.number(),
});

/** The end of a level: how the client fared meanwhile, and who was given up. */
const StageLine = z.strictObject({
  v,
  kind: z.literal("stage"),
  stage: z.int(),
  loopLag: z.strictObject({ p99Ms: z.number(), mostMs: z.number() }),
  givenUp: z.array(z.strictObject({ reviewer: z.string(), reason: z.string() })),
});

/** A reviewer that could not be measured at all. */
const LeftOutLine = z.strictObject({ v, kind: z.literal("left-out"), reviewer: z.string(), reason: z.string() });

/** The last line of a phase that came to its end. */
const EndLine = z.strictObject({ v, kind: z.literal("end") });

/** One line of `latency.jsonl`. The lines hold raw readings: every figure is a function of them. */
export const LatencyLine = z.discriminatedUnion("kind", [
  LatencyHeader,
  TimedRequest,
  CalibrationLine,
  StageLine,
  LeftOutLine,
  EndLine,
]);
export type LatencyLine = z.infer<typeof LatencyLine>;
