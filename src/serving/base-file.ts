import { existsSync } from "node:fs";
import { planAdapter } from "../core/adapter/gguf-plan.ts";
import type { EngineSettings, ServableModel } from "../core/engine.ts";
import { UsageError } from "../core/errors.ts";
import { isFile } from "../io/readable.ts";
import { openAdapter } from "../load/adapter.ts";
import { readBase } from "../load/gguf/base.ts";
import { openGguf } from "../load/gguf-artefact.ts";
import { readSafetensorsHeader } from "../load/safetensors.ts";

/**
 * Looks whether an adapter fits the base that it is to be put on, where that is a file of this machine. Headers are read,
 * no weights.
 * @throws UsageError in one line where it is no base in GGUF, or another than the adapter was trained on
 */
export async function checkBaseFile(model: ServableModel, { base: wanted }: EngineSettings): Promise<void> {
  const base = wanted ?? (model.base?.endsWith(".gguf") ? model.base : null);
  if (model.kind === "model" || base === null || !isFile(base)) return;
  const named = wanted === undefined ? "its base" : "reviewer.base";
  const bad = (what: string) => new UsageError(`model "${model.ref}": ${named} ${base} ${what}`);
  if (model.kind === "adapter") {
    const known = await orTell(
      () => readBase(base),
      (why) => bad(`cannot be used: ${why}`),
    );
    const { config, weights } = openAdapter(model.path);
    const { tensors } = await readSafetensorsHeader(weights);
    await orTell(
      async () => planAdapter(config, tensors, known),
      (why) => bad(`cannot carry the adapter: ${why}`),
    );
    return;
  }
  const found = await orTell(
    () => openGguf(base),
    (why) => bad(`cannot be used: ${why}`),
  );
  if (found.kind !== "gguf-model") throw bad("is an adapter itself (name the model that it was trained on)");
  const { architecture } = await openGguf(model.path);
  if (architecture !== found.architecture)
    throw bad(`is of the architecture ${found.architecture}, and the adapter of ${architecture} (name its own base)`);
}

async function orTell<T>(work: () => Promise<T>, tell: (why: string) => UsageError): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UsageError ? tell(error.message) : error;
  }
}

/** @throws UsageError where the settings name a base as a path, and nothing is there that any engine could mean */
export function requireBase({ ref }: ServableModel, { base, baseUrl }: EngineSettings): void {
  if (base === undefined || baseUrl !== undefined || !/^(?:[./~]|[a-z]:[/\\])|\.gguf$/i.test(base)) return;
  if (existsSync(base)) return;
  throw new UsageError(
    `model "${ref}": reviewer.base ${base}: no such file or folder (name a GGUF file, or a base that the engine knows)`,
  );
}
