import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { suggestWord, UsageError } from "../core/errors.ts";
import { Suite } from "../core/suite.ts";
import { hashOf } from "./hash.ts";
import { type Override, parseYaml } from "./yaml.ts";

/** A suite with where it came from. Paths in it are relative to `folder`. */
export interface LoadedSuite {
  suite: Suite;
  /** The file, relative to the working folder where it is below it. */
  file: string;
  folder: string;
  /** Of the suite as it runs, overrides included. */
  hash: string;
}

/**
 * Reads a suite by name (`quickstart`, under `folder`) or by path (`./my.yaml`).
 * @throws UsageError when there is none, naming the nearest, or when the file breaks the schema
 */
export function loadSuite(nameOrPath: string, folder: string, overrides: readonly Override[]): LoadedSuite {
  const path = findSuite(nameOrPath, folder);
  const file = displayPath(path);
  const suite = parseYaml(Suite, readFileSync(path, "utf8"), file, overrides);
  return { suite, file, folder: dirname(path), hash: hashOf(suite) };
}

function findSuite(nameOrPath: string, folder: string): string {
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath);
  if (isPath) {
    if (!existsSync(nameOrPath)) throw new UsageError(`suite "${nameOrPath}": no such file`);
    return resolve(nameOrPath);
  }
  const path = join(folder, `${nameOrPath}.yaml`);
  if (existsSync(path)) return path;
  const known = suiteNames(folder);
  throw new UsageError(`suite "${nameOrPath}": no ${displayPath(path)} (${suggestWord(nameOrPath, known)})`);
}

/** The names of the suites in a folder, sorted. */
export function suiteNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml"))
    .sort();
}

/** A path as messages show it: relative to the working folder where it lies below it. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}
