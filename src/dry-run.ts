import { type PreparedRun, type PrepareWorld, prepareRun, type RunRequest } from "./prepare.ts";
import { checkRunName } from "./publish.ts";
import { checkReporters } from "./reporters/index.ts";
import { type Barred, barOf } from "./core/apply-gates.ts";
import { noBaseline } from "./core/apply-relative-gates.ts";
import { formatBound, plural } from "./core/format.ts";
import { gateAlpha } from "./core/describe-sweep.ts";
import { showConfidence } from "./core/gate.ts";
import { countGateClusters, type GateCase } from "./core/gate-clusters.ts";
import { isMetricName, metricDefinitions, type MetricName } from "./core/metric.ts";
import { type LatencySettings, levelsOf, limitsOf } from "./core/latency/settings.ts";
import { ruleOf } from "./core/relative-words.ts";
import { fewestPairsFor } from "./core/stats/paired.ts";
import { exactLowerBound, exactUpperBound } from "./core/stats/proportion.ts";
import { fewestForQuantile } from "./core/stats/quantile.ts";
import type { Gate } from "./core/suite.ts";
import { casesByReviewer, gatedEntries } from "./sweep.ts";

/** What a run would ask, and whom. */
export interface DryRun {
  suite: string;
  dataset: string;
  cases: number;
  clusters: number;
  seed: number;
  /** `generations` counts each case and repeat once, whatever the parts that it is put in. */
  reviewers: {
    ref: string;
    role: "measured" | "company";
    generations: number;
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

interface DryJudge {
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
  const { suite, dataset, reviewers, judges, barred, seed, baseline } = run;
  dataset.close();
  for (const { provider } of reviewers) await provider.close?.();
  for (const judge of judges) await judge.close();
  const sweep = sweepOf(run);
  const { latency } = suite.scorers;
  const cases = dataset.entries.length;
  const clusters = new Set(dataset.entries.map((entry) => entry.cluster)).size;
  return {
    suite: suite.name,
    dataset: dataset.name,
    cases,
    clusters,
    seed,
    reviewers: casesByReviewer(run).map(({ reviewer: { provider, role }, cases: own }) => ({
      ref: provider.ref,
      role,
      generations: own * suite.reviewer.repeats,
      ...(latency === undefined || !provider.isTimed ? {} : { timed: timedRequests(latency) }),
      hosts: [...provider.hosts],
    })),
    ...(sweep === undefined ? {} : { sweep }),
    judges: [...judgesOfReviews(run), ...judgesOfFindings(run)],
    gates: suite.gates.map((gate) => {
      const obstacle =
        latencyObstacle(gate, latency) ?? findObstacle(gate, gatedEntries(run), barred, baseline, sweep?.alpha);
      return { ...gate, obstacle };
    }),
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

function tellTimed(timed: number | null | undefined): string {
  if (timed === undefined) return "";
  return timed === null ? ", then requests for a time" : `, then ${plural(timed, "timed request")}`;
}

/** Why too few requests could decide a gate on a time; null where they could, and for all other gates. */
function latencyObstacle({ metric }: Gate, latency: LatencySettings | undefined): string | null {
  const percent = /^latency\.(?:\w+_)?p(\d+)_ms$/.exec(metric)?.[1];
  if (percent === undefined || latency === undefined) return null;
  const [needed, { requests }] = [fewestForQuantile(Number(percent) / 100), limitsOf(latency)];
  return requests >= needed
    ? null
    : `cannot decide: a p${percent} takes ${needed} requests, and there are ${requests} (raise scorers.latency.requests)`;
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

/** A rate that all clusters agree on is as sure as it can be: where even that does not pass, nothing does. */
function findObstacle(
  gate: Gate,
  cases: readonly GateCase[],
  barred: Barred,
  baseline: PreparedRun["baseline"],
  alpha?: number,
): string | null {
  const { metric, min, max, decide } = gate;
  if (!isMetricName(metric)) return null;
  const why = barOf(metric, barred);
  if (why !== undefined) return `undecided: ${why}`;
  const clusters = countGateClusters(metric, gate, cases);
  if (clusters === 0) return "undecided: there is no case that it is about";
  if (gate.vsBaseline !== undefined) return findRelativeObstacle(gate.vsBaseline, metric, clusters, baseline);
  if (metricDefinitions[metric].kind !== "proportion" || decide === "point") return null;
  const best = exactLowerBound(clusters, clusters, alpha);
  const least = exactUpperBound(0, clusters, alpha);
  if (min !== undefined && best !== null && best < min)
    return `cannot pass: ${plural(clusters, "cluster")} without a fault show at least ${formatBound(best, { min })}`;
  if (max !== undefined && least !== null && least > max)
    return `cannot pass: ${plural(clusters, "cluster")} without a fault show at most ${formatBound(least, { max })}`;
  return null;
}

/** Even a reviewer that differs in no case needs so many pairs to be shown not to be worse. */
function findRelativeObstacle(
  { margin }: NonNullable<Gate["vsBaseline"]>,
  metric: MetricName,
  clusters: number,
  baseline: PreparedRun["baseline"],
): string | null {
  if (baseline === null) return `undecided: ${noBaseline}`;
  if (baseline.kind === "stored" && !Object.hasOwn(baseline.side.reviewer.metrics, metric))
    return `undecided: the baseline ${baseline.name} has no ${metric}`;
  if (margin === undefined || metricDefinitions[metric].kind !== "proportion") return null;
  const needed = fewestPairsFor(margin);
  if (clusters >= needed) return null;
  return `cannot pass: an equal reviewer needs at least ${needed} independent cases, and there are ${clusters}`;
}

/** A dry run in words. */
export function renderDryRun({
  suite,
  dataset,
  cases,
  clusters,
  seed,
  reviewers,
  sweep,
  judges,
  gates,
}: DryRun): string {
  return [
    `${suite}: ${cases} cases of ${dataset}, ${clusters} clusters, seed ${seed}`,
    ...reviewers.map(
      ({ ref, role, generations, timed, hosts }) =>
        `  ${role.padEnd(8)}  ${ref}  ${plural(generations, "review")}${tellTimed(timed)}${sentTo(hosts)}`,
    ),
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
