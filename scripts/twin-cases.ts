import { createHash } from "node:crypto";
import { formatPatch, structuredPatch } from "diff";
import type { StructuredPatch } from "diff";
import { z } from "zod";
import { Case, CaseContext, Severity } from "../src/core/case.ts";
import type { Anchor } from "../src/core/case.ts";

const Place = z.strictObject({
  file: z.string().min(1).optional(),
  start: z.string().min(1),
  end: z.string().optional(),
});
type Place = z.infer<typeof Place>;

const TwinBug = z
  .strictObject({
    id: z.string().min(1),
    file: z.string().min(1),
    side: z.enum(["new", "old", "file"]),
    start: z.string().min(1).optional(),
    end: z.string().min(1).optional(),
    clean: Place.optional(),
    /** Further places at which a remark is at the bug, on the new side. */
    elsewhere: z.array(Place).optional(),
    category: z.string().regex(/^[a-z]+(-[a-z]+)*$/, "expected kebab-case"),
    severity: Severity,
    description: z.string().min(1),
    /** Why no test can show it; asked for where the language is one that proofs run in and there is no proof. */
    unproven: z.string().min(1).optional(),
  })
  .refine(({ side, start }) => (side === "file") === (start === undefined), {
    error: "expected `start` for a side of new or old, and none for side: file",
  })
  .refine(({ side, clean }) => side !== "new" || clean !== undefined, {
    error: "expected `clean` (the same place in the clean version) for side: new",
  });
type TwinBug = z.infer<typeof TwinBug>;

// prettier-ignore
const languages = [
  "python", "typescript", "javascript", "tsx", "vue", "go", "java", "cpp", "csharp", "ruby", "php", "rust", "sql",
  "dockerfile", "yaml",
] as const;

/** The authored part of a twin, `twin.yaml`; lines are named by their text and resolved when the dataset is built. */
export const TwinSheet = z.strictObject({
  language: z.enum(languages),
  title: z.string().min(1),
  repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, "expected owner/name"),
  changeAuthor: z.string().min(1),
  context: CaseContext.optional(),
  bugs: z.array(TwinBug).min(1).max(3),
  references: z
    .array(
      z.strictObject({
        author: z.enum(["ines", "radu", "mei", "tobias"]),
        bug: z.string(),
        tag: z.string(),
        text: z.string().min(1),
      }),
    )
    .min(2),
});
export type TwinSheet = z.infer<typeof TwinSheet>;

/** Complete files of one version, by their path in the fictional repository. */
export type Tree = Record<string, string>;

/** One folder of `source/`: the sheet and the three versions of the files. */
export interface TwinSource {
  slug: string;
  sheet: TwinSheet;
  before: Tree;
  buggy: Tree;
  clean: Tree;
}

interface Change {
  diff: string;
  patches: Map<string, StructuredPatch>;
  before: Tree;
  after: Tree;
}

function changeBetween(before: Tree, after: Tree): Change {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const patches = new Map<string, StructuredPatch>();
  for (const path of paths.filter((one) => before[one] !== after[one])) {
    const isCreate = before[path] === undefined;
    const isDelete = after[path] === undefined;
    const [from, to] = [isCreate ? "/dev/null" : `a/${path}`, isDelete ? "/dev/null" : `b/${path}`];
    const patch = structuredPatch(from, to, before[path] ?? "", after[path] ?? "", undefined, undefined, {
      context: 3,
    });
    const mode = { ...(isCreate ? { newMode: "100644" } : {}), ...(isDelete ? { oldMode: "100644" } : {}) };
    patches.set(path, { ...patch, isGit: true, isCreate, isDelete, ...mode });
  }
  return { diff: formatPatch([...patches.values()]), patches, before, after };
}

function linesOf(text: string, place: { start: string; end?: string | undefined }, where: string): [number, number] {
  const lines = text.split("\n").map((line) => line.trim());
  const first = lines.indexOf(place.start);
  if (first < 0) throw new Error(`${where}: no line is "${place.start}" (copy the whole line, trimmed)`);
  if (lines.includes(place.start, first + 1)) {
    throw new Error(`${where}: more than one line is "${place.start}" (start at a line that is unique in the file)`);
  }
  const last = place.end === undefined ? first : lines.indexOf(place.end, first);
  if (last < 0)
    throw new Error(`${where}: no line from ${first + 1} on is "${place.end}" (copy the whole line, trimmed)`);
  return [first + 1, last + 1];
}

