import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { programName, quote } from "../command-line.ts";
import { UsageError } from "../core/errors.ts";
import { plural } from "../core/format.ts";
import { indexNorms } from "../core/judge/norm.ts";
import type { Rubric } from "../core/judge/rubric.ts";
import { chooseForSheet, renderSheetCsv, sheetColumns, type ShownItem } from "../core/judge/sheet.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { CaseLine } from "../core/report.ts";
import { isYardstick } from "../core/verdict.ts";
import { makeFolder } from "../io/folder.ts";
import { readLines } from "../io/lines.ts";
import { isFile, isFolder } from "../io/readable.ts";
import type { CommandResult } from "./judge.ts";
import { loadDataset } from "../load/dataset.ts";
import { sha256 } from "../load/hash.ts";
import { readLabelSheet, readSheetKey } from "../load/label-sheet.ts";
import { type LoadedRubric, loadRubric } from "../load/rubric.ts";
import { displayPath } from "../load/suite.ts";
import { renderLabelSheet } from "../reporters/label-sheet.ts";
import { questionAbout } from "../scorers/judge.ts";

/** What people are to label, or have labelled. */
export interface LabelOptions {
  /** Name or path of the rubric. */
  rubric: string;
  /** Name or path of the run whose reviews are to be labelled. */
  run?: string | undefined;
  /** A filled sheet to read, in place of a run. */
  read?: string | undefined;
  /** How many reviews. */
  count: number;
  /** The folder for the sheet, or the file for the labels read. */
  out?: string | undefined;
  /** Who filled the rows that do not say so. */
  by?: string | undefined;
  seed: number;
}

const runsFolder = "reports/runs";
const files = { sheet: "sheet.csv", page: "sheet.html", key: "key.jsonl" };

/**
 * Writes a blind sheet of a run's reviews for people to fill, or reads a filled one into a file of labels.
 * @throws UsageError for a run without reviews that a judge could be asked about, a sheet that is there already, and the
 *   first cell of a filled one that cannot be read
 */
export async function judgeLabel(options: LabelOptions): Promise<CommandResult> {
  const loaded = loadRubric(options.rubric);
  const { rubric } = loaded;
  if (rubric.judges !== "review")
    throw new UsageError(`rubric ${rubric.name}: it judges ${rubric.judges}s, and a sheet holds reviews`);
  const taken = rubric.axes.find(({ name }) => Object.values<string>(sheetColumns).includes(name));
  if (taken !== undefined)
    throw new UsageError(`rubric ${rubric.name}: a sheet has a column "${taken.name}" of its own (rename the axis)`);
  if (options.read !== undefined) return readSheet(options.read, rubric, options);
  if (options.run === undefined)
    throw new UsageError(
      `judge label ${options.rubric}: expected a run to take reviews from (name one, or --read SHEET.csv)`,
    );
  return writeSheet(options.run, loaded, options);
}

async function writeSheet(
  run: string,
  { rubric }: LoadedRubric,
  { count, seed, out, rubric: rubricWord }: LabelOptions,
): Promise<CommandResult> {
  const runFolder = findRun(run);
  const items = gatherItems(runFolder, count, seed);
  const folder = resolve(out ?? join("reports", "labels", basename(runFolder)));
  const path = (name: string) => join(folder, name);
  if (existsSync(path(files.sheet)))
    throw new UsageError(
      `${displayPath(path(files.sheet))}: is there already, and somebody may have filled it (choose another folder with --out)`,
    );
  const axes = rubric.axes.map(({ name }) => name);
  const key = items.map(({ item, caseId, review }) => `${JSON.stringify({ item, caseId, review })}\n`).join("");
  const page = await renderLabelSheet(rubric.name, rubric.axes, items);
  const contents = { [files.key]: key, [files.page]: page, [files.sheet]: renderSheetCsv(items, axes) };
  await writing(folder, async () => {
    makeFolder(folder);
    for (const [name, content] of Object.entries(contents)) await writeFileAtomic(path(name), content);
  });
  const shown = displayPath(folder);
  const next = `${programName(process.env)} judge label ${quote(rubricWord)} --read ${quote(join(shown, files.sheet))}`;
  return {
    exitCode: 0,
    text: [
      `${plural(items.length, "review")} in ${shown}: read ${files.page}, fill ${files.sheet}, keep ${files.key} beside it`,
      `then: ${next}`,
    ].join("\n"),
    document: { version: 1, rubric: rubric.name, items: items.length, folder: shown, files: Object.values(files) },
  };
}

