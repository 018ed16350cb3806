import type { Bug, Case } from "../case.ts";
import type { FileDiff } from "../diff.ts";
import type { Finding, Review } from "../review.ts";
import type { DetectionSettings } from "../suite.ts";
import type { Edge } from "./assign.ts";
import type { Matcher, PairVerdict } from "./matcher.ts";
import { type Place, placeDistance, resolvePath } from "./place.ts";

export type MatchSettings = Pick<DetectionSettings, "tolerance" | "location" | "ignoreNits">;

/** A finding with its path resolved against the case; `index` is its position in the review. */
export interface PlacedFinding {
  index: number;
  finding: Finding;
  /** Null when the finding names no file of the case. */
  place: Place | null;
}

/** One finding and one bug: how far apart they are and what the matcher says. */
export interface Pair {
  findingIndex: number;
  bugIndex: number;
  isSameFile: boolean;
  /** Lines apart; null when the finding's lines are not known or in another file. */
  distance: number | null;
  /** Whether the finding names no file or no lines. */
  isPlaceless: boolean;
  verdict: PairVerdict["verdict"];
  weight: number;
}

/**
 * Resolves where the findings of a review point, in a canonical order, so that ties between equal findings fall the
 * same way whatever the reviewer's order.
 */
export function placeFindings(source: Case, files: readonly FileDiff[], review: Review): PlacedFinding[] {
  const paths = knownPaths(source, files);
  return review.findings
    .map((finding, index) => ({ index, finding, place: placeOf(finding, paths), key: canonicalKey(finding) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
}

function knownPaths(source: Case, files: readonly FileDiff[]): string[] {
  const diffPaths = files.flatMap((file) => [file.path, file.oldPath ?? file.path]);
  const anchorPaths = (source.bugs ?? []).map((bug) => bug.anchor.file);
  return [...new Set([...diffPaths, ...Object.keys(source.files ?? {}), ...anchorPaths])];
}

function canonicalKey({ file, lines, message, severity, confidence }: Finding): string {
  return [file, lines?.join("-"), message, severity, confidence].join("\u0000");
}

function placeOf(finding: Finding, paths: readonly string[]): Place | null {
  if (finding.file === undefined) return null;
  const file = resolvePath(finding.file, paths);
  if (file === null) return null;
  const side = finding.side ?? "new";
  if (finding.lines === undefined) return { file, side };
  const [from, to] = finding.lines;
  return { file, side, lines: from <= to ? [from, to] : [to, from] };
}

/** Asks the matcher about every finding and bug of a case, and measures how far apart they are. */
export async function comparePairs(
  source: { id: string; bugs: readonly Bug[] },
  files: readonly FileDiff[],
  placed: readonly PlacedFinding[],
  matcher: Matcher,
): Promise<Pair[]> {
  const { bugs } = source;
  if (bugs.length === 0 || placed.length === 0) return [];
  const questions = placed.flatMap(({ index }) => bugs.map((_, bugIndex) => ({ findingIndex: index, bugIndex })));
  const findings = placed.toSorted((a, b) => a.index - b.index).map(({ finding }) => finding);
  const verdicts = await matcher.compare({ caseId: source.id, bugs }, findings, questions);
  const verdictOf = new Map(verdicts.map((one) => [one.findingIndex * bugs.length + one.bugIndex, one]));

  return placed.flatMap(({ index, finding, place }) =>
    bugs.map(({ anchor }, bugIndex): Pair => {
      const answer = verdictOf.get(index * bugs.length + bugIndex);
      return {
        findingIndex: index,
        bugIndex,
        isSameFile: place?.file === anchor.file,
        distance: place === null ? null : placeDistance(place, anchor, fileOf(files, anchor.file)),
        isPlaceless: finding.file === undefined || finding.lines === undefined,
        verdict: answer?.verdict ?? "undecided",
        weight: answer?.weight ?? 0,
      };
    }),
  );
}

/** The file of a diff that has this path on either side. */
export function fileOf(files: readonly FileDiff[], path: string): FileDiff | undefined {
  return files.find((file) => file.path === path || file.oldPath === path);
}

/** Whether the finding points at the bug, give or take `tolerance` lines, or need not where places are optional. */
export function isAtPlace(pair: Pair, tolerance: number, location: MatchSettings["location"]): boolean {
  return (pair.distance !== null && pair.distance <= tolerance) || (location === "optional" && pair.isPlaceless);
}

/** Whether the finding describes the bug and points at it. */
export function isFoundBy(pair: Pair, tolerance: number, location: MatchSettings["location"]): boolean {
  return pair.verdict === "same" && isAtPlace(pair, tolerance, location);
}

/** The pairs for which a condition holds, as edges, in the pairs' canonical order. */
export function edgesWhere(pairs: readonly Pair[], holds: (pair: Pair) => boolean): Edge[] {
  return pairs.filter(holds).map(({ findingIndex, bugIndex, weight }) => ({ findingIndex, bugIndex, weight }));
}
