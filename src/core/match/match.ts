import type { Bug, Case } from "../case.ts";
import { type FileDiff, hunkRanges, parseDiff } from "../diff.ts";
import type { Ledger, LedgerBug, LedgerFinding } from "../ledger.ts";
import type { Review } from "../review.ts";
import { assign, coverBugs, type Edge } from "./assign.ts";
import type { Matcher } from "./matcher.ts";
import {
  comparePairs,
  farthestReported,
  isAtPlace,
  isFoundBy,
  knownPaths,
  type MatchSettings,
  type Pair,
  type PlacedFinding,
  placeFindings,
  retrievedPaths,
} from "./pair.ts";
import { fileOf, fittingPaths, intervalDistance, isOneFile, placeDistance } from "./place.ts";

/**
 * Accounts for every finding and every bug of one review: which finding holds which bug, one to one and as many as
 * possible. The order of the findings does not matter; every finding is in exactly one state.
 * @param source an annotated case (`bugs` present)
 * @param repeat which review of the case it is, from 0
 */
export async function matchFindings(
  source: Case,
  review: Review,
  matcher: Matcher,
  settings: MatchSettings,
  repeat = 0,
): Promise<Ledger> {
  const bugs = source.bugs ?? [];
  const files = parseDiff(source.diff);
  const placed = placeFindings(source, files, review);
  const reach = Math.max(farthestReported, settings.tolerance);
  const pairs = await comparePairs({ id: source.id, repeat, diff: source.diff, bugs }, files, placed, matcher, reach);
  const held = assign(pairs.filter((pair) => isFoundBy(pair, settings.tolerance, settings.location)));
  const pairsOf = Map.groupBy(pairs, (pair) => pair.findingIndex);
  const account = { source, files, bugs, pairsOf, held, settings };
  return {
    findings: placed.toSorted((a, b) => a.index - b.index).map((one) => accountFinding(one, account)),
    bugs: accountBugs(bugs, pairs, held, settings),
    places: touchedPlaces(source, files, placed, settings),
  };
}

interface Account {
  source: Case;
  files: readonly FileDiff[];
  bugs: readonly Bug[];
  pairsOf: ReadonlyMap<number, readonly Pair[]>;
  held: readonly Edge[];
  settings: MatchSettings;
}

function accountFinding(placed: PlacedFinding, account: Account): LedgerFinding {
  const { bugs, held, settings } = account;
  const own = account.pairsOf.get(placed.index) ?? [];
  const found = own.filter((pair) => isFoundBy(pair, settings.tolerance, settings.location));
  const common = {
    offPlace: found.length === 0 && own.some((pair) => pair.verdict === "same"),
    invented: isInvented(placed, account),
  };
  const bugId = (edge: { bugIndex: number }) => bugs[edge.bugIndex]?.id ?? "";

  const match = held.find((edge) => edge.findingIndex === placed.index);
  if (match !== undefined) return { state: "matched", bugId: bugId(match), ...common };
  const [repeated] = found.toSorted((a, b) => b.weight - a.weight);
  if (repeated !== undefined) return { state: "duplicate", bugId: bugId(repeated), ...common };
  if (settings.ignoreNits && placed.finding.severity === "nit") return { state: "ignored", ...common };
  const isOpen = own.some(
    (pair) => pair.verdict === "undecided" && isAtPlace(pair, settings.tolerance, settings.location),
  );
  return { state: isOpen ? "unjudged" : "unlisted", ...common };
}

/** Null where the finding names no file; false where several files fit, or where the lines of a file are not known. */
function isInvented({ finding, place }: PlacedFinding, { source, files }: Account): boolean | null {
  if (finding.file === undefined) return null;
  if (place === null) return fittingPaths(finding.file, knownPaths(source, files)).length === 0;
  if (place.lines === undefined) return false;
  const { lines, side } = place;
  const text = side === "new" ? source.files?.[place.file] : undefined;
  if (text !== undefined) return lines[1] > text.replace(/\n$/, "").split("\n").length;
  const file = fileOf(files, place.file);
  if (file === undefined) return !retrievedPaths(source).includes(place.file);
  return !hunkRanges(file, side).some((range) => intervalDistance(range, lines) === 0);
}

