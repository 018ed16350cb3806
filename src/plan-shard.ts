import type { NamedBaseline } from "./baseline.ts";
import { UsageError } from "./core/errors.ts";
import { expectedChars } from "./core/plan.ts";
import type { Prompt } from "./core/prompt.ts";
import type { Report } from "./core/report.ts";
import { assignShards, nameShard, type ShardChoice, type ShardReport } from "./core/shard.ts";
import type { Suite } from "./core/suite.ts";
import { hideSecrets } from "./core/url-secret.ts";
import type { Dataset, DatasetEntry } from "./load/dataset.ts";
import { hashOf, sha256 } from "./load/hash.ts";
import type { PreparedSweep } from "./plan-sweep.ts";
import type { PreparedRun } from "./prepare.ts";
import { toolName } from "./version.ts";

/** A part of a run's cases that is measured by itself. */
export interface PreparedShard extends ShardChoice {
  /** The cases of all shards, in their order. */
  selection: readonly DatasetEntry[];
}

/**
 * Keeps the cases of one shard.
 * @throws UsageError where parts of a run could not be joined: times of several machines are no figure, and one checkpoint
 * is chosen by all cases
 */
export function planShard(
  choice: ShardChoice | undefined,
  suite: Suite,
  dataset: Dataset,
  sweep: PreparedSweep | null,
  prompt: Prompt,
): { shard: PreparedShard | null; dataset: Dataset } {
  if (choice === undefined) return { shard: null, dataset };
  const flag = `--shard ${nameShard(choice)}`;
  if (suite.scorers.latency !== undefined)
    throw new UsageError(
      `${flag}: suite "${suite.name}" has scorers.latency, and times of several machines are not one figure (time the reviewer in a run of its own)`,
    );
  if (sweep !== null)
    throw new UsageError(
      `${flag}: "${sweep.ref}" is a folder of checkpoints, and the best is chosen by all cases (measure it without --shard, or name one checkpoint)`,
    );
  const { unit, repeats } = suite.reviewer;
  const selection = dataset.entries;
  const costs = selection.map((entry) => ({
    cluster: entry.cluster,
    cost: expectedChars(dataset.read(entry), { prompt, unit, repeats }),
  }));
  const shardOf = assignShards(costs, choice.of);
  const entries = selection.filter((_, position) => shardOf[position] === choice.index);
  return { shard: { ...choice, selection }, dataset: { ...dataset, entries } };
}

/** What the report of a shard tells, so that the shards can be joined; null for a whole run. */
export function describeShard(
  run: PreparedRun,
  { matcher, judge }: Pick<Report, "matcher" | "judge">,
  notes: string[],
): ShardReport | null {
  const { shard, dataset, reviewers, suite, baseline, matching } = run;
  if (shard === null) return null;
  const own = new Set(dataset.entries);
  return {
    index: shard.index,
    of: shard.of,
    cases: shard.selection.length,
    positions: shard.selection.flatMap((entry, position) => (own.has(entry) ? [position] : [])),
    reviewers: reviewers.map(({ id, provider }) => id ?? provider.ref),
    maxTokens: suite.reviewer.maxTokens,
    notes,
    baseline: baseline === null ? null : describeBaseline(baseline, run),
    basis: {
      program: toolName,
      dataset: `${run.source?.name ?? dataset.name} ${dataset.hash}`,
      suite: `${suite.name} ${run.loaded.hash}`,
      seed: String(run.seed),
      "choice of cases": hashOfCases(shard.selection.map(({ id }) => id)),
      prompt: run.prompt.hash,
      matcher: whoMatches(matcher),
      "hash of recorded verdicts": matching.recordsHash ?? "none",
      judge: whoJudges(judge),
      baseline: baseline === null ? "none" : whichBaseline(baseline),
      reviewers: reviewers.map(({ provider }) => provider.ref).join(", "),
      ...Object.fromEntries(reviewers.map(({ provider }) => [`reviewer ${provider.ref}`, provider.identity])),
    },
  };
}

/** By which joined shards show that they hold all cases, in their order. */
export function hashOfCases(ids: readonly string[]): string {
  return sha256(JSON.stringify(ids));
}

function describeBaseline(baseline: NamedBaseline, { reviewers }: PreparedRun): ShardReport["baseline"] {
  const name = hideSecrets(baseline.name);
  if (baseline.kind === "stored") return { name, run: baseline.side.report.run.id };
  const found = reviewers.find(({ named }) => named === baseline.ref);
  return { name, reviewer: found?.provider.ref ?? baseline.ref };
}

/** Which run or model is the baseline, in words that no other has. */
export function whichBaseline(baseline: NamedBaseline): string {
  if (baseline.kind === "reviewer") return hideSecrets(baseline.name);
  const { report, reviewer } = baseline.side;
  return `${reviewer.id} of run ${report.run.id}, ${report.run.startedAt}`;
}

function whoMatches(matcher: Report["matcher"]): string {
  if (matcher === null) return "none";
  const { name, judge, calibration, lexicalFor, asked } = matcher;
  const how = asked === undefined ? null : settingsOf(asked);
  return `${judge ?? name} ${hashOf({ name, calibration, lexicalFor: lexicalFor ?? [], how }).slice(0, 12)}`;
}

function whoJudges(judge: Report["judge"]): string {
  if (judge === null) return "none";
  const { ref, engine, axes } = judge;
  return `${ref} ${hashOf({ engine, axes, how: settingsOf(judge) }).slice(0, 12)}`;
}

/** All of it that no answer changes. */
function settingsOf(asked: Omit<NonNullable<Report["judge"]>, "ref" | "engine" | "axes">): unknown {
  const { rubric, runs, temperature, price, calibration, members = [] } = asked;
  const { hash } = rubric;
  const each = members.map((member) => [member.ref, member.calibration, member.price]);
  return { rubric: hash, runs, temperature, price, calibration, each };
}
