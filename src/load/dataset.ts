import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { type Bug, Case } from "../core/case.ts";
import { checkCase, checkTwin, type TwinLink } from "../core/check-case.ts";
import { type ClusterMember, joinClusters } from "../core/clusters.ts";
import { UsageError } from "../core/errors.ts";
import { bugFieldNames, type CaseFields, caseFieldNames, caseFields, fieldsWithBugs } from "../core/fields.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { selectByHash } from "../core/select.ts";
import type { Suite } from "../core/suite.ts";
import { parseWhere } from "../core/where.ts";
import { readLines, readText } from "../io/lines.ts";
import { reading, whatIs } from "../io/readable.ts";
import { sha256 } from "./hash.ts";
import { displayPath } from "./suite.ts";

/** One case of a dataset without its texts: enough to choose and slice by, and where to read the rest. */
export interface DatasetEntry {
  id: string;
  cluster: string;
  fields: CaseFields;
  /** Severity and category of each bug. */
  bugs: Pick<Bug, "severity" | "category">[];
  offset: number;
  bytes: number;
}

/** The chosen cases of a dataset file. Texts are read when asked for, so that memory does not grow with them. */
export interface Dataset {
  name: string;
  file: string;
  /** SHA-256 of the whole file as text, whatever its line endings. */
  hash: string;
  entries: readonly DatasetEntry[];
  /** A case with a bug whose place is not known; null where every bug has one. */
  unplaced: string | null;
  /** Ids of the known bugs of every case of the file, chosen or not; none for one that is not annotated. */
  bugIdsOf: ReadonlyMap<string, readonly string[]>;
  /** The splits that cases of the file are of, chosen or not. */
  splits: ReadonlySet<string>;
  read(entry: DatasetEntry): Case;
  /** The case's own line of the file. */
  readLine(entry: DatasetEntry): string;
  close(): void;
}

/** What a suite says of its dataset, once the path is known. */
export type DatasetSettings = Pick<Suite["dataset"], "split" | "where" | "limit"> & { path: string };

/**
 * Reads and checks a whole dataset file, then keeps the cases that the suite chooses.
 * @param folder the suite's folder, to which its paths are relative
 * @throws UsageError with file and line for the first line with mistakes
 */
export function loadDataset(settings: DatasetSettings, folder: string, seed: number): Dataset {
  const path = casesFile(resolve(folder, settings.path));
  const file = displayPath(path);
  const { entries, hash, bugIdsOf, unplaced } = reading(`dataset "${file}"`, () => indexCases(path, file));
  const chosen = choose(entries, settings, seed, file);
  const handle = reading(`dataset "${file}"`, () => openSync(path, "r"));
  return {
    name: basename(path) === "cases.jsonl" ? basename(dirname(path)) : basename(path, ".jsonl"),
    file,
    hash,
    entries: chosen,
    bugIdsOf,
    splits: new Set(entries.flatMap(({ fields: { split } }) => (typeof split === "string" ? split : []))),
    unplaced,
    read: (entry) => withDefaults(JSON.parse(readText(handle, entry.offset, entry.bytes)) as z.input<typeof Case>),
    readLine: (entry) => readText(handle, entry.offset, entry.bytes).trim(),
    close: () => closeSync(handle),
  };
}

/** A case of a line that was checked before, with what the schema adds. */
export function withDefaults(source: z.input<typeof Case>): Case {
  return { ...source, references: source.references ?? [] };
}

function casesFile(path: string): string {
  const subject = `dataset "${displayPath(path)}"`;
  const found = whatIs(subject, path);
  if (found === null) throw new UsageError(`${subject}: no such file or folder`);
  if (found === "file") return path;
  const file = found === "folder" ? join(path, "cases.jsonl") : path;
  const inside = found === "folder" ? whatIs(subject, file) : found;
  if (inside === null) throw new UsageError(`${subject}: the folder holds no cases.jsonl`);
  if (inside === "file") return file;
  throw new UsageError(
    `dataset "${displayPath(file)}": expected a file of cases, got ${inside === "folder" ? "a folder" : "what is no file"}`,
  );
}

type Index = Pick<Dataset, "hash" | "bugIdsOf" | "unplaced"> & { entries: DatasetEntry[] };

function indexCases(path: string, file: string): Index {
  const hash = createHash("sha256");
  const entries: DatasetEntry[] = [];
  const lineOf = new Map<string, number>();
  const twins: (TwinLink & { line: number })[] = [];
  const bugIdsOf = new Map<string, string[]>();
  const members: ClusterMember[] = [];
  let unplaced: string | null = null;

  for (const { text, number, offset, bytes } of readLines(path)) {
    hash.update(text).update("\n");
    if (text.trim() === "") continue;
    const source = parseJsonLine(Case, text, `${file}:${number}`);
    const diff = at(`${file}:${number}`, () => checkCase(source));
    const earlier = lineOf.get(source.id);
    if (earlier !== undefined)
      throw new UsageError(
        `${file}:${number}: case id "${source.id}" stands already in line ${earlier} (give each case its own)`,
      );
    lineOf.set(source.id, number);
    if (source.bugs !== undefined)
      bugIdsOf.set(
        source.id,
        source.bugs.map((bug) => bug.id),
      );
    if (source.twin !== undefined)
      twins.push({
        id: source.id,
        of: source.twin.of,
        bugIds: source.twin.places.map((place) => place.bugId),
        line: number,
      });
    if (source.bugs?.some((bug) => bug.anchor === undefined)) unplaced ??= source.id;
    members.push({ id: source.id, cluster: source.cluster, twinOf: source.twin?.of });
    const bugs = (source.bugs ?? []).map(({ severity, category }) => ({ severity, category }));
    const fields = caseFields(source, source.id, diff);
    entries.push({ id: source.id, cluster: source.id, fields, bugs, offset, bytes });
  }
  if (entries.length === 0) throw new UsageError(`${file}: the dataset holds no case`);
  for (const twin of twins) at(`${file}:${twin.line}`, () => checkTwin(twin, bugIdsOf));
  for (const [index, cluster] of joinClusters(members).entries()) setCluster(entries[index], cluster);
  const allBugIdsOf = new Map(entries.map(({ id }) => [id, bugIdsOf.get(id) ?? []]));
  return { entries, hash: hash.digest("hex"), bugIdsOf: allBugIdsOf, unplaced };
}

function at<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${place}: ${error.message}`);
    throw error;
  }
}

function setCluster(entry: DatasetEntry | undefined, cluster: string): void {
  if (entry === undefined) return;
  entry.cluster = cluster;
  entry.fields["cluster"] = cluster;
}

function choose(
  entries: DatasetEntry[],
  { split, where, limit }: DatasetSettings,
  seed: number,
  file: string,
): DatasetEntry[] {
  const condition =
    where === undefined ? null : parseWhere(where, [...caseFieldNames, ...bugFieldNames], "dataset.where");
  const kept = entries
    .filter((entry) => split === undefined || entry.fields["split"] === split)
    .filter((entry) => condition === null || condition.test(fieldsWithBugs(entry.fields, entry.bugs)));
  if (kept.length === 0) {
    const asked = [split === undefined ? null : `split ${split}`, where ?? null]
      .filter((one) => one !== null)
      .join(" and ");
    throw new UsageError(`${file}: none of the ${entries.length} cases is chosen by ${asked}`);
  }
  return limit === undefined ? kept : selectByHash(kept, limit, (cluster) => sha256(`${seed}:${cluster}`));
}
