import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel } from "../../core/engine.ts";
import { UsageError } from "../../core/errors.ts";
import { ProviderError } from "../../core/provider.ts";
import { findOllama } from "../ollama/server.ts";
import { findBase } from "./ollama/base.ts";
import { type CreatedModels, createdModels } from "./ollama/created.ts";
import { refuseConversion, refuseFamily, refuseVersion } from "./ollama/limits.ts";
import { type AdapterForm, serveAdapter, serveModel, type Serving } from "./ollama/serve.ts";
import { findServer, type OllamaServer } from "./ollama/server.ts";
import { isLoopback } from "./server/address.ts";

const name = "ollama";

/**
 * An Ollama server that runs: a model is made there of the adapter and its base, or of the whole model, and removed once it
 * is no longer used. No server is started, no model is fetched by it, and none that it had before is changed.
 * @param run stands in the names of what is made, so that runs beside each other make their own
 */
export function createEngine(run = randomBytes(3).toString("hex")): Engine {
  const created = new Map<string, CreatedModels>();

  const createdOn = (server: OllamaServer) => {
    const models = created.get(server.endpoint.baseUrl) ?? createdModels(server);
    created.set(server.endpoint.baseUrl, models);
    return models;
  };

  return {
    name,
    async offer(model, settings, world) {
      const server = await reach(model, settings, world);
      if ("because" in server) return server;
      const refused = refuseVersion(server.version, model.kind === "model" ? "model" : "adapter");
      if (refused !== null) return { because: refused };
      const serving = { model, settings, world, server, created: createdOn(server), run };
      return model.kind === "model" ? offerModel(serving) : await offerAdapter(serving);
    },
    async close() {
      for (const models of created.values()) await models.close();
    },
  };
}

async function reach(
  model: ServableModel,
  settings: EngineSettings,
  world: EngineWorld,
): Promise<OllamaServer | Declined> {
  try {
    const ref = { ref: model.ref, kind: "ollama", target: model.loadName } as const;
    return await findServer(findOllama(ref, { ...settings, contract: "findings" }, world.env), world);
  } catch (error) {
    if (error instanceof ProviderError || error instanceof UsageError) return { because: error.message };
    throw error;
  }
}

async function offerAdapter(serving: Serving): Promise<Offer | Declined> {
  const { model, settings, server, world } = serving;
  const base = await findBase(model, settings, server, world.digest);
  if ("because" in base) return base;
  const refused = refuseFamily(server.version, base.family);
  if (refused !== null) return { because: refused };
  const form: AdapterForm = model.kind === "gguf-adapter" ? "gguf" : base.file === null ? "peft" : "converted";
  if (form === "peft") {
    const because = await refuseConversion(model.path, base.family);
    if (because !== null) return { because: `${because} (add the base as a file: --set reviewer.base=./BASE.gguf)` };
  }
  const { engine, identity, hosts } = offered(serving);
  const isOwnFile = base.model === null && base.file !== null;
  return {
    engine,
    hosts,
    identity: `${identity} base=${base.shown} digest=${base.digest}`,
    base: { name: base.shown, digest: base.digest, file: isOwnFile ? base.file : null },
    async start(signal) {
      if (settings.base === undefined && base.model !== null)
        world.note(
          `ollama: ${model.ref} was trained on ${model.base}; ${base.shown} is taken for the same by its name alone`,
        );
      return await serveAdapter(serving, base, form, signal);
    },
  };
}

function offerModel(serving: Serving): Offer | Declined {
  const { model } = serving;
  const names = modelFiles(readdirSync(model.path));
  if (!names.some((file) => /^tokenizer\.(?:json|model)$/.test(file)))
    return { because: `${model.path} has no tokenizer.json (save the tokenizer beside the model)` };
  return { ...offered(serving), base: null, start: (signal) => serveModel(serving, names, signal) };
}

/** What of a model's folder Ollama's conversion reads: the weights once, where they lie there in two forms. */
function modelFiles(names: readonly string[]): string[] {
  const weights = names.filter((file) => file.endsWith(".safetensors"));
  const usual = weights.filter((file) => file.startsWith("model"));
  const beside = names.filter((file) => file.endsWith(".json") || file === "tokenizer.model");
  return [...(usual.length > 0 ? usual : weights), ...beside].toSorted();
}

/** The variable and the base, which says its own context, decide how many tokens are asked for. */
function offered({ server: { endpoint, version }, world }: Serving): Pick<Offer, "engine" | "identity" | "hosts"> {
  const context = world.env["OLLAMA_CONTEXT_LENGTH"]?.trim() ?? "";
  return {
    engine: name,
    identity: `ollama ${endpoint.shown} ollama=${version}${context === "" ? "" : ` context=${context}`}`,
    hosts: isLoopback(endpoint) ? [] : [endpoint.host],
  };
}