function requireInsideHunk(
  change: Change,
  side: "new" | "old",
  file: string,
  lines: [number, number],
  where: string,
): void {
  const inside = change.patches.get(file)?.hunks.some(({ oldStart, oldLines, newStart, newLines }) => {
    const [start, count] = side === "old" ? [oldStart, oldLines] : [newStart, newLines];
    return start <= lines[0] && lines[1] < start + count;
  });
  if (!inside)
    throw new Error(`${where}: ${file}:${lines.join("-")} (${side} side) is not inside one hunk of the diff`);
}

function anchorOf(change: Change, bug: TwinBug, where: string): Anchor {
  if (!change.patches.has(bug.file)) throw new Error(`${where}: ${bug.file} is not changed by the diff`);
  if (bug.side === "file" || bug.start === undefined) return { side: "file", file: bug.file };
  const text = (bug.side === "old" ? change.before : change.after)[bug.file] ?? "";
  const lines = linesOf(text, { start: bug.start, end: bug.end }, where);
  requireInsideHunk(change, bug.side, bug.file, lines, where);
  return { side: bug.side, file: bug.file, lines };
}

function placeOf(change: Change, bug: TwinBug, place: Place, where: string) {
  const file = place.file ?? bug.file;
  const lines = linesOf(change.after[file] ?? "", place, where);
  requireInsideHunk(change, "new", file, lines, where);
  return { bugId: bug.id, file, lines };
}

function sharedFields({ slug, sheet }: TwinSource, { diff, patches, after }: Change) {
  const { language, title, context, changeAuthor, repo } = sheet;
  const files = Object.fromEntries([...patches.keys()].flatMap((path) => (path in after ? [[path, after[path]]] : [])));
  const id = `${slug}-${createHash("sha256").update(diff).digest("hex").slice(0, 4)}`;
  const about = { id, diff, language, title, ...(context === undefined ? {} : { context }), files };
  return { ...about, changeAuthor, repo, cluster: slug, license: "CC0-1.0" };
}

/**
 * The two cases of one twin, ordered by their ids so that the order does not tell which is which.
 * Throws one line that names the twin and the field when an anchor cannot be resolved or lies outside the diff.
 */
export function casesOfTwin(source: TwinSource): [Case, Case] {
  const { slug, sheet } = source;
  const buggy = changeBetween(source.before, source.buggy);
  const clean = changeBetween(source.before, source.clean);
  if (buggy.diff === clean.diff) throw new Error(`${slug}: the buggy and the clean change are the same`);

  const bugs = sheet.bugs.map((bug, index) => {
    const { id, category, severity, description } = bug;
    const where = `${slug}: bugs[${index}]`;
    const elsewhere = bug.elsewhere?.map((place) => {
      const { file, lines } = placeOf(buggy, bug, place, `${where}.elsewhere`);
      return { side: "new" as const, file, lines };
    });
    const places = { anchor: anchorOf(buggy, bug, where), ...(elsewhere === undefined ? {} : { elsewhere }) };
    return { id, ...places, category, severity, description };
  });
  const references = sheet.references.map(({ text, author, tag, bug }, index) => {
    const anchor = bugs.find(({ id }) => id === bug)?.anchor;
    if (anchor === undefined) throw new Error(`${slug}: references[${index}].bug: no bug has the id "${bug}"`);
    return { text, author, tag, anchor };
  });
  const places = sheet.bugs.flatMap((bug, index) =>
    bug.clean === undefined ? [] : [placeOf(clean, bug, bug.clean, `${slug}: bugs[${index}].clean`)],
  );

  const buggyCase = Case.parse({ ...sharedFields(source, buggy), bugs, references });
  const twin = { of: buggyCase.id, places };
  const cleanCase = Case.parse({ ...sharedFields(source, clean), bugs: [], references: [], twin });
  return buggyCase.id < cleanCase.id ? [buggyCase, cleanCase] : [cleanCase, buggyCase];
}
