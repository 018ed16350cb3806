import { type BindWorld, type BoundReviewer, bindModel } from "./bind.ts";
import type { Engine, EngineSettings } from "../core/engine.ts";
import { UsageError } from "../core/errors.ts";
import type { ModelRef } from "../core/model.ts";
import type { Provider, ProviderSettings } from "../core/provider.ts";
import type { ServedModel } from "../core/served.ts";
import { atHome } from "../io/home.ts";
import type { Checkpoint } from "../load/checkpoints.ts";
import { type HubArtefact, lookUpHub, resolveHub, sumBytes } from "../load/hub.ts";
import { type Artefact, resolveArtefact } from "../load/model-artefact.ts";
export { loadEngines } from "../providers/engines/index.ts";
import { loadProvider } from "../providers/index.ts";
import { inspectForUse, type Usable, usableAdapter } from "./servable.ts";

/** One reviewer that a reference to something on disk stands for. */
export interface LocalReviewer {
  provider: Provider;
  /** What is told of how it is served; absent for a whole GGUF model, which its provider runs by itself. */
  served?: () => ServedModel;
  /** Which checkpoint of a training run it is; absent for all else. */
  checkpoint?: Pick<Checkpoint, "step" | "progress" | "isBest">;
  /** The training run that a checkpoint is of, or that a base was the start of; the same thing for all of them. */
  training?: TrainingRun;
  /** In a dry run alone: what it lacks, so that it cannot be looked through yet. */
  toFetch?: ToFetch;
}

/** What is to be fetched from the Hub before a model can be asked. */
export interface ToFetch {
  commit: string;
  /** How many files, and their bytes together. */
  files: number;
  bytes: number;
}

/** A folder of checkpoints, each of which is a reviewer. */
export interface TrainingRun {
  /** As it was named. */
  ref: string;
  /** Checkpoints that could not be used, each with why. */
  leftOut: readonly { name: string; reason: string }[];
}

/** Of a folder of checkpoints, which are measured. */
export interface SweepWishes {
  /** Every so many of them, the last one always. */
  every: number;
  /** Whether their base is a reviewer beside them, named `FOLDER (base)`. */
  hasBase: boolean;
}

/** What opening reviewers needs of the outside. */
export interface LocalWorld extends BindWorld {
  signal: AbortSignal;
  /** Whether nothing is fetched from the Hub: what would be is told in its place. */
  isDry?: boolean;
}

/**
 * Makes the reviewers of a reference to an adapter, to a folder of checkpoints, which are one each, or to a model. All are
 * looked through before any engine is asked; nothing is served before it is probed.
 * @throws UsageError for what is no model, or is one that cannot be used; IncompleteError where no engine can serve it
 */
export async function openLocalModel(
  ref: ModelRef,
  settings: ProviderSettings & EngineSettings & { sweep?: SweepWishes },
  engines: readonly Engine[],
  world: LocalWorld,
): Promise<LocalReviewer[]> {
  if (ref.kind === "hf" && world.isDry === true) {
    const toCome = await lookUpReviewer(ref, world);
    if (toCome !== null) return [toCome];
  }
  const path = ref.kind === "hf" ? await fetchFromHub(ref, world) : atHome(ref.target, world.env["HOME"]);
  const artefact = await resolveArtefact(path);
  if (artefact.kind === "gguf-model") {
    const model = { ref: ref.ref, kind: "llama", target: artefact.file } as const;
    return [{ provider: await loadProvider(model, settings, world) }];
  }
  if (artefact.kind !== "checkpoints")
    return [localReviewer(await bindModel(await inspectForUse(ref.ref, artefact), engines, settings, world))];
  return await openCheckpoints(ref, artefact, settings, engines, world);
}

/** The base comes first, so that it is served, and its weights stay loaded, as long as any checkpoint is measured. */
async function openCheckpoints(
  ref: ModelRef,
  artefact: Artefact & { kind: "checkpoints" },
  settings: EngineSettings & { sweep?: SweepWishes },
  engines: readonly Engine[],
  world: LocalWorld,
): Promise<LocalReviewer[]> {
  const { every, hasBase } = settings.sweep ?? { every: 1, hasBase: false };
  const { usable, leftOut } = await lookThrough(ref, artefact, every);
  for (const { name, reason } of leftOut) world.note(`${ref.ref}/${name} is left out: ${reason}`);
  const training: TrainingRun = { ref: ref.ref, leftOut };
  const reviewers: LocalReviewer[] = [];
  for (const { checkpoint, found } of usable) {
    const { step, progress, isBest } = checkpoint;
    const bound = await bindModel(found, engines, settings, world);
    if (hasBase && reviewers.length === 0) reviewers.push({ provider: bound.base(`${ref.ref} (base)`), training });
    reviewers.push({ ...localReviewer(bound), checkpoint: { step, progress, isBest }, training });
  }
  return reviewers;
}

/** @throws UsageError where no checkpoint can be used */
async function lookThrough(
  { ref }: ModelRef,
  { checkpoints, skipped }: Artefact & { kind: "checkpoints" },
  every: number,
): Promise<{ usable: { checkpoint: Checkpoint; found: Usable }[]; leftOut: { name: string; reason: string }[] }> {
  const usable = [];
  const leftOut = [...skipped];
  for (const checkpoint of checkpoints.filter((_, index) => (checkpoints.length - 1 - index) % every === 0)) {
    try {
      const found = await usableAdapter(`${ref.replace(/\/+$/, "")}/${checkpoint.name}`, checkpoint);
      usable.push({ checkpoint, found });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      leftOut.push({ name: checkpoint.name, reason: error.message.replace(/^model "[^"]*": /, "") });
    }
  }
  if (usable.length > 0) return { usable, leftOut };
  const reasons = leftOut.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new UsageError(`model "${ref}": no checkpoint can be used (${reasons})`);
}

function localReviewer({ provider, facts }: BoundReviewer): LocalReviewer {
  return { provider, served: facts };
}

async function fetchFromHub(ref: ModelRef, world: LocalWorld): Promise<string> {
  const found = await resolveHub(ref.target, world);
  return found.path ?? refuseWhole(ref, found);
}

/** What a reviewer would be that is not here yet; null for one that is. */
async function lookUpReviewer(ref: ModelRef, world: LocalWorld): Promise<LocalReviewer | null> {
  const found = await lookUpHub(ref.target, world);
  if (found.path === null) return refuseWhole(ref, found);
  const { repo, commit, missing } = found;
  if (missing.length === 0) return null;
  const provider: Provider = {
    ref: ref.ref,
    name: "hf",
    model: repo,
    identity: `hf:${repo}@${commit}`,
    hosts: [],
    seesTruth: false,
    isTimed: true,
    generate: async () => {
      throw new Error(`${ref.ref} was not fetched`);
    },
  };
  return { provider, toFetch: { commit, files: missing.length, bytes: sumBytes(missing) } };
}

function refuseWhole(ref: ModelRef, { repo, commit }: Pick<HubArtefact, "repo" | "commit">): never {
  throw new UsageError(
    `model "${ref.ref}": a whole model is not fetched (serve it: vllm serve ${repo} --revision ${commit}, and name vllm:${repo})`,
  );
}
