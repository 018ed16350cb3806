import { createHash, type Hash } from "node:crypto";
import { constants, lstatSync, statSync } from "node:fs";
import { lstat, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { HubFile } from "../core/hub-reference.ts";
import { hashFile } from "../io/file-hash.ts";
import { makeFolder } from "../io/folder.ts";
import { isFolder } from "../io/readable.ts";
import { type DownloadWorld, fillPart, type Transfer } from "./sources/download.ts";
import { displayPath } from "./suite.ts";

/** Whether a file of the Hub lies whole at its place: its size, and its digest where the Hub gave one. */
export async function isWhole(path: string, file: HubFile): Promise<boolean> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size !== file.bytes) return false;
  return file.digest === null || (await digestOf(path, file)) === file.digest.value;
}

/**
 * Fetches a file of the Hub by way of PATH.part, goes on with what an earlier try has left of that, and gives it its name
 * once its bytes are the ones that the Hub named. A full disk leaves nothing of it.
 * @throws UsageError for other bytes, or a place that cannot be written; what `fillPart` throws
 */
export async function fetchHubFile(
  path: string,
  file: HubFile,
  transfer: Transfer,
  world: DownloadWorld,
): Promise<void> {
  const part = `${path}.part`;
  for (;;) {
    const { isResumed, hasMore } = await fill(part, transfer, world).catch(async (error: unknown) => {
      // Going on takes the room that there is not.
      if (isOfRoom(error)) await rm(part, { force: true });
      throw error;
    });
    const got = hasMore ? `more than ${file.bytes} bytes` : await finish(part, path, file);
    if (got === null) return;
    await rm(part, { force: true });
    // What was there before may have been damaged.
    if (!isResumed)
      throw new UsageError(
        `${transfer.subject}: expected ${file.bytes} bytes${digestText(file)} from ${transfer.url}, got ${got} (something on the way changes it: try from elsewhere)`,
      );
  }
}

/**
 * Makes the folders on the way to a file of the cache; a link among them could lead out of it.
 * @throws UsageError for such a link; what the system says
 */
export function makePlace(home: string, path: string): string {
  const levels = path.split("/").slice(0, -1);
  makeFolder(home);
  for (const depth of levels.keys()) {
    const level = join(home, ...levels.slice(0, depth + 1));
    makeFolder(level);
    if (lstatSync(level).isSymbolicLink() || !isFolder(level))
      throw new UsageError(`${displayPath(level)}: is no folder of its own (remove it)`);
  }
  return join(home, path);
}

async function fill(part: string, transfer: Transfer, world: DownloadWorld) {
  const found = await lstat(part).catch(() => null);
  // A link could lead anywhere.
  if (found?.isFile() === false) await rm(part, { force: true, recursive: true });
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await handle.stat();
    if (size > transfer.bytes) await handle.truncate(0);
    const at = size > transfer.bytes ? 0 : size;
    const hasMore = await fillPart({ handle, at }, transfer, world);
    return { isResumed: size > 0, hasMore };
  } finally {
    await handle.close();
  }
}

/** Whether the system refused more bytes: no space left, a quota used up, a file too large for the file system. */
function isOfRoom(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EFBIG"].includes(String(error.code));
}

/**
 * Gives the part its name where it is the file, unless another run that fetched the same was faster.
 * @returns what is there in place of the file; null where it is the file
 */
async function finish(part: string, path: string, file: HubFile): Promise<string | null> {
  try {
    const got = await faultOf(part, file);
    if (got === null) await rename(part, path);
    return got;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT" && (await isWhole(path, file)))
      return null;
    throw error;
  }
}

/** What is there in place of the file; null where it is the file. */
async function faultOf(part: string, file: HubFile): Promise<string | null> {
  const { size } = statSync(part);
  if (size !== file.bytes) return `${size} bytes`;
  if (file.digest === null) return null;
  const digest = await digestOf(part, file);
  return digest === file.digest.value ? null : `${size} bytes with ${digest}`;
}

function digestText({ digest }: HubFile): string {
  return digest === null ? "" : ` with ${digest.algorithm === "sha256" ? "sha256" : "Git's sha1"} ${digest.value}`;
}

/** Git hashes a file with its kind and size before it. */
async function digestOf(path: string, { bytes, digest }: HubFile): Promise<string> {
  const hash: Hash =
    digest?.algorithm === "git-sha1" ? createHash("sha1").update(`blob ${bytes}\0`) : createHash("sha256");
  return await hashFile(path, hash);
}
