import { arch, availableParallelism, platform } from "node:os";
import { shortRef } from "./core/format.ts";
import type { Report, ReviewerReport, Verdict } from "./core/report.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import { latencyWarnings } from "./core/latency/warnings.ts";
import { openPairsOf, uncountedOf, warningsOf } from "./core/warnings.ts";
import { type SourceManifest, sourceReference } from "./core/source.ts";
import { kinshipWarnings } from "./core/judge/family.ts";
import { describeShard } from "./plan-shard.ts";
import type { PreparedRun } from "./prepare.ts";
import type { SavedRun } from "./saved-run.ts";
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
  const asked = { matcher: run.matching.facts(), judge: run.judge?.report() ?? null };
  const notes = [...scoredOf(run), ...givenUpOf(run), ...kinshipOf(run)];
  const shard = describeShard(run, asked, notes);
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
      ...(run.saved === null ? {} : { scored: describeSaved(run.saved) }),
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
    ...(shard === null ? {} : { shard }),
    reviewers,
    comparisons,
    ...(sweep === null ? {} : { sweep }),
    ...asked,
    ...(latency === null ? {} : { latency }),
    verdict,
    warnings: [
      ...warningsOf(reviewers, suite),
      ...openPairsOf(asked.matcher),
      ...notes,
      ...uncountedOf(suite.budget, reviewers, asked),
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

function describeSaved({ report: { run } }: SavedRun): NonNullable<Report["run"]["scored"]> {
  return { of: run.id, startedAt: run.startedAt, tool: run.tool };
}

/** Whose reviews these are, where nobody was asked for any. */
function scoredOf({ saved }: PreparedRun): string[] {
  if (saved === null) return [];
  const { id, startedAt } = saved.report.run;
  return [`the reviews are those of run ${id} of ${startedAt.slice(0, 10)}; they were only scored again`];
}

/** Judges that answered nothing, and were asked no more. */
function givenUpOf({ judges }: PreparedRun): string[] {
  return judges.flatMap(({ ref, outages }) =>
    outages.givenUp === null ? [] : [`judge ${shortRef(ref)}: ${outages.givenUp}; --resume asks what is missing`],
  );
}
