import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../core/errors.ts";
import { type MatcherCalibration, MatcherCalibration as Calibration } from "../core/match/calibration.ts";
import { RecordedVerdict } from "../core/match/recorded.ts";
import { parsePrompt, type Prompt } from "../core/prompt.ts";
import { sha256 } from "./hash.ts";
import { parseJsonLine } from "./json-line.ts";
import { readLines } from "../io/lines.ts";
import { displayPath } from "./suite.ts";

/** The folder that holds this program's own suites, prompts and datasets: the repository, or the installed package. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

function findPackageRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : findPackageRoot(dirname(folder));
}

/** A prompt with the hash that the report names. */
export interface LoadedPrompt {
  prompt: Prompt;
  file: string;
  hash: string;
}

/** Reads and checks a prompt template. @throws UsageError when it is missing or names an unknown field */
export function loadPrompt(path: string): LoadedPrompt {
  const file = displayPath(path);
  if (!isFile(path)) throw new UsageError(`prompt "${file}": no such file (mend reviewer.prompt)`);
  const text = readFileSync(path, "utf8");
  return { prompt: parsePrompt(text, file), file, hash: sha256(text) };
}

/** The recorded calibration of the lexical matcher; null where this installation has none. */
export function loadLexicalCalibration(): MatcherCalibration | null {
  const path = join(packageRoot, "judges", "calibration", "lexical-matcher", "record.json");
  return existsSync(path) ? Calibration.parse(JSON.parse(readFileSync(path, "utf8"))) : null;
}

/** Reads a file of recorded verdicts. @throws UsageError with file and line */
export function loadVerdicts(path: string): RecordedVerdict[] {
  const file = displayPath(path);
  if (!isFile(path)) throw new UsageError(`verdicts "${file}": no such file (mend scorers.detection.verdicts)`);
  const verdicts: RecordedVerdict[] = [];
  for (const { text, number } of readLines(path)) {
    if (text.trim() === "") continue;
    verdicts.push(parseJsonLine(RecordedVerdict, text, `${file}:${number}`));
  }
  return verdicts;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
