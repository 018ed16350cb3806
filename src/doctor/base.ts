import { checkBaseFile } from "../serving/base-file.ts";
import { failure, type PreflightFinding } from "../core/adapter/finding.ts";
import type { ServableModel } from "../core/engine.ts";
import { UsageError } from "../core/errors.ts";
import { isFile } from "../io/readable.ts";

/** The base that adapters are held against. */
export type BaseQuestion =
  /** As a server or the Hub calls it: names are compared. */
  | { kind: "id"; id: string }
  /** A GGUF file: shapes are compared. */
  | { kind: "file"; file: string };

/** Reads what `--base` names. @throws UsageError for a path to no file, and where there is no model to hold against it */
export function readBaseQuestion(base: string | undefined, models: readonly string[]): BaseQuestion | null {
  if (base === undefined) return null;
  if (models.length === 0)
    throw new UsageError("--base: expected an adapter to hold against it (add --model ./adapter, or leave it out)");
  if (isFile(base)) return { kind: "file", file: base };
  if (/^[./~]|\.gguf$/.test(base))
    throw new UsageError(`--base ${base}: no such file (name a GGUF file, or the id of the base that is served)`);
  return { kind: "id", id: base };
}

/** Says whether an adapter fits the file of its base; nothing where the base is known by its name only. */
export async function checkOnBase(
  model: Pick<ServableModel, "ref" | "kind" | "path">,
  base: BaseQuestion | null,
): Promise<PreflightFinding[]> {
  if (base?.kind !== "file") return [];
  const servable = { ...model, hash: "", loadName: "", base: null, rank: null };
  try {
    await checkBaseFile(servable, { base: base.file, timeoutMs: 0 });
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [, message = error.message, fix = "name another base"] =
      /^model ".*?": reviewer\.base (.*) \((.*)\)$/s.exec(error.message) ?? [];
    return [failure("base-mismatch", message, fix)];
  }
}
