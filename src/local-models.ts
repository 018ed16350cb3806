import { join } from "node:path";
import { type BindWorld, type BoundReviewer, bindModel } from "./bind.ts";
import type { Engine, EngineSettings } from "./core/engine.ts";
import { UsageError } from "./core/errors.ts";
import type { ModelRef } from "./core/model.ts";
import type { Provider, ProviderSettings } from "./core/provider.ts";
import type { ServedModel } from "./core/served.ts";
import type { Checkpoint } from "./load/checkpoints.ts";
import { resolveHub } from "./load/hub.ts";
import { type Artefact, resolveArtefact } from "./load/model-artefact.ts";
export { loadEngines } from "./providers/engines/index.ts";
import { loadProvider } from "./providers/index.ts";
import { inspectForUse, usableAdapter } from "./servable.ts";

/** One reviewer that a reference to something on disk stands for. */
export interface LocalReviewer {
  provider: Provider;
  /** What is told of how it is served; absent for a whole GGUF model, which its provider runs by itself. */
  served?: () => ServedModel;
  /** Which checkpoint of a training run it is; absent for all else. */
  checkpoint?: Pick<Checkpoint, "step" | "progress" | "isBest">;
}

/** What opening reviewers needs of the outside. */
export interface LocalWorld extends BindWorld {
  signal: AbortSignal;
}

/**
 * Makes the reviewers of a reference to an adapter, to a folder of checkpoints, which are one each, or to a model. All are
 * looked through before any engine is asked; nothing is served before it is probed.
 * @throws UsageError for what is no model, or is one that cannot be used; IncompleteError where no engine can serve it
 */
export async function openLocalModel(
  ref: ModelRef,
  settings: ProviderSettings & EngineSettings,
  engines: readonly Engine[],
  world: LocalWorld,
): Promise<LocalReviewer[]> {
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

async function openCheckpoints(
  ref: ModelRef,
  { checkpoints, skipped }: Artefact & { kind: "checkpoints" },
  settings: EngineSettings,
  engines: readonly Engine[],
  world: LocalWorld,
): Promise<LocalReviewer[]> {
  for (const { name, reason } of skipped) world.note(`${ref.ref}/${name} is left out: ${reason}`);
  const usable = [];
  for (const checkpoint of checkpoints)
    usable.push({
      checkpoint,
      found: await usableAdapter(`${ref.ref.replace(/\/+$/, "")}/${checkpoint.name}`, checkpoint),
    });
  const reviewers: LocalReviewer[] = [];
  for (const { checkpoint, found } of usable) {
    const { step, progress, isBest } = checkpoint;
    const bound = await bindModel(found, engines, settings, world);
    reviewers.push({ ...localReviewer(bound), checkpoint: { step, progress, isBest } });
  }
  return reviewers;
}

function localReviewer({ provider, facts }: BoundReviewer): LocalReviewer {
  return { provider, served: facts };
}

async function fetchFromHub(ref: ModelRef, world: LocalWorld): Promise<string> {
  const found = await resolveHub(ref.target, world);
  if (found.path !== null) return found.path;
  throw new UsageError(
    `model "${ref.ref}": a whole model is not fetched (serve it: vllm serve ${found.repo} --revision ${found.commit}, and name vllm:${found.repo})`,
  );
}

function atHome(path: string, home: string | undefined): string {
  return path.startsWith("~/") && home !== undefined ? join(home, path.slice(2)) : path;
}
