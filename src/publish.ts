import { closeSync, openSync, readdirSync, rmdirSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "./core/errors.ts";
import type { CaseLine, Report } from "./core/report.ts";
import type { Reporter } from "./core/reporter.ts";
import { makeFolder } from "./io/folder.ts";
import { type Dataset, withDefaults } from "./load/dataset.ts";
import { readOwnLines } from "./load/own-lines.ts";
import type { Case } from "./core/case.ts";
import { journalFile } from "./run/journal.ts";

/** The folder of one run and the only place that writes its files, but for the journal. */
export interface RunFolder {
  readonly name: string;
  readonly path: string;
  /** Begins cases.jsonl and writes dataset.jsonl, the cases that are measured. */
  startLines(dataset: Dataset): void;
  writeLine(line: CaseLine): void;
  endLines(): void;
  /** Renders the report with every reporter, writes their files whole or not at all, and points `latest` here. */
  publish(report: Report, reporters: readonly Reporter[]): Promise<void>;
  /** Takes back the folder of a run that asked nothing: its journal, and itself where nothing else is in it. */
  discard(): void;
}

/** Checks the name of a run, which is a folder's beside `latest`. @throws UsageError */
export function checkRunName(name: string): void {
  if (/^[\w.-]+$/.test(name) && !["latest", ".", ".."].includes(name)) return;
  throw new UsageError(`run name "${name}": expected letters, digits, dots, dashes and underscores (and not "latest")`);
}

/**
 * Makes the folder of a run.
 * @throws UsageError when it cannot be written
 */
export function openRunFolder(parent: string, name: string): RunFolder {
  checkRunName(name);
  const path = join(parent, name);
  try {
    makeFolder(path);
    const trial = join(path, ".trial");
    closeSync(openSync(trial, "w"));
    rmSync(trial);
  } catch (error) {
    throw new UsageError(
      `${path}: cannot write there (${error instanceof Error ? error.message : String(error)}); choose another folder with --out`,
    );
  }
  let lines: LineWriter | null = null;

  return {
    name,
    path,
    startLines(dataset) {
      writeDataset(join(path, "dataset.jsonl"), dataset);
      lines = writeLines(join(path, "cases.jsonl"));
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
        lines: () => readOwnLines<CaseLine>(join(path, "cases.jsonl")),
        cases: () => readCases(join(path, "dataset.jsonl")),
      };
      for (const reporter of reporters) {
        for (const file of await reporter.render(data)) await writeFileAtomic(join(path, file.path), file.content);
      }
      pointLatest(parent, name);
    },
    discard() {
      rmSync(journalFile(path), { force: true });
      if (readdirSync(path).length === 0) rmdirSync(path);
    },
  };
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
  const handle = openSync(file, "w");
  let pending = "";
  const flush = () => {
    if (pending !== "") writeSync(handle, pending);
    pending = "";
  };
  return {
    add(line) {
      pending += `${line.replace(terminalCodes, escapeCode)}\n`;
      if (pending.length >= bufferedChars) flush();
    },
    close() {
      flush();
      closeSync(handle);
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
