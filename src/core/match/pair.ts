import { anchorsOf, type Bug, type Case } from "../case.ts";
import type { FileDiff } from "../diff.ts";
import { Finding, type Review } from "../review.ts";
import type { DetectionSettings } from "../suite.ts";
import type { Edge } from "./assign.ts";
import type { Matcher, PairVerdict } from "./matcher.ts";
import { isOneFile, normalisePath, type Place, placeDistance, resolvePath } from "./place.ts";

export type MatchSettings = Pick<DetectionSettings, "tolerance" | "location" | "ignoreNits"> &
  Partial<Pick<DetectionSettings, "counting">>;

/** A finding with its path resolved against the case; `index` is its position in the review. */
export interface PlacedFinding {
  index: number;
  finding: Finding;
  /** Null when the finding names no file of the case. */
  place: Place | null;
}

/** One finding and one bug: how far apart they are and what the matcher says, which makes the weight of the edge. */
export interface Pair extends Edge {
  isSameFile: boolean;
  /** Lines apart; null when the finding's lines are not known or in another file. */
  distance: number | null;
  /**
   * Whether finding and bug have no places to compare, so that one may be meant for the other: no file, no lines and no
   * other file, or a bug whose place nobody knows.
   */
  isPlaceless: boolean;
  verdict: PairVerdict["verdict"];
}

/**
 * Resolves where the findings of a review point, in a canonical order, so that ties between equal findings fall the
 * same way whatever the reviewer's order.
 */
export function placeFindings(source: Case, files: readonly FileDiff[], review: Review): PlacedFinding[] {
  const paths = knownPaths(source, files);
  const changed = files.map((file) => file.path);
  return review.findings
    .map((finding, index) => ({ index, finding, place: placeOf(finding, paths, changed), key: canonicalKey(finding) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
}

/** Every path that a reviewer of the case may have seen: changed, renamed, given whole or beside the change. */
export function knownPaths(source: Case, files: readonly FileDiff[]): string[] {
  const diffPaths = files.flatMap((file) => [file.path, file.oldPath ?? file.path]);
  const anchorPaths = (source.bugs ?? []).flatMap(anchorsOf).map((anchor) => anchor.file);
  return [...new Set([...diffPaths, ...Object.keys(source.files ?? {}), ...anchorPaths, ...retrievedPaths(source)])];
}

/** The paths of the files that a reviewer was shown beside the change. */
export function retrievedPaths({ context }: Case): string[] {
  return (context?.retrieved ?? []).map(({ path }) => normalisePath(path));
}

const findingFields = Object.keys(Finding.shape) as (keyof Finding)[];

function canonicalKey(finding: Finding): string {
  return findingFields.map((field) => finding[field]).join("\u0000");
}

/** Where several known paths fit, a reviewer of the change means the only one that it changes. */
function placeOf(finding: Finding, paths: readonly string[], changed: readonly string[]): Place | null {
  if (finding.file === undefined) return null;
  const file = resolvePath(finding.file, paths) ?? resolvePath(finding.file, changed);
  if (file === null) return null;
  const side = finding.side ?? "new";
  if (finding.lines === undefined) return { file, side };
  const [from, to] = finding.lines;
  return { file, side, lines: from <= to ? [from, to] : [to, from] };
}

/** The largest tolerance, in lines, at which recall is reported whatever the suite's own. */
export const farthestReported = 10;

/** How a finding and a bug lie to each other, before anybody is asked whether they are the same. */
type Placing = Omit<Pair, "verdict" | "weight">;

/**
 * Asks the matcher about every finding and bug of a case, and measures how far apart they are. A matcher that
 * `asksOnlyAtPlace` is asked about pairs within `reach` lines and placeless ones; what it was not asked is undecided.
 * @param reach lines, at least every tolerance that the pairs are looked at with
 */
export async function comparePairs(
  source: { id: string; repeat?: number; diff: string; bugs: readonly Bug[] },
  files: readonly FileDiff[],
  placed: readonly PlacedFinding[],
  matcher: Matcher,
  reach: number = farthestReported,
): Promise<Pair[]> {
  const { id: caseId, repeat = 0, diff, bugs } = source;
  const placings = placed.flatMap((one) => bugs.map((bug, bugIndex) => placePair(one, bug, bugIndex, files)));
  const questions = placings
    .filter((placing) => matcher.asksOnlyAtPlace !== true || isAtPlace(placing, reach, "optional"))
    .map(({ findingIndex, bugIndex }) => ({ findingIndex, bugIndex }));
  const findings = placed.toSorted((a, b) => a.index - b.index).map(({ finding }) => finding);
  const asked = { caseId, repeat, diff, bugs };
  const verdicts = questions.length === 0 ? [] : await matcher.compare(asked, findings, questions);
  const answers: (PairVerdict | undefined)[] = [];
  for (const one of verdicts) answers[one.findingIndex * bugs.length + one.bugIndex] = one;

  return placings.map((placing): Pair => {
    const answer = answers[placing.findingIndex * bugs.length + placing.bugIndex];
    return { ...placing, verdict: answer?.verdict ?? "undecided", weight: answer?.weight ?? 0 };
  });
}

function placePair(
  { index, finding, place }: PlacedFinding,
  bug: Bug,
  bugIndex: number,
  files: readonly FileDiff[],
): Placing {
  const anchors = anchorsOf(bug);
  const isSameFile = place !== null && anchors.some((anchor) => isOneFile(files, place.file, anchor.file));
  const distances = anchors
    .map((anchor) => (place === null ? null : placeDistance(place, anchor, files)))
    .filter((distance) => distance !== null);
  return {
    findingIndex: index,
    bugIndex,
    isSameFile,
    distance: distances.length === 0 ? null : Math.min(...distances),
    isPlaceless:
      anchors.length === 0 ||
      finding.file === undefined ||
      (finding.lines === undefined && (place === null || isSameFile)),
  };
}

/** Whether the finding points at the bug, give or take `tolerance` lines, or need not where places are optional. */
export function isAtPlace(
  { distance, isPlaceless }: Pick<Pair, "distance" | "isPlaceless">,
  tolerance: number,
  location: MatchSettings["location"],
): boolean {
  return (distance !== null && distance <= tolerance) || (location === "optional" && isPlaceless);
}

/** Whether the finding describes the bug and points at it. */
export function isFoundBy(pair: Pair, tolerance: number, location: MatchSettings["location"]): boolean {
  return pair.verdict === "same" && isAtPlace(pair, tolerance, location);
}