function gatherItems(runFolder: string, count: number, seed: number): ShownItem[] {
  const dataset = loadDataset({ path: join(runFolder, "dataset.jsonl") }, process.cwd(), seed);
  try {
    const cases = new Map(dataset.entries.map((entry) => [entry.id, dataset.read(entry)]));
    const norms = indexNorms([...cases.values()], seed, sha256);
    const choose = (isWanted: (line: CaseLine) => boolean) => {
      const lines = readCaseLines(join(runFolder, "cases.jsonl"), isWanted);
      return chooseForSheet(lines, (id) => cases.get(id), count, seed, sha256).flatMap((item): ShownItem[] => {
        const source = cases.get(item.caseId);
        const question = source === undefined ? null : questionAbout(source, item.review, norms);
        return question === null
          ? []
          : [{ ...item, diff: question.diff, references: question.references, norm: question.norm }];
      });
    };
    // What floors and ceilings say is known beforehand: people's time is too good for it.
    const items = choose(({ reviewer }) => !isYardstick({ provider: reviewer.split(":")[0] ?? "" }));
    if (items.length > 0) return items;
    const yardsticks = choose(() => true);
    if (yardsticks.length > 0) return yardsticks;
    throw new UsageError(
      `${displayPath(runFolder)}: no review of a case with a reference, which a judge is asked about`,
    );
  } finally {
    dataset.close();
  }
}

function* readCaseLines(path: string, isWanted: (line: CaseLine) => boolean): Generator<CaseLine> {
  const file = displayPath(path);
  for (const { text, number } of readLines(path)) {
    if (text.trim() === "") continue;
    const line = parseJsonLine(CaseLine, text, `${file}:${number}`);
    if (isWanted(line)) yield line;
  }
}

function findRun(run: string): string {
  const path = [resolve(run), resolve(runsFolder, run)].find(isFolder);
  if (path === undefined)
    throw new UsageError(`run "${run}": no such run in ${runsFolder} (name the folder of a run, or give its path)`);
  const missing = ["cases.jsonl", "dataset.jsonl"].find((name) => !isFile(join(path, name)));
  if (missing === undefined) return realpathSync(path);
  throw new UsageError(`run "${run}": ${displayPath(join(path, missing))} is missing (name a run that was finished)`);
}

async function readSheet(sheet: string, { axes }: Rubric, { by, out, rubric }: LabelOptions): Promise<CommandResult> {
  const path = resolve(sheet);
  const key = readSheetKey(join(dirname(path), files.key));
  const names = axes.map(({ name }) => name);
  const { labels, empty } = readLabelSheet(path, key, names, by);
  const target = resolve(out ?? path.replace(/(?:\.csv)?$/i, ".labels.jsonl"));
  await writing(target, async () => {
    makeFolder(dirname(target));
    await writeFileAtomic(target, labels.map((label) => `${JSON.stringify(label)}\n`).join(""));
  });
  const file = displayPath(target);
  return {
    exitCode: 0,
    text: [
      `${plural(labels.length, "review")} labelled${empty === 0 ? "" : `, ${empty} not`}: ${file}`,
      `then: ${programName(process.env)} judge calibrate ${quote(rubric)} --judge REF --against ${quote(file)} --dataset DATASET`,
    ].join("\n"),
    document: { version: 1, labels: labels.length, empty, file },
  };
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${displayPath(path)}: cannot write (${why}; choose another place with --out)`);
  }
}
