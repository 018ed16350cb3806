import { UsageError } from "./core/errors.ts";
import { type ModelKind, parseModelRef } from "./core/model.ts";
import type { SourceManifest } from "./core/source.ts";

/** Kinds that say what they say without reading a change. */
const needNoDiff: ReadonlySet<ModelKind> = new Set(["recorded", "replay", "floor", "ceiling"]);

/**
 * Refuses, before a public benchmark is fetched, whom it has nothing for.
 * @param source as the suite names it
 * @throws UsageError for what is no model reference, and for one that reads changes where there are none
 */
export function refuseModels(
  refs: readonly string[],
  { source, known }: { source: string | undefined; known: () => { name: string; manifest: SourceManifest }[] },
): void {
  const reader = refs.map(parseModelRef).find(({ kind }) => !needNoDiff.has(kind));
  if (reader === undefined || source === undefined) return;
  const found = known().find(({ manifest }) => source.startsWith(`github:${manifest.repository}@`));
  if (found?.manifest.hasDiffs !== false) return;
  throw new UsageError(
    `model "${reader.ref}": ${found.name} has no diffs, only the addresses of changes (only recorded reviews can be measured there)`,
  );
}
