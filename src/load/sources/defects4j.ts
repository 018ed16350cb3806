import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Bug } from "../../core/case.ts";
import { joinClusters } from "../../core/clusters.ts";
import { type FileDiff, parseDiff, serializeDiff } from "../../core/diff.ts";
import { blockAnchor, type ChangeBlock, changeBlocks, newLinesOf } from "../../core/diff-blocks.ts";
import { reverseDiff } from "../../core/diff-reverse.ts";
import { UsageError } from "../../core/errors.ts";
import { explainIssues } from "../../core/explain.ts";
import { sha256 } from "../hash.ts";
import type { ImportedSource, ImportSource, SourceFiles } from "./importer.ts";

type ImportedCase = ImportedSource["cases"][number];

const commit = z.string().regex(/^[0-9a-f]{7,40}$/, "expected a commit in hexadecimal");

const ActiveBug = z.looseObject({
  "bug.id": z.string().regex(/^\d+$/, "expected a number"),
  "revision.id.buggy": commit,
  "revision.id.fixed": commit,
  "report.id": z.string().min(1),
  "report.url": z.url({ protocol: /^https?$/ }),
});
type ActiveBug = z.infer<typeof ActiveBug>;

/** One patch, which brings a bug into the project as it was when the bug had been fixed. */
interface Defect {
  project: string;
  number: number;
  /** What is known of its report; undefined for a bug that upstream has withdrawn. */
  known: ActiveBug | undefined;
  diff: string;
  files: FileDiff[];
  place: string;
}

/**
 * Defects4J: bugs of open-source Java projects. A patch runs from the fixed to the buggy version, so as it stands it
 * brings the bug in; reversed it is the clean twin.
 */
export const importSource: ImportSource = (files) => {
  const defects = readDefects(files);
  const clusters = clusterDefects(defects);
  const cases = defects.flatMap((defect, index) => casesOf(defect, clusters[index] ?? ""));
  return { cases, reviewers: new Map(), judge: null };
};

function readDefects(files: SourceFiles): Defect[] {
  const knownOf = new Map<string, Map<string, ActiveBug>>();
  const defects = files.paths.flatMap((path): Defect[] => {
    const [, project, number] = /^(\w+)\/patches\/(\d+)\.src\.patch$/.exec(path) ?? [];
    if (project === undefined || number === undefined) return [];
    const known = knownOf.get(project) ?? readActiveBugs(files, project);
    knownOf.set(project, known);
    const place = files.place(path);
    const diff = files.read(path);
    return [{ project, number: Number(number), known: known.get(number), diff, files: parseDiff(diff, place), place }];
  });
  return defects.sort((a, b) => (a.project === b.project ? a.number - b.number : a.project < b.project ? -1 : 1));
}

/** The bugs of a project that upstream has not withdrawn, by their number. */
function readActiveBugs(files: SourceFiles, project: string): Map<string, ActiveBug> {
  const path = `${project}/active-bugs.csv`;
  if (!files.paths.includes(path)) {
    throw new UsageError(`${files.place(path)}: missing beside the patches of ${project} (copy the source again)`);
  }
  const rows = readRows(files.read(path), files.place(path));
  if (rows.length === 0) throw new UsageError(`${files.place(path)}: expected bugs, got none (copy the source again)`);
  const bugs = new Map<string, ActiveBug>();
  for (const { record, line } of rows) {
    const place = files.place(path, line);
    const row = ActiveBug.safeParse(record);
    if (!row.success) throw new UsageError(`${place}: ${explainIssues(row.error.issues, ActiveBug, record)}`);
    const number = row.data["bug.id"];
    if (bugs.has(number)) throw new UsageError(`${place}: bug ${number} stands there twice (copy the source again)`);
    if (!files.paths.includes(`${project}/patches/${number}.src.patch`)) {
      throw new UsageError(`${place}: no patch of bug ${number} (copy the source again)`);
    }
    bugs.set(number, row.data);
  }
  return bugs;
}

