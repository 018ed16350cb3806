import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ServableModel } from "../core/engine.ts";
import { UsageError } from "../core/errors.ts";
import { makeFolder } from "../io/folder.ts";
import { digestOf } from "../io/file-hash.ts";
import { convertAdapter } from "../load/gguf/convert-adapter.ts";

const folder = join(".nitbench", "adapters");
/** So many are kept, with those that this process uses: a run beside this one has made its own lately. */
const mostKept = 20;

/** What this process has written, by path: the SHA-256 that it had then. */
const written = new Map<string, string>();

/**
 * Writes an adapter as a GGUF adapter for a base, below the working folder. The file is named by what it is made of, so
 * that runs beside each other write the same; the oldest are removed.
 * @param baseDigest of the base's file, in hexadecimal
 * @returns its absolute path
 * @throws UsageError where it has no such form, does not fit the base, or the folder cannot be written
 */
export async function convertForBase(model: ServableModel, baseFile: string, baseDigest: string): Promise<string> {
  try {
    makeFolder(resolve(folder));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `model "${model.ref}": cannot write .nitbench/adapters (${why}; run from a folder that can be written)`,
    );
  }
  const file = resolve(folder, `${model.loadName}-${baseDigest.slice(0, 12)}.gguf`);
  if (!written.has(file) || (await hasChanged(file))) {
    await convertAdapter(model.path, baseFile, file);
    written.set(file, await digestOf(file));
    removeOldest();
  }
  return file;
}

/** Whether a file that this process has converted is no longer what it wrote. */
export async function hasChanged(file: string): Promise<boolean> {
  const now = await digestOf(file).catch(() => null);
  return now !== written.get(file);
}

/** What cannot be removed is none of a run's business. */
function removeOldest(): void {
  try {
    const files = readdirSync(folder)
      .map((name) => resolve(folder, name))
      .map((file) => ({ file, writtenMs: lstatSync(file).mtimeMs }))
      .toSorted((a, b) => b.writtenMs - a.writtenMs);
    for (const { file } of files.slice(mostKept)) if (!written.has(file)) rmSync(file, { force: true });
  } catch {
    // Another run may be removing the same.
  }
}
