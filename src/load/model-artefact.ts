import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { listSome } from "../core/adapter/finding.ts";
import { pointerStart } from "../core/adapter/python-json.ts";
import { checkpointStep } from "../core/adapter/trainer-state.ts";
import { UsageError } from "../core/errors.ts";
import { plural } from "../core/format.ts";
import { partsOf } from "../core/gguf-parts.ts";
import { isFile, isFolder, reading } from "../io/readable.ts";
import { adapterConfigFile, type AdapterFolder, openAdapter } from "./adapter.ts";
import { type CheckpointFolder, openCheckpoints } from "./checkpoints.ts";
import { type GgufFile, openGguf } from "./gguf-artefact.ts";
import { type MergedModel, openMergedModel } from "./merged-model.ts";
import { displayPath } from "./suite.ts";

/** A thing on disk that a model's answers come from. */
export type Artefact =
  /** `checkpoints` are the names of checkpoints beside the adapter, which a trainer leaves where it saves the last one. */
  | ({ kind: "adapter"; checkpoints: readonly string[] } & AdapterFolder)
  | ({ kind: "checkpoints" } & CheckpointFolder)
  | ({ kind: "model" } & MergedModel)
  | ({ kind: "gguf-model" | "gguf-adapter" } & GgufFile);

const lookedFor =
  "looked for adapter_config.json (a PEFT adapter), checkpoint-N folders, config.json with *.safetensors (a model), or one *.gguf";

const isPointer = "is a Git LFS pointer, not the model it stands for (run: git lfs pull)";

/**
 * Finds out what a path leads to by what is in it, never by its name alone; weights are not looked through.
 * @throws UsageError for a path that leads to nothing, to something else (saying what was looked for and what was found),
 *   or to something that is damaged
 */
export async function resolveArtefact(path: string): Promise<Artefact> {
  const shown = displayPath(path);
  if (!existsSync(path))
    throw new UsageError(`${shown}: no such file or folder (name an adapter, a model or a GGUF file)`);
  if (isFolder(path)) return await resolveFolder(path, shown);
  if (!isFile(path))
    throw new UsageError(`${shown}: is neither file nor folder (name an adapter, a model or a GGUF file)`);
  const start = reading(shown, () => readStart(path));
  if (start.startsWith("GGUF")) return await openGguf(path);
  throw new UsageError(`${shown}: ${refuseFile(path, start)}`);
}

async function resolveFolder(folder: string, shown: string): Promise<Artefact> {
  const names = reading(shown, () => readdirSync(folder)).sort();
  const checkpoints = names.filter((name) => checkpointStep(name) !== null && isFolder(join(folder, name)));
  if (names.includes(adapterConfigFile)) return { kind: "adapter", ...openAdapter(folder), checkpoints };
  if (checkpoints.length > 0) return { kind: "checkpoints", ...(await openCheckpoints(folder, checkpoints)) };
  if (names.includes("config.json") && names.some((name) => /\.(?:safetensors|safetensors\.index\.json)$/.test(name)))
    return { kind: "model", ...(await openMergedModel(folder)) };
  const ggufs = names.filter((name) => startOf(join(folder, name)).startsWith("GGUF"));
  const models = [...new Set(ggufs.map((name) => partsOf(name)[0]))];
  const [only] = models;
  if (only !== undefined && models.length === 1) return await openGguf(join(folder, only));
  if (models.length > 1)
    throw new UsageError(`${shown}: holds ${models.length} GGUF files (name one of them: ${listSome(models)})`);
  const pointer = names.find(
    (name) => /\.(?:gguf|safetensors)$/.test(name) && startOf(join(folder, name)).startsWith(pointerStart),
  );
  if (pointer !== undefined) throw new UsageError(`${displayPath(join(folder, pointer))}: ${isPointer}`);
  const found = names.length === 0 ? "nothing" : listSome(names);
  throw new UsageError(`${shown}: neither adapter nor model: ${lookedFor}; found ${found} (name another folder)`);
}

/** Empty for what is no file. */
function startOf(path: string): string {
  return isFile(path) ? reading(displayPath(path), () => readStart(path)) : "";
}

function readStart(file: string): string {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(64);
    return bytes.toString("latin1", 0, readSync(handle, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(handle);
  }
}

function refuseFile(path: string, start: string): string {
  if (start.startsWith(pointerStart)) return isPointer;
  if (path.endsWith(".safetensors")) return "is one file of a model or an adapter (name the folder that it is in)";
  const { size } = statSync(path);
  return `expected a GGUF file, which begins with "GGUF", or a folder, got ${plural(size, "byte")} of something else (name another)`;
}
