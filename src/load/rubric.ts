import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { suggestWord, UsageError } from "../core/errors.ts";
import { checkRubric } from "../core/judge/check-rubric.ts";
import { Rubric } from "../core/judge/rubric.ts";
import { type JudgeTemplate, parseJudgeTemplate } from "../core/judge/template.ts";
import { isFile, isFolder, reading } from "../io/readable.ts";
import { packageRoot } from "./files.ts";
import { hashOf, sha256 } from "./hash.ts";
import { displayPath, suiteFile as yamlFile, suiteNames as yamlNames } from "./suite.ts";
import { parseYaml } from "./yaml.ts";

/** A rubric with where it came from. */
export interface LoadedRubric {
  rubric: Rubric;
  /** The file, relative to the working folder where it is below it. */
  file: string;
  /** The prompt template; null for an engine that asks no model. */
  template: JudgeTemplate | null;
  /** Of all that a judge is asked by: the rubric's data and its template's text, wherever they lie. */
  hash: string;
  /** Of the template's text alone; null where there is none. */
  templateHash: string | null;
}

/** Where rubrics are looked for by name: the user's own `judges` folder, then the bundled one. */
export function rubricFolders(): string[] {
  return [...new Set([resolve("judges"), join(packageRoot, "judges")])].filter(isFolder);
}

/** The names of the rubrics in a folder, sorted. */
export function rubricNames(folder: string): string[] {
  return yamlNames(folder);
}

/**
 * Reads and checks a rubric with its template, by name (`review`, in the first of `folders` that has it) or by path
 * (`./my.yaml`).
 * @throws UsageError when there is none, naming the nearest, or when rubric or template has a mistake, with its line
 */
export function loadRubric(nameOrPath: string, folders: readonly string[] = rubricFolders()): LoadedRubric {
  const path = findRubric(nameOrPath, folders);
  const file = displayPath(path);
  const text = reading(`rubric "${file}"`, () => readFileSync(path, "utf8"));
  const { data: rubric, locate } = parseYaml(Rubric, text, file);
  const mistakes = checkRubric(rubric);
  if (mistakes.length > 0)
    throw new UsageError(mistakes.map((mistake) => `${locate(mistake.path)}: ${mistake.message}`).join("\n"));
  if (rubric.prompt === undefined) return { rubric, file, template: null, hash: hashOf(rubric), templateHash: null };

  const templatePath = resolve(dirname(path), rubric.prompt);
  if (!isFile(templatePath))
    throw new UsageError(`${locate(["prompt"])}: no such file: ${displayPath(templatePath)} (mend the path)`);
  const templateFile = displayPath(templatePath);
  const templateText = reading(`prompt "${templateFile}"`, () => readFileSync(templatePath, "utf8"));
  const templateHash = sha256(templateText);
  return {
    rubric,
    file,
    template: parseJudgeTemplate(templateText, templateFile, rubric),
    hash: hashOf({ ...rubric, prompt: templateHash }),
    templateHash,
  };
}

function findRubric(nameOrPath: string, folders: readonly string[]): string {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) {
    if (!existsSync(nameOrPath)) throw new UsageError(`rubric "${nameOrPath}": no such file`);
    if (isFile(nameOrPath)) return resolve(nameOrPath);
    const got = isFolder(nameOrPath) ? "a folder" : "what is no file";
    throw new UsageError(`rubric "${nameOrPath}": expected a rubric file, got ${got} (write its file)`);
  }
  const found = yamlFile(nameOrPath, folders);
  if (found !== undefined) return found;
  const known = [...new Set(folders.flatMap(rubricNames))];
  throw new UsageError(`rubric "${nameOrPath}": no such rubric (${suggestWord(nameOrPath, known)})`);
}
