import { join } from "node:path";
import {
  type EngineSettings,
  type EngineWorld,
  replaced,
  type ServableModel,
  type Served,
} from "../../../core/engine.ts";
import { type Provider, ProviderError } from "../../../core/provider.ts";
import { createProvider } from "../../ollama.ts";
import { listModels } from "../../ollama/facts.ts";
import type { Base } from "./base.ts";
import type { CreatedModels, ModelFile } from "./created.ts";
import { adviceForLoading, isRunByOllama } from "./limits.ts";
import { type OllamaServer, showModel } from "./server.ts";

/** All that serving a model takes. */
export interface Serving {
  model: ServableModel;
  server: OllamaServer;
  created: CreatedModels;
  settings: EngineSettings;
  world: EngineWorld;
  /** Stands in the names of what is made. */
  run: string;
}

/** How an adapter gets to the server: as the GGUF file that it is, converted to one for its base, or as PEFT saved it. */
export type AdapterForm = "gguf" | "converted" | "peft";

/** Puts an adapter on a base. @throws ProviderError or UsageError in one line; nothing is left behind then */
export async function serveAdapter(
  serving: Serving,
  base: Base,
  form: AdapterForm,
  signal: AbortSignal,
): Promise<Served> {
  const { model, created, run } = serving;
  return await undoing(async (undo) => {
    const adapter = await adapterFiles(serving, base, form);
    signal.throwIfAborted();
    const baseName = base.model ?? `nitbench-base:${base.digest.slice(0, 12)}-${run}`;
    if (base.model === null && base.file !== null) {
      const files = { "base.gguf": { path: base.file, digest: base.digest } };
      const wanted = { model: baseName, files: digestsOf(files) };
      undo.push(await created.hold(wanted, Object.values(files), signal));
      await tellTemplate(serving, baseName, base.shown);
    }
    const name = `${model.loadName}:${base.digest.slice(0, 12)}-${run}`;
    const wanted = { model: name, from: baseName, adapters: digestsOf(adapter) };
    undo.push(await created.hold(wanted, Object.values(adapter), signal));
    const provider = await open(serving, name, model.ref);
    await load(provider, (said) => adviceForLoading(said, base), signal);
    await refuseReplaced(serving, base);
    return { provider, base: await open(serving, baseName, `${model.ref} without its adapter`) };
  });
}

/** A model of the server may be made anew under its name before another is made from it. */
async function refuseReplaced({ server, world }: Serving, { model, digest }: Base): Promise<void> {
  if (model === null || digest === "") return;
  const now = (await listModels(server.endpoint, world))?.find(({ name }) => name === model);
  if (now === undefined || now.digest === digest || now.digest === `sha256:${digest}`) return;
  throw new ProviderError(replaced(`Ollama's ${model}`), { isRetryable: false });
}

/** Serves a whole model. @param names of its files, in its folder @throws as `serveAdapter` */
export async function serveModel(serving: Serving, names: readonly string[], signal: AbortSignal): Promise<Served> {
  const { model, created, world, run } = serving;
  const made = `${model.loadName}:${run}`;
  return await undoing(async (undo) => {
    const files: Record<string, ModelFile> = {};
    for (const name of names) {
      const path = join(model.path, name);
      files[name] = { path, digest: await world.digest(path) };
      signal.throwIfAborted();
    }
    const wanted = { model: made, files: digestsOf(files) };
    undo.push(await created.hold(wanted, Object.values(files), signal));
    await tellTemplate(serving, made, model.ref);
    const provider = await open(serving, made, model.ref);
    await load(provider, () => "", signal);
    return { provider, base: null };
  });
}

/** Does work whose steps are taken back, the last one first, where it fails or is closed. */
async function undoing(work: (undo: (() => Promise<void>)[]) => Promise<Omit<Served, "close">>): Promise<Served> {
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of undo.splice(0).toReversed()) await one();
  };
  try {
    return { ...(await work(undo)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function adapterFiles(
  { model, world }: Serving,
  base: Base,
  form: AdapterForm,
): Promise<Record<string, ModelFile>> {
  if (form === "peft") {
    const names = ["adapter_config.json", "adapter_model.safetensors"];
    const paths = names.map((name) => [name, join(model.path, name)] as const);
    const files = paths.map(async ([name, path]) => [name, { path, digest: await world.digest(path) }] as const);
    return Object.fromEntries(await Promise.all(files));
  }
  const path = form === "gguf" || base.file === null ? model.path : await world.toGguf(model, base.file);
  return { "adapter.gguf": { path, digest: await world.digest(path) } };
}

function digestsOf(files: Readonly<Record<string, ModelFile>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, { digest }]) => [name, `sha256:${digest}`]));
}

/** A file's own chat template is not used: Ollama has those of the models that it knows. */
async function tellTemplate({ server, world }: Serving, name: string, shownAs: string): Promise<void> {
  if (!isRunByOllama(server.version)) return;
  if ((await showModel(server, name))?.template.trim() !== "{{ .Prompt }}") return;
  world.note(
    `Ollama knows no chat template for ${shownAs}: prompts are given as they are (make the model in Ollama with a TEMPLATE)`,
  );
}

async function open({ settings, world }: Serving, name: string, ref: string): Promise<Provider> {
  return await createProvider({ ref, kind: "ollama", target: name }, { ...settings, contract: "findings" }, world);
}

/** Has the model read into memory, which is where what does not fit comes to light. */
async function load(provider: Provider, advise: (said: string) => string, signal: AbortSignal): Promise<void> {
  const parameters = { maxTokens: 1, temperature: 0, seed: 1 };
  const about = { caseId: "load", case: { diff: "", language: "" }, part: 0, repeat: 0 };
  try {
    await provider.generate({ ...about, prompt: "Review this change.", parameters }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    const message = `Ollama cannot run ${provider.ref}: ${error.message}${advise(error.message)}`;
    throw new ProviderError(message, { isRetryable: false, cause: error });
  }
}
