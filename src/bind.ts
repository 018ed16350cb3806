import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel, Served } from "./core/engine.ts";
import { IncompleteError } from "./core/errors.ts";
import { type Provider, ProviderError, type ProviderWorld } from "./core/provider.ts";
import type { AdapterProof, ServedModel } from "./core/served.ts";
import { makeFolder } from "./io/folder.ts";
import { hashFile } from "./load/file-hash.ts";
import { convertAdapter } from "./load/gguf/convert-adapter.ts";
import { proveApplied } from "./prove.ts";
import type { Usable } from "./servable.ts";

/** A reviewer whose model lies on this machine's disk. It is served once it is probed, and no more once it is closed. */
export interface BoundReviewer {
  provider: Provider;
  facts: () => ServedModel;
}

/** What binding needs of the outside. */
export interface BindWorld extends ProviderWorld {
  note: (line: string) => void;
}

/**
 * Finds the first engine that can serve a model from disk. Nothing is started or changed before the provider is probed,
 * and then an adapter is proved to be applied. There is no falling back to the base.
 * @throws IncompleteError where no engine can serve it, with what would make each of them
 */
export async function bindModel(
  { model, warnings }: Usable,
  engines: readonly Engine[],
  settings: EngineSettings,
  world: BindWorld,
): Promise<BoundReviewer> {
  const engineWorld: EngineWorld = { ...world, toGguf, digest };
  const declined: Declined[] = [];
  for (const engine of engines) {
    const answer = await engine.offer(model, settings, engineWorld);
    if ("start" in answer) return bound(model, answer, warnings);
    declined.push(answer);
  }
  const reasons = declined.map(({ engine, because }) => `${engine}: ${because}`).join("; ");
  throw new IncompleteError(`model "${model.ref}": no engine can serve it; ${reasons}`);
}

function bound(model: ServableModel, offer: Offer, warnings: readonly string[]): BoundReviewer {
  let served: Served | null = null;
  let proof: AdapterProof | null = null;
  const provider: Provider = {
    ref: model.ref,
    name: offer.engine,
    model: model.loadName,
    identity: `${offer.identity} sha256:${model.hash}`,
    hosts: offer.hosts,
    seesTruth: false,
    isTimed: true,
    ...(offer.concurrency === undefined ? {} : { concurrency: offer.concurrency }),
    async probe(signal) {
      served ??= await offer.start(signal);
      await served.provider.probe?.(signal);
      if (served.base !== null) proof ??= await proveApplied(served.provider, served.base, signal);
    },
    async generate(request, signal) {
      if (served === null) throw new ProviderError(`${model.ref} is not served yet`, { isRetryable: false });
      return await served.provider.generate(request, signal);
    },
    wire: async (request) => (await served?.provider.wire?.(request)) ?? null,
    async close() {
      await served?.close();
      served = null;
    },
  };
  const { kind, hash, base: trainedOn, rank } = model;
  const { engine, base } = offer;
  return { provider, facts: () => ({ kind, hash, trainedOn, rank, engine, base, warnings: [...warnings], proof }) };
}

/** The file is named by what it is made of: runs beside each other write the same. */
async function toGguf(model: ServableModel, baseFile: string): Promise<string> {
  const folder = resolve(".nitbench", "adapters");
  makeFolder(folder);
  const file = resolve(folder, `${model.loadName}-${(await digest(baseFile)).slice(0, 12)}.gguf`);
  await convertAdapter(model.path, baseFile, file);
  return file;
}

/** By path, size and time: a base is asked for once for each checkpoint that is put on it, and may be large. */
const digests = new Map<string, Promise<string>>();

function digest(file: string): Promise<string> {
  const { size, mtimeMs } = statSync(file);
  const key = `${resolve(file)} ${size} ${mtimeMs}`;
  const known = digests.get(key) ?? hashFile(file);
  digests.set(key, known);
  return known;
}
