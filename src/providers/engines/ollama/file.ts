import { createHash } from "node:crypto";
import { accessSync, constants, createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { isFile } from "../../../io/readable.ts";

const pieceBytes = 1 << 16;

/** A file's bytes, piece by piece. @throws what the system says */
export async function* readPieces(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) yield piece as Buffer<ArrayBuffer>;
}

/** SHA-256 of a file, in hexadecimal. @throws what the system says */
export async function digestFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of readPieces(file)) hash.update(piece);
  return hash.digest("hex");
}

/** Whether there is a file that this process may read. */
export function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return isFile(file);
  } catch {
    return false;
  }
}

/** The architecture that a GGUF file names, such as `qwen2`; null where it does not name it first, as files do. */
export async function readArchitecture(file: string): Promise<string | null> {
  const start = await readStart(file, 256);
  if (start.length < 64 || start.toString("latin1", 0, 4) !== "GGUF") return null;
  const keyLength = Number(start.readBigUInt64LE(24));
  if (start.toString("latin1", 32, 32 + keyLength) !== "general.architecture") return null;
  const at = 32 + keyLength;
  const isText = start.readUInt32LE(at) === 8;
  const length = Number(start.readBigUInt64LE(at + 4));
  return isText && length < 64 ? start.toString("utf8", at + 12, at + 12 + length) : null;
}

/** The names of the tensors in a safetensors file. @throws what the system says, and for a header that is no JSON */
export async function readTensorNames(file: string): Promise<string[]> {
  const headerBytes = Number((await readStart(file, 8)).readBigUInt64LE(0));
  const header: unknown = JSON.parse((await readStart(file, 8 + headerBytes)).toString("utf8", 8));
  return Object.keys(header as object).filter((name) => name !== "__metadata__");
}

async function readStart(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const start = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(start, 0, bytes, 0);
    return start.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
