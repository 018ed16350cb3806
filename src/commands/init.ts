import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { makeFolder } from "../io/folder.ts";
import { packageRoot } from "../load/files.ts";
import { starterFiles } from "./starter.ts";
import { toolVersion } from "../version.ts";

/**
 * Writes a starter suite and a workflow into a folder. What is there already is left as it is.
 * @returns the paths that were written, and those that were there
 * @throws UsageError where the folder cannot be written
 */
export function writeStarter(folder: string): { written: string[]; kept: string[] } {
  const prompt = readFileSync(join(packageRoot, "prompts", "review.md"), "utf8");
  const written: string[] = [];
  const kept: string[] = [];
  for (const { path, content } of starterFiles(prompt, toolVersion)) {
    const file = resolve(folder, path);
    if (existsSync(file)) {
      kept.push(path);
      continue;
    }
    try {
      makeFolder(dirname(file));
      writeFileSync(file, content, { flag: "wx" });
    } catch (error) {
      throw new UsageError(`${path}: cannot write it (${error instanceof Error ? error.message : String(error)})`);
    }
    written.push(path);
  }
  return { written, kept };
}
