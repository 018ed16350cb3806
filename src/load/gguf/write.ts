import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { UsageError } from "../../core/errors.ts";
import { alignUp, arrayTypeId, defaultAlignment, type FloatType, tensorTypes, valueTypes } from "./types.ts";

type NumberType = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "f64";

/** One metadata value with its type in the file; 64-bit integers are bigints. An array holds values of one type. */
export type TypedValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: "u64" | "i64"; readonly value: bigint }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "array"; readonly of: NumberType; readonly values: readonly number[] }
  | { readonly type: "array"; readonly of: "u64" | "i64"; readonly values: readonly bigint[] }
  | { readonly type: "array"; readonly of: "bool"; readonly values: readonly boolean[] }
  | { readonly type: "array"; readonly of: "string"; readonly values: readonly string[] };

/** One tensor to write. */
export interface NewTensor {
  /** Shorter than 64 bytes: the engine's limit. */
  readonly name: string;
  readonly type: FloatType;
  /** 1 to 4 dimensions, the one that varies fastest first: a matrix of `rows` by `columns` is `[columns, rows]`. */
  readonly shape: readonly number[];
  /** Little-endian; a function is called once, when the tensor's turn comes, so that a file may exceed the memory. */
  readonly data: Uint8Array | (() => Uint8Array | Promise<Uint8Array>);
}

const version = 3;
const longestName = 63;

/**
 * Writes a GGUF file (version 3, little-endian, tensors aligned to 32 bytes): whole under its name, or not at all.
 * @throws UsageError when the system refuses; an Error when a name, a shape or the size of data is impossible
 */
export async function writeGguf(
  file: string,
  metadata: Readonly<Record<string, TypedValue>>,
  tensors: readonly NewTensor[],
): Promise<void> {
  const header = encodeHeader(metadata, tensors);
  const unfinished = `${file}.${randomBytes(6).toString("hex")}.part`;
  try {
    await writeAll(unfinished, header, tensors);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof Error && "syscall" in error)
      throw new UsageError(`${file}: cannot write it (${error.message}; choose another place)`);
    throw error;
  }
}

async function writeAll(file: string, header: Uint8Array, tensors: readonly NewTensor[]): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await writeAligned(handle, header);
    for (const tensor of tensors) await writeAligned(handle, await dataOf(tensor));
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function dataOf({ name, type, shape, data }: NewTensor): Promise<Uint8Array> {
  const bytes = typeof data === "function" ? await data() : data;
  const expected = byteLength(type, shape);
  if (bytes.length !== expected)
    throw new Error(
      `tensor ${name}: expected ${expected} bytes for ${type} [${shape.join(", ")}], got ${bytes.length}`,
    );
  return bytes;
}

function byteLength(type: FloatType, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1) * (tensorTypes[type]?.bytes ?? 0);
}

/** A write may take less than it was given. */
async function writeAligned(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const padding = new Uint8Array(alignUp(bytes.length, defaultAlignment) - bytes.length);
  for (const part of [bytes, padding]) {
    for (let done = 0; done < part.length;) done += (await handle.write(part, done)).bytesWritten;
  }
}

function encodeHeader(metadata: Readonly<Record<string, TypedValue>>, tensors: readonly NewTensor[]): Uint8Array {
  if ("general.alignment" in metadata) throw new Error("general.alignment: tensors are always aligned to 32 bytes");
  const entries = Object.entries(metadata);
  const parts = [Buffer.from("GGUF"), u32(version), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) parts.push(text(key), encodeValue(value));
  let offset = 0;
  const names = new Set<string>();
  for (const tensor of tensors) {
    checkTensor(tensor, names);
    const { name, type, shape } = tensor;
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(tensorTypes[type]?.id ?? 0), u64(offset));
    offset += alignUp(byteLength(type, shape), defaultAlignment);
  }
  return Buffer.concat(parts);
}

function checkTensor({ name, shape }: NewTensor, names: Set<string>): void {
  if (name === "" || Buffer.byteLength(name) > longestName)
    throw new Error(`tensor "${name}": expected a name of 1 to ${longestName} bytes, got ${Buffer.byteLength(name)}`);
  if (names.has(name)) throw new Error(`tensor ${name}: given twice`);
  names.add(name);
  if (shape.length < 1 || shape.length > 4 || shape.some((size) => !Number.isSafeInteger(size) || size < 1))
    throw new Error(`tensor ${name}: expected 1 to 4 positive dimensions, got [${shape.join(", ")}]`);
}

function encodeValue(value: TypedValue): Buffer {
  if (value.type !== "array")
    return Buffer.concat([u32(valueTypes[value.type].id), encodeScalar(value.type, value.value)]);
  const { of, values } = value;
  const elements = values.map((element) => encodeScalar(of, element));
  return Buffer.concat([u32(arrayTypeId), u32(valueTypes[of].id), u64(values.length), ...elements]);
}

function encodeScalar(type: keyof typeof valueTypes, value: number | bigint | boolean | string): Buffer {
  if (type === "string") return text(String(value));
  const bytes = Buffer.alloc(valueTypes[type].bytes);
  switch (type) {
    case "u64":
      bytes.writeBigUInt64LE(BigInt(value));
      break;
    case "i64":
      bytes.writeBigInt64LE(BigInt(value));
      break;
    case "f32":
      bytes.writeFloatLE(Number(value));
      break;
    case "f64":
      bytes.writeDoubleLE(Number(value));
      break;
    case "i8":
    case "i16":
    case "i32":
      bytes.writeIntLE(Number(value), 0, bytes.length);
      break;
    case "bool":
    case "u8":
    case "u16":
    case "u32":
      bytes.writeUIntLE(Number(value), 0, bytes.length);
  }
  return bytes;
}

function u32(value: number): Buffer {
  return encodeScalar("u32", value);
}

function u64(value: number): Buffer {
  return encodeScalar("u64", value);
}

/** A string with its length before it. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}
