import { createHash, type Hash, hash as hashText } from "node:crypto";
import { mkdir, open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { partsOf } from "../core/gguf-parts.ts";
import { isFile, isFolder } from "./readable.ts";

const chunkBytes = 1 << 20;
/** From this size on a digest is kept, so that a large file is read through once only. */
const keptFromBytes = 64 * 1024 * 1024;
const digestFolder = join(".nitbench", "digests");
/** What this process has asked for, by the facts of the file. */
const asked = new Map<string, Promise<string>>();

/**
 * The digest of a file, in hexadecimal, read piece by piece into the same memory.
 * @param hash what has been fed to it comes before the file; SHA-256 where it is left out
 * @throws what the system says
 */
export async function hashFile(file: string, hash: Hash = createHash("sha256")): Promise<string> {
  const handle = await open(file);
  try {
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/**
 * SHA-256 of a file, in hexadecimal. It is kept under the file's path, size, times and inode: in memory, and from 64 MB
 * on in `.nitbench/digests` of the working folder as well. @throws what the system says
 */
export async function digestOf(file: string): Promise<string> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(file);
  const facts = [resolve(file), size, mtimeMs, ctimeMs, ino].join("\n");
  const known = asked.get(facts);
  if (known !== undefined) return await known;
  const digest =
    size < keptFromBytes ? hashFile(file) : keptDigest(file, join(digestFolder, hashText("sha256", facts)));
  asked.set(facts, digest);
  // What could not be read may be there the next time.
  digest.catch(() => asked.delete(facts));
  return await digest;
}

/** What a model is made of where it lies in a folder: weights, configuration, tokenizer and chat template. */
const partOfModel = /\.(?:safetensors|bin|json|jinja|model|txt|tiktoken|py)$/;
/** What a training leaves beside that. */
const leftByTraining = /^(?:trainer_state\.json|training_args\.bin)$/;

/**
 * SHA-256, in hexadecimal, of a GGUF model with all its parts, or of all in a folder that decides how its model answers;
 * those of large files are kept. @throws what the system says
 */
export async function digestOfModel(path: string): Promise<string> {
  if (isFolder(path)) return await digestOfFolder(path);
  const digests: string[] = [];
  for (const part of partsOf(path)) digests.push(await digestOf(part));
  const [only = ""] = digests;
  return digests.length === 1 ? only : hashText("sha256", digests.join("\n"));
}

async function digestOfFolder(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => partOfModel.test(name) && !leftByTraining.test(name)).sort();
  const lines: string[] = [];
  for (const name of names) {
    const file = join(folder, name);
    if (isFile(file)) lines.push(`${await digestOf(file)} ${name}`);
  }
  return hashText("sha256", lines.join("\n"));
}

async function keptDigest(file: string, kept: string): Promise<string> {
  const known = await readFile(kept, "utf8").catch(() => "");
  if (/^[0-9a-f]{64}$/.test(known)) return known;
  const digest = await hashFile(file);
  // A digest that cannot be kept is read again next time.
  await mkdir(digestFolder, { recursive: true })
    .then(() => writeFile(kept, digest))
    .catch(() => undefined);
  return digest;
}
