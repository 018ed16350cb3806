import { isAbsolute } from "node:path";
import { compareBases, readBaseName } from "../../core/adapter/base-model.ts";
import type { Declined, Engine, Offer, ServableModel } from "../../core/engine.ts";
import { ProviderError } from "../../core/provider.ts";
import { isFolder } from "../../io/readable.ts";
import { listModels, type ModelCard, probeServer } from "../chat/models.ts";
import { askVersion, vllm } from "../vllm.ts";
import { baseRevision, declineForVllm } from "./server/adapter-config.ts";
import { vllmModelLine } from "./server/line.ts";
import { isLoopback, serverEndpoint } from "./server/address.ts";
import { isSamePlace } from "./server/place.ts";
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
      const declined = declineForVllm(model);
      if (declined !== null) return declined;
      const endpoint = serverEndpoint(model, settings, world.env, vllm);
      const wanted = settings.base ?? model.base;
      const server = openVllm(endpoint, wanted, baseRevision(model, settings.base), settings, world);
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

/** What a server has. */
async function askCards({ endpoint, fetch }: VllmServer, line: string): Promise<ModelCard[] | Declined> {
  try {
    await probeServer(endpoint, "/models", fetch, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { because: error.status === null ? `${error.message} (run: ${line})` : error.message };
  }
  const cards = await listModels(endpoint, "/models", fetch);
  const isVllm = cards?.some((card) => card["owned_by"] === "vllm" || typeof card["max_model_len"] === "number");
  return cards !== null && isVllm
    ? cards
    : { because: `what answers at ${endpoint.shown} is no vLLM server (run: ${line})` };
}

async function offerModel(
  model: ServableModel,
  server: VllmServer,
  cards: readonly ModelCard[],
  line: string,
): Promise<Offer | Declined> {
  const { endpoint } = server;
  const isHere = isLoopback(endpoint);
  const card = cards.find((one) => {
    const root = rootOf(one).replace(/\/+$/, "");
    return root === model.path || (isHere && isSamePlace(root, model.path));
  });
  if (card === undefined)
    return { because: `${endpoint.shown} serves ${namesOf(basesOf(cards))}, and not ${model.path} (run: ${line})` };
  return {
    engine: name,
    identity: await identityOf(server, model.path, card),
    base: null,
    hosts: [endpoint.host],
    async start() {
      tellUnseen(model, server);
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
    return { because: `the adapter does not say what it was trained on, and ${served} (${advice})` };
  }
  const found = findBase(wanted, bases, isLoopback(endpoint));
  if (found === null) {
    const trained = settings.base === undefined ? `the adapter was trained on ${wanted}` : `reviewer.base is ${wanted}`;
    // Another machine may have the same base elsewhere, which no name tells.
    const only = readBaseName(wanted).kind === "path" && bases.length === 1 ? bases[0] : undefined;
    const same = only === undefined ? "" : `if that is the same: --set reviewer.base=${rootOf(only)}, else `;
    return { because: `${served}, and ${trained} (${same}run: ${line})` };
  }
  const { card, likeness } = found;
  const root = rootOf(card);
  const file = isLoopback(endpoint) && isAbsolute(root) && isFolder(root) ? root : null;
  const digest = file === null ? null : await world.digest(file);
  return {
    engine: name,
    identity: `${await identityOf(server, root, card)}${digest === null ? "" : `, sha256:${digest}`}`,
    base: { name: nameOf(card), digest, file },
    hosts: [endpoint.host],
    async start(signal) {
      if (likeness !== "same") world.note(`vllm: ${model.ref} was trained on ${wanted}; ${root} ${said[likeness]}`);
      tellUnseen(model, server);
      return await serveAdapter(server, model, card.id, loader, signal);
    },
  };
}

/** A server elsewhere reads a path of its own, whose contents nobody can compare with what was looked through here. */
function tellUnseen({ path }: ServableModel, { endpoint, world }: VllmServer): void {
  if (!isLoopback(endpoint))
    world.note(`vllm: ${endpoint.host} reads its own ${path}, which is taken to hold the same as the one that is here`);
}

const said = {
  packed: "is the same, packed otherwise",
  named: "is taken for the same by its name alone",
} as const;

/** The context decides what is an overflow, and what is cut. */
async function identityOf({ endpoint, fetch }: VllmServer, served: string, card: ModelCard): Promise<string> {
  const version = await askVersion(endpoint, fetch);
  const context = typeof card["max_model_len"] === "number" ? `, ${card["max_model_len"]} tokens` : "";
  return `vllm${version === null ? "" : ` ${version}`} with ${served} at ${endpoint.baseUrl}${context}`;
}

function basesOf(cards: readonly ModelCard[]): ModelCard[] {
  return cards.filter(({ parent }) => typeof parent !== "string" || parent === "");
}

type Likeness = "same" | "named" | "packed";

/** The base by its name or by that of its weights: one that is surely the same before one that is so by its name alone. */
function findBase(
  wanted: string,
  bases: readonly ModelCard[],
  isHere: boolean,
): { card: ModelCard; likeness: Likeness } | null {
  const fits = bases.map((card) => ({
    card,
    ways: [card.id, rootOf(card)].map((served) =>
      isHere && isSamePlace(wanted, served) ? "same" : compareBases(wanted, served),
    ),
  }));
  for (const likeness of ["same", "named", "packed"] as const) {
    const found = fits.find(({ ways }) => ways.includes(likeness));
    if (found !== undefined) return { card: found.card, likeness };
  }
  return null;
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
