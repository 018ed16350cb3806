import type { Bug, Case } from "./case.ts";
import type { FileDiff } from "./diff.ts";

export type FieldValue = string | number | string[] | null;
export type CaseFields = Record<string, FieldValue>;

/** What `where` and slices can ask of a case. Counts are whole numbers; null where the case does not say. */
export const caseFieldNames = [
  "id",
  "language",
  "title",
  "repo",
  "pr",
  "split",
  "changeAuthor",
  "license",
  "source",
  "cluster",
  "twin",
  "author",
  "tag",
  "references",
  "bugs",
  "files",
  "lines",
] as const;

/** What `where` can ask of a bug: in a gate or a slice of the bug itself, in a dataset of any bug of the case. */
export const bugFieldNames = ["severity", "category"] as const;

/**
 * The fields of a case by which it can be chosen and sliced. `bugs` is null for a case that is not annotated.
 * @param files the case's diff as parsed
 */
export function caseFields(source: Case, cluster: string, files: readonly FileDiff[]): CaseFields {
  const metaSource = source.meta?.["source"];
  return {
    id: source.id,
    language: source.language,
    title: source.title ?? null,
    repo: source.repo ?? null,
    pr: source.pr ?? null,
    split: source.split ?? null,
    changeAuthor: source.changeAuthor ?? null,
    license: source.license ?? null,
    source: typeof metaSource === "string" ? metaSource : null,
    cluster,
    twin: source.twin?.of ?? null,
    author: distinct(source.references.map((reference) => reference.author)),
    tag: distinct(source.references.map((reference) => reference.tag)),
    references: source.references.filter((reference) => reference.text.trim() !== "").length,
    bugs: source.bugs?.length ?? null,
    files: files.length,
    lines: countChangedLines(files),
  };
}

function countChangedLines(files: readonly FileDiff[]): number {
  let count = 0;
  for (const file of files) {
    for (const hunk of file.hunks) {
      for (const { kind } of hunk.lines) if (kind === "added" || kind === "deleted") count += 1;
    }
  }
  return count;
}

/** The fields of a case with those of its bugs, each a list that holds if any bug does. */
export function fieldsWithBugs(fields: CaseFields, bugs: readonly Pick<Bug, "severity" | "category">[]): CaseFields {
  return {
    ...fields,
    severity: distinct(bugs.map((bug) => bug.severity)),
    category: distinct(bugs.map((bug) => bug.category)),
  };
}

function distinct(words: readonly (string | undefined)[]): string[] {
  return [...new Set(words.filter((word) => word !== undefined))];
}
