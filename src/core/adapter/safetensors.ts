import { suggestWord } from "../errors.ts";
import { bitsOf, type Dtype, dtypes, isDtype } from "./dtype.ts";

/** One tensor of a safetensors file; its bytes are those from `begin` up to `end` of the file. */
export interface SafetensorsTensor {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

/** The header of a safetensors file, its tensors in the order in which they lie in the file. */
export interface SafetensorsHeader {
  tensors: SafetensorsTensor[];
  /** What the writer noted in `__metadata__`, such as `format: pt`. */
  metadata: Record<string, string>;
}

/** A header that breaks the format: what is wrong, without the file's name. */
export class HeaderError extends Error {}

/** Far more than any file has; a header that is made to be slow has more. */
const mostTensors = 262_144;
const longestName = 1000;
/** The header, its entries, and their lists. */
const deepest = 3;

/**
 * Reads the JSON header of a safetensors file: sizes that agree with shapes, tensors that lie one after the other without
 * gap or overlap up to the end of the file, no name twice (see the format's own description).
 * @param dataStart where the tensors begin in the file, in bytes
 * @throws HeaderError with what is wrong
 */
export function parseSafetensorsHeader(text: string, dataStart: number, fileBytes: number): SafetensorsHeader {
  const keys = ownKeys(text);
  const entries = Object.entries(parseObject(text));
  if (keys.length > entries.length) throw new HeaderError(`tensor "${firstRepeated(keys)}" stands in the header twice`);

  const tensors = entries
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => readEntry(name, entry, dataStart))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = dataStart;
  for (const tensor of tensors) {
    const offset = tensor.begin - end;
    if (offset < 0) throw new HeaderError(`tensor "${tensor.name}" overlaps the one before it by ${-offset} bytes`);
    if (offset > 0) throw new HeaderError(`${offset} bytes before tensor "${tensor.name}" belong to no tensor`);
    if (tensor.end > fileBytes)
      throw new HeaderError(
        `tensor "${tensor.name}" ends at byte ${tensor.end}, but the file has ${fileBytes} (it was cut)`,
      );
    end = tensor.end;
  }
  if (end < fileBytes) throw new HeaderError(`${fileBytes - end} bytes at its end belong to no tensor`);
  return { tensors, metadata: readMetadata(entries.find(([name]) => name === "__metadata__")?.[1]) };
}

function parseObject(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new HeaderError("its header is not JSON");
  }
  if (!isRecord(json)) throw new HeaderError("its header is no JSON object");
  return json;
}

function readEntry(name: string, entry: unknown, dataStart: number): SafetensorsTensor {
  if (name.length > longestName)
    throw new HeaderError(`names a tensor with ${name.length} characters, more than the ${longestName} of any`);
  if (/\p{Cc}/u.test(name)) throw new HeaderError(`names a tensor with control characters: ${JSON.stringify(name)}`);
  const where = `tensor "${name}"`;
  if (!isRecord(entry)) throw new HeaderError(`${where}: expected an object in the header`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype))
    throw new HeaderError(
      `${where}: unknown dtype ${brief(dtype)} (${suggestWord(brief(dtype).replaceAll('"', ""), dtypes)})`,
    );
  if (!isSizes(shape)) throw new HeaderError(`${where}: expected a shape of whole numbers, got ${brief(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw new HeaderError(`${where}: expected two data_offsets, got ${brief(offsets)}`);
  const [from, to] = offsets as [number, number];
  const bits = shape.reduce((product, size) => product * size, bitsOf(dtype));
  if (to - from !== bits / 8)
    throw new HeaderError(
      `${where}: ${dtype} ${brief(shape)} takes ${bits / 8} bytes, its data_offsets ${brief(offsets)} span ${to - from}`,
    );
  return { name, dtype, shape, begin: dataStart + from, end: dataStart + to };
}

function readMetadata(entry: unknown): Record<string, string> {
  if (!isRecord(entry)) return {};
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, typeof value === "string" ? value : brief(value)]),
  );
}

/**
 * The keys of an object's own level as they are written, repeated ones too, which JSON.parse would drop. What is no JSON
 * gives anything.
 * @throws HeaderError for what has too many of them or nests too deeply to be parsed at ease
 */
function ownKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let last = "";
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') {
      const end = endOfString(text, at);
      if (depth === 1) last = text.slice(at, end + 1);
      at = end;
    } else if (letter === "{" || letter === "[") {
      depth += 1;
      if (depth > deepest) throw new HeaderError(`nests its header more than ${deepest} levels deep`);
    } else if (letter === "}" || letter === "]") depth -= 1;
    else if (letter === ":" && depth === 1 && keys.push(last) > mostTensors)
      throw new HeaderError(`names more than ${mostTensors} tensors, which no model has`);
  }
  return keys;
}

/** Where the quote stands that ends the string which begins at a quote; the end of the text where none does. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** @param keys as they are written */
function firstRepeated(keys: readonly string[]): string {
  const seen = new Set<string>();
  const names = keys.map((key) => JSON.parse(key) as string);
  return names.find((name) => seen.size === seen.add(name).size) ?? "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
