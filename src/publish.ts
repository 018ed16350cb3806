import { closeSync, openSync, readdirSync, renameSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "./core/errors.ts";
import type { CaseLine, Report } from "./core/report.ts";
import type { Reporter } from "./core/reporter.ts";
import { makeFolder } from "./io/folder.ts";
import { readLatencyLines } from "./latency/journal.ts";
import { type Dataset, withDefaults } from "./load/dataset.ts";
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
  startLines(dataset: Dataset): void;
  writeLine(line: CaseLine): void;
  endLines(): void;
  /** Renders the report with every reporter, puts all files in the place of earlier ones, and points `latest` here. */
  publish(report: Report, reporters: readonly Reporter[]): Promise<void>;
  /** Takes back the folder of a run that asked nothing: its journal, and itself where nothing else is in it. */
  discard(): void;
  /** Removes what was not published and frees the folder for others. */
  close(): void;
}

/** Checks the name of a run, which is a folder's beside `latest`. @throws UsageError */
export function checkRunName(name: string): void {
  if (/^[\w.-]+$/.test(name) && !["latest", ".", ".."].includes(name)) return;
  throw new UsageError(`run name "${name}": expected letters, digits, dots, dashes and underscores (and not "latest")`);
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

  return {
    name,
    path,
    lock,
    startLines(dataset) {
      writeDataset(unpublished(datasetFile), dataset);
      lines = writeLines(unpublished(linesFile));
    },
    writeLine(line) {
      if (lines === null) throw new Error("writeLine before startLines");
      lines.add(JSON.stringify(line));
    },
    endLines() {
      lines?.close();
      lines = null;
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
      for (const file of [datasetFile, linesFile]) rmSync(unpublished(file), { force: true });
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

function writeDataset(file: string, dataset: Dataset): void {
  const lines = writeLines(file);
  for (const entry of dataset.entries) lines.add(dataset.readLine(entry));
  lines.close();
}

async function* readCases(file: string): AsyncGenerator<Case> {
  for await (const source of readOwnLines<Parameters<typeof withDefaults>[0]>(file)) yield withDefaults(source);
}

interface LineWriter {
  add(line: string): void;
  close(): void;
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
      pending += `${line.replace(terminalCodes, escapeCode)}\n`;
      if (pending.length >= bufferedChars) flush();
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
