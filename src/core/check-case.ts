import type { Anchor, Case } from "./case.ts";
import { type FileDiff, isInsideDiff, parseDiff } from "./diff.ts";
import { UsageError } from "./errors.ts";

/**
 * Checks what a schema cannot: the diff parses, anchors lie inside it, paths stay inside, bug ids are unique, a twin is
 * known to be clean.
 * @throws UsageError with the case's id, without the file and line, which the caller knows
 */
export function checkCase(source: Case): void {
  const files = parseCaseDiff(source);
  for (const path of pathsOf(source, files)) {
    if (leavesFolder(path))
      throw new UsageError(
        `case "${source.id}": path "${path}" leaves the dataset folder (write it relative, without ..)`,
      );
  }
  if (source.twin !== undefined && source.bugs?.length !== 0) {
    const got = source.bugs === undefined ? "bugs absent" : `${source.bugs.length} bugs`;
    throw new UsageError(
      `case "${source.id}": a twin is the clean counterpart of its case, got ${got} (write bugs: [])`,
    );
  }
  const seen = new Set<string>();
  for (const bug of source.bugs ?? []) {
    if (seen.has(bug.id))
      throw new UsageError(`case "${source.id}": bug id "${bug.id}" stands twice (give each bug its own)`);
    seen.add(bug.id);
    checkAnchor(files, bug.anchor, `case "${source.id}": bug "${bug.id}"`);
  }
  source.references.forEach(({ anchor }, index) => {
    if (anchor !== undefined) checkAnchor(files, anchor, `case "${source.id}": references[${index}]`);
  });
}

function parseCaseDiff(source: Case): FileDiff[] {
  try {
    return parseDiff(source.diff);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`case "${source.id}": ${error.message}`);
    throw error;
  }
}

function checkAnchor(files: readonly FileDiff[], anchor: Anchor, place: string): void {
  if (isInsideDiff(files, anchor)) return;
  const lines = anchor.lines === undefined ? "" : ` lines ${anchor.lines.join("-")}`;
  throw new UsageError(
    `${place}: anchor ${anchor.file}${lines} (${anchor.side} side) lies outside the diff (move it to a line that a hunk shows)`,
  );
}

function pathsOf(source: Case, files: readonly FileDiff[]): string[] {
  return [
    ...files.flatMap((file) => [file.path, file.oldPath ?? file.path]),
    ...Object.keys(source.files ?? {}),
    ...(source.twin?.places ?? []).map((place) => place.file),
  ];
}

function leavesFolder(path: string): boolean {
  return /^([/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes("..");
}

/** What a twin says of its case, checked once both are known. */
export interface TwinLink {
  id: string;
  of: string;
  bugIds: readonly string[];
}

/**
 * Checks that a twin is the clean counterpart of a case with just the bugs whose places it gives.
 * @param bugIdsOf the bug ids of every annotated case, by case id
 * @throws UsageError with the twin's id
 */
export function checkTwin(link: TwinLink, bugIdsOf: ReadonlyMap<string, readonly string[]>): void {
  const known = bugIdsOf.get(link.of);
  if (known === undefined)
    throw new UsageError(`case "${link.id}": twin.of names "${link.of}", which is no annotated case of this dataset`);
  if (known.length === 0)
    throw new UsageError(
      `case "${link.id}": twin.of names "${link.of}", which has no bugs (name the case with the bug)`,
    );
  const stranger = link.bugIds.find((bugId) => !known.includes(bugId));
  if (stranger !== undefined) {
    throw new UsageError(
      `case "${link.id}": twin.places names bug "${stranger}", which "${link.of}" does not have (it has ${known.join(", ")})`,
    );
  }
}
