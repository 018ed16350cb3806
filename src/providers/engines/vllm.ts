import { compareBases } from "../../core/adapter/base-model.ts";
import type { Declined, Engine, Offer, ServableModel } from "../../core/engine.ts";
import { ProviderError } from "../../core/provider.ts";
import { listModels, type ModelCard, probeServer } from "../chat/models.ts";
import { askVersion, vllm } from "../vllm.ts";
import { vllmModelLine } from "./server/line.ts";
import { serverEndpoint } from "./server/address.ts";
import { type AdapterLoader, openAdapterLoader, type VllmServer } from "./vllm/adapters.ts";
import { openModel, openVllm, serveAdapter } from "./vllm/served.ts";

const name = "vllm";

/**
 * A vLLM server that runs already. An adapter is loaded into it for as long as it is measured, which the server must have
 * been started for; a whole model is used where the server has it.
 */
export function createEngine(): Engine {
  const loader = openAdapterLoader();
  return {
    name,
    async offer(model, settings, world) {
      if (model.kind === "gguf-adapter") return declined("it takes adapters as PEFT folders (name the folder instead)");
      const endpoint = serverEndpoint(model, settings, world.env, vllm);
      const wanted = settings.base ?? model.base;
      const server = openVllm(endpoint, wanted, settings, world);
      const isWhole = model.kind === "model";
      const line = isWhole ? vllmModelLine(model.path, new URL(endpoint.baseUrl).port) : server.lineFor(model.rank);
      const cards = await askCards(server, line);
      if (!Array.isArray(cards)) return cards;
      return isWhole
        ? await offerModel(model, server, cards, line)
        : await offerAdapter(model, wanted, server, cards, line, loader);
    },
  };
}

function declined(because: string): Declined {
  return { engine: name, because };
}

/** What a server has. */
async function askCards({ endpoint, fetch }: VllmServer, line: string): Promise<ModelCard[] | Declined> {
  try {
    await probeServer(endpoint, "/models", fetch, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return declined(error.status === null ? `${error.message} (run: ${line})` : error.message);
  }
  const cards = await listModels(endpoint, "/models", fetch);
  const isVllm = cards?.some((card) => card["owned_by"] === "vllm" || typeof card["max_model_len"] === "number");
  return cards !== null && isVllm
    ? cards
    : declined(`what answers at ${endpoint.shown} is no vLLM server (run: ${line})`);
}

async function offerModel(
  model: ServableModel,
  server: VllmServer,
  cards: readonly ModelCard[],
  line: string,
): Promise<Offer | Declined> {
  const { endpoint } = server;
  const card = cards.find((one) => rootOf(one).replace(/\/+$/, "") === model.path);
  if (card === undefined)
    return declined(`${endpoint.shown} serves ${namesOf(basesOf(cards))}, and not ${model.path} (run: ${line})`);
  return {
    engine: name,
    identity: await identityOf(server, model.path),
    base: null,
    hosts: [endpoint.host],
    async start() {
      return { provider: await openModel(server, model.ref, card.id), base: null, close: async () => {} };
    },
  };
}

async function offerAdapter(
  model: ServableModel,
  wanted: string | null,
  server: VllmServer,
  cards: readonly ModelCard[],
  line: string,
  loader: AdapterLoader,
): Promise<Offer | Declined> {
  const { endpoint, settings, world } = server;
  const bases = basesOf(cards);
  const served = `${endpoint.shown} serves ${namesOf(bases)}`;
  if (wanted === null) {
    const advice = `name its base: --set reviewer.base=${bases[0]?.id ?? "BASE"}`;
    return declined(`the adapter does not say what it was trained on, and ${served} (${advice})`);
  }
  const found = findBase(wanted, bases);
  if (found === null) {
    const trained = settings.base === undefined ? `the adapter was trained on ${wanted}` : `reviewer.base is ${wanted}`;
    return declined(`${served}, and ${trained} (run: ${line})`);
  }
  const { card, isPacked } = found;
  const root = rootOf(card);
  return {
    engine: name,
    identity: await identityOf(server, root),
    base: nameOf(card),
    hosts: [endpoint.host],
    async start(signal) {
      if (isPacked) world.note(`vllm: ${model.ref} was trained on ${wanted}; ${root} is the same, packed otherwise`);
      return await serveAdapter(server, model, card.id, loader, signal);
    },
  };
}

async function identityOf({ endpoint, fetch }: VllmServer, served: string): Promise<string> {
  const version = await askVersion(endpoint, fetch);
  return `vllm${version === null ? "" : ` ${version}`} with ${served} at ${endpoint.baseUrl}`;
}

function basesOf(cards: readonly ModelCard[]): ModelCard[] {
  return cards.filter(({ parent }) => typeof parent !== "string" || parent === "");
}

/** The base by its name or by that of its weights; one with the very weights before one that has them packed otherwise. */
function findBase(wanted: string, bases: readonly ModelCard[]): { card: ModelCard; isPacked: boolean } | null {
  const fits = bases.map((card) => ({
    card,
    ways: [card.id, rootOf(card)].map((served) => (served === wanted ? "same" : compareBases(wanted, served))),
  }));
  const same = fits.find(({ ways }) => ways.includes("same"));
  const found = same ?? fits.find(({ ways }) => ways.includes("packed"));
  return found === undefined ? null : { card: found.card, isPacked: same === undefined };
}

/** Where a server has the weights from; its name for them where it does not say. */
function rootOf({ id, root }: ModelCard): string {
  return typeof root === "string" && root !== "" ? root : id;
}

function nameOf(card: ModelCard): string {
  return rootOf(card) === card.id ? card.id : `${card.id} (${rootOf(card)})`;
}

function namesOf(bases: readonly ModelCard[]): string {
  return bases.length === 0 ? "nothing" : bases.map(nameOf).join(", ");
}
