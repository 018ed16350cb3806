import { writeSync } from "node:fs";
import { IncompleteError } from "../core/errors.ts";

/** Writes all of the bytes: the system may take fewer at once, as on a disk that is nearly full. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

/** That the system did not let a file of a run be written; the journal holds what is needed to make it again. */
export function cannotWrite(file: string, error: unknown): IncompleteError {
  const reason = error instanceof Error ? error.message : String(error);
  return new IncompleteError(`${file}: cannot write (${reason}); free the disk, then go on with --resume`);
}
