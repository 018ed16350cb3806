import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { choosePrice, type Price } from "./core/cost.ts";
import type { Engine } from "./core/engine.ts";
import { UsageError } from "./core/errors.ts";
import { isLocal, type ModelRef, parseModelRef } from "./core/model.ts";
import type { Suite } from "./core/suite.ts";
import { atHome } from "./io/home.ts";
import { loadPrices } from "./load/prices.ts";
import type { LoadedSource } from "./load/sources/source.ts";
import type { LocalReviewer, LocalWorld } from "./serving/local-models.ts";
import { loadProvider } from "./providers/index.ts";

/** A reviewer that can be asked. */
export interface OpenedReviewer extends LocalReviewer {
  role: "measured" | "company";
  /** The reference that it was named by, of which a folder of checkpoints has several; absent where nobody asks. */
  named?: string;
  /** What its answers are charged by; null where nobody knows. */
  price: Price | null;
}

/**
 * Makes the reviewers of a run: those that the command names, else the suite's own, and the company beside them.
 * @param models that the command names
 * @throws UsageError where there is nobody to measure, one is named twice, or cannot be used
 */
export async function openReviewers(
  models: readonly string[],
  suite: Suite,
  source: LoadedSource | null,
  world: LocalWorld,
): Promise<{ opened: OpenedReviewer[]; engines: Engine[] }> {
  const measured = models.length > 0 ? models : suite.reviewers;
  const company = suite.company.filter((ref) => !measured.includes(ref));
  const refs = [
    ...measured.map((ref) => ({ ref, role: "measured" as const })),
    ...company.map((ref) => ({ ref, role: "company" as const })),
  ];
  const required = suite.gates.filter((gate) => gate.required).length;
  if (measured.length === 0 && required > 0)
    throw new UsageError(
      `suite "${suite.name}" has gates and nobody to gate (give --model REF, or leave the gates out with --set gates=[])`,
    );
  if (refs.length === 0)
    throw new UsageError(
      `suite "${suite.name}": nobody to measure (give --model REF, or list reviewers: in the suite)`,
    );
  const parsed = refs.map(({ ref, role }) => ({ model: parseModelRef(ref), role }));
  refuseTwice(
    parsed.map(({ model }) => model),
    world.env["HOME"],
  );

  const { baseUrl, keyVariable, base, engine, timeoutMs, contract, price, usdPerHour } = suite.reviewer;
  // The address, key and price of the measured reviewer are not company's: a key must reach no other host.
  const own = {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(keyVariable === undefined ? {} : { keyVariable }),
    ...(base === undefined ? {} : { base: atHome(base, world.env["HOME"]) }),
  };
  const recordings =
    source === null || source.reviewers.size === 0 ? {} : { recordings: join(source.folder, "recordings") };
  const prices = loadPrices();
  // Only a model on disk needs engines, and the code that looks it through.
  const local = parsed.some(({ model }) => isLocal(model)) ? await import("./serving/local-models.ts") : null;
  const engines = (await local?.loadEngines(engine)) ?? [];
  const opened: OpenedReviewer[] = [];
  for (const { model, role } of parsed) {
    const sweep = { every: suite.sweep?.every ?? 1, hasBase: role === "measured" };
    const settings = { contract, timeoutMs, sweep, ...recordings, ...(role === "measured" ? own : {}) };
    const found: LocalReviewer[] =
      local !== null && isLocal(model)
        ? await local.openLocalModel(model, settings, engines, world)
        : [{ provider: await loadProvider(model, settings, world) }];
    const ownPrice = role === "measured" ? { price, usdPerHour } : {};
    for (const one of found) {
      // A base is there for its checkpoints to be seen beside it, and is never gated.
      const isBase = one.training !== undefined && one.checkpoint === undefined;
      opened.push({
        ...one,
        role: isBase ? "company" : role,
        named: model.ref,
        price: choosePrice(one.provider, ownPrice, prices),
      });
    }
  }
  return { opened, engines };
}

/** @throws UsageError where two references mean the same, in whatever way the path of a folder or a file is written */
function refuseTwice(models: readonly ModelRef[], home: string | undefined): void {
  const seen = new Map<string, string>();
  for (const model of models) {
    const meant = isLocal(model) && model.kind !== "hf" ? placeOf(model.target, home) : model.ref;
    const before = seen.get(meant);
    const also = before === model.ref ? "" : `, as "${before}" before`;
    if (before !== undefined)
      throw new UsageError(`model "${model.ref}" is named twice${also} (name each reviewer once)`);
    seen.set(meant, model.ref);
  }
}

function placeOf(path: string, home: string | undefined): string {
  const place = resolve(atHome(path, home));
  try {
    return realpathSync(place);
  } catch {
    return place;
  }
}
