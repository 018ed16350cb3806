import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseJsonLine } from "../core/json-line.ts";
import { type MatcherCalibration, MatcherCalibration as Calibration } from "../core/match/calibration.ts";
import { type PlacedVerdict, RecordedVerdict } from "../core/match/recorded.ts";
import { checkShowsChange, parsePrompt, type Prompt } from "../core/prompt.ts";
import { readLines } from "../io/lines.ts";
import { reading, requireFile } from "../io/readable.ts";
import { sha256 } from "./hash.ts";
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

/** Reads and checks a prompt template. @throws UsageError when it is missing, names an unknown field or shows no change */
export function loadPrompt(path: string): LoadedPrompt {
  const file = displayPath(path);
  requireFile(`prompt "${file}"`, path, "mend reviewer.prompt");
  const text = reading(`prompt "${file}"`, () => readFileSync(path, "utf8"));
  const prompt = parsePrompt(text, file);
  checkShowsChange(prompt);
  return { prompt, file, hash: sha256(text) };
}

/** The recorded calibration of the lexical matcher; null where this installation has none. */
export function loadLexicalCalibration(): MatcherCalibration | null {
  const path = join(packageRoot, "judges", "calibration", "lexical-matcher", "record.json");
  return existsSync(path) ? Calibration.parse(JSON.parse(readFileSync(path, "utf8"))) : null;
}

/** Reads a file of recorded verdicts, each with where it stands. @throws UsageError with file and line */
export function loadVerdicts(path: string): PlacedVerdict[] {
  const file = displayPath(path);
  requireFile(`verdicts "${file}"`, path, "mend scorers.detection.verdicts");
  const lines = reading(`verdicts "${file}"`, () => [...readLines(path)]);
  return lines
    .map(({ text, number }) => ({ text, place: `${file}:${number}` }))
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, place }) => ({ place, verdict: parseJsonLine(RecordedVerdict, text, place) }));
}
