import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { suggestWord, UsageError } from "../../core/errors.ts";
import { SourceManifest, sourceReference } from "../../core/source.ts";
import type { Suite } from "../../core/suite.ts";
import { makeFolder } from "../../io/folder.ts";
import { isFile, isFolder, reading } from "../../io/readable.ts";
import { packageRoot } from "../files.ts";
import { displayPath } from "../suite.ts";
import { type DownloadWorld, fetchSource } from "./fetch.ts";
import type { ImportedSource, RecordedReviewer, SourceFiles } from "./importer.ts";
import { importers } from "./index.ts";

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

/**
 * Finds the source that a suite names, fetches what is missing (or reads `dir`, or the folder of its name in
 * NITBENCH_DATA), checks every checksum, and imports it.
 * @throws UsageError for an unknown source or commit, for files that are missing or differ, and what the importer finds
 */
export async function loadSource(settings: Suite["dataset"], world: SourceWorld): Promise<LoadedSource> {
  const { name, manifest } = findManifest(settings.source ?? "");
  const copy = findCopy(name, settings.dir, world.env);
  const home = copy ?? cacheFolder(name, manifest, world.env);
  if (copy === null) await fetchSource(name, manifest, home, world);
  const files = readSourceFiles(name, manifest, home);
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
  await writeImported(folder, cases, reviewers);
  return { name, manifest, judge, folder, reviewers };
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

function findManifest(reference: string): { name: string; manifest: SourceManifest } {
  const known = listSources();
  const [, repository, commit] = /^github:([^@]+)@([0-9a-f]{7,40})$/.exec(reference) ?? [];
  const found = known.find(({ manifest }) => manifest.repository === repository);
  if (found === undefined) {
    const references = known.map(({ manifest }) => sourceReference(manifest));
    throw new UsageError(`dataset.source: unknown source "${reference}" (${suggestWord(reference, references)})`);
  }
  const { manifest } = found;
  if (commit === undefined || !(manifest.commit.startsWith(commit) || commit.startsWith(manifest.commit))) {
    throw new UsageError(
      `dataset.source: ${manifest.repository} is known at commit ${manifest.commit} only, got ${commit} (write ${sourceReference(manifest)})`,
    );
  }
  return found;
}

/** The folder that the user has a copy in; null where it is to be fetched. */
function findCopy(name: string, dir: string | undefined, env: SourceWorld["env"]): string | null {
  if (dir !== undefined) {
    if (isFolder(dir)) return resolve(dir);
    throw new UsageError(`dataset.dir: no folder "${dir}" (name a copy of the source, or leave it out to fetch one)`);
  }
  const shared = env["NITBENCH_DATA"];
  if (shared === undefined || shared === "") return null;
  const own = join(shared, name);
  return isFolder(own) ? resolve(own) : null;
}

function cacheFolder(name: string, { commit }: SourceManifest, env: SourceWorld["env"]): string {
  const cache = env["XDG_CACHE_HOME"];
  const home = cache === undefined || cache === "" ? join(homedir(), ".cache") : cache;
  return join(home, "nitbench", "sources", `${name}@${commit}`);
}

function readSourceFiles(name: string, manifest: SourceManifest, folder: string): SourceFiles {
  const texts = new Map<string, string>();
  for (const { path, sha256, bytes } of manifest.files) {
    const file = join(folder, path);
    const subject = `source ${name}: ${displayPath(file)}`;
    if (!existsSync(file))
      throw new UsageError(`${subject}: missing (copy it from ${sourceReference(manifest)}, or fetch the source anew)`);
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
    place: (path, line) => `${displayPath(join(folder, path))}${line === undefined ? "" : `:${line}`}`,
  };
}

async function writeImported(
  folder: string,
  cases: readonly unknown[],
  reviewers: ReadonlyMap<string, RecordedReviewer>,
): Promise<void> {
  makeFolder(join(folder, "recordings"));
  await writeFileAtomic(join(folder, "cases.jsonl"), jsonLines(cases));
  for (const [name, { recordings }] of reviewers)
    await writeFileAtomic(join(folder, "recordings", `${name}.jsonl`), jsonLines(recordings));
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
