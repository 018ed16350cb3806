import { createReadStream } from "node:fs";

/** One line of a file. Only a file's last line can lack its newline. */
export interface FileLine {
  text: string;
  /** From 1. */
  number: number;
  /** Where the line starts, and where the next one does, in bytes. */
  startByte: number;
  endByte: number;
  isWhole: boolean;
}

/**
 * Reads a file line by line in flat memory; only `\n` ends a line, for JSON may hold every other separator.
 * @throws the file system's error when the file cannot be read
 */
export async function* readLines(file: string): AsyncGenerator<FileLine> {
  let number = 0;
  let startByte = 0;
  let pieces: Buffer[] = [];
  const take = (last: Buffer, isWhole: boolean): FileLine => {
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    const endByte = startByte + bytes.length + (isWhole ? 1 : 0);
    const line = { text: bytes.toString("utf8"), number: ++number, startByte, endByte, isWhole };
    pieces = [];
    startByte = endByte;
    return line;
  };
  const chunks: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: 1024 * 1024 });
  for await (const chunk of chunks) {
    let rest = chunk;
    for (let newline = rest.indexOf(0x0a); newline !== -1; newline = rest.indexOf(0x0a)) {
      yield take(rest.subarray(0, newline), true);
      rest = rest.subarray(newline + 1);
    }
    if (rest.length > 0) pieces.push(rest);
  }
  if (pieces.length > 0) yield take(Buffer.alloc(0), false);
}
