import { byteText, formatUsd, plural } from "../core/format.ts";
import { showConfidence } from "../core/gate.ts";
import { ruleOf } from "../core/relative-words.ts";
import type { DryJudge, DryRun } from "../dry-run.ts";
import type { ToFetch } from "../serving/local-models.ts";

/** A dry run in words. */
export function renderDryRun({
  suite,
  dataset,
  cases,
  clusters,
  shard,
  seed,
  reviewers,
  sweep,
  judges,
  gates,
}: DryRun): string {
  return [
    `${suite}: ${shard === undefined ? "" : `shard ${shard.index} of ${shard.of}, `}${cases} cases of ${dataset}, ${clusters} clusters, seed ${seed}`,
    ...reviewers.map((reviewer) => `  ${reviewer.role.padEnd(8)}  ${reviewer.ref}  ${tellReviewer(reviewer)}`),
    ...(sweep === undefined ? [] : [`  sweep     ${sweep.ref}  ${tellSweep(sweep)}`]),
    ...judges.map((judge) => `  judge     ${judge.ref}  ${tellJudge(judge, reviewers.length)}${sentTo(judge.hosts)}`),
    ...gates.map(({ metric, where, min, max, vsBaseline, required, obstacle }) =>
      [
        `  gate      ${metric}`,
        where === undefined ? "" : ` where ${where}`,
        min === undefined ? "" : ` >= ${min}`,
        max === undefined ? "" : ` <= ${max}`,
        vsBaseline === undefined ? "" : ` ${ruleOf({ vsBaseline })}`,
        required ? "" : " (not required)",
        obstacle === null ? "" : ` (${obstacle})`,
      ].join(""),
    ),
    "nothing was asked",
  ].join("\n");
}

function tellReviewer(reviewer: DryRun["reviewers"][number]): string {
  const { generations, requests, costUsd, served, toFetch, timed, hosts } = reviewer;
  const base = served?.base == null ? "" : ` on ${served.base}`;
  return [
    plural(generations, "review"),
    requests === generations ? "" : ` in ${plural(requests, "request")}`,
    tellTimed(timed),
    costUsd === undefined ? "" : `, for about ${formatUsd(costUsd)} at most`,
    served === undefined ? "" : `, served by ${served.engine}${base}`,
    toFetch === undefined ? "" : tellFetch(toFetch),
    sentTo(hosts),
  ].join("");
}

function tellTimed(timed: number | null | undefined): string {
  if (timed === undefined) return "";
  return timed === null ? ", then requests for a time" : `, then ${plural(timed, "timed request")}`;
}

function tellFetch({ commit, files, bytes }: ToFetch): string {
  return `, once ${plural(files, "file")} of ${byteText(bytes)} of commit ${commit.slice(0, 12)} are fetched`;
}

function tellSweep({ metric, checkpoints, gated, alpha }: NonNullable<DryRun["sweep"]>): string {
  if (checkpoints === 1) return "one checkpoint, so there is nothing to choose";
  const choice = `the best of ${checkpoints} by ${metric}`;
  return gated === 0
    ? `${choice}, gated on the same cases at ${showConfidence(alpha)} (Holm)`
    : `${choice} is asked for ${plural(gated, "more review")}, by which it is gated`;
}

function sentTo(hosts: readonly string[]): string {
  return hosts.length === 0 ? "" : `, sent to ${hosts.join(", ")}`;
}

function tellJudge({ questions, reviews, runs }: DryJudge, reviewers: number): string {
  if (questions === 0) return "asks nobody";
  if (questions === null || reviews === null)
    return `whether findings near a bug describe it, each in ${plural(runs, "run")}`;
  const factors = [`${plural(reviews, "review")} with a reference`, plural(reviewers, "reviewer"), plural(runs, "run")];
  return `up to ${plural(questions, "question")} (${factors.join(" x ")})`;
}
