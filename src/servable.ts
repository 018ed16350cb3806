import { resolve } from "node:path";
import type { PreflightFinding } from "./core/adapter/finding.ts";
import type { ServableModel } from "./core/engine.ts";
import { UsageError } from "./core/errors.ts";
import { type AdapterFolder, adapterLoadName, inspectAdapter } from "./load/adapter.ts";
import { hashFile } from "./load/file-hash.ts";
import { type GgufFile, hashGguf, inspectGgufAdapter } from "./load/gguf-artefact.ts";
import { hashOf } from "./load/hash.ts";
import type { MergedModel } from "./load/merged-model.ts";
import type { Artefact } from "./load/model-artefact.ts";

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

async function usableGguf(ref: string, gguf: GgufFile): Promise<Usable> {
  const warnings = refuseErrors(ref, await inspectGgufAdapter(gguf));
  const hash = await hashGguf(gguf);
  const model = { ref, kind: "gguf-adapter", path: resolve(gguf.file), base: null, rank: null } as const;
  return { model: { ...model, hash, loadName: adapterLoadName(hash) }, warnings };
}

async function usableModel(ref: string, { folder, files }: MergedModel): Promise<Usable> {
  const digests: string[] = [];
  for (const file of ["config.json", ...files]) digests.push(await hashFile(resolve(folder, file)));
  const hash = hashOf(digests);
  const model = { ref, kind: "model", path: resolve(folder), base: null, rank: null } as const;
  return { model: { ...model, hash, loadName: adapterLoadName(hash) }, warnings: [] };
}

function refuseErrors(ref: string, findings: readonly PreflightFinding[]): string[] {
  const error = findings.find(({ level }) => level === "error");
  if (error !== undefined) throw new UsageError(`model "${ref}": ${error.message} (${error.fix})`);
  return findings.map(({ message, fix }) => `${message} (${fix})`);
}
