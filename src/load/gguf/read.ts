import { displayPath } from "../suite.ts";
import { UsageError } from "../../core/errors.ts";
import { BrokenFile, type Cursor, withCursor } from "./cursor.ts";
import { alignUp, arrayTypeId, defaultAlignment, tensorTypes, type ValueType, valueTypes } from "./types.ts";

export type GgufScalar = number | bigint | boolean | string;

/** An array that was not kept: how many elements it has. */
export interface SkippedArray {
  readonly skipped: number;
}

/** A metadata value. A 64-bit integer is a number where a number is exact, else a bigint. */
export type GgufValue = GgufScalar | readonly GgufScalar[] | SkippedArray;

/** One tensor as a header names it. */
export interface GgufTensor {
  readonly name: string;
  /** Such as `F32` or `Q4_K`; `type 99` for one that is unknown here. */
  readonly type: string;
  /** The dimension that varies fastest first: a matrix of `rows` by `columns` is `[columns, rows]`. */
  readonly shape: readonly number[];
  /** In bytes from the header's `dataOffset`. */
  readonly offset: number;
}

/** The header of a GGUF file: all that is known of a model without its weights. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** Where the tensors' bytes begin in the file. */
  readonly dataOffset: number;
}

const oldestVersion = 2;
const newestVersion = 3;
const mostKeys = 65_536;
const mostTensors = 262_144;
/** Bytes that the shortest entry takes: a length of 8, one letter, a type and a value, or dimensions and an offset. */
const leastKeyBytes = 14;
const leastTensorBytes = 25;
/** llama.cpp holds names of tensors to 63 bytes, and the specification keys to 65,535; messages name both. */
const longestName = 1000;
/** More than the size of any system's pages. */
const largestAlignment = 1 << 20;

/** The names of value types by their number in a file. */
const typesById = new Map(Object.entries(valueTypes).map(([type, { id }]) => [id as number, type as ValueType]));
const tensorTypesById = new Map(Object.entries(tensorTypes).map(([type, { id }]) => [id, type]));

/**
 * Reads the header of a GGUF file (versions 2 and 3), never its tensors.
 * @param longestArray longer arrays, such as a vocabulary, are passed over and stand as `{ skipped }`
 * @throws UsageError with one line for a file that cannot be read, is no GGUF file, breaks the format or was cut
 */
export async function readGgufHeader(file: string, { longestArray = 1024 } = {}): Promise<GgufHeader> {
  try {
    return await withCursor(file, async (cursor) => await readHeader(cursor, longestArray));
  } catch (error) {
    if (error instanceof BrokenFile) throw new UsageError(`${displayPath(file)}: ${error.message}`);
    throw error;
  }
}

async function readHeader(cursor: Cursor, longestArray: number): Promise<GgufHeader> {
  await checkMagic(cursor);
  const version = await readVersion(cursor);
  const tensorCount = await readCount(cursor, "tensors", mostTensors, leastTensorBytes);
  const keyCount = await readCount(cursor, "metadata keys", mostKeys, leastKeyBytes);
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < keyCount; index += 1) {
    const key = await readName(cursor, "a metadata key");
    if (metadata.has(key)) throw new BrokenFile(`metadata key "${key}" stands in it twice (convert the model again)`);
    metadata.set(key, await readValue(cursor, key, longestArray));
  }
  const tensors: GgufTensor[] = [];
  for (let index = 0; index < tensorCount; index += 1) tensors.push(await readTensorInfo(cursor));
  const dataOffset = alignUp(cursor.position(), alignmentOf(metadata));
  checkTensors(tensors, dataOffset, cursor.size);
  return { version, metadata, tensors, dataOffset };
}

async function checkMagic(cursor: Cursor): Promise<void> {
  const magic = cursor.size < 4 ? "" : (await cursor.take(4)).toString("latin1");
  if (magic !== "GGUF")
    throw new BrokenFile(`is no GGUF file: expected it to begin with "GGUF", got ${JSON.stringify(magic)}`);
}

async function readVersion(cursor: Cursor): Promise<number> {
  const version = await cursor.u32();
  if (version !== 0 && version % 0x10000 === 0)
    throw new BrokenFile(
      "is a big-endian GGUF file, expected a little-endian one (convert the model for this machine)",
    );
  if (version < oldestVersion || version > newestVersion)
    throw new BrokenFile(
      `is GGUF version ${version}, expected ${oldestVersion} to ${newestVersion} (convert the model again)`,
    );
  return version;
}

