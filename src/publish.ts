import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, renameSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "./core/errors.ts";
import type { CaseLine, Report } from "./core/report.ts";
import type { Reporter } from "./core/reporter.ts";
import { makeFolder } from "./io/folder.ts";
import { readText } from "./io/lines.ts";
import { readLatencyLines } from "./latency/journal.ts";
import { withDefaults } from "./load/dataset.ts";
import { readOwnLines } from "./load/own-lines.ts";
import type { Case } from "./core/case.ts";
import { cannotWrite, writeAll } from "./run/disk.ts";
import { journalFile } from "./run/journal.ts";
import { type FolderLock, lockFolder } from "./run/lock.ts";

/**
 * The folder of one run and the only place that writes its files, but for the journal. Whatever cannot be written is an
 * IncompleteError.
 */
export interface RunFolder {
  readonly name: string;
  readonly path: string;
  readonly lock: FolderLock;
  /** Begins cases.jsonl and dataset.jsonl, the cases that are measured; both are to be seen once they are published. */
  startLines<Entry extends { id: string }>(dataset: CasesAsWritten<Entry>): void;
  writeLine(line: CaseLine): void;
  /** Puts the lines into one order, whatever the one in which they came: by reviewer, case and repeat. */
  endLines(): void;
  /** Renders the report with every reporter, puts all files in the place of earlier ones, and points `latest` here. */
  publish(report: Report, reporters: readonly Reporter[]): Promise<void>;
  /** Takes back the folder of a run that asked nothing: its journal, and itself where nothing else is in it. */
  discard(): void;
  /** Removes what was not published and frees the folder for others. */
  close(): void;
}

/** Cases, each with the line that it is written in. */
interface CasesAsWritten<Entry extends { id: string }> {
  entries: readonly Entry[];
  readLine(entry: Entry): string;
}

/** Checks the name of a run, which is a folder's beside `latest`. @throws UsageError */
export function checkRunName(name: string): void {
  if (/^[\w.-]+$/.test(name) && !["latest", ".", ".."].includes(name)) return;
  throw new UsageError(`run name "${name}": expected letters, digits, dots, dashes and underscores (and not "latest")`);
}

/** A name for a run that has none: its day, its suite, and what makes it another than those that are there. */
export function nameRun(parent: string, startedAt: string, suite: string): string {
  const name = `${startedAt.slice(0, 10)}-${suite}-${randomBytes(2).toString("hex")}`;
  return existsSync(join(parent, name)) ? nameRun(parent, startedAt, suite) : name;
}

/**
 * Makes the folder of a run and takes it for this process alone.
 * @throws UsageError when it cannot be written or another process writes there
 */
export function openRunFolder(parent: string, name: string): RunFolder {
  checkRunName(name);
  const path = join(parent, name);
  const lock = takeFolder(path);
  const linesFile = join(path, "cases.jsonl");
  const datasetFile = join(path, "dataset.jsonl");
  let lines: LineWriter | null = null;
  let order = orderOf([]);

  return {
    name,
    path,
    lock,
    startLines(dataset) {
      writeDataset(unpublished(datasetFile), dataset);
      lines = writeLines(unpublished(linesFile));
      order = orderOf(dataset.entries.map(({ id }) => id));
    },
    writeLine(line) {
      if (lines === null) throw new Error("writeLine before startLines");
      order.add(line, lines.add(JSON.stringify(line)));
    },
    endLines() {
      if (lines === null) return;
      lines.close();
      lines = null;
      const sorted = order.sorted();
      if (sorted !== null) sortLines(unpublished(linesFile), unpublished(sortedAside(linesFile)), sorted);
    },
    async publish(report, reporters) {
      const data = {
        report,
        lines: () => readOwnLines<CaseLine>(unpublished(linesFile)),
        cases: () => readCases(unpublished(datasetFile)),
        ...(report.latency === undefined ? {} : { latency: () => readLatencyLines(path) }),
      };
      const files = [];
      for (const reporter of reporters) files.push(...(await reporter.render(data)));
      // A report never stands beside lines that it was not made of: a run that ends before this point leaves all that an
      // earlier one has published, and one that ends within it leaves lines without a report.
      for (const old of readdirSync(path).filter((file) => /^report\.\w+$/.test(file))) {
        writing(join(path, old), (file) => rmSync(file));
      }
      for (const file of [datasetFile, linesFile]) writing(file, () => renameSync(unpublished(file), file));
      for (const file of files) {
        await writeFileAtomic(join(path, file.path), file.content).catch((error: unknown) => {
          throw cannotWrite(join(path, file.path), error);
        });
      }
      pointLatest(parent, name);
    },
    discard() {
      rmSync(journalFile(path), { force: true });
      lock.release();
      if (readdirSync(path).length === 0) rmdirSync(path);
    },
    close() {
      for (const file of [datasetFile, linesFile, sortedAside(linesFile)]) rmSync(unpublished(file), { force: true });
      lock.release();
    },
  };
}

