import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "../core/errors.ts";
import { shortRef } from "../core/format.ts";
import { JudgeCalibration, type JudgeSetup, setupOf } from "../core/judge/calibration.ts";
import { parseJsonDocument } from "../core/json-line.ts";
import { makeFolder } from "../io/folder.ts";
import { isFolder, reading } from "../io/readable.ts";
import { packageRoot } from "./files.ts";
import { hashOf } from "./hash.ts";
import { displayPath } from "./suite.ts";

/** What is on record of a judge. */
export interface FoundCalibration {
  /** For just this setup; null where there is none. */
  current: JudgeCalibration | null;
  /** The newest of the same judge for another version of the rubric or other parameters. */
  stale: JudgeCalibration | null;
}

/** Where records are kept below a folder: in one that goes with it wherever it goes, or in one that git ignores. */
const places = { shared: join("judges", "calibration", "judges"), own: join(".nitbench", "calibration", "judges") };

/** Of all that a judge's answers depend on, but for the questions. */
export function setupKey(setup: JudgeSetup): string {
  return hashOf(setupOf(setup));
}

/**
 * The records of all judges by a rubric of this name, of any version of it: the working folder's, then the program's.
 * @throws UsageError for a file among them that is no record
 */
export function judgeRecords(rubric: string, roots: readonly string[] = [".", packageRoot]): JudgeCalibration[] {
  const below = roots.flatMap((root) => [places.shared, places.own].map((place) => resolve(root, place)));
  const folders = [...new Set(below)].map((folder) => join(folder, rubric)).filter(isFolder);
  return folders.flatMap(readRecords);
}

/**
 * Looks a judge up in the records of the working folder, then in those that the program brings.
 * @throws UsageError for a file among them that is no record
 */
export function findJudgeCalibration(
  setup: JudgeSetup,
  roots: readonly string[] = [".", packageRoot],
): FoundCalibration {
  const records = judgeRecords(setup.rubric.name, roots).filter((record) => record.judge === setup.judge);
  const key = setupKey(setup);
  const others = records.filter((record) => setupKey(record) !== key);
  return {
    current: records.find((record) => setupKey(record) === key) ?? null,
    stale: others.toSorted((a, b) => (a.madeAt < b.madeAt ? 1 : -1))[0] ?? null,
  };
}

/**
 * Keeps a record in the working folder, in the place of an earlier one of the same setup: among the folder's judges, to be
 * committed with them, but where the folder is a clone of this program, whose judges are not the user's.
 * @returns the file, as messages show it
 * @throws UsageError where it cannot be written
 */
export async function writeJudgeCalibration(
  record: JudgeCalibration,
  root = ".",
  program = packageRoot,
): Promise<string> {
  const slug = shortRef(record.ref)
    .replaceAll(/[^\w.-]+/g, "-")
    .slice(0, 60);
  const place = resolve(root) === resolve(program) ? places.own : places.shared;
  const path = resolve(root, place, record.rubric.name, `${slug}-${setupKey(record).slice(0, 8)}.json`);
  try {
    makeFolder(dirname(path));
    await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${displayPath(path)}: cannot write (${why}; mend its permissions or free the disk)`);
  }
  return displayPath(path);
}

function readRecords(folder: string): JudgeCalibration[] {
  return reading(`folder "${displayPath(folder)}"`, () => readdirSync(folder))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const text = reading(`calibration "${displayPath(path)}"`, () => readFileSync(path, "utf8"));
      return parseJsonDocument(JudgeCalibration, text, displayPath(path));
    });
}
