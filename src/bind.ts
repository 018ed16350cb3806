import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel, Served } from "./core/engine.ts";
import { IncompleteError, UsageError } from "./core/errors.ts";
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
  /** What it was trained from, as the same engine serves it without the adapter. */
  base: (ref: string) => Provider;
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
    if ("start" in answer) return bound(model, answer, warnings, { timeoutMs: settings.timeoutMs, note: world.note });
    declined.push(answer);
  }
  const reasons = declined.map(({ engine, because }) => `${engine}: ${because}`).join("; ");
  throw new IncompleteError(`model "${model.ref}": no engine can serve it; ${reasons}`);
}

function bound(
  model: ServableModel,
  offer: Offer,
  warnings: readonly string[],
  { timeoutMs, note }: Pick<EngineSettings, "timeoutMs"> & Pick<BindWorld, "note">,
): BoundReviewer {
  let served: Served | null = null;
  let proof: AdapterProof | null = null;
  // It is served as long as the adapter or its base is in use.
  const users = new Set<Provider>();

  function servedAs(
    who: Pick<Provider, "ref" | "model" | "identity">,
    pick: (one: Served) => Provider | null,
    prove: (one: Served, signal: AbortSignal) => Promise<void>,
  ): Provider {
    const inUse = () => (served === null || !users.has(provider) ? null : pick(served));
    const provider: Provider = {
      ...who,
      name: offer.engine,
      hosts: offer.hosts,
      seesTruth: false,
      isTimed: true,
      ...(offer.concurrency === undefined ? {} : { concurrency: offer.concurrency }),
      async probe(signal) {
        served ??= await offer.start(signal);
        users.add(provider);
        await pick(served)?.probe?.(signal);
        await prove(served, signal);
      },
      async generate(request, signal) {
        const answering = inUse();
        if (answering === null) throw new ProviderError(`${who.ref} is not served yet`, { isRetryable: false });
        return await answering.generate(request, signal);
      },
      wire: async (request) => (await inUse()?.wire?.(request)) ?? null,
      async close() {
        if (!users.delete(provider) || users.size > 0) return;
        const unused = served;
        served = null;
        await unused?.close();
      },
    };
    return provider;
  }

  const provider = servedAs(
    { ref: model.ref, model: model.loadName, identity: `${offer.identity} sha256:${model.hash}` },
    (one) => one.provider,
    async (one, signal) => {
      if (one.base === null || proof !== null) return;
      note(`${model.ref}: served by ${offer.engine}; it and its base are asked the same, to see that it is applied`);
      proof = await proveApplied(one.provider, one.base, timeoutMs, signal);
      note(
        `${model.ref}: is applied: ${proof.different} of ${proof.prompts} prompts are answered otherwise than by its base`,
      );
    },
  );
  const baseOf = (ref: string) =>
    servedAs(
      { ref, model: offer.base ?? "", identity: `${offer.identity} base` },
      (one) => one.base,
      async () => {},
    );
  const { kind, hash, base: trainedOn, rank } = model;
  const { engine, base } = offer;
  const facts = () => ({ kind, hash, trainedOn, rank, engine, base, warnings: [...warnings], proof });
  return { provider, facts, base: baseOf };
}

/** The file is named by what it is made of: runs beside each other write the same. */
async function toGguf(model: ServableModel, baseFile: string): Promise<string> {
  const folder = resolve(".nitbench", "adapters");
  try {
    makeFolder(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `model "${model.ref}": cannot write .nitbench/adapters (${why}; run from a folder that can be written)`,
    );
  }
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
