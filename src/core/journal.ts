import { z } from "zod";

/** Who answered: `id` is the reference as it was written, `identity` the provider's own. */
const JournalReviewer = z.strictObject({
  id: z.string(),
  provider: z.string(),
  model: z.string(),
  identity: z.string(),
  hosts: z.array(z.string()),
});
type JournalReviewer = z.infer<typeof JournalReviewer>;

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

/** What decides whether two runs ask the same of the same reviewers. */
export type RunIdentity = Pick<JournalHeader, "suiteHash" | "datasetHash" | "reviewers">;

/**
 * What differs between a run as it was started and as it is now, in words; empty where it may be gone on with. The
 * reviewers' order is of no matter.
 */
export function findDifferences(then: RunIdentity, now: RunIdentity): string[] {
  const ids = [...new Set([...then.reviewers, ...now.reviewers].map(({ id }) => id))];
  const named = ({ reviewers }: RunIdentity, id: string) => reviewers.find((reviewer) => reviewer.id === id);
  return [
    ...tell("its suite", then.suiteHash.slice(0, 12), now.suiteHash.slice(0, 12)),
    ...tell("its dataset", then.datasetHash.slice(0, 12), now.datasetHash.slice(0, 12)),
    ...ids.flatMap((id) => tellReviewer(id, named(then, id), named(now, id))),
  ];
}

function tellReviewer(id: string, then: JournalReviewer | undefined, now: JournalReviewer | undefined): string[] {
  if (now === undefined) return [`reviewer ${id} is missing now`];
  if (then === undefined) return [`reviewer ${id} is new`];
  const elsewhere = tell(`reviewer ${id}`, then.identity, now.identity);
  if (elsewhere.length > 0) return elsewhere;
  const hosts = ({ hosts: all }: JournalReviewer) => all.toSorted().join(", ");
  return [
    ...tell(`the model of reviewer ${id}`, then.model, now.model),
    ...tell(`where reviewer ${id} sends code`, hosts(then), hosts(now)),
  ];
}

function tell(what: string, was: string, is: string): string[] {
  return was === is ? [] : [`${what} was ${was || "none"}, now it is ${is || "none"}`];
}
