import { UsageError } from "../core/errors.ts";
import type { ModelKind, ModelRef } from "../core/model.ts";
import type { CreateProvider, Provider, ProviderSettings, ProviderWorld } from "../core/provider.ts";

type LoadModule = () => Promise<{ createProvider: CreateProvider }>;

const modules: Partial<Record<ModelKind, LoadModule>> = {
  openai: () => import("./openai.ts"),
  static: () => import("./static/static.ts"),
  command: () => import("./command.ts"),
  http: () => import("./http.ts"),
  https: () => import("./http.ts"),
  replay: () => import("./replay.ts"),
  recorded: () => import("./recorded.ts"),
  floor: () => import("./floor.ts"),
  ceiling: () => import("./ceiling.ts"),
};

/**
 * Makes the provider that a reference names; only the code of that kind is loaded.
 * @throws UsageError when its kind is not built yet, or for what the reference or the settings lack
 */
export async function loadProvider(ref: ModelRef, settings: ProviderSettings, world: ProviderWorld): Promise<Provider> {
  const load = modules[ref.kind];
  if (load === undefined) {
    throw new UsageError(
      `model "${ref.ref}": kind "${ref.kind}" is not built yet (use openai:NAME@URL for any OpenAI-compatible server)`,
    );
  }
  const { createProvider } = await load();
  return createProvider(ref, settings, world);
}
