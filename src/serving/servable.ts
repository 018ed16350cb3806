import { resolve } from "node:path";
import { activatedAdvice } from "../core/adapter/config.ts";
import { failure, type PreflightFinding } from "../core/adapter/finding.ts";
import type { ServableModel } from "../core/engine.ts";
import { UsageError } from "../core/errors.ts";
import { type AdapterFolder, adapterLoadName, inspectAdapter } from "../load/adapter.ts";
import { digestOfModel } from "../io/file-hash.ts";
import { type GgufFile, hashGguf, inspectGgufAdapter } from "../load/gguf-artefact.ts";
import type { MergedModel } from "../load/merged-model.ts";
import { type Artefact, resolveArtefact } from "../load/model-artefact.ts";

/** A model that was looked through, with what the pre-flight warned of. */
export interface Usable {
  model: ServableModel;
  warnings: readonly string[];
}

/**
 * Looks a model or an adapter through before any engine is asked to serve it. A whole GGUF model is no matter of engines:
 * its provider reads it by itself.
 * @param ref what the reviewer is called
 * @throws UsageError with the first thing that stops its use
 */
export async function inspectForUse(
  ref: string,
  artefact: Exclude<Artefact, { kind: "checkpoints" }>,
): Promise<Usable> {
  if (artefact.kind === "adapter") return await usableAdapter(ref, artefact);
  return artefact.kind === "model" ? await usableModel(ref, artefact) : await usableGguf(ref, artefact);
}

/** The same of one PEFT folder, such as a checkpoint. */
export async function usableAdapter(ref: string, adapter: AdapterFolder): Promise<Usable> {
  const { hash, findings } = await inspectAdapter(adapter);
  const warnings = refuseErrors(ref, findings);
  if (hash === null) throw new Error(`${ref}: no digest of weights that were found usable`);
  const { base_model_name_or_path: base, r: rank } = adapter.config;
  return {
    model: {
      ref,
      kind: "adapter",
      path: resolve(adapter.folder),
      hash,
      loadName: adapterLoadName(hash),
      base: base ?? null,
      rank: rank ?? null,
    },
    warnings,
  };
}

/** The digest of what lies there now, as that of the model was made; null where that is no such model any more. */
export async function hashAgain({ ref, kind, path }: ServableModel): Promise<string | null> {
  try {
    const artefact = await resolveArtefact(path);
    if (artefact.kind !== kind) return null;
    return (await inspectForUse(ref, artefact)).model.hash;
  } catch (error) {
    if (error instanceof UsageError || (error instanceof Error && "syscall" in error)) return null;
    throw error;
  }
}

async function usableGguf(ref: string, gguf: GgufFile): Promise<Usable> {
  const warnings = refuseErrors(ref, [...(await inspectGgufAdapter(gguf)), ...refuseActivated(gguf)]);
  const hash = await hashGguf(gguf);
  const model = { ref, kind: "gguf-adapter", path: resolve(gguf.file), base: null, rank: null } as const;
  return { model: { ...model, hash, loadName: adapterLoadName(hash) }, warnings };
}

/** The embedded engine and Ollama would apply it to the whole text. */
function refuseActivated({ header }: GgufFile): PreflightFinding[] {
  if (!header.metadata.has("adapter.alora.invocation_tokens")) return [];
  const message = "it is an activated LoRA, which applies only after its invocation tokens";
  return [failure("activated", message, activatedAdvice)];
}

async function usableModel(ref: string, { folder }: MergedModel): Promise<Usable> {
  const path = resolve(folder);
  const hash = await digestOfModel(path);
  const model = { ref, kind: "model", path, base: null, rank: null } as const;
  return { model: { ...model, hash, loadName: adapterLoadName(hash) }, warnings: [] };
}

function refuseErrors(ref: string, findings: readonly PreflightFinding[]): string[] {
  const error = findings.find(({ level }) => level === "error");
  if (error !== undefined) throw new UsageError(`model "${ref}": ${error.message} (${error.fix})`);
  return findings.map(({ message, fix }) => `${message} (${fix})`);
}
