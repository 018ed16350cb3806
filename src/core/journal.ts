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

/** What the command asked for, as `--resume` takes it up where the next one leaves it out. */
const JournalRequest = z.strictObject({
  suite: z.string(),
  models: z.array(z.string()),
  /** Values put in place of the suite's, each as YAML. */
  overrides: z.array(z.strictObject({ path: z.string(), value: z.string() })),
  judges: z.array(z.string()),
  judgeRuns: z.int().optional(),
  /** What reviewers are compared with; absent where it is nothing. */
  baseline: z.string().optional(),
  /** Which part of the cases, such as `2/3`; absent for all of them. */
  shard: z.string().optional(),
  /** The line that repeats the run. */
  command: z.string(),
});
export type JournalRequest = z.infer<typeof JournalRequest>;

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
  /** All that decides which generations are asked for, in words, by where the suite has it; absent in early journals. */
  settings: z.record(z.string(), z.string()).optional(),
  /** Absent in early journals. */
  request: JournalRequest.optional(),
  /** The run whose reviews these are, where they were only scored again. */
  scored: z.string().optional(),
});
export type JournalHeader = z.infer<typeof JournalHeader>;

/** What decides whether two runs ask the same of the same reviewers. */
export type RunIdentity = Pick<JournalHeader, "suiteHash" | "datasetHash" | "reviewers" | "settings">;

/**
 * What differs between a run as it was started and as it is now, in words; empty where it may be gone on with. The
 * reviewers' order is of no matter.
 */
export function findDifferences(then: RunIdentity, now: RunIdentity): string[] {
  const ids = [...new Set([...then.reviewers, ...now.reviewers].map(({ id }) => id))];
  const named = ({ reviewers }: RunIdentity, id: string) => reviewers.find((reviewer) => reviewer.id === id);
  const settings = tellSettings(then, now);
  // Other cases are the consequence of another choice of them.
  const choosesOthers = settings.some((difference) => /^(?:dataset|the seed)\b/.test(difference));
  const hasOthers = then.datasetHash !== now.datasetHash && !choosesOthers;
  return [
    ...settings,
    ...(hasOthers ? ["the cases of its dataset have changed"] : []),
    ...ids.flatMap((id) => tellReviewer(id, named(then, id), named(now, id))),
  ];
}

/** By hash where one of the two does not tell its settings. */
function tellSettings(then: RunIdentity, now: RunIdentity): string[] {
  if (then.suiteHash === now.suiteHash) return [];
  const [was, is] = [then.settings, now.settings];
  if (was === undefined || is === undefined)
    return tell("its suite", then.suiteHash.slice(0, 12), now.suiteHash.slice(0, 12));
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.flatMap((name) => {
    if (name === "reviewer.prompt") return was[name] === is[name] ? [] : ["the text of reviewer.prompt has changed"];
    const what = { name: "the name of its suite", seed: "the seed" }[name] ?? name;
    return tell(what, was[name] ?? "", is[name] ?? "");
  });
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
