import { createReadStream, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { parseSafetensorsHeader } from "../../../core/adapter/safetensors.ts";

const pieceBytes = 1 << 16;

/** A file's bytes, piece by piece. @throws what the system says */
export async function* readPieces(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) yield piece as Buffer<ArrayBuffer>;
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

/** The names of the tensors in a safetensors file that was looked through before. @throws what the system says, and HeaderError */
export async function readTensorNames(file: string): Promise<string[]> {
  const dataStart = 8 + Number((await readStart(file, 8)).readBigUInt64LE(0));
  const header = (await readStart(file, dataStart)).toString("utf8", 8);
  return parseSafetensorsHeader(header, dataStart, statSync(file).size).tensors.map(({ name }) => name);
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
