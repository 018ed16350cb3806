import { closeSync, existsSync, fdatasync, fstatSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import { IncompleteError, UsageError } from "../core/errors.ts";
import type { Generation } from "../core/generation.ts";
import { findDifferences, type JournalHeader, type RunIdentity } from "../core/journal.ts";
import { cannotWrite, writeAll } from "./disk.ts";
import { type JournalLine, readJournalLines } from "./journal-lines.ts";
import type { FolderLock } from "./lock.ts";
import { inTurns } from "./turns.ts";
import { realWorld } from "./world.ts";

/** How long a line may stay out of the disk's safety, in milliseconds. */
const syncEveryMs = 1000;

/** The append-only record of a run: one line per generation, so that a killed run loses nothing that was answered. */
export interface Journal {
  readonly file: string;
  readonly header: JournalHeader;
  /** Keys with an answer; those that ended in a transport error are to be asked again. Grows with `append`. */
  readonly finishedKeys: ReadonlySet<string>;
  /**
   * Writes the line before it returns.
   * @throws IncompleteError when it cannot be written; the file is then as it was before
   */
  append(generation: Generation): void;
  /**
   * Brings everything to the disk; a second call does nothing.
   * @throws IncompleteError when the disk does not say that all is there
   */
  close(): Promise<void>;
}

/** The journal's file in a run's folder. */
export function journalFile(folder: string): string {
  return join(folder, "journal.jsonl");
}

/**
 * Starts the journal of a new run, in a folder that this process has locked.
 * @throws UsageError when the folder has a journal already
 */
export function createJournal(folder: string, header: JournalHeader, lock: FolderLock): Journal {
  const file = journalFile(folder);
  if (existsSync(file))
    throw new UsageError(`${file}: this run exists already (resume it with --resume, or choose another --name)`);
  const journal = openJournal(file, openSync(file, "ax"), lock, header, new Set());
  journal.write(header);
  return journal;
}

/**
 * Goes on with the journal of an earlier run, in a folder that this process has locked. A last line that was torn is
 * cut off.
 * @throws UsageError when there is no journal, when its suite, dataset or reviewers are not those that are expected, or
 * when a line before the last is damaged
 */
export async function resumeJournal(folder: string, expected: RunIdentity, lock: FolderLock): Promise<Journal> {
  const file = journalFile(folder);
  if (!existsSync(file))
    throw new UsageError(`${file}: no journal to resume (name the folder of a run, such as reports/runs/NAME)`);
  const { header, finishedKeys, endByte } = await readState(file);
  const differences = findDifferences(header, expected);
  if (differences.length > 0) {
    throw new UsageError(
      `${file}: this run cannot be resumed: ${differences.join(" and ")} (start a new run, or go back to what it was started with)`,
    );
  }
  const descriptor = openSync(file, "r+");
  ftruncateSync(descriptor, endByte);
  closeSync(descriptor);
  return openJournal(file, openSync(file, "a"), lock, header, finishedKeys);
}

/**
 * The generations of a journal in flat memory, one per key: its last finished line. Others get their turns meanwhile.
 * @throws UsageError as `resumeJournal` does for what cannot be read
 */
export async function* readGenerations(file: string): AsyncGenerator<Generation> {
  const finished = new Map<string, number>();
  for await (const line of linesInTurns(file))
    if (line.kind === "generation" && isFinished(line.generation)) finished.set(line.generation.key, line.number);
  for await (const line of linesInTurns(file))
    if (line.kind === "generation" && finished.get(line.generation.key) === line.number) yield line.generation;
}

/**
 * The header of a journal.
 * @throws UsageError when the file is no journal
 */
export async function readHeader(file: string): Promise<JournalHeader> {
  for (const line of readJournalLines(file)) if (line.kind === "run") return line.header;
  throw new UsageError(`${file}: this is no journal`);
}

interface WritableJournal extends Journal {
  write(line: unknown): void;
}

function openJournal(
  file: string,
  descriptor: number,
  lock: FolderLock,
  header: JournalHeader,
  finishedKeys: Set<string>,
): WritableJournal {
  let lengthBytes = fstatSync(descriptor).size;
  let timer: NodeJS.Timeout | null = null;
  let syncing: Promise<void> = Promise.resolve();
  let syncFailure: Error | null = null;
  let isClosed = false;

  function write(line: unknown): void {
    if (isClosed) throw new IncompleteError(`${file}: the journal is closed already`);
    if (lock.isLost())
      throw new IncompleteError(`${file}: another process took this run over (resume it when that has ended)`);
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      if (syncFailure !== null) throw syncFailure;
      writeAll(descriptor, bytes);
    } catch (error) {
      ftruncateSync(descriptor, lengthBytes);
      throw cannotWrite(file, error);
    }
    lengthBytes += bytes.length;
    timer ??= setTimeout(sync, syncEveryMs).unref();
  }

  function sync(): void {
    timer = null;
    const once = () =>
      new Promise<void>((resolve) => {
        fdatasync(descriptor, (error) => {
          syncFailure ??= error;
          resolve();
        });
      });
    syncing = syncing.then(once);
  }

  return {
    file,
    header,
    finishedKeys,
    write,
    append(generation) {
      write(generation);
      if (isFinished(generation)) finishedKeys.add(generation.key);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await syncing;
      try {
        // What the system failed to write once it forgets: to ask again would succeed.
        if (syncFailure !== null) throw syncFailure;
        fsyncSync(descriptor);
        closeSync(descriptor);
      } catch (error) {
        throw cannotWrite(file, error);
      }
    },
  };
}

async function readState(file: string): Promise<{ header: JournalHeader; finishedKeys: Set<string>; endByte: number }> {
  const finishedKeys = new Set<string>();
  let header: JournalHeader | undefined;
  let endByte = 0;
  for await (const line of linesInTurns(file)) {
    endByte = line.endByte;
    if (line.kind === "run") header = line.header;
    else if (isFinished(line.generation)) finishedKeys.add(line.generation.key);
  }
  if (header === undefined) throw new UsageError(`${file}: this is no journal`);
  return { header, finishedKeys, endByte };
}

function isFinished(generation: Generation): boolean {
  return generation.outcome !== "transport-error";
}

function linesInTurns(file: string): AsyncGenerator<JournalLine> {
  return inTurns(readJournalLines(file), realWorld.now);
}
