import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { checkSuite } from "../core/check-suite.ts";
import { suggestWord, UsageError } from "../core/errors.ts";
import { bugFieldNames, caseFieldNames } from "../core/fields.ts";
import { Suite } from "../core/suite.ts";
import { parseWhere } from "../core/where.ts";
import { isFile, isFolder, reading } from "../io/readable.ts";
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
 * Reads and checks a suite, by name (`quickstart`, in the first of `folders` that has it) or by path (`./my.yaml`).
 * @throws UsageError when there is none, naming the nearest, or when the file breaks the schema
 */
export function loadSuite(nameOrPath: string, folders: readonly string[], overrides: readonly Override[]): LoadedSuite {
  const path = findSuite(nameOrPath, folders);
  const file = displayPath(path);
  const text = reading(`suite "${file}"`, () => readFileSync(path, "utf8"));
  const { data: suite, locate } = parseYaml(Suite, text, file, overrides);
  const mistakes = checkSuite(suite);
  if (mistakes.length > 0)
    throw new UsageError(mistakes.map((mistake) => `${locate(mistake.path)}: ${mistake.message}`).join("\n"));
  if (suite.dataset.where !== undefined)
    parseWhere(suite.dataset.where, [...caseFieldNames, ...bugFieldNames], locate(["dataset", "where"]));
  return { suite, file, folder: dirname(path), hash: hashOf(suite) };
}

function findSuite(nameOrPath: string, folders: readonly string[]): string {
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath);
  if (isPath) {
    if (!existsSync(nameOrPath)) throw new UsageError(`suite "${nameOrPath}": no such file`);
    if (!isFile(nameOrPath)) {
      const got = isFolder(nameOrPath) ? "a folder" : "what is no file";
      throw new UsageError(`suite "${nameOrPath}": expected a suite file, got ${got} (write its file)`);
    }
    return resolve(nameOrPath);
  }
  const found = suiteFile(nameOrPath, folders);
  if (found !== undefined) return found;
  const known = [...new Set(folders.flatMap((folder) => suiteNames(folder)))];
  throw new UsageError(`suite "${nameOrPath}": no such suite (${suggestWord(nameOrPath, known)})`);
}

/** The file of a suite in the first of `folders` that has it; undefined where none has. */
export function suiteFile(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, `${name}.yaml`)).find(isFile);
}

/** The names of the suites in a folder, sorted. */
export function suiteNames(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return reading(`folder "${displayPath(folder)}"`, () => readdirSync(folder))
    .filter((name) => name.endsWith(".yaml") && isFile(join(folder, name)))
    .map((name) => basename(name, ".yaml"))
    .sort();
}

/** A path as messages show it: relative to the working folder where it lies below it. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}