function accountBugs(
  bugs: readonly Bug[],
  pairs: readonly Pair[],
  held: readonly Edge[],
  settings: MatchSettings,
): LedgerBug[] {
  const { tolerance, location } = settings;
  const described = new Set(
    pairs.filter((pair) => isFoundBy(pair, tolerance, location)).map(({ bugIndex }) => bugIndex),
  );
  const holderOf = new Map(held.map((edge) => [edge.bugIndex, edge.findingIndex]));
  const found = [...holderOf.keys()];
  const theme = coverDecided(pairs, found);
  const state = coverDecided(
    pairs.filter((pair) => isAtPlace(pair, tolerance, location)),
    found,
  );
  const within = coverWithin(pairs, found, settings);
  const located = coverBugs(
    pairs.filter((pair) => isAtPlace(pair, tolerance, "required")),
    found,
  );
  const fileNamed = coverBugs(
    pairs.filter((pair) => pair.isSameFile),
    [...located],
  );

  return bugs.map((bug, index): LedgerBug => {
    const finding = holderOf.get(index) ?? null;
    const hasPlace = bug.anchor !== undefined;
    return {
      bugId: bug.id,
      category: bug.category,
      severity: bug.severity,
      state: finding !== null ? "found" : state.level(index) === null ? "unjudged" : "missed",
      finding,
      theme: theme.level(index),
      file: hasPlace ? fileNamed.has(index) : null,
      location: hasPlace ? located.has(index) : null,
      within: {
        0: within[0].level(index),
        1: within[1].level(index),
        3: within[3].level(index),
        5: within[5].level(index),
        10: within[10].level(index),
      },
      ...(settings.counting === "published" ? { credited: described.has(index) } : {}),
    };
  });
}

interface Cover {
  /** The bugs that findings hold at once. */
  bugs: ReadonlySet<number>;
  /** Whether a bug is held; null where it would be, beside the others, if undecided pairs turned out to be the same. */
  level: (bugIndex: number) => boolean | null;
}

function coverDecided(pairs: readonly Pair[], preferred: readonly number[]): Cover {
  const covered = coverBugs(
    pairs.filter(({ verdict }) => verdict === "same"),
    preferred,
  );
  const possible = pairs.filter(({ verdict }) => verdict !== "different");
  return {
    bugs: covered,
    level: (bugIndex) =>
      covered.has(bugIndex) || (coverBugs(possible, [...covered, bugIndex]).has(bugIndex) ? null : false),
  };
}

/** A bug found within few lines stays found within more, unless at the suite's tolerance its finding holds another. */
function coverWithin(pairs: readonly Pair[], found: readonly number[], { tolerance, location }: MatchSettings) {
  let closer: readonly number[] = [];
  const within = (lines: number): Cover => {
    const preferred = lines < tolerance ? [...closer, ...found] : [...found, ...closer];
    const cover = coverDecided(
      pairs.filter((pair) => isAtPlace(pair, lines, location)),
      preferred,
    );
    closer = [...cover.bugs];
    return cover;
  };
  return { 0: within(0), 1: within(1), 3: within(3), 5: within(5), 10: within(10) };
}

/** A finding without lines cannot be told from one at the place, so it touches every place of its file. */
function touchedPlaces(
  source: Case,
  files: readonly FileDiff[],
  placed: readonly PlacedFinding[],
  settings: MatchSettings,
): Ledger["places"] {
  return (source.twin?.places ?? []).map(({ bugId, file, lines }) => ({
    bugId,
    touched: placed.some(({ finding, place }) => {
      if (finding.file === undefined) return settings.location === "optional";
      if (place === null || !isOneFile(files, place.file, file)) return false;
      const distance = placeDistance(place, { side: "new", file, lines }, files);
      return distance === null || distance <= settings.tolerance;
    }),
  }));
}
