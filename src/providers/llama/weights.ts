import { type Stats, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { GgufFileInfo } from "node-llama-cpp";
import { UsageError } from "../../core/errors.ts";
import { partsOf } from "../../core/gguf-parts.ts";
import { digestOfModel } from "../../io/file-hash.ts";
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
  const context: unknown = header.architectureMetadata.context_length;
  return {
    file,
    sha256: await digestOfModel(file),
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

function statsOf(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}
