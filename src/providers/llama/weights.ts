import { createHash, hash } from "node:crypto";
import { createReadStream, type Stats, statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { GgufFileInfo } from "node-llama-cpp";
import { UsageError } from "../../core/errors.ts";
import { type EnginePackage, firstLine, loadPackage } from "./engine.ts";
import { chatTemplateOf } from "./template.ts";

/** A file of weights that was looked at, but not loaded. */
export interface Weights {
  /** Its absolute path; of a file in parts that of the first. */
  file: string;
  /** SHA-256 of the contents, in hexadecimal. */
  sha256: string;
  /** As its metadata names it, else its file's name. */
  name: string;
  /** Tokens of context that the model was trained with; null where the file does not say. */
  trainedContext: number | null;
  hasChatTemplate: boolean;
}

/** From this size on a digest is kept, so that a large file is read through once only. */
const keptFromBytes = 64 * 1024 * 1024;
const digestFolder = join(".nitbench", "digests");

/**
 * Reads the header of a GGUF file and the digest of its contents.
 * @param ref the reference that named it, for messages
 * @param kind what the file has to hold
 * @throws UsageError for a file that is missing, is no GGUF file, is not whole, or holds the other kind
 */
export async function inspectWeights(ref: string, path: string, kind: "model" | "adapter"): Promise<Weights> {
  const file = resolve(path);
  const bad = (what: string) => new UsageError(`model "${ref}": ${path} ${what}`);
  const parts = partsOf(file).map((part) => ({ part, stats: statsOf(part) }));
  for (const { part, stats } of parts) {
    if (stats === null) throw bad(part === file ? "is not there (check the path)" : `lacks its part ${basename(part)}`);
    if (!stats.isFile()) throw bad("is no file (name a .gguf file)");
  }
  const header = await readHeader(await loadPackage(), file).catch((error: unknown) => {
    throw bad(
      `is no GGUF file that can be read: ${firstLine(error).replace(/\.$/, "")} (name a .gguf file, or fetch it again)`,
    );
  });
  const sizes = parts.map(({ stats }) => stats?.size ?? 0);
  const ends = header.fullTensorInfo?.map(({ filePart, fileOffset }) => [filePart, Number(fileOffset)] as const) ?? [];
  if (ends.some(([part, offset]) => offset >= (sizes[part - 1] ?? 0)))
    throw bad(
      `is cut: its weights go on after its ${sizes.reduce((sum, size) => sum + size, 0)} bytes (fetch it again)`,
    );
  const { general, tokenizer } = header.metadata;
  const isAdapter = "type" in general && general.type === "adapter";
  if (isAdapter && kind === "model") throw bad("is a LoRA adapter, not a model (name its base model)");
  if (!isAdapter && kind === "adapter") throw bad("is a model, not a LoRA adapter");
  const digests: string[] = [];
  for (const { part, stats } of parts) digests.push(await digestOf(part, stats));
  const context: unknown = header.architectureMetadata.context_length;
  return {
    file,
    sha256: digests.length === 1 ? (digests[0] ?? "") : hash("sha256", digests.join("\n")),
    name: general.name ?? basename(file, ".gguf"),
    trainedContext: typeof context === "number" && context > 0 ? context : null,
    hasChatTemplate: chatTemplateOf(tokenizer) !== null,
  };
}

async function readHeader(engine: EnginePackage, file: string): Promise<GgufFileInfo> {
  const header = await engine.readGgufFileInfo(file, { sourceType: "filesystem", logWarnings: false });
  if (header.metadata?.general?.architecture === undefined) throw new Error("its header is cut");
  return header;
}

/** The files of a model that was split in parts, NAME-00001-of-00003.gguf and so on. */
function partsOf(file: string): string[] {
  const [, start, count] = /^(.*-)\d{5}-of-(\d{5})\.gguf$/.exec(file) ?? [];
  if (start === undefined || count === undefined) return [file];
  const numbers = Array.from({ length: Number(count) }, (_, index) => String(index + 1).padStart(5, "0"));
  return numbers.map((number) => `${start}${number}-of-${count}.gguf`);
}

function statsOf(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}

/** The digest of a large file is kept under its path, size and times: it is not read through for every run. */
async function digestOf(file: string, stats: Stats | null): Promise<string> {
  if (stats === null || stats.size < keptFromBytes) return hashFile(file);
  const facts = [file, stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino].join("\n");
  const kept = join(digestFolder, hash("sha256", facts));
  const known = await readFile(kept, "utf8").catch(() => "");
  if (/^[0-9a-f]{64}$/.test(known)) return known;
  const digest = await hashFile(file);
  // A digest that cannot be kept is read again next time.
  await mkdir(digestFolder, { recursive: true })
    .then(() => writeFile(kept, digest))
    .catch(() => undefined);
  return digest;
}

async function hashFile(file: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) digest.update(chunk as Buffer);
  return digest.digest("hex");
}
