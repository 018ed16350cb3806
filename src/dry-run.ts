import { prepareRun, type RunRequest } from "./prepare.ts";
import { checkReporters } from "./reporters/index.ts";
import type { ProviderWorld } from "./core/provider.ts";

/** What a run would ask, and whom. */
export interface DryRun {
  suite: string;
  dataset: string;
  cases: number;
  clusters: number;
  seed: number;
  /** `generations` counts each case and repeat once, whatever the parts that it is put in. */
  reviewers: { ref: string; role: "measured" | "company"; generations: number; hosts: string[] }[];
  gates: { metric: string; min?: number | undefined; max?: number | undefined; required: boolean }[];
}

/** Checks all that a run needs without asking anyone. @throws UsageError for the first mistake */
export async function checkRun(
  request: RunRequest & { reporters: readonly string[] },
  world: ProviderWorld,
): Promise<DryRun> {
  checkReporters(request.reporters);
  const { suite, dataset, reviewers, seed } = await prepareRun(request, world);
  dataset.close();
  for (const { provider } of reviewers) await provider.close?.();
  const cases = dataset.entries.length;
  return {
    suite: suite.name,
    dataset: dataset.name,
    cases,
    clusters: new Set(dataset.entries.map((entry) => entry.cluster)).size,
    seed,
    reviewers: reviewers.map(({ provider, role }) => ({
      ref: provider.ref,
      role,
      generations: cases * suite.reviewer.repeats,
      hosts: [...provider.hosts],
    })),
    gates: suite.gates.map(({ metric, min, max, required }) => ({ metric, min, max, required })),
  };
}

/** A dry run in words. */
export function renderDryRun({ suite, dataset, cases, clusters, seed, reviewers, gates }: DryRun): string {
  return [
    `${suite}: ${cases} cases of ${dataset}, ${clusters} clusters, seed ${seed}`,
    ...reviewers.map(
      ({ ref, role, generations, hosts }) =>
        `  ${role.padEnd(8)}  ${ref}  ${generations} cases${hosts.length === 0 ? "" : `, sent to ${hosts.join(", ")}`}`,
    ),
    ...gates.map(
      ({ metric, min, max, required }) =>
        `  gate      ${metric}${min === undefined ? "" : ` >= ${min}`}${max === undefined ? "" : ` <= ${max}`}${required ? "" : " (not required)"}`,
    ),
    "nothing was asked",
  ].join("\n");
}
