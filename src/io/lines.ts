import { closeSync, openSync, readSync } from "node:fs";

/** One line of a text file without its line break; `offset` and `bytes` say where it stands. */
export interface Line {
  text: string;
  number: number;
  offset: number;
  bytes: number;
  /** Where the next line starts. */
  endByte: number;
  /** Whether a line break ends it; only the last line of a file can lack one. */
  isWhole: boolean;
}

const chunkBytes = 1 << 20;
const newline = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reads a file line by line without ever holding more than one line of it. Invalid UTF-8 becomes U+FFFD. */
export function* readLines(file: string): Generator<Line> {
  const handle = openSync(file, "r");
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let pending: Buffer[] = [];
    let offset = 0;
    let number = 1;
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1 && end < read; end = chunk.indexOf(newline, start)) {
        const rest = chunk.subarray(start, end);
        const line = pending.length === 0 ? rest : Buffer.concat([...pending, rest]);
        pending = [];
        yield toLine(line, number, offset, true);
        offset += line.length + 1;
        number += 1;
        start = end + 1;
      }
      if (start < read) pending.push(Buffer.from(chunk.subarray(start, read)));
    }
    if (pending.length > 0) yield toLine(Buffer.concat(pending), number, offset, false);
  } finally {
    closeSync(handle);
  }
}

/** A byte order mark at the start of the file belongs to no line. */
function toLine(line: Buffer, number: number, offset: number, isWhole: boolean): Line {
  const skipped = offset === 0 && line.indexOf(byteOrderMark) === 0 ? byteOrderMark.length : 0;
  const text = line.toString("utf8", skipped);
  return {
    text: text.endsWith("\r") ? text.slice(0, -1) : text,
    number,
    offset: offset + skipped,
    bytes: line.length - skipped,
    endByte: offset + line.length + (isWhole ? 1 : 0),
    isWhole,
  };
}

/** Reads some bytes of an open file as text. */
export function readText(handle: number, offset: number, bytes: number): string {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const read = readSync(handle, buffer, filled, bytes - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.toString("utf8", 0, filled);
}