function readRows(text: string, place: string): { record: unknown; line: number }[] {
  try {
    const rows = parse(text, { columns: true, skip_empty_lines: true, bom: true, info: true });
    return (rows as unknown as { record: unknown; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${place}: not CSV: ${problem} (copy the source again)`);
  }
}

/** Bugs of one report are one cluster, and so are those with the same changes, which upstream has twice. */
function clusterDefects(defects: readonly Defect[]): string[] {
  const firstWith = new Map<string, string>();
  return joinClusters(
    defects.map((defect) => {
      const id = nameOf(defect);
      const changes = changesOf(defect);
      const first = firstWith.get(changes);
      if (first === undefined) firstWith.set(changes, id);
      return { id, cluster: defect.known?.["report.url"], twinOf: first };
    }),
  );
}

const nameOf = ({ project, number }: Defect) => `${project}-${number}`;

function changesOf({ files }: Defect): string {
  const changed = files.flatMap(({ path, hunks }) =>
    hunks.flatMap(({ lines }) =>
      lines.filter(({ kind }) => kind !== "context").map(({ kind, text }) => `${path} ${kind} ${text}`),
    ),
  );
  return changed.join("\n");
}

/**
 * A bug's two cases, ordered by their ids so that the order does not tell which is which. None for a withdrawn bug whose
 * patch puts back the code that it takes away.
 */
function casesOf(defect: Defect, cluster: string): ImportedCase[] {
  const { diff, files, project, number, known, place } = defect;
  const reversed = reverseDiff(files);
  const meta = {
    source: "rjust/defects4j",
    project,
    bug: number,
    ...(known === undefined
      ? { withdrawn: true }
      : {
          report: known["report.url"],
          buggy: known["revision.id.buggy"],
          fixed: known["revision.id.fixed"],
        }),
  };
  const shared = (text: string) => ({
    id: `${project.toLowerCase()}-${number}-${sha256(text).slice(0, 6)}`,
    diff: text,
    language: "java",
    cluster,
    license: "MIT; the patches are fragments of the projects they mend, under those projects' licences",
    meta,
  });

  const blocks = codeBlocks(files);
  const [anchor, ...elsewhere] = blocks.map(({ file, block }) => blockAnchor(block, file));
  const places = codeBlocks(reversed).flatMap(({ file, block }) => {
    const lines = newLinesOf(block);
    return lines === null ? [] : [{ bugId: "defect", file: file.path, lines }];
  });
  if (anchor === undefined && known === undefined) return [];
  if (anchor === undefined || places.length === 0) {
    throw new UsageError(`${place}: expected code that changes on both sides, got none (copy the source again)`);
  }
  const bug: Bug = {
    id: "defect",
    anchor,
    ...(elsewhere.length === 0 ? {} : { elsewhere }),
    category: "regression",
    severity: "medium",
    description: describe(defect, blocks),
  };
  const withBug = { ...shared(diff), bugs: [bug] };
  const clean = { ...shared(serializeDiff(reversed)), bugs: [], twin: { of: withBug.id, places } };
  return withBug.id < clean.id ? [withBug, clean] : [clean, withBug];
}

const isCode = (line: string) => !/^\s*((import|package)\b.*|\/\/.*|\/?\*.*)?\s*$/.test(line);

interface FileBlock {
  file: FileDiff;
  block: ChangeBlock;
}

/** The places of a bug: imports, comments and blanks change along with the code, but no bug is there. */
function codeBlocks(files: readonly FileDiff[]): FileBlock[] {
  return files
    .flatMap((file) => file.hunks.flatMap(changeBlocks).map((block) => ({ file, block })))
    .filter(({ block }) => codeOf(block.deleted) !== codeOf(block.added));
}

const mostBlocks = 6;
const mostCharacters = 120;

/** What the patch itself says of the bug, since upstream describes it by the address of a report alone. */
function describe({ project, number, known }: Defect, blocks: readonly FileBlock[]): string {
  const report = known?.["report.id"] ?? "";
  const name = /^\d+$/.test(report) ? `${project} issue ${report}` : report === "" ? `${project} ${number}` : report;
  const address = known === undefined ? "" : ` (${known["report.url"]})`;
  const changes = blocks.slice(0, mostBlocks).map(({ file, block }, index) => {
    const isNewFile = blocks[index - 1]?.file !== file;
    return `${isNewFile ? `in ${file.path.split("/").at(-1)} ` : ""}${describeBlock(block)}`;
  });
  const more = blocks.length > mostBlocks ? `; further places: ${blocks.length - mostBlocks}` : "";
  return `Regression of ${name}${address}: ${changes.join("; ")}${more}.`;
}

function describeBlock({ deleted, added }: ChangeBlock): string {
  const [before, after] = [codeOf(deleted), codeOf(added)];
  if (after === "") return `${quote(before)} is missing`;
  if (before === "") return `${quote(after)} should not be there`;
  const start = Math.max(0, firstDifference(before, after) - mostCharacters / 2);
  return `${quote(after, start)} should be ${quote(before, start)}`;
}

function firstDifference(one: string, other: string): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index += 1;
  return index;
}

function codeOf(lines: ChangeBlock["added"]): string {
  const code = lines.map(({ text }) => text).filter(isCode);
  return code.map((text) => text.trim().replaceAll(/\s+/g, " ")).join(" ");
}

function quote(code: string, start = 0): string {
  const end = start + mostCharacters;
  return `\`${start > 0 ? "…" : ""}${code.slice(start, end).trim()}${end < code.length ? "…" : ""}\``;
}
