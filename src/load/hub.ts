import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { IncompleteError, UsageError } from "../core/errors.ts";
import {
  chooseHubFiles,
  type HubChoice,
  HubEntry,
  type HubFile,
  type HubReference,
  parseHubReference,
} from "../core/hub-reference.ts";
import { explainHubFailure, type HubAccess, openHub } from "./hub-access.ts";
import { fetchHubFile, isWhole, makePlace } from "./hub-file.ts";
import { byteText } from "../core/format.ts";
import type { DownloadWorld } from "./sources/download.ts";
import { displayPath } from "./suite.ts";
import { parseJson } from "../core/json.ts";

/** What the Hub needs of the outside. */
export interface HubWorld extends Pick<DownloadWorld, "fetch" | "note" | "signal" | "wait" | "stallMs"> {
  /** HF_TOKEN and HF_ENDPOINT are read. */
  env: Readonly<Record<string, string | undefined>>;
  /** Free bytes of the disk that a folder is on; the system's answer where it is left out. */
  freeBytes?: (folder: string) => Promise<number>;
}

/** What a reference to the Hub means, pinned to a commit. */
export interface HubArtefact {
  repo: string;
  /** What was asked for: a branch, a tag or a commit; null for the main branch. */
  revision: string | null;
  /** The commit that it was, 40 hexadecimal digits. */
  commit: string;
  kind: HubChoice["kind"];
  /** The folder of the adapter or the GGUF file on this machine; null for a whole model, which is not fetched. */
  path: string | null;
  files: readonly HubFile[];
  bytes: number;
}

/** The same before anything is fetched. */
export interface HubFound extends HubArtefact {
  /** Those of its files that are not here, or not whole; none of a whole model. */
  missing: readonly HubFile[];
}

/** What is kept of a commit, which never changes, so that it is not asked for again. */
const Listing = z.strictObject({
  version: z.literal(1),
  repo: z.string(),
  commit: z.string(),
  entries: z.array(HubEntry),
});
const commitPattern = /^[0-9a-f]{40}$/;

/**
 * Resolves `hf:org/name[@rev][:file]` to a commit and fetches what is needed of it, an adapter or one GGUF file, into
 * `.nitbench/hub/ORG/NAME/COMMIT` of the working folder. A reference to a whole commit that was fetched before asks nobody.
 * @param target what follows `hf:`
 * @throws UsageError for a reference, repository or file that is not there or may not be read, for a wrong digest, and
 *   where the disk is full; IncompleteError where the Hub cannot be reached
 */
export async function resolveHub(target: string, world: HubWorld): Promise<HubArtefact> {
  return await asking(target, world, async (reference, hub) => {
    const { missing, ...found } = await findOnHub(reference, hub);
    await fetchMissing(folderOf(found), found.commit, missing, hub, world);
    return found;
  });
}

/** Resolves a reference as `resolveHub` does, and fetches nothing; `path` is where it would lie. @throws as that does */
export async function lookUpHub(target: string, world: HubWorld): Promise<HubFound> {
  return await asking(target, world, findOnHub);
}

async function asking<T>(
  target: string,
  world: HubWorld,
  ask: (reference: HubReference, hub: HubAccess) => Promise<T>,
): Promise<T> {
  const reference = parseHubReference(target);
  const subject = `hf:${reference.repo}`;
  try {
    return await ask(reference, openHub(reference.repo, world));
  } catch (error) {
    if (world.signal.aborted) throw interruption(subject);
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new UsageError(
      `${subject}: cannot write to .nitbench/hub (${error.message}; mend that, or run in another folder)`,
    );
  }
}

async function findOnHub({ repo, revision, path }: HubReference, hub: HubAccess): Promise<HubFound> {
  const home = homeOf(repo);
  const commit = await findCommit(revision ?? "main", home, hub);
  const { kind, place, files } = chooseHubFiles({ repo, revision, path }, await listEntries(commit, home, hub));
  const bytes = sumBytes(files);
  const found = { repo, revision, commit, kind, files, bytes };
  if (kind === "model") return { ...found, path: null, missing: [] };
  const folder = folderOf(found);
  const missing: HubFile[] = [];
  for (const file of files) if (!(await isWhole(join(folder, file.path), file))) missing.push(file);
  return { ...found, path: join(folder, place), missing };
}

function homeOf(repo: string): string {
  return resolve(".nitbench", "hub", ...repo.split("/"));
}

function folderOf({ repo, commit }: Pick<HubArtefact, "repo" | "commit">): string {
  return join(homeOf(repo), commit);
}

async function findCommit(revision: string, home: string, hub: HubAccess): Promise<string> {
  if (commitPattern.test(revision) && existsSync(listingPath(home, revision))) return revision;
  const commit = await hub.findCommit(revision);
  if (!commitPattern.test(commit))
    throw new IncompleteError(`${hub.shown}: gave no commit for "${revision}" (try later)`);
  return commit;
}

async function listEntries(commit: string, home: string, hub: HubAccess): Promise<HubEntry[]> {
  const path = listingPath(home, commit);
  if (existsSync(path)) {
    const known = Listing.safeParse(parseJson(readFileSync(path, "utf8")));
    if (known.success && known.data.commit === commit) return known.data.entries;
  }
  const entries = await hub.listEntries(commit);
  makePlace(home, `${commit}.json`);
  await writeFileAtomic(path, `${JSON.stringify({ version: 1, repo: hub.repo, commit, entries })}\n`);
  return entries;
}

function listingPath(home: string, commit: string): string {
  return join(home, `${commit}.json`);
}

async function fetchMissing(
  folder: string,
  commit: string,
  missing: readonly HubFile[],
  hub: HubAccess,
  world: HubWorld,
): Promise<void> {
  const subject = `hf:${hub.repo}`;
  if (missing.length === 0) return;
  const places = missing.map((file) => ({ file, path: makePlace(folder, file.path) }));
  const needed = sumBytes(missing);
  const { freeBytes = askDisk } = world;
  const free = await freeBytes(folder);
  if (free < needed)
    throw new UsageError(
      `${subject}: needs ${byteText(needed)} in ${displayPath(folder)}, whose disk has ${byteText(free)} left (free some, or run in a folder on another disk)`,
    );
  world.note(`${subject}: fetching ${byteText(needed)} from ${hub.shown} to ${displayPath(folder)}`);
  for (const { file, path } of places) {
    const transfer = {
      url: hub.fileUrl(file.path, commit),
      bytes: file.bytes,
      subject: `${subject}: ${file.path}`,
      advice: "download it by hand and name its folder",
      headers: hub.headers,
      followsRedirects: true,
      explain: (status: number) => (status === 401 || status === 403 ? explainHubFailure(status, hub) : null),
      onProgress: countProgress(`${subject}: ${file.path}`, file.bytes, world.note),
    };
    await fetchHubFile(path, file, transfer, world);
  }
}

/** What files take together. */
export function sumBytes(files: readonly Pick<HubFile, "bytes">[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function askDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** A line for every tenth of a file; small ones come without. */
function countProgress(name: string, bytes: number, note: (line: string) => void): (done: number) => void {
  let told = 0;
  return (done) => {
    const tenth = Math.floor((done * 10) / bytes);
    if (bytes < 10_000_000 || tenth <= told) return;
    told = tenth;
    note(`${name}: ${byteText(done)} of ${byteText(bytes)}`);
  };
}

/** The command knows it by its name. */
function interruption(subject: string): Error {
  const error = new Error(`interrupted; what has come of ${subject} is kept (run the command again to go on)`);
  error.name = "InterruptedError";
  return error;
}
