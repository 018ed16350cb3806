import { UsageError } from "../core/errors.ts";
import type { ModelKind, ModelRef } from "../core/model.ts";
import type { CreateProvider, Provider, ProviderSettings, ProviderWorld } from "../core/provider.ts";

type LoadModule = () => Promise<{ createProvider: CreateProvider }>;

const modules: Partial<Record<ModelKind, LoadModule>> = {
  openai: () => import("./openai.ts"),
  anthropic: () => import("./anthropic.ts"),
  gemini: () => import("./gemini.ts"),
  vllm: () => import("./vllm.ts"),
  ollama: () => import("./ollama.ts"),
  static: () => import("./static/static.ts"),
  command: () => import("./command.ts"),
  http: () => import("./http.ts"),
  https: () => import("./http.ts"),
  replay: () => import("./replay.ts"),
  recorded: () => import("./recorded.ts"),
  floor: () => import("./floor.ts"),
  ceiling: () => import("./ceiling.ts"),
  llama: () => import("./llama/llama.ts"),
  gguf: () => import("./llama/llama.ts"),
};

/**
 * Makes the provider that a reference names; only the code of that kind is loaded.
 * @throws UsageError for a model on disk, which an engine has to serve first, and for what the reference or the settings lack
 */
export async function loadProvider(ref: ModelRef, settings: ProviderSettings, world: ProviderWorld): Promise<Provider> {
  const load = modules[ref.kind];
  if (load === undefined) {
    throw new UsageError(
      `model "${ref.ref}": what lies on the disk has to be served, and only reviewers are (serve it, and write openai:NAME@URL; a whole GGUF model is llama:FILE)`,
    );
  }
  const { createProvider } = await load();
  return createProvider(ref, settings, world);
}
