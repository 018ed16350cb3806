import { checkBaseFile, requireBase } from "./base-file.ts";
import { convertForBase, hasChanged } from "./converted-adapters.ts";
import {
  type Engine,
  type EngineSettings,
  type EngineWorld,
  type Offer,
  replaced,
  type ServableModel,
  type Served,
} from "../core/engine.ts";
import { IncompleteError } from "../core/errors.ts";
import { type Provider, ProviderError, type ProviderWorld } from "../core/provider.ts";
import type { AdapterProof, ServedModel } from "../core/served.ts";
import { digestOfModel } from "../io/file-hash.ts";
import { proveApplied } from "./prove.ts";
import { fold } from "../reporters/terminal-text.ts";
import { hashAgain, type Usable } from "./servable.ts";

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
  /** Prompts of the suite's own, by which adapters are proved too; asked for when one is proved. */
  ownPrompts?: () => readonly string[];
}

/**
 * Finds the first engine that can serve a model from disk. Nothing is started or changed before the provider is probed;
 * then what was loaded is looked at again, and an adapter is proved to be applied. There is no falling back to the base.
 * @throws UsageError for a base that is none, or another than the adapter's; IncompleteError where no engine can serve
 * it, with what would make each of them
 */
export async function bindModel(
  { model, warnings }: Usable,
  engines: readonly Engine[],
  settings: EngineSettings,
  world: BindWorld,
): Promise<BoundReviewer> {
  await checkBaseFile(model, settings);
  const converted = new Set<string>();
  const engineWorld: EngineWorld = {
    ...world,
    digest: digestOfModel,
    toGguf: async (one, baseFile) => {
      const file = await convertForBase(one, baseFile, await digestOfModel(baseFile));
      converted.add(file);
      return file;
    },
  };
  const declined: { engine: string; because: string }[] = [];
  for (const engine of engines) {
    const answer = await engine.offer(model, settings, engineWorld);
    if ("start" in answer) return bound(model, answer, warnings, converted, settings.timeoutMs, world);
    declined.push({ engine: engine.name, because: answer.because });
  }
  requireBase(model, settings);
  throw new IncompleteError(`model "${model.ref}": no engine can serve it\n${layOut(declined)}`);
}

const labelWidth = 14;
const textWidth = 84;

/** Engines one below the other, each with why not and, on a line of its own, with what would make it. */
function layOut(declined: readonly { engine: string; because: string }[]): string {
  const row = (label: string, text: string) => `  ${label.padEnd(labelWidth)}${text}`;
  return declined
    .flatMap(({ engine, because }) => {
      const texts = because.split(/(?<=\)); /).flatMap((reason) => {
        const [, why = reason, fix] = /^(.*\S) \((.*)\)$/s.exec(reason) ?? [];
        // A line that is to be typed is left whole.
        return [...fold(why, textWidth).split("\n"), ...(fix === undefined ? [] : [`→ ${fix.replace(/^run: /, "")}`])];
      });
      return texts.map((text, index) => row(index === 0 ? engine : "", text));
    })
    .join("\n");
}

function bound(
  model: ServableModel,
  offer: Offer,
  warnings: readonly string[],
  converted: ReadonlySet<string>,
  timeoutMs: number,
  { note, ownPrompts }: BindWorld,
): BoundReviewer {
  let served: Served | null = null;
  let seenOnceServed = "";
  // What is served anew is looked at and proved anew: an engine may leave the adapter out the second time.
  let checked: Served | null = null;
  let proved: Served | null = null;
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
      get identity() {
        return `${who.identity}${seenOnceServed}`;
      },
      name: offer.engine,
      hosts: offer.hosts,
      seesTruth: false,
      isTimed: true,
      ...(offer.concurrency === undefined ? {} : { concurrency: offer.concurrency }),
      async probe(signal) {
        served ??= await offer.start(signal);
        users.add(provider);
        if (served.identity !== undefined) seenOnceServed = ` ${served.identity}`;
        await pick(served)?.probe?.(signal);
        // Some engines load only when they are probed.
        if (checked !== served) await refuseChanged(model, offer, converted);
        checked = served;
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
      if (one.base === null || proved === one) return;
      note(`${model.ref}: served by ${offer.engine}; it and its base are asked the same, to see that it is applied`);
      proof = await proveApplied(one.provider, one.base, { timeoutMs, signal, ownPrompts: ownPrompts?.() ?? [] });
      note(
        `${model.ref}: is applied: ${proof.different} of ${proof.prompts} prompts are answered otherwise than by its base`,
      );
      proved = one;
    },
  );
  const baseOf = (ref: string) =>
    servedAs(
      { ref, model: offer.base?.name ?? "", identity: `${offer.identity} base` },
      (one) => one.base,
      async () => {},
    );
  const { kind, hash, base: trainedOn, rank } = model;
  const { engine, base } = offer;
  const facts = () => ({
    kind,
    hash,
    trainedOn,
    rank,
    engine,
    base: base?.name ?? null,
    baseDigest: base?.digest ?? null,
    warnings: [...warnings],
    proof,
  });
  return { provider, facts, base: baseOf };
}

/** @throws ProviderError where something that an engine may have loaded is no longer what was looked through */
async function refuseChanged(model: ServableModel, { base }: Offer, converted: ReadonlySet<string>): Promise<void> {
  const changed: string[] = [];
  if ((await hashAgain(model)) !== model.hash) changed.push(model.path);
  if (base?.file != null && (await digestOfModel(base.file).catch(() => null)) !== base.digest) changed.push(base.file);
  for (const file of converted) if (await hasChanged(file)) changed.push(file);
  const [first] = changed;
  if (first !== undefined) throw new ProviderError(replaced(first), { isRetryable: false });
}