async function readCount(cursor: Cursor, noun: string, most: number, leastBytes: number): Promise<number> {
  const count = await cursor.count();
  if (count > most || count * leastBytes > cursor.size)
    throw new BrokenFile(`says that it has ${count} ${noun}, more than it can hold (it is damaged: copy it again)`);
  return count;
}

async function readName(cursor: Cursor, what: string): Promise<string> {
  const name = await cursor.text();
  if (name.length > longestName)
    throw new BrokenFile(`names ${what} with ${name.length} characters (it is damaged: copy it again)`);
  if (/\p{Cc}/u.test(name))
    throw new BrokenFile(
      `names ${what} with control characters: ${JSON.stringify(name)} (it is damaged: copy it again)`,
    );
  return name;
}

async function readValue(cursor: Cursor, key: string, longestArray: number): Promise<GgufValue> {
  const id = await cursor.u32();
  if (id !== arrayTypeId) return await readScalar(cursor, typeOf(id, key));
  const type = typeOf(await cursor.u32(), key);
  const count = await cursor.count();
  if (count * valueTypes[type].bytes > cursor.size - cursor.position())
    throw new BrokenFile(`"${key}" says that it has ${count} elements, more than follow (it was cut: copy it again)`);
  if (count > longestArray) {
    if (type === "string") await cursor.skipTexts(count);
    else cursor.skip(count * valueTypes[type].bytes);
    return { skipped: count };
  }
  const values: GgufScalar[] = [];
  for (let index = 0; index < count; index += 1) values.push(await readScalar(cursor, type));
  return values;
}

function typeOf(id: number, key: string): ValueType {
  const type = typesById.get(id);
  if (type === undefined) throw new BrokenFile(`"${key}" has the unknown value type ${id} (convert the model again)`);
  return type;
}

async function readScalar(cursor: Cursor, type: ValueType): Promise<GgufScalar> {
  if (type === "string") return await cursor.text();
  const bytes = await cursor.take(valueTypes[type].bytes);
  switch (type) {
    case "u64":
      return exact(bytes.readBigUInt64LE());
    case "i64":
      return exact(bytes.readBigInt64LE());
    case "f32":
      return bytes.readFloatLE();
    case "f64":
      return bytes.readDoubleLE();
    case "i8":
    case "i16":
    case "i32":
      return bytes.readIntLE(0, bytes.length);
    case "u8":
    case "u16":
    case "u32":
      return bytes.readUIntLE(0, bytes.length);
    case "bool":
      return bytes[0] !== 0;
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

async function readTensorInfo(cursor: Cursor): Promise<GgufTensor> {
  const name = await readName(cursor, "a tensor");
  const dimensions = await cursor.u32();
  if (dimensions > 4) throw new BrokenFile(`tensor "${name}" has ${dimensions} dimensions, expected 4 at most`);
  const shape: number[] = [];
  for (let index = 0; index < dimensions; index += 1) shape.push(await cursor.count());
  const id = await cursor.u32();
  return { name, shape, type: tensorTypesById.get(id) ?? `type ${id}`, offset: await cursor.count() };
}

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get("general.alignment") ?? defaultAlignment;
  const isPower = typeof alignment === "number" && Number.isInteger(Math.log2(alignment));
  if (isPower && alignment >= 1 && alignment <= largestAlignment) return alignment;
  const got = typeof alignment === "object" ? "a list" : String(alignment).slice(0, 60);
  throw new BrokenFile(
    `"general.alignment": expected a power of two up to ${largestAlignment}, got ${got} (convert the model again)`,
  );
}

function checkTensors(tensors: readonly GgufTensor[], dataOffset: number, fileBytes: number): void {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new BrokenFile(`tensor "${name}" stands in it twice (convert the model again)`);
    names.add(name);
  }
  let before = { name: "", end: dataOffset };
  for (const { name, type, shape, offset } of tensors.toSorted((a, b) => a.offset - b.offset)) {
    const { block, bytes } = tensorTypes[type] ?? { block: 1, bytes: 0 };
    const begin = dataOffset + offset;
    const end = begin + (shape.reduce((product, size) => product * size, 1) / block) * bytes;
    if (end > fileBytes)
      throw new BrokenFile(
        `tensor "${name}" ends at byte ${end}, but the file has ${fileBytes} (it was cut: copy it again)`,
      );
    if (begin < before.end && end > begin)
      throw new BrokenFile(`tensor "${name}" overlaps tensor "${before.name}" (convert the model again)`);
    if (end > before.end) before = { name, end };
  }
}
