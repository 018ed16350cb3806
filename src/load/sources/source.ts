import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { suggestWord, UsageError } from "../../core/errors.ts";
import { SourceManifest, sourceReference } from "../../core/source.ts";
import type { Suite } from "../../core/suite.ts";
import { makeFolder } from "../../io/folder.ts";
import { isFile, reading, whatIs } from "../../io/readable.ts";
import { packageRoot } from "../files.ts";
import { displayPath } from "../suite.ts";
import type { DownloadWorld } from "./download.ts";
import { fetchSource } from "./fetch.ts";
import type { ImportedSource, ImportSource, RecordedReviewer, SourceFiles } from "./importer.ts";
import { importers as ownImporters } from "./index.ts";

/** A source that was fetched, checked and imported: its cases and recordings stand in `folder` in our own formats. */
export interface LoadedSource {
  name: string;
  manifest: SourceManifest;
  /** Whose recorded verdicts are used; null where the source has none. */
  judge: string | null;
  /** Holds cases.jsonl and recordings/NAME.jsonl. */
  folder: string;
  reviewers: ImportedSource["reviewers"];
}

/** What loading a source needs of the outside. */
export interface SourceWorld extends DownloadWorld {
  env: Readonly<Record<string, string | undefined>>;
}

/** The sources that can be loaded. */
export interface SourceCatalogue {
  list: () => { name: string; manifest: SourceManifest }[];
  importers: Readonly<Record<string, () => Promise<ImportSource>>>;
}

/**
 * Finds the source that a suite names, fetches what is missing (or reads `dir`, or the folder of its name in
 * NITBENCH_DATA), checks every checksum, and imports it.
 * @param catalogue the program's own sources where it is left out
 * @throws UsageError for an unknown source or commit, for files that are missing or differ, and what the importer finds;
 *   what `fetchSource` throws
 */
export async function loadSource(
  settings: Suite["dataset"],
  world: SourceWorld,
  { list, importers }: SourceCatalogue = { list: listSources, importers: ownImporters },
): Promise<LoadedSource> {
  const { name, manifest, files } = await openSource(settings, world, list);
  const load = importers[name];
  if (load === undefined) throw new Error(`no importer for datasets/${name}/source.json`);
  const { cases, reviewers, judge } = (await load())(files, { judge: settings.judge });
  if (settings.judge !== undefined && judge === null)
    throw new UsageError(`dataset.judge: ${sourceReference(manifest)} brings no recorded verdicts (remove it)`);
  const folder = resolve(
    ".nitbench",
    "sources",
    judge === null ? name : `${name}-${judge.replaceAll(/[^\w.-]/g, "-")}`,
  );
  await writeImported(folder, cases, reviewers).catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(
      `source ${name}: cannot write to ${displayPath(folder)} (${error.message}; remove what is in the way, or run from a folder that can be written)`,
    );
  });
  return { name, manifest, judge, folder, reviewers };
}

/** The files of a source as upstream has them, and the folder that they were read from. */
export interface OpenSource {
  name: string;
  manifest: SourceManifest;
  home: string;
  files: SourceFiles;
}

/**
 * Finds a source, fetches what is missing, and checks every checksum, as `loadSource` does.
 * @throws as `loadSource`, but for what an importer finds
 */
export async function openSource(
  settings: Pick<Suite["dataset"], "source" | "dir">,
  world: SourceWorld,
  list: SourceCatalogue["list"] = listSources,
): Promise<OpenSource> {
  const { name, manifest } = findManifest(settings.source ?? "", list());
  const copy = findCopy(name, settings.dir, world.env);
  const home = copy ?? cacheFolder(name, manifest, world.env);
  if (copy === null) await fetchSource(name, manifest, home, world);
  return { name, manifest, home, files: readSourceFiles(name, manifest, home) };
}

/** The manifests of all sources that this program knows, by name, sorted. */
export function listSources(): { name: string; manifest: SourceManifest }[] {
  const home = join(packageRoot, "datasets");
  return readdirSync(home)
    .filter((name) => isFile(join(home, name, "source.json")))
    .sort()
    .map((name) => ({
      name,
      manifest: SourceManifest.parse(JSON.parse(readFileSync(join(home, name, "source.json"), "utf8"))),
    }));
}

