import { join } from "node:path";
import type { EngineSettings, EngineWorld, ServableModel, Served } from "../../../core/engine.ts";
import { type Provider, ProviderError } from "../../../core/provider.ts";
import { createProvider } from "../../ollama.ts";
import { adaptersOf, type Base } from "./base.ts";
import type { CreatedModels, ModelFile } from "./created.ts";
import { adviceForLoading, isRunByOllama } from "./limits.ts";
import { type OllamaServer, type Shown, showModel } from "./server.ts";

/** All that serving a model takes. */
export interface Serving {
  model: ServableModel;
  server: OllamaServer;
  created: CreatedModels;
  settings: EngineSettings;
  world: EngineWorld;
  /** SHA-256 of a file, in hexadecimal. */
  digestOf: (file: string) => Promise<string>;
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
  const { model, server, created } = serving;
  return await undoing(async (undo) => {
    const adapter = await adapterFiles(serving, base, form);
    signal.throwIfAborted();
    const baseName = base.model ?? `nitbench-base:${base.digest.slice(0, 12)}`;
    if (base.model === null && base.file !== null) {
      const files = { "base.gguf": { path: base.file, digest: base.digest } };
      const wanted = { model: baseName, files: digestsOf(files) };
      const isPlain = (shown: Shown) => adaptersOf(shown).length === 0;
      undo.push(await created.hold(wanted, Object.values(files), isPlain, signal));
      await tellTemplate(serving, baseName, base.shown);
    }
    const name = `${model.loadName}:${base.digest.slice(0, 12)}`;
    const wanted = { model: name, from: baseName, adapters: digestsOf(adapter) };
    const isSame = (shown: Shown) => carries(shown, adapter["adapter.gguf"]?.digest, server.version);
    undo.push(await created.hold(wanted, Object.values(adapter), isSame, signal));
    const provider = await open(serving, name, model.ref);
    await load(provider, (said) => adviceForLoading(said, base), signal);
    return { provider, base: await open(serving, baseName, `${model.ref} without its adapter`) };
  });
}

/** Serves a whole model. @param names of its files, in its folder @throws as `serveAdapter` */
export async function serveModel(serving: Serving, names: readonly string[], signal: AbortSignal): Promise<Served> {
  const { model, created } = serving;
  return await undoing(async (undo) => {
    const files: Record<string, ModelFile> = {};
    for (const name of names) {
      const path = join(model.path, name);
      files[name] = { path, digest: await serving.digestOf(path) };
      signal.throwIfAborted();
    }
    const wanted = { model: model.loadName, files: digestsOf(files) };
    const isPlain = (shown: Shown) => adaptersOf(shown).length === 0;
    undo.push(await created.hold(wanted, Object.values(files), isPlain, signal));
    await tellTemplate(serving, model.loadName, model.ref);
    const provider = await open(serving, model.loadName, model.ref);
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
  { model, world, digestOf }: Serving,
  base: Base,
  form: AdapterForm,
): Promise<Record<string, ModelFile>> {
  if (form === "peft") {
    const names = ["adapter_config.json", "adapter_model.safetensors"];
    const paths = names.map((name) => [name, join(model.path, name)] as const);
    const files = paths.map(async ([name, path]) => [name, { path, digest: await digestOf(path) }] as const);
    return Object.fromEntries(await Promise.all(files));
  }
  const path = form === "gguf" || base.file === null ? model.path : await world.toGguf(model, base.file);
  return { "adapter.gguf": { path, digest: await digestOf(path) } };
}

function digestsOf(files: Readonly<Record<string, ModelFile>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, { digest }]) => [name, `sha256:${digest}`]));
}

/** Whether a model of the server carries the adapter and no other; newer versions write files anew, under other digests. */
function carries(shown: Shown, digest: string | undefined, version: string): boolean {
  const [own = "", ...others] = adaptersOf(shown);
  if (own === "" || others.length > 0) return false;
  return digest === undefined || !isRunByOllama(version) || own.endsWith(digest);
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
