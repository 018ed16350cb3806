import { type FileHandle, open } from "node:fs/promises";

/** What is wrong with a file, without its name. */
export class BrokenFile extends Error {}

/** Goes through a little-endian file from its start, holding one piece of it at a time. */
export interface Cursor {
  /** The file's size in bytes. */
  readonly size: number;
  position: () => number;
  /** The next bytes, which are valid until the next call. @throws BrokenFile when the file ends before */
  take: (bytes: number) => Promise<Buffer>;
  /** Passes over bytes, which may lie beyond the end: the next read then fails. */
  skip: (bytes: number) => void;
  u32: () => Promise<number>;
  /** An unsigned 64-bit integer. @throws BrokenFile when it is too big to count anything */
  count: () => Promise<number>;
  /** A string with its length before it. @throws BrokenFile when all strings together are beyond reason */
  text: () => Promise<string>;
  /** Passes over strings. */
  skipTexts: (count: number) => Promise<void>;
}

const chunkBytes = 1 << 16;
/** More than all strings of any model's header; a damaged length asks for more. */
const mostTextBytes = 1 << 26;

/** Opens a file for one reader. @throws BrokenFile when the system refuses */
export async function withCursor<T>(file: string, read: (cursor: Cursor) => Promise<T>): Promise<T> {
  try {
    const handle = await open(file);
    try {
      return await read(makeCursor(handle, (await handle.stat()).size));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new BrokenFile(`cannot be read (${error.message}; mend its permissions or name another)`);
    throw error;
  }
}

function makeCursor(handle: FileHandle, size: number): Cursor {
  let chunk: Buffer = Buffer.alloc(0);
  let chunkStart = 0;
  let at = 0;
  let textBytes = 0;

  /** The next bytes where the current piece of the file holds them all, which saves a turn of the event loop. */
  const takeHeld = (bytes: number): Buffer | null => {
    const from = at - chunkStart;
    if (from + bytes > chunk.length) return null;
    at += bytes;
    return chunk.subarray(from, from + bytes);
  };

  const take = async (bytes: number): Promise<Buffer> => {
    const held = takeHeld(bytes);
    if (held !== null) return held;
    if (at + bytes > size) throw new BrokenFile(`ends at byte ${size}, within its header (it was cut: copy it again)`);
    chunk = await readPiece(handle, at, Math.min(size - at, Math.max(bytes, chunkBytes)));
    chunkStart = at;
    const read = takeHeld(bytes);
    if (read === null) throw new BrokenFile("became shorter while it was read");
    return read;
  };

  const skip = (bytes: number): void => {
    at += bytes;
    if (at > chunkStart + chunk.length) [chunk, chunkStart] = [Buffer.alloc(0), at];
  };

  const count = async (): Promise<number> => {
    const value = (takeHeld(8) ?? (await take(8))).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new BrokenFile(`holds the impossible size ${value} (it is damaged: copy it again)`);
    return Number(value);
  };

  return {
    size,
    position: () => at,
    take,
    skip,
    u32: async () => (await take(4)).readUInt32LE(),
    count,
    text: async () => {
      const length = await count();
      textBytes += length;
      if (textBytes > mostTextBytes)
        throw new BrokenFile(`holds a string of ${length} bytes in its header (it is damaged: copy it again)`);
      return (await take(length)).toString("utf8");
    },
    skipTexts: async (texts) => {
      for (let index = 0; index < texts; index += 1) {
        const length = await count();
        skip(length);
      }
    },
  };
}

async function readPiece(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await handle.read(piece, filled, bytes - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return piece.subarray(0, filled);
}
