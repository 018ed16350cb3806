import type { EngineSettings, EngineWorld } from "../../../core/engine.ts";
import { type Provider, ProviderError } from "../../../core/provider.ts";
import { openCompletions, openFetch, type ServerFacts } from "../../chat/completions.ts";
import type { Endpoint, Service } from "../../chat/endpoint.ts";
import { isObject } from "../../../core/json.ts";
import { askBeside, probeServer } from "../../chat/models.ts";
import { rootOf } from "../server/address.ts";

/** Where a llama-server is unless told otherwise. */
export const llamaServer: Service = {
  ownBaseUrl: "http://127.0.0.1:8080/v1",
  keyVariable: "LLAMA_API_KEY",
  needsKey: () => false,
};

/** An adapter that a llama-server was started with. */
export interface ListedAdapter {
  id: number;
  /** As the server was told it. */
  path: string;
}

/** What a llama-server tells of itself. */
export interface LlamaState {
  adapters: readonly ListedAdapter[];
  /** The path of its model; null where it does not say. */
  model: string | null;
  /** The version of llama.cpp; null where it does not say. */
  build: string | null;
  /** Tokens of context for one request; null where it does not say. */
  contextTokens: number | null;
}

/**
 * Asks a llama-server which adapters and which model it has.
 * @returns null where what answers is no llama-server
 * @throws ProviderError where nothing answers, or the key is refused
 */
export async function askLlama(
  endpoint: Endpoint,
  world: EngineWorld,
  signal: AbortSignal,
): Promise<LlamaState | null> {
  const fetch = openFetch(endpoint, world);
  const root = rootOf(endpoint);
  await probeServer(root, "/lora-adapters", fetch, signal);
  const [adapters, props] = [await askAdapters(endpoint, world), await askJson(root, "/props", fetch)];
  if (adapters === null) return null;
  const said = isObject(props) ? props : {};
  const usual = isObject(said["default_generation_settings"]) ? said["default_generation_settings"] : {};
  return {
    adapters,
    model: textOf(said["model_path"]),
    build: textOf(said["build_info"]),
    contextTokens: typeof usual["n_ctx"] === "number" ? usual["n_ctx"] : null,
  };
}

/** The adapters that a llama-server has; null where it does not say. */
export async function askAdapters(endpoint: Endpoint, world: EngineWorld): Promise<ListedAdapter[] | null> {
  const list = await askJson(rootOf(endpoint), "/lora-adapters", openFetch(endpoint, world));
  if (!Array.isArray(list)) return null;
  return list
    .filter(isObject)
    .flatMap(({ id, path }) =>
      typeof id === "number" && typeof path === "string" ? [{ id, path: endpoint.scrub(path) }] : [],
    );
}

async function askJson(root: Endpoint, path: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  try {
    const response = await askBeside(root, path, fetch);
    const body: unknown = await response.json();
    return response.ok ? body : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * Asks the model of a llama-server with one of its adapters, or with none. Each request says the scale of every adapter:
 * those that it leaves out, or all where it says nothing, are as the server was started. No request may use what an
 * earlier one left in the cache, for the server does not tell apart by which adapter that was computed.
 * @param own null for the base
 */
export function openWithAdapter(
  ref: string,
  own: ListedAdapter | null,
  state: LlamaState,
  endpoint: Endpoint,
  settings: EngineSettings,
  world: EngineWorld,
): Provider {
  const lora = state.adapters.map(({ id }) => ({ id, scale: id === own?.id ? 1 : 0 }));
  const target = own?.path ?? state.model ?? "base";
  return openCompletions({
    ref: { ref, kind: "openai", target: fileName(target) },
    name: "llama-server",
    endpoint,
    settings: { contract: "findings", timeoutMs: settings.timeoutMs },
    world,
    facts: factsOf(state),
    extraBody: { lora, cache_prompt: false },
  });
}

function factsOf({ model, build, contextTokens }: LlamaState): ServerFacts {
  const effective = {
    ...(build === null ? {} : { llamaServer: build }),
    ...(model === null ? {} : { base: model }),
    ...(contextTokens === null ? {} : { contextTokens }),
  };
  return { identity: [], effective };
}

/** The last part of a path, on whatever system it is. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** @throws ProviderError where the server was started with the file and does not list it */
export function requireListed(state: LlamaState | null, file: string): { state: LlamaState; own: ListedAdapter } {
  const own = state?.adapters.find(({ path }) => path === file);
  if (state !== null && own !== undefined) return { state, own };
  const listed = state?.adapters.map(({ path }) => path).join(", ") || "none";
  throw new ProviderError(
    `llama-server was started with ${file} and does not list it among its adapters (it lists: ${listed})`,
    { isRetryable: false },
  );
}
