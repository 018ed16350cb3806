import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { type SourceManifest, sourceReference } from "../../core/source.ts";
import { makeFolder } from "../../io/folder.ts";
import { reading } from "../../io/readable.ts";
import { displayPath } from "../suite.ts";
import { downloadFile, type DownloadWorld, isSound } from "./download.ts";

const githubFiles = "https://raw.githubusercontent.com";
const atOnce = 6;

/**
 * Fetches the files of a source that are not in `folder`, or not as they must be. An abort leaves what has come, and the
 * next call goes on from there.
 * @throws UsageError for a file that is gone, that is another one, or that cannot be written; IncompleteError where the
 *   server cannot be reached; an error named InterruptedError after an abort
 */
export async function fetchSource(
  name: string,
  manifest: SourceManifest,
  folder: string,
  world: DownloadWorld,
): Promise<void> {
  const missing = reading(`source ${name}`, () =>
    manifest.files.filter((file) => !isSound(join(folder, file.path), file)),
  );
  if (missing.length === 0) return;
  const { base = githubFiles } = world;
  const note = (line: string) => world.note(`source ${name}: ${line}`);
  const progress = countProgress(missing, note);
  note(`fetching ${progress.total} from ${base} to ${displayPath(folder)}`);

  makeHome(name, folder);
  const stop = new AbortController();
  const signal = AbortSignal.any([world.signal, stop.signal]);
  const queue = missing.values();
  let failure: unknown;
  const fetchInTurn = async () => {
    try {
      for (const file of queue) {
        const download = {
          ...file,
          url: `${base}/${encodePath(`${manifest.repository}/${manifest.commit}/${file.upstream}`)}`,
          file: placeBelow(folder, file.path),
          subject: `source ${name}: ${file.path}`,
          reference: sourceReference(manifest),
        };
        await downloadFile(download, { ...world, signal });
        progress.add(file.bytes);
      }
    } catch (error) {
      // The first failure is the one to tell; those after it are the others being stopped.
      failure ??= error;
      stop.abort(error);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, fetchInTurn));
  if (world.signal.aborted) throw interruption(name);
  if (failure === undefined) return;
  throw failure instanceof Error && "syscall" in failure ? cannotWrite(name, folder, failure) : failure;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function makeHome(name: string, folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw error instanceof Error ? cannotWrite(name, folder, error) : error;
  }
}

function cannotWrite(name: string, folder: string, { message }: Error): UsageError {
  return new UsageError(
    `source ${name}: cannot write to ${displayPath(folder)} (${message}; mend that, or set XDG_CACHE_HOME to another folder)`,
  );
}

/**
 * Makes the folders on the way to a file; a link among them could lead out of `home`, which itself may be reached through
 * links, as caches on another disk are.
 */
function placeBelow(home: string, path: string): string {
  const levels = path.split("/");
  for (const depth of levels.keys()) {
    if (depth === 0) continue;
    const level = join(home, ...levels.slice(0, depth));
    mkdirSync(level, { recursive: true });
    if (!lstatSync(level).isDirectory()) throw new UsageError(`${displayPath(level)}: is a link (remove it)`);
  }
  return join(home, path);
}

/** A line per file where they are few, else one for every tenth of them. */
function countProgress(files: SourceManifest["files"], note: (line: string) => void) {
  const allBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const tenths = (count: number) => Math.floor((count * 10) / files.length);
  let done = 0;
  let doneBytes = 0;
  return {
    total: `${countFiles(files.length)}, ${megabytes(allBytes)} MB,`,
    add: (bytes: number) => {
      done += 1;
      doneBytes += bytes;
      if (tenths(done) === tenths(done - 1)) return;
      note(`${done} of ${countFiles(files.length)}, ${megabytes(doneBytes)} of ${megabytes(allBytes)} MB`);
    },
  };
}

function countFiles(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** The command knows it by its name. */
function interruption(name: string): Error {
  const error = new Error(`interrupted; what has come of source ${name} is kept (run the command again to go on)`);
  error.name = "InterruptedError";
  return error;
}
