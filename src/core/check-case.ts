import { type Anchor, anchorsOf, type Bug, type Case } from "./case.ts";
import { type FileDiff, isInsideDiff, parseDiff } from "./diff.ts";
import { UsageError } from "./errors.ts";

/**
 * Checks what a schema cannot: the diff parses, anchors and a twin's places lie inside it, paths stay inside, bug ids are
 * unique, a twin is known to be clean. Returns the diff as parsed.
 * @throws UsageError that names all mistakes, with the case's id but not the file and line, which the caller knows
 */
export function checkCase(source: Case): FileDiff[] {
  const files = parseCaseDiff(source);
  const mistakes = [
    ...(source.diff === "" && source.pr === undefined
      ? ["diff: expected a unified diff, got nothing (give the change, or the address of its pull request as pr)"]
      : []),
    ...[...new Set(pathsOf(source, files))]
      .filter(leavesFolder)
      .map((path) => `path "${path}" leaves the dataset folder (write it relative, without ..)`),
    ...findTwinMistakes(source, files),
    ...findBugMistakes(source.bugs ?? [], files),
    ...source.references.flatMap(({ anchor }, index) =>
      anchor === undefined ? [] : findOutside(files, anchor, `references[${index}]: anchor`),
    ),
  ];
  if (mistakes.length > 0) throw new UsageError(`case "${source.id}": ${mistakes.join("; ")}`);
  return files;
}

function parseCaseDiff(source: Case): FileDiff[] {
  try {
    return parseDiff(source.diff);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`case "${source.id}": ${error.message}`);
    throw error;
  }
}

function findTwinMistakes({ twin, bugs }: Case, files: readonly FileDiff[]): string[] {
  if (twin === undefined) return [];
  const got = bugs === undefined ? "bugs absent" : `${bugs.length} bugs`;
  return [
    ...(bugs?.length === 0 ? [] : [`a twin is the clean counterpart of its case, got ${got} (write bugs: [])`]),
    ...twin.places.flatMap(({ file, lines }, index) =>
      findOutside(files, { side: "new", file, lines }, `twin.places[${index}]:`),
    ),
  ];
}

function findBugMistakes(bugs: readonly Bug[], files: readonly FileDiff[]): string[] {
  const seen = new Set<string>();
  return bugs.flatMap((bug) => {
    const { id, anchor, elsewhere } = bug;
    const twice = seen.has(id) ? [`bug id "${id}" stands twice (give each bug its own)`] : [];
    seen.add(id);
    const loose = anchor === undefined && elsewhere !== undefined ? [`bug "${id}": elsewhere without an anchor`] : [];
    return [...twice, ...loose, ...anchorsOf(bug).flatMap((one) => findOutside(files, one, `bug "${id}": anchor`))];
  });
}

function findOutside(files: readonly FileDiff[], anchor: Anchor, what: string): string[] {
  if (isInsideDiff(files, anchor)) return [];
  const lines = anchor.lines === undefined ? "" : ` lines ${anchor.lines.join("-")}`;
  return [
    `${what} ${anchor.file}${lines} (${anchor.side} side) lies outside the diff (move it to a line that a hunk shows)`,
  ];
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
  /** The bugs that it gives places for. */
  bugIds: readonly string[];
}

/**
 * Checks that a twin is the clean counterpart of a case with bugs, and that it gives places for just these bugs: one
 * without a place would never count against a reviewer that flags everything.
 * @param bugIdsOf the bug ids of every annotated case, by case id
 * @throws UsageError that names all mistakes, with the twin's id
 */
export function checkTwin(link: TwinLink, bugIdsOf: ReadonlyMap<string, readonly string[]>): void {
  const known = bugIdsOf.get(link.of);
  const mistakes =
    known === undefined || known.length === 0 ? [noCase(link.of, known)] : findPlaceMistakes(link, known);
  if (mistakes.length > 0) throw new UsageError(`case "${link.id}": ${mistakes.join("; ")}`);
}

function noCase(of: string, known: readonly string[] | undefined): string {
  return known === undefined
    ? `twin.of names "${of}", which is no annotated case of this dataset`
    : `twin.of names "${of}", which has no bugs (name the case with the bug)`;
}

function findPlaceMistakes({ of, bugIds }: TwinLink, known: readonly string[]): string[] {
  const strangers = [...new Set(bugIds)].filter((bugId) => !known.includes(bugId));
  const missing = known.filter((bugId) => !bugIds.includes(bugId)).map((bugId) => `"${bugId}"`);
  const [bug, it] = missing.length === 1 ? ["bug", "it"] : ["bugs", "they"];
  return [
    ...strangers.map(
      (bugId) => `twin.places names bug "${bugId}", which "${of}" does not have (it has ${known.join(", ")})`,
    ),
    ...(missing.length === 0
      ? []
      : [
          `twin.places has no place for ${bug} ${missing.join(", ")} of "${of}" ` +
            `(say where ${it} would be in the twin; a clean case without such a place is no twin: give it the same cluster instead)`,
        ]),
  ];
}
