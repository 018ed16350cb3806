import { statSync } from "node:fs";
import { checkGgufAdapter } from "../core/adapter/check-gguf.ts";
import { isDtype, type ValueScan } from "../core/adapter/dtype.ts";
import type { PreflightFinding } from "../core/adapter/finding.ts";
import type { AdapterTensor } from "../core/adapter/layout.ts";
import { partsOf } from "../core/gguf-parts.ts";
import { hashFile } from "../io/file-hash.ts";
import { readGgufModel } from "./gguf/parts.ts";
import type { GgufHeader } from "./gguf/read.ts";
import { tensorTypes } from "./gguf/types.ts";
import { scanTensors } from "./safetensors.ts";
import { displayPath } from "./suite.ts";

const longestText = 200;

/** A GGUF file: its header was read, its weights were not looked through. */
export interface GgufFile {
  file: string;
  /** Such as `qwen2`; null where it does not say. */
  architecture: string | null;
  name: string | null;
  /** The type that most of its values have, such as `Q4_K`. */
  quantisation: string | null;
  tensors: number;
  parameters: number;
  bytes: number;
  /** How many tokens its context holds; null for an adapter. */
  contextLength: number | null;
  /** For adapters: the alpha by which it is scaled. */
  alpha: number | null;
  header: GgufHeader;
}

/** Reads the header of a GGUF file, or of the parts of one. @throws UsageError for one that is damaged, or not whole */
export async function openGguf(file: string): Promise<{ kind: "gguf-model" | "gguf-adapter" } & GgufFile> {
  const header = await readGgufModel(file);
  const text = (key: string) => stringOf(header.metadata.get(key));
  const architecture = text("general.architecture");
  const isAdapter = text("general.type") === "adapter";
  return {
    kind: isAdapter ? "gguf-adapter" : "gguf-model",
    file,
    architecture,
    name: text("general.name"),
    quantisation: commonType(header),
    tensors: header.tensors.length,
    parameters: header.tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    bytes: partsOf(file).reduce((sum, part) => sum + statSync(part).size, 0),
    contextLength: numberOf(header.metadata.get(`${architecture}.context_length`)),
    alpha: numberOf(header.metadata.get("adapter.lora.alpha")),
    header,
  };
}

/** Looks through a GGUF adapter's weights with flat memory and judges them. */
export async function inspectGgufAdapter({ file, header }: GgufFile): Promise<PreflightFinding[]> {
  const readable = header.tensors.flatMap(({ name, type, shape, offset }) => {
    if (!isDtype(type)) return [];
    const begin = header.dataOffset + offset;
    return [{ name, dtype: type, begin, end: begin + sizeOf(shape) * (tensorTypes[type]?.bytes ?? 0) }];
  });
  const scans = await scanTensors(file, readable);
  const tensors = header.tensors.map(({ name, type, shape }): AdapterTensor => ({
    name,
    dtype: isDtype(type) ? type : "U8",
    shape,
    ...scanOf(scans, name),
  }));
  return checkGgufAdapter(tensors, displayPath(file));
}

/** SHA-256 of a GGUF file, in hexadecimal. */
export async function hashGguf({ file }: GgufFile): Promise<string> {
  return await hashFile(file);
}

function scanOf(scans: ReadonlyMap<string, ValueScan>, name: string): ValueScan {
  return scans.get(name) ?? { isZero: null, nonFinite: null };
}

function commonType({ tensors }: GgufHeader): string | null {
  const sizes = new Map<string, number>();
  for (const { type, shape } of tensors) sizes.set(type, (sizes.get(type) ?? 0) + sizeOf(shape));
  return [...sizes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** What a file calls itself is shown, and may be of any length. */
function stringOf(value: unknown): string | null {
  return typeof value === "string" ? value.slice(0, longestText) : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
