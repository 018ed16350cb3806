import { isAbsolute } from "node:path";
import type { CreateProvider, Provider, ProviderWorld } from "../core/provider.ts";
import { openCompletions, openFetch, type ServerFacts } from "./chat/completions.ts";
import { findEndpoint, type Endpoint, type Service } from "./chat/endpoint.ts";
import { isObject } from "../core/json.ts";
import { digestOfModel } from "../io/file-hash.ts";
import { isFolder } from "../io/readable.ts";
import { isLoopback } from "./engines/server/address.ts";
import { askBeside, listModels, type ModelCard, unknownModel } from "./chat/models.ts";

/** Where a vLLM server is unless told otherwise. */
export const vllm: Service = {
  ownBaseUrl: "http://127.0.0.1:8000/v1",
  keyVariable: "VLLM_API_KEY",
  needsKey: () => false,
};

/**
 * Reaches a vLLM server by its chat completions: `vllm:NAME[@URL]`, where NAME is a served model or an adapter. What the
 * server says of them (its version, the model's context, the adapter's path and base) is asked for at once, becomes part
 * of the identity, with what an adapter's folder holds where that is on this machine, and is recorded with every answer; a
 * server that does not answer yet is the probe's to tell.
 * @throws UsageError for an unusable base URL
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const endpoint = findEndpoint(ref, settings, world.env, vllm);
  const facts = await askFacts(endpoint, ref.target, world);
  const provider = openCompletions({ ref, name: "vllm", endpoint, settings, world, facts, saltField: "cache_salt" });
  return { ...provider, probe: (signal) => probe(provider, endpoint, world, signal) };
};

/** A model that the server does not list is told before the run: its list is whole. */
async function probe(provider: Provider, endpoint: Endpoint, world: ProviderWorld, signal: AbortSignal): Promise<void> {
  await provider.probe?.(signal);
  const models = (await listModels(endpoint, "/models", openFetch(endpoint, world)))?.map(({ id }) => id) ?? null;
  if (models !== null && !models.includes(provider.model)) throw unknownModel(provider.model, models, endpoint);
}

async function askFacts(endpoint: Endpoint, model: string, world: ProviderWorld): Promise<ServerFacts> {
  const fetch = openFetch(endpoint, world);
  const [version, cards] = await Promise.all([askVersion(endpoint, fetch), listModels(endpoint, "/models", fetch)]);
  const card = cards?.find(({ id }) => id === model);
  const parent = text(card, "parent");
  const root = text(card, "root");
  // Only the base model's card tells the context, which is the adapter's too.
  const contextTokens =
    number(card, "max_model_len") ??
    number(
      cards?.find(({ id }) => id === parent),
      "max_model_len",
    );
  const said = {
    ...(version === null ? {} : { vllm: version }),
    ...(root === null || root === model ? {} : { root: endpoint.scrub(root) }),
    ...(parent === null ? {} : { parent: endpoint.scrub(parent) }),
  };
  const isHere = parent !== null && root !== null && isLoopback(endpoint) && isAbsolute(root) && isFolder(root);
  const contents = isHere ? [`sha256:${await digestOfModel(root)}`] : [];
  return {
    identity: [...Object.entries(said).map(([name, value]) => `${name}=${value}`), ...contents],
    effective: { ...said, ...(contextTokens === null ? {} : { max_model_len: contextTokens }) },
  };
}

/** The version stands beside the base URL's /v1, not below it; null where the server does not tell. */
export async function askVersion(endpoint: Endpoint, fetch: typeof globalThis.fetch): Promise<string | null> {
  const server = { ...endpoint, baseUrl: endpoint.baseUrl.replace(/\/v1(?=$|\?)/, "") };
  try {
    const body: unknown = await (await askBeside(server, "/version", fetch)).json();
    return isObject(body) && typeof body["version"] === "string" ? endpoint.scrub(body["version"]) : null;
  } catch {
    return null;
  }
}

function text(card: ModelCard | undefined, field: string): string | null {
  const value = card?.[field];
  return typeof value === "string" && value !== "" ? value : null;
}

function number(card: ModelCard | undefined, field: string): number | null {
  const value = card?.[field];
  return typeof value === "number" ? value : null;
}
