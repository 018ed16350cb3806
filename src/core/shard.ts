import { z } from "zod";
import { UsageError } from "./errors.ts";

/** Which part of a run's cases is measured; `index` counts from 1 to `of`. */
export interface ShardChoice {
  index: number;
  of: number;
}

/** What the report of a shard holds beside that of a whole run, so that all shards can be joined without anything else. */
export const ShardReport = z.strictObject({
  index: z.int().min(1),
  of: z.int().min(1),
  /** Cases of all shards together. */
  cases: z.int(),
  /** Where the shard's own cases stand among them, from 0, in the order of its dataset.jsonl. */
  positions: z.array(z.int().min(0)),
  /** Ids of all reviewers, in the order in which they are measured. */
  reviewers: z.array(z.string()),
  /** The reviewers' limit, which a warning tells. */
  maxTokens: z.int(),
  /** Warnings that are made of no figure, so that they cannot be made again. */
  notes: z.array(z.string()),
  /** What gates with vsBaseline compare with, as the command names it: a stored run, or a reviewer measured beside. */
  baseline: z
    .strictObject({ name: z.string(), run: z.string().optional(), reviewer: z.string().optional() })
    .nullable(),
  /** All that must be the same in every shard, in words or as a hash, by what it is. */
  basis: z.record(z.string(), z.string()),
});
export type ShardReport = z.infer<typeof ShardReport>;

/**
 * Reads which shard is meant, such as `2/3`.
 * @throws UsageError for anything else, for 0 and for more than there are
 */
export function parseShard(text: string): ShardChoice {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const choice = { index: Number(index), of: Number(of) };
  if (choice.index >= 1 && choice.index <= choice.of) return choice;
  throw new UsageError(`--shard ${text}: expected I/N with I from 1 to N, got "${text}" (write --shard 2/3)`);
}

/** A shard as it is written: `2/3`. */
export function nameShard({ index, of }: ShardChoice): string {
  return `${index}/${of}`;
}

/**
 * The shard of each case, from 1 to `of`, in their order. Clusters are kept whole and given out one by one, the dearest
 * first (of equal ones the first by name), each to the shard that has the least so far (of equal ones the first); this
 * greedy rule is never worse than 4/3 of the best division (R. L. Graham, Bounds on multiprocessing timing anomalies,
 * SIAM J. Appl. Math. 17, 1969). A shard gets none where there are fewer clusters than shards.
 * @param cases with their expected cost, in any unit, above 0
 */
export function assignShards(cases: readonly { cluster: string; cost: number }[], of: number): number[] {
  const costs = new Map<string, number>();
  for (const { cluster, cost } of cases) costs.set(cluster, (costs.get(cluster) ?? 0) + cost);
  const dearestFirst = [...costs].sort(([a, own], [b, other]) => other - own || (a < b ? -1 : 1));
  const loads = Array.from({ length: of }, () => 0);
  const shardOf = new Map<string, number>();
  for (const [cluster, cost] of dearestFirst) {
    const lightest = loads.reduce((least, load, index) => (load < (loads[least] ?? 0) ? index : least), 0);
    loads[lightest] = (loads[lightest] ?? 0) + cost;
    shardOf.set(cluster, lightest + 1);
  }
  return cases.map(({ cluster }) => shardOf.get(cluster) ?? 1);
}

/**
 * What a shard says of itself: nothing is decided before all of them are joined, so it never passes or fails. It exits 0
 * when it may be joined, which the budget of unscored cases does not hinder, since that is one of the whole run.
 * @param reached what a run without gates would say
 * @param isScored whether any review of those that the run is about was scored; a shard without cases has none to score
 */
export function shardVerdict(
  shard: Pick<ShardReport, "index" | "of" | "cases"> & { own: number },
  reached: { sentence: string },
  { isWhole, isScored }: { isWhole: boolean; isScored: boolean },
): { status: "incomplete"; exitCode: number; sentence: string } {
  const { index, of, cases, own } = shard;
  const part = `Shard ${index} of ${of} (${own} of ${cases} cases)`;
  if (!isWhole || (own > 0 && !isScored))
    return { status: "incomplete", exitCode: 3, sentence: `${part} is not finished. ${reached.sentence}` };
  const sentence = `${part} is measured and decides nothing by itself: join all ${of} with bench merge.`;
  return { status: "incomplete", exitCode: 0, sentence };
}
