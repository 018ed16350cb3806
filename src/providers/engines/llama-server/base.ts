import { compareBases } from "../../../core/adapter/base-model.ts";
import type { EngineWorld } from "../../../core/engine.ts";
import { isFile } from "../../../io/readable.ts";
import { fileName } from "./adapters.ts";

/**
 * Whether a server has the base that the settings name: files of this machine are compared by what they hold.
 * @param served as the server calls its model
 * @param file of this machine that this is; null where it is none
 * @returns "named" where nothing but the name says so, null for another base
 */
export async function compareBase(
  wanted: string,
  served: string,
  file: string | null,
  world: EngineWorld,
): Promise<"same" | "named" | null> {
  if (wanted === served) return "same";
  if (!isFile(wanted)) {
    const likeness = compareBases(wanted, served);
    return likeness === "other" || likeness === null ? null : likeness === "same" ? "same" : "named";
  }
  if (file !== null) return (await world.digest(wanted)) === (await world.digest(file)) ? "same" : null;
  return fileName(wanted) === fileName(served) ? "named" : null;
}

/** The version that the program says it has, such as `6000 (abcdef)`. */
export function versionIn(said: string): string {
  return /^version: (.+)$/m.exec(said)?.[1]?.trim() ?? "of an unknown version";
}

/** Variables of llama.cpp's own that decide how much a request may hold. */
export function settingsIn(env: EngineWorld["env"]): string[] {
  return ["LLAMA_ARG_CTX_SIZE", "LLAMA_ARG_N_PARALLEL"].flatMap((key) => {
    const value = env[key] ?? "";
    return value === "" ? [] : [`${key}=${value}`];
  });
}
