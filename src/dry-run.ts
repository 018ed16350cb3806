import { gateAlpha } from "./core/describe-sweep.ts";
import { type LatencySettings, levelsOf, limitsOf } from "./core/latency/settings.ts";
import type { Gate } from "./core/suite.ts";
import { expectAsking } from "./expect-asking.ts";
import { findObstacle } from "./gate-obstacle.ts";
import type { ToFetch } from "./serving/local-models.ts";
import { type PreparedRun, type PrepareWorld, prepareRun, type RunRequest } from "./prepare.ts";
import { checkRunName } from "./publish.ts";
import { checkReporters } from "./reporters/index.ts";
import { casesByReviewer, gatedEntries } from "./sweep.ts";

/** What a run would ask, and whom. */
export interface DryRun {
  suite: string;
  dataset: string;
  cases: number;
  clusters: number;
  /** Which part of all cases these are; absent for all of them. */
  shard?: { index: number; of: number; cases: number };
  seed: number;
  /** `generations` counts each case and repeat once, whatever the parts that it is put in. */
  reviewers: {
    ref: string;
    role: "measured" | "company";
    generations: number;
    /** How often it is asked: once for each part of each case and repeat, tries after a failure left out. */
    requests: number;
    /** About what that costs at most, by the length of prompts and the most tokens of an answer; absent where no price is known. */
    costUsd?: number;
    /** What serves a model from disk, and on which base (null for a whole model); absent for all others. */
    served?: { engine: string; base: string | null };
    /** What would be fetched from the Hub before; absent where nothing is. */
    toFetch?: ToFetch;
    /** Requests of the latency phase, those of the warm-up left out; null where time ends it, absent where there is none. */
    timed?: number | null;
    hosts: string[];
  }[];
  /** How a folder of checkpoints is measured; absent where there is none. `gated` reviews more are asked of the chosen one. */
  sweep?: { ref: string; metric: string; checkpoints: number; gated: number; alpha: number };
  /** Who judges reviews, and who decides which findings describe which bugs. */
  judges: DryJudge[];
  gates: (Pick<Gate, "metric" | "where" | "min" | "max" | "vsBaseline" | "required"> & {
    /** Why the gate cannot pass or decide here, however good a reviewer is; null where it can. */
    obstacle: string | null;
  })[];
}

/** One judge of a dry run. */
export interface DryJudge {
  ref: string;
  hosts: string[];
  /** How often each question is asked. */
  runs: number;
  /** Reviews with a reference of one reviewer; null for a judge of findings, whose questions nobody can foresee. */
  reviews: number | null;
  /** The most questions that it can be asked about all reviewers; 0 for the lexical engine. */
  questions: number | null;
}

/** Checks all that a run needs without asking anyone. @throws UsageError for the first mistake */
export async function checkRun(
  request: RunRequest & { reporters: readonly string[]; name?: string | undefined },
  world: PrepareWorld,
): Promise<DryRun> {
  checkReporters(request.reporters);
  if (request.name !== undefined) checkRunName(request.name);
  const run = await prepareRun(request, world);
  try {
    return describeRun(run);
  } finally {
    run.dataset.close();
    for (const { provider } of run.reviewers) await provider.close?.();
    for (const judge of run.judges) await judge.close();
  }
}

function describeRun(run: PreparedRun): DryRun {
  const { suite, dataset, barred, seed, baseline, shard } = run;
  const sweep = sweepOf(run);
  const { latency } = suite.scorers;
  // Gates are applied to all shards together.
  const gated = shard?.selection ?? gatedEntries(run);
  const ground = { cases: gated, barred, baseline, latency, alpha: sweep?.alpha };
  const cases = dataset.entries.length;
  const clusters = new Set(dataset.entries.map((entry) => entry.cluster)).size;
  return {
    suite: suite.name,
    dataset: dataset.name,
    cases,
    clusters,
    ...(shard === null ? {} : { shard: { index: shard.index, of: shard.of, cases: shard.selection.length } }),
    seed,
    reviewers: casesByReviewer(run).map(({ reviewer, cases: own }) => {
      const { provider, role, toFetch } = reviewer;
      const served = reviewer.served?.();
      return {
        ref: provider.ref,
        role,
        generations: own * suite.reviewer.repeats,
        ...expectAsking(run, reviewer, own),
        ...(served === undefined ? {} : { served: { engine: served.engine, base: served.base } }),
        ...(toFetch === undefined ? {} : { toFetch }),
        ...(latency === undefined || !provider.isTimed ? {} : { timed: timedRequests(latency) }),
        hosts: [...provider.hosts],
      };
    }),
    ...(sweep === undefined ? {} : { sweep }),
    judges: [...judgesOfReviews(run), ...judgesOfFindings(run)],
    gates: suite.gates.map((gate) => ({ ...gate, obstacle: findObstacle(gate, ground) })),
  };
}

function sweepOf({ sweep, reviewers, suite }: PreparedRun): DryRun["sweep"] {
  if (sweep === null) return undefined;
  const checkpoints = reviewers.filter(({ training, checkpoint }) => training?.ref === sweep.ref && checkpoint).length;
  const gated = (sweep.splits?.gated.entries.length ?? 0) * suite.reviewer.repeats;
  const alpha = gateAlpha(checkpoints, sweep.splits !== null);
  return { ref: sweep.ref, metric: sweep.metric, checkpoints, gated, alpha };
}

/** Over all levels; null where time may end them before. */
function timedRequests(latency: LatencySettings): number | null {
  const { requests, durationMs } = limitsOf(latency);
  return Number.isFinite(durationMs) ? null : requests * levelsOf(latency).length;
}

function judgesOfReviews({ judge, suite, reviewers }: PreparedRun): DryJudge[] {
  if (judge === null) return [];
  const reviews = judge.cases * suite.reviewer.repeats;
  return judge.members.map(({ judge: { ref, provider, engine, setup } }) => {
    const { axes = [], axesPerCall = "all" } = engine.kind === "model" ? engine.ready.rubric : {};
    const perReview = engine.kind === "model" ? setup.runs * (axesPerCall === "one" ? axes.length : 1) : 0;
    const questions = reviews * reviewers.length * perReview;
    return { ref, hosts: [...(provider?.hosts ?? [])], runs: setup.runs, reviews, questions };
  });
}

function judgesOfFindings({ matching }: PreparedRun): DryJudge[] {
  return (matching.judge?.members ?? []).map(({ judge: { ref, provider, setup } }) => {
    return { ref, hosts: [...(provider?.hosts ?? [])], runs: setup.runs, reviews: null, questions: null };
  });
}