function takeFolder(path: string): FolderLock {
  try {
    makeFolder(path);
    return lockFolder(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `${path}: cannot write there (${error instanceof Error ? error.message : String(error)}); choose another folder with --out`,
    );
  }
}

function sortedAside(file: string): string {
  return `${file}.sorted`;
}

function unpublished(file: string): string {
  return `${file}.new`;
}

function writing<T>(file: string, write: (file: string) => T): T {
  try {
    return write(file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function writeDataset<Entry extends { id: string }>(file: string, dataset: CasesAsWritten<Entry>): void {
  const lines = writeLines(file);
  for (const entry of dataset.entries) lines.add(dataset.readLine(entry));
  lines.close();
}

async function* readCases(file: string): AsyncGenerator<Case> {
  for await (const source of readOwnLines<Parameters<typeof withDefaults>[0]>(file)) yield withDefaults(source);
}

interface LineWriter {
  /** Gives how many bytes it takes, its line break among them. */
  add(line: string): number;
  close(): void;
}

/** Where a line stands in its file. */
interface Placed {
  offset: number;
  bytes: number;
}

/** Finds out which order lines are to have: reviewers as they came, cases as in the dataset, repeats as counted. */
function orderOf(ids: readonly string[]): { add(line: CaseLine, bytes: number): void; sorted(): Placed[] | null } {
  const positions = new Map(ids.map((id, position) => [id, position]));
  const turns = new Map<string, number>();
  const placed: (Placed & { turn: number; position: number; repeat: number })[] = [];
  let end = 0;
  return {
    add({ reviewer, caseId, repeat }, bytes) {
      const turn = turns.get(reviewer) ?? turns.size;
      turns.set(reviewer, turn);
      placed.push({ turn, position: positions.get(caseId) ?? 0, repeat, offset: end, bytes });
      end += bytes;
    },
    sorted() {
      const sorted = placed.toSorted((a, b) => a.turn - b.turn || a.position - b.position || a.repeat - b.repeat);
      return sorted.every((line, at) => line === placed[at]) ? null : sorted;
    },
  };
}

/** Rewrites a file of lines in another order, one line in memory. */
function sortLines(file: string, aside: string, sorted: readonly Placed[]): void {
  const handle = writing(file, () => openSync(file, "r"));
  try {
    const lines = writeLines(aside);
    for (const { offset, bytes } of sorted) lines.add(readText(handle, offset, bytes - 1));
    lines.close();
  } finally {
    closeSync(handle);
  }
  writing(file, () => renameSync(aside, file));
}

const bufferedChars = 1 << 16;

/** What JSON leaves as it is although a terminal obeys it when the file is shown: C1 controls and bidirectional marks. */
const terminalCodes = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const escapeCode = (code: string) => `\\u${code.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Writes JSON lines in large pieces. What an interrupt loses is made again from the journal. */
function writeLines(file: string): LineWriter {
  const handle = writing(file, () => openSync(file, "w"));
  let pending = "";
  const flush = () => {
    writing(file, () => writeAll(handle, Buffer.from(pending)));
    pending = "";
  };
  return {
    add(line) {
      const written = `${line.replace(terminalCodes, escapeCode)}\n`;
      pending += written;
      if (pending.length >= bufferedChars) flush();
      return Buffer.byteLength(written);
    },
    close() {
      flush();
      writing(file, () => closeSync(handle));
    },
  };
}

function pointLatest(parent: string, name: string): void {
  const link = join(parent, "latest");
  try {
    rmSync(link, { force: true });
    symlinkSync(name, link, "junction");
  } catch {
    // Without the right to make links a run is still whole; `latest` is a convenience.
  }
}
