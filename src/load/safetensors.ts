import { type FileHandle, open } from "node:fs/promises";
import { emptyScan, joinScans, scanValues, type ValueScan } from "../core/adapter/dtype.ts";
import { pointerStart } from "../core/adapter/python-json.ts";
import {
  HeaderError,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type SafetensorsTensor,
} from "../core/adapter/safetensors.ts";
import { UsageError } from "../core/errors.ts";
import { displayPath } from "./suite.ts";

export type { SafetensorsHeader, SafetensorsTensor } from "../core/adapter/safetensors.ts";

/** The format's own limit. */
const longestHeader = 100_000_000;
const chunkBytes = 1 << 20;

/** Why a weights file cannot be used: `what` is so, `fix` mends it. */
export class WeightsError extends UsageError {
  readonly code: "unreadable" | "lfs-pointer" | "empty";
  readonly what: string;
  readonly fix: string;

  constructor(file: string, what: string, fix: string, code: WeightsError["code"] = "unreadable") {
    super(`${displayPath(file)}: ${what} (${fix})`);
    this.code = code;
    this.what = what;
    this.fix = fix;
  }
}

/**
 * Reads the header of a safetensors file and nothing of its tensors.
 * @returns tensors with their absolute places in the file, in file order
 * @throws WeightsError for a file that cannot be read, is no safetensors file (a Git LFS pointer, a pickle), or was cut
 */
export async function readSafetensorsHeader(file: string): Promise<SafetensorsHeader> {
  return await reading(file, async (handle) => {
    const { size } = await handle.stat();
    const start = await readAt(handle, 0, Math.min(size, 64));
    const fail = (what: string, fix = "copy it again", code?: WeightsError["code"]) =>
      new WeightsError(file, what, fix, code);
    if (size === 0) throw fail("is empty", "copy it again", "empty");
    if (start.toString("latin1").startsWith(pointerStart))
      throw fail("is a Git LFS pointer, not the weights it stands for", "run: git lfs pull", "lfs-pointer");
    if (start.toString("latin1").startsWith("PK"))
      throw fail("is a pickle that PyTorch wrote, expected safetensors", "save it with safe_serialization=True");
    if (size < 8) throw fail(`has ${size} bytes, too few for a safetensors file`);
    const length = start.readBigUInt64LE(0);
    const rest = size - 8;
    if (length > longestHeader)
      throw fail(`says that its header has ${length} bytes, more than the ${longestHeader} that the format allows`);
    if (length > rest) throw fail(`says that its header has ${length} bytes, but only ${rest} follow: it was cut`);
    const text = (await readAt(handle, 8, Number(length))).toString("utf8");
    try {
      return parseSafetensorsHeader(text, 8 + Number(length), size);
    } catch (error) {
      throw error instanceof HeaderError ? fail(error.message, "copy or save it again") : error;
    }
  });
}

/** Reads the bytes of one tensor. @throws WeightsError when the file cannot be read, or ends before them */
export async function readTensor(file: string, tensor: SafetensorsTensor): Promise<Uint8Array> {
  return await reading(file, async (handle) => {
    const bytes = await readAt(handle, tensor.begin, tensor.end - tensor.begin);
    if (bytes.length < tensor.end - tensor.begin) throw cutWithin(file, tensor.name);
    return bytes;
  });
}

/**
 * Looks through tensors for values other than 0 and for NaN and infinity, a mebibyte at a time, whatever their size and
 * number.
 * @returns what was found, by the tensor's name
 * @throws WeightsError when the file cannot be read, or ends before them
 */
export async function scanTensors(
  file: string,
  tensors: readonly Pick<SafetensorsTensor, "name" | "dtype" | "begin" | "end">[],
): Promise<ReadonlyMap<string, ValueScan>> {
  return await reading(file, async (handle) => {
    const piece = pieceOf(handle);
    const scans = new Map<string, ValueScan>();
    for (const { name, dtype, begin, end } of tensors) {
      let scan = emptyScan;
      for (let at = begin; at < end; at += chunkBytes) {
        const length = Math.min(chunkBytes, end - at);
        const bytes = piece.held(at, length) ?? (await piece.read(at, length));
        if (bytes.length < length) throw cutWithin(file, name);
        scan = joinScans(scan, scanValues(dtype, bytes));
      }
      scans.set(name, scan);
    }
    return scans;
  });
}

/** A piece of a file in memory: many small tensors lie in one. */
function pieceOf(handle: FileHandle) {
  const chunk = Buffer.from(new ArrayBuffer(chunkBytes));
  let start = 0;
  let filled = 0;
  const held = (at: number, length: number): Uint8Array | null => {
    const from = at - start;
    if (from < 0 || from + length > filled) return null;
    // Values are looked at by words, which begin at multiples of their size.
    const bytes = chunk.subarray(from, from + length);
    return from % 8 === 0 ? bytes : new Uint8Array(bytes);
  };
  const read = async (at: number, length: number): Promise<Uint8Array> => {
    start = at;
    filled = await fill(handle, chunk, at);
    return chunk.subarray(0, Math.min(length, filled));
  };
  return { held, read };
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  return bytes.subarray(0, await fill(handle, bytes, offset));
}

/** @returns how many bytes there were */
async function fill(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function reading<T>(file: string, read: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    const handle = await open(file);
    try {
      return await read(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new WeightsError(file, `cannot be read: ${error.message}`, "mend its permissions or name another");
    throw error;
  }
}

function cutWithin(file: string, tensor: string): WeightsError {
  return new WeightsError(file, `ends within tensor "${tensor}"`, "copy it again");
}
