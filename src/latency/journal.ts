import { closeSync, existsSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { IncompleteError } from "../core/errors.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { type LatencyHeader, LatencyLine } from "../core/latency/journal.ts";
import { readLines } from "../io/lines.ts";

/** The record of a latency phase, one line for each request. */
export interface LatencyJournal {
  /** Keeps a line; the disk is left alone while requests are under way, unless very much waits. */
  append(line: LatencyLine): void;
  /** Writes what was kept. @throws IncompleteError when it cannot be written */
  flush(): void;
  /** The same, and brings everything to the disk. */
  close(): void;
}

const mostWaitingChars = 16 * 1024 * 1024;

/** The file in a run's folder. */
export function latencyFile(folder: string): string {
  return join(folder, "latency.jsonl");
}

/**
 * Begins the record anew: what an earlier try of the run left unfinished was measured at another hour.
 * @throws IncompleteError when it cannot be written
 */
export function createLatencyJournal(folder: string, header: LatencyHeader): LatencyJournal {
  const file = latencyFile(folder);
  const handle = writing(file, () => openSync(file, "w"));
  let waiting = "";
  const flush = () => {
    const bytes = Buffer.from(waiting);
    waiting = "";
    writing(file, () => {
      for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    });
  };
  const append = (line: LatencyLine) => {
    waiting += `${JSON.stringify(line)}\n`;
    if (waiting.length > mostWaitingChars) flush();
  };
  append(header);
  flush();
  return {
    append,
    flush,
    close() {
      flush();
      writing(file, () => {
        fsyncSync(handle);
        closeSync(handle);
      });
    },
  };
}

/**
 * The lines of a record; none where the run has none. A last line that was torn is left out.
 * @throws UsageError for a damaged line before the last
 */
export function readLatencyLines(folder: string): LatencyLine[] {
  const file = latencyFile(folder);
  if (!existsSync(file)) return [];
  const lines: LatencyLine[] = [];
  for (const line of readLines(file)) {
    if (!line.isWhole) break;
    lines.push(parseJsonLine(LatencyLine, line.text, `${file}:${line.number}`));
  }
  return lines;
}

/** Whether the record came to its end and measured just this. */
export function isFinished(lines: readonly LatencyLine[], wanted: LatencyHeader): boolean {
  const header = lines.find((line) => line.kind === "latency");
  if (header === undefined || !lines.some(({ kind }) => kind === "end")) return false;
  const deciding = ({ settings, limitMs, seed, reviewers }: LatencyHeader) =>
    JSON.stringify([settings, limitMs, seed, reviewers]);
  return deciding(header) === deciding(wanted);
}

function writing<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new IncompleteError(`${file}: cannot write (${reason}); free the disk, then go on with --resume`);
  }
}
