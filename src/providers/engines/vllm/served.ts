import { statSync } from "node:fs";
import { join } from "node:path";
import {
  type EngineSettings,
  type EngineWorld,
  replaced,
  type ServableModel,
  type Served,
} from "../../../core/engine.ts";
import { type Provider, ProviderError } from "../../../core/provider.ts";
import { openFetch } from "../../chat/completions.ts";
import type { Endpoint } from "../../chat/endpoint.ts";
import { listModels } from "../../chat/models.ts";
import { createProvider } from "../../vllm.ts";
import { vllmLine } from "../server/line.ts";
import type { AdapterLoader, VllmServer } from "./adapters.ts";

/**
 * @param base as the line that starts such a server is to name it; null where it is not known
 * @param revision of the base, for that line; null where none is named
 */
export function openVllm(
  endpoint: Endpoint,
  base: string | null,
  revision: string | null,
  settings: EngineSettings,
  world: EngineWorld,
): VllmServer {
  const { port } = new URL(endpoint.baseUrl);
  const lineFor = (rank: number | null) => vllmLine(base, rank, port, revision);
  return { endpoint, fetch: openFetch(endpoint, world), lineFor, settings, world };
}

/**
 * Loads an adapter into a server that has its base, for as long as it is served.
 * @param base as the server calls it
 * @throws ProviderError in one line of advice where it cannot be loaded; nothing is left behind then
 */
export async function serveAdapter(
  server: VllmServer,
  model: ServableModel,
  base: string,
  loader: AdapterLoader,
  signal: AbortSignal,
): Promise<Served> {
  const { name, release } = await loader.load(server, model, signal);
  try {
    const provider = whileUnchanged(await openModel(server, model.ref, name), model);
    const bare = await openModel(server, `${model.ref} without its adapter`, base);
    signal.throwIfAborted();
    return { provider, base: bare, close: release };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * The same provider, which answers no more once the adapter's files are others: vLLM keeps few adapters in memory, and
 * reads one that had to make room for another from the disk again.
 */
function whileUnchanged(provider: Provider, { path }: ServableModel): Provider {
  const stampOf = () =>
    ["adapter_config.json", "adapter_model.safetensors"]
      .map((name) => statSync(join(path, name), { throwIfNoEntry: false }))
      .map((found) => `${found?.ino} ${found?.size} ${found?.mtimeMs}`)
      .join("\n");
  const loaded = stampOf();
  return {
    ...provider,
    async generate(request, signal) {
      if (stampOf() !== loaded) throw new ProviderError(replaced(path), { isRetryable: false });
      return await provider.generate(request, signal);
    },
  };
}

/** A model that a vLLM server has, as a provider. */
export async function openModel(server: VllmServer, ref: string, name: string): Promise<Provider> {
  const { keyVariable, timeoutMs } = server.settings;
  const key = keyVariable === undefined ? {} : { keyVariable };
  const wanted = { ref, kind: "vllm", target: name, url: server.endpoint.baseUrl } as const;
  return await createProvider(wanted, { contract: "findings", timeoutMs, ...key }, server.world);
}

/** Tokens of context that a server has for a base, or a whole model; null where it does not say. */
export async function contextOf({ endpoint, fetch }: VllmServer, base: string): Promise<number | null> {
  const cards = await listModels(endpoint, "/models", fetch);
  const tokens = cards?.find(({ id }) => id === base)?.["max_model_len"];
  return typeof tokens === "number" ? tokens : null;
}
