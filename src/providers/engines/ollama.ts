import { readdirSync } from "node:fs";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel } from "../../core/engine.ts";
import { UsageError } from "../../core/errors.ts";
import { ProviderError } from "../../core/provider.ts";
import { findOllama } from "../ollama/server.ts";
import { findBase } from "./ollama/base.ts";
import { type CreatedModels, createdModels } from "./ollama/created.ts";
import { digestFile } from "./ollama/file.ts";
import { refuseConversion, refuseFamily, refuseVersion } from "./ollama/limits.ts";
import { type AdapterForm, serveAdapter, serveModel, type Serving } from "./ollama/serve.ts";
import { findServer, type OllamaServer } from "./ollama/server.ts";
import { isLoopback } from "./server/address.ts";

const name = "ollama";

/**
 * An Ollama server that runs: a model is made there of the adapter and its base, or of the whole model, and removed once it
 * is no longer used. No server is started, no model is fetched by it, and none that it had before is changed.
 */
export function createEngine(): Engine {
  const created = new Map<string, CreatedModels>();
  const digests = new Map<string, Promise<string>>();

  const digestOf = (file: string) => {
    const digest = digests.get(file) ?? digestFile(file);
    digests.set(file, digest);
    return digest;
  };

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
      if (refused !== null) return declined(refused);
      const serving = { model, settings, world, server, created: createdOn(server), digestOf };
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
    if (error instanceof ProviderError || error instanceof UsageError) return declined(error.message);
    throw error;
  }
}

async function offerAdapter(serving: Serving): Promise<Offer | Declined> {
  const { model, settings, server, digestOf } = serving;
  const base = await findBase(model, settings, server, digestOf);
  if ("because" in base) return declined(base.because);
  const refused = refuseFamily(server.version, base.family);
  if (refused !== null) return declined(refused);
  const form: AdapterForm = model.kind === "gguf-adapter" ? "gguf" : base.file === null ? "peft" : "converted";
  if (form === "peft") {
    const because = await refuseConversion(model.path, base.family);
    if (because !== null) return declined(`${because} (add the base as a file: --set reviewer.base=./BASE.gguf)`);
  }
  return {
    ...offered(server),
    identity: `${offered(server).identity} base=${base.shown} digest=${base.digest}`,
    base: base.shown,
    start: (signal) => serveAdapter(serving, base, form, signal),
  };
}

function offerModel(serving: Serving): Offer | Declined {
  const { model, server } = serving;
  const names = modelFiles(readdirSync(model.path));
  if (!names.some((file) => /^tokenizer\.(?:json|model)$/.test(file)))
    return declined(`${model.path} has no tokenizer.json (save the tokenizer beside the model)`);
  return { ...offered(server), base: null, start: (signal) => serveModel(serving, names, signal) };
}

/** What of a model's folder Ollama's conversion reads: the weights once, where they lie there in two forms. */
function modelFiles(names: readonly string[]): string[] {
  const weights = names.filter((file) => file.endsWith(".safetensors"));
  const usual = weights.filter((file) => file.startsWith("model"));
  const beside = names.filter((file) => file.endsWith(".json") || file === "tokenizer.model");
  return [...(usual.length > 0 ? usual : weights), ...beside].toSorted();
}

function offered({ endpoint, version }: OllamaServer): Pick<Offer, "engine" | "identity" | "hosts"> {
  return {
    engine: name,
    identity: `ollama ${endpoint.shown} ollama=${version}`,
    hosts: isLoopback(endpoint) ? [] : [endpoint.host],
  };
}

function declined(because: string): Declined {
  return { engine: name, because };
}
