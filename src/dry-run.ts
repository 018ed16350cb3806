import { type PrepareWorld, prepareRun, type RunRequest } from "./prepare.ts";
import { checkRunName } from "./publish.ts";
import { checkReporters } from "./reporters/index.ts";
import { formatBound, plural } from "./core/format.ts";
import { isMetricName, metricDefinitions } from "./core/metric.ts";
import { exactLowerBound, exactUpperBound } from "./core/stats/proportion.ts";
import type { Gate } from "./core/suite.ts";

/** What a run would ask, and whom. */
export interface DryRun {
  suite: string;
  dataset: string;
  cases: number;
  clusters: number;
  seed: number;
  /** `generations` counts each case and repeat once, whatever the parts that it is put in. */
  reviewers: { ref: string; role: "measured" | "company"; generations: number; hosts: string[] }[];
  gates: (Pick<Gate, "metric" | "where" | "min" | "max" | "required"> & {
    /** Why the gate cannot pass with these cases, however good a reviewer is; null where it can. */
    obstacle: string | null;
  })[];
}

/** Checks all that a run needs without asking anyone. @throws UsageError for the first mistake */
export async function checkRun(
  request: RunRequest & { reporters: readonly string[]; name?: string | undefined },
  world: PrepareWorld,
): Promise<DryRun> {
  checkReporters(request.reporters);
  if (request.name !== undefined) checkRunName(request.name);
  const { suite, dataset, reviewers, judges, seed } = await prepareRun(request, world);
  dataset.close();
  for (const { provider } of reviewers) await provider.close?.();
  for (const judge of judges) await judge.close();
  const cases = dataset.entries.length;
  const clusters = new Set(dataset.entries.map((entry) => entry.cluster)).size;
  return {
    suite: suite.name,
    dataset: dataset.name,
    cases,
    clusters,
    seed,
    reviewers: reviewers.map(({ provider, role }) => ({
      ref: provider.ref,
      role,
      generations: cases * suite.reviewer.repeats,
      hosts: [...provider.hosts],
    })),
    gates: suite.gates.map((gate) => ({ ...gate, obstacle: findObstacle(gate, clusters) })),
  };
}

/** A rate that all clusters agree on is as sure as it can be: where even that does not pass, nothing does. */
function findObstacle({ metric, min, max, decide }: Gate, clusters: number): string | null {
  if (!isMetricName(metric) || metricDefinitions[metric].kind !== "proportion" || decide === "point") return null;
  const best = exactLowerBound(clusters, clusters);
  const least = exactUpperBound(0, clusters);
  if (min !== undefined && best !== null && best < min)
    return `cannot pass: ${clusters} clusters without a fault show at least ${formatBound(best, { min })}`;
  if (max !== undefined && least !== null && least > max)
    return `cannot pass: ${clusters} clusters without a fault show at most ${formatBound(least, { max })}`;
  return null;
}

/** A dry run in words. */
export function renderDryRun({ suite, dataset, cases, clusters, seed, reviewers, gates }: DryRun): string {
  return [
    `${suite}: ${cases} cases of ${dataset}, ${clusters} clusters, seed ${seed}`,
    ...reviewers.map(
      ({ ref, role, generations, hosts }) =>
        `  ${role.padEnd(8)}  ${ref}  ${plural(generations, "review")}${hosts.length === 0 ? "" : `, sent to ${hosts.join(", ")}`}`,
    ),
    ...gates.map(({ metric, where, min, max, required, obstacle }) =>
      [
        `  gate      ${metric}`,
        where === undefined ? "" : ` where ${where}`,
        min === undefined ? "" : ` >= ${min}`,
        max === undefined ? "" : ` <= ${max}`,
        required ? "" : " (not required)",
        obstacle === null ? "" : ` (${obstacle})`,
      ].join(""),
    ),
    "nothing was asked",
  ].join("\n");
}
