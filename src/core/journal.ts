import { z } from "zod";

/** Who answered, as far as it decides whether two runs asked the same thing. `id` is the reference as it was written. */
const JournalReviewer = z.strictObject({
  id: z.string(),
  provider: z.string(),
  model: z.string(),
  hosts: z.array(z.string()),
});

/** The first line of a run's journal; a generation on every further line. `startedAt` is an ISO time. */
export const JournalHeader = z.strictObject({
  v: z.literal(1),
  kind: z.literal("run"),
  runId: z.string(),
  suiteHash: z.string(),
  datasetHash: z.string(),
  seed: z.int(),
  startedAt: z.string(),
  /** Name and version of the program that wrote it. */
  tool: z.string(),
  reviewers: z.array(JournalReviewer),
});
export type JournalHeader = z.infer<typeof JournalHeader>;