function findManifest(
  reference: string,
  known: ReturnType<SourceCatalogue["list"]>,
): { name: string; manifest: SourceManifest } {
  const [, repository, commit = ""] = /^github:([^@]+)(?:@(.*))?$/.exec(reference) ?? [];
  const found = known.find(({ manifest }) => manifest.repository === repository);
  if (found === undefined) {
    const references = known.map(({ manifest }) => sourceReference(manifest));
    throw new UsageError(`dataset.source: unknown source "${reference}" (${suggestWord(reference, references)})`);
  }
  const { manifest } = found;
  // Digits beyond those on record may be invented: nothing here could tell.
  if (commit.length < 7 || !manifest.commit.startsWith(commit)) {
    throw new UsageError(
      `dataset.source: ${manifest.repository} is known at commit ${manifest.commit} only, got ${commit || "none"} (write ${sourceReference(manifest)})`,
    );
  }
  return found;
}

/** The folder that the user has a copy in; null where it is to be fetched. */
function findCopy(name: string, dir: string | undefined, env: SourceWorld["env"]): string | null {
  if (dir !== undefined) {
    if (whatIs(`dataset.dir: "${dir}"`, dir) === "folder") return resolve(dir);
    throw new UsageError(`dataset.dir: no folder "${dir}" (name a copy of the source, or leave it out to fetch one)`);
  }
  const shared = env["NITBENCH_DATA"];
  if (shared === undefined || shared === "") return null;
  if (whatIs(`NITBENCH_DATA: "${shared}"`, shared) !== "folder") {
    throw new UsageError(
      `NITBENCH_DATA: no folder "${shared}" (name one that holds copies of sources, or unset it to fetch them)`,
    );
  }
  const own = join(shared, name);
  const found = whatIs(`NITBENCH_DATA: "${own}"`, own);
  if (found === null || found === "folder") return found === null ? null : resolve(own);
  throw new UsageError(
    `NITBENCH_DATA: expected a folder "${own}" with a copy of the source, got ${found === "file" ? "a file" : "what is none"} (remove it to fetch the source)`,
  );
}

function cacheFolder(name: string, { commit }: SourceManifest, env: SourceWorld["env"]): string {
  const cache = env["XDG_CACHE_HOME"] ?? "";
  const home = isAbsolute(cache) ? cache : join(homedir(), ".cache");
  return join(home, "nitbench", "sources", `${name}@${commit}`);
}

/** A copy has a file under the name that the manifest gives it, or where the repository has it. */
function readSourceFiles(name: string, manifest: SourceManifest, folder: string): SourceFiles {
  const texts = new Map<string, string>();
  const placeOf = new Map<string, string>();
  for (const { path, upstream, sha256, bytes } of manifest.files) {
    const subjectOf = (one: string) => `source ${name}: ${displayPath(one)}`;
    const places = [path, upstream].map((one) => join(folder, one));
    const file = places.find((one) => whatIs(subjectOf(one), one) !== null) ?? join(folder, path);
    const subject = subjectOf(file);
    const found = whatIs(subject, file);
    if (found !== "file")
      throw new UsageError(
        `${subject}: ${found === null ? "missing" : found === "folder" ? "is a folder" : "is no file"} (copy ${upstream} of ${sourceReference(manifest)} there, or fetch the source anew)`,
      );
    placeOf.set(path, displayPath(file));
    const content = reading(subject, () => readFileSync(file));
    const got = createHash("sha256").update(content).digest("hex");
    if (got !== sha256) {
      const size = content.length === bytes ? "" : ` and ${content.length} bytes in place of ${bytes}`;
      throw new UsageError(
        `${subject}: expected the file of commit ${manifest.commit} with sha256 ${sha256}, got ${got}${size} (copy it again)`,
      );
    }
    texts.set(path, content.toString("utf8"));
  }
  return {
    paths: [...texts.keys()],
    read: (path) => {
      const text = texts.get(path);
      if (text === undefined) throw new Error(`source ${name}: the manifest has no file "${path}"`);
      return text;
    },
    place: (path, line) => `${placeOf.get(path) ?? path}${line === undefined ? "" : `:${line}`}`,
  };
}

async function writeImported(
  folder: string,
  cases: readonly unknown[],
  reviewers: ReadonlyMap<string, RecordedReviewer>,
): Promise<void> {
  const recorded = join(folder, "recordings");
  makeFolder(recorded);
  await writeFileAtomic(join(folder, "cases.jsonl"), jsonLines(cases));
  for (const [name, { recordings }] of reviewers)
    await writeFileAtomic(join(recorded, `${name}.jsonl`), jsonLines(recordings));
  // What an earlier version of the source or its importer left would pass for a reviewer.
  const own = new Set([...reviewers.keys()].map((name) => `${name}.jsonl`));
  const stale = readdirSync(recorded).filter((file) => file.endsWith(".jsonl") && !own.has(file));
  for (const file of stale) rmSync(join(recorded, file), { force: true });
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
