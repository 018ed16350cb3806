import { arch, availableParallelism, platform } from "node:os";
import { plural, shortRef } from "./core/format.ts";
import type { Report, ReviewerReport, Verdict } from "./core/report.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import { latencyWarnings } from "./core/latency/warnings.ts";
import { warningsOf } from "./core/warnings.ts";
import { type SourceManifest, sourceReference } from "./core/source.ts";
import { kinshipWarnings } from "./core/judge/family.ts";
import type { PreparedRun } from "./prepare.ts";
import type { Sweep } from "./core/sweep.ts";
import { gatedEntries, sweepWarnings } from "./sweep.ts";
import { toolName } from "./version.ts";

/** What a report is made of, beside what the run itself says. */
export interface ReportInput {
  run: PreparedRun;
  reviewers: ReviewerReport[];
  /** Measured reviewers beside the baseline; absent where there is none. */
  comparisons?: Report["comparisons"];
  /** Null where no folder of checkpoints was measured. */
  sweep?: Sweep | null;
  /** Null where the suite has no latency phase. */
  latency?: LatencyReport | null;
  verdict: Verdict;
  isWhole: boolean;
  startedAt: string;
  durationMs: number;
  runName: string;
  /** The name that the person gave the run, if any. */
  name: string | undefined;
  command: string;
}

/** The report of a run: the reviewers' parts with everything that says how they were measured. */
export function describeReport({
  run,
  reviewers,
  comparisons = [],
  sweep = null,
  latency = null,
  verdict,
  isWhole,
  startedAt,
  durationMs,
  runName,
  name,
  command,
}: ReportInput): Report {
  const { suite, loaded, dataset, source } = run;
  const entries = gatedEntries(run);
  const bugCounts = entries.map((entry) => entry.fields["bugs"]);
  const licenses = entries.map((entry) => entry.fields["license"]).filter((license) => typeof license === "string");
  return {
    version: 1,
    run: {
      id: runName,
      ...(name === undefined ? {} : { name }),
      startedAt,
      durationMs,
      seed: run.seed,
      tool: toolName,
      host: { platform: platform(), arch: arch(), node: process.version, cpus: availableParallelism() },
      command,
      isWhole,
    },
    suite: {
      name: suite.name,
      description: suite.description,
      file: loaded.file,
      hash: loaded.hash,
      unit: suite.reviewer.unit,
      contract: suite.reviewer.contract,
      repeats: suite.reviewer.repeats,
      scorers: suite.scorers,
      gates: suite.gates,
      budget: suite.budget,
    },
    dataset: {
      name: source?.name ?? dataset.name,
      hash: dataset.hash,
      cases: entries.length,
      clusters: new Set(entries.map((entry) => entry.cluster)).size,
      bugs: entries.reduce((total, entry) => total + entry.bugs.length, 0),
      clean: bugCounts.filter((bugs) => bugs === 0).length,
      unannotated: bugCounts.filter((bugs) => bugs === null).length,
      licenses: [...new Set(licenses)],
      ...(source === null ? { file: dataset.file } : {}),
      ...(run.sweep?.splits == null ? {} : { split: run.sweep.splits.gated.name }),
      ...(suite.dataset.where === undefined ? {} : { where: suite.dataset.where }),
      ...(suite.dataset.limit === undefined ? {} : { limit: suite.dataset.limit }),
      ...(source === null ? {} : { source: describeSource(source.manifest) }),
    },
    reviewers,
    comparisons,
    ...(sweep === null ? {} : { sweep }),
    matcher: run.matching.facts(),
    judge: run.judge?.report() ?? null,
    ...(latency === null ? {} : { latency }),
    verdict,
    warnings: [
      ...warningsOf(reviewers, suite),
      ...openPairsOf(run),
      ...givenUpOf(run),
      ...kinshipOf(run),
      ...uncountedOf(run, reviewers),
      ...latencyWarnings(latency),
      ...sweepWarnings(run),
    ],
  };
}

function describeSource(manifest: SourceManifest): Report["dataset"]["source"] {
  return { reference: sourceReference(manifest), licence: manifest.licence, citation: manifest.citation };
}

function kinshipOf({ judge, matching, reviewers }: PreparedRun): string[] {
  const members = [...(judge?.members ?? []), ...(matching.judge?.members ?? [])];
  const models = members.flatMap((member) => member.judge.provider?.model ?? []);
  const measured = reviewers.filter(({ role }) => role === "measured").map(({ provider }) => provider);
  return [...new Set(models)].flatMap((model) => kinshipWarnings(model, measured));
}

/** What a budget could not be held against, where there is one. */
function uncountedOf({ suite, judges }: PreparedRun, reviewers: readonly ReviewerReport[]): string[] {
  if (suite.budget.costUsd === undefined && suite.budget.tokens === undefined) return [];
  const ofReviewers = reviewers.reduce((sum, { metrics }) => sum + (metrics["tokens.in"]?.unscored ?? 0), 0);
  const uncounted = judges.reduce((sum, { spent }) => sum + spent.withoutUsage, ofReviewers);
  const what = `${plural(uncounted, "answer")} came without a count of tokens, so the budget was not held against ${uncounted === 1 ? "it" : "them"}`;
  return uncounted === 0 ? [] : [what];
}

/** Judges that answered nothing, and were asked no more. */
function givenUpOf({ judges }: PreparedRun): string[] {
  return judges.flatMap(({ ref, outages }) =>
    outages.givenUp === null ? [] : [`judge ${shortRef(ref)}: ${outages.givenUp}; --resume asks what is missing`],
  );
}

/** Why pairs of findings and bugs stayed undecided, where a judge was to decide them. */
function openPairsOf({ matching }: PreparedRun): string[] {
  const { asked } = matching.facts() ?? {};
  return (asked?.unscored ?? []).map(
    ({ reason, count }) => `${plural(count, "verdict")} of the judge on findings and bugs unscored (${reason})`,
  );
}
