import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { suggestWord, UsageError } from "../core/errors.ts";
import type { CreateProvider } from "../core/provider.ts";
import { replayFile } from "./replay.ts";

/**
 * A reviewer whose recorded reviews the dataset brings: `recorded:NAME`.
 * @throws UsageError when the dataset brings none, or none of that name
 */
export const createProvider: CreateProvider = async (ref, { contract, recordings }) => {
  if (recordings === undefined)
    throw new UsageError(`model "${ref.ref}": the suite's dataset brings no recorded reviews (use replay:FILE)`);
  const names = readdirSync(recordings).map((file) => basename(file, ".jsonl"));
  if (!names.includes(ref.target))
    throw new UsageError(
      `model "${ref.ref}": the dataset has no recorded reviewer "${ref.target}" (${suggestWord(ref.target, names)})`,
    );
  return replayFile(ref, join(recordings, `${ref.target}.jsonl`), contract);
};
