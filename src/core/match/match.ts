import type { Bug, Case } from "../case.ts";
import { type FileDiff, parseDiff } from "../diff.ts";
import type { Ledger, LedgerBug, LedgerFinding } from "../ledger.ts";
import type { Review } from "../review.ts";
import { assign, type Edge } from "./assign.ts";
import type { Matcher } from "./matcher.ts";
import {
  comparePairs,
  edgesWhere,
  fileOf,
  isAtPlace,
  isFoundBy,
  type MatchSettings,
  type Pair,
  type PlacedFinding,
  placeFindings,
} from "./pair.ts";
import { intervalDistance, normalisePath, resolvePath } from "./place.ts";

/**
 * Accounts for every finding and every bug of one review: which finding holds which bug, one to one and as many as
 * possible. The order of the findings does not matter; every finding is in exactly one state.
 * @param source an annotated case (`bugs` present)
 */
export async function matchFindings(source: Case, review: Review, matcher: Matcher, settings: MatchSettings): Promise<Ledger> {
  const bugs = source.bugs ?? [];
  const files = parseDiff(source.diff);
  const placed = placeFindings(source, files, review);
  const pairs = await comparePairs({ id: source.id, bugs }, files, placed, matcher);
  const held = assign(edgesWhere(pairs, (pair) => isFoundBy(pair, settings.tolerance, settings.location)));
  return {
    findings: placed
      .map((one) => ({ index: one.index, entry: accountFinding(one, { source, files, bugs, pairs, held, settings }) }))
      .sort((a, b) => a.index - b.index)
      .map(({ entry }) => entry),
    bugs: accountBugs(bugs, pairs, held, settings),
    places: touchedPlaces(source, placed, settings),
  };
}

interface Account {
  source: Case;
  files: readonly FileDiff[];
  bugs: readonly Bug[];
  pairs: readonly Pair[];
  held: readonly Edge[];
  settings: MatchSettings;
}

function accountFinding(placed: PlacedFinding, account: Account): LedgerFinding {
  const { bugs, held, settings } = account;
  const own = account.pairs.filter((pair) => pair.findingIndex === placed.index);
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
  const isOpen = own.some((pair) => pair.verdict === "undecided" && isAtPlace(pair, settings.tolerance, settings.location));
  return { state: isOpen ? "unjudged" : "unlisted", ...common };
}

/** Null where the finding names no file. Lines past the end of a known file, or outside a hunk, are invented. */
function isInvented({ finding, place }: PlacedFinding, { source, files }: Account): boolean | null {
  if (finding.file === undefined) return null;
  if (place === null) {
    const retrieved = source.context?.retrieved?.map((one) => normalisePath(one.path)) ?? [];
    return resolvePath(finding.file, retrieved) === null;
  }
  if (place.lines === undefined) return false;
  const [from, to] = place.lines;
  const text = place.side === "new" ? source.files?.[place.file] : undefined;
  if (text !== undefined) return to > text.split("\n").length;
  const hunks = fileOf(files, place.file)?.hunks ?? [];
  return !hunks.some((hunk) => {
    const [start, count] = place.side === "new" ? [hunk.newStart, hunk.newCount] : [hunk.oldStart, hunk.oldCount];
    return from < start + count && to >= start;
  });
}

function accountBugs(bugs: readonly Bug[], pairs: readonly Pair[], held: readonly Edge[], settings: MatchSettings): LedgerBug[] {
  const { tolerance, location } = settings;
  const heldWhere = (holds: (pair: Pair) => boolean) => {
    const indexes = new Set(assign(edgesWhere(pairs, holds)).map((edge) => edge.bugIndex));
    return (bugIndex: number) => indexes.has(bugIndex);
  };
  const heldWithin = (lines: number) => heldWhere((pair) => isFoundBy(pair, lines, location));
  const byTheme = heldWhere((pair) => pair.verdict === "same");
  const byFile = heldWhere((pair) => pair.isSameFile);
  const byLocation = heldWhere((pair) => isAtPlace(pair, tolerance, location));
  const [by0, by1, by3, by5, by10] = [heldWithin(0), heldWithin(1), heldWithin(3), heldWithin(5), heldWithin(10)];
  const busy = new Set(held.map((edge) => edge.findingIndex));
  const isOpen = (pair: Pair) =>
    pair.verdict === "undecided" && isAtPlace(pair, tolerance, location) && !busy.has(pair.findingIndex);

  return bugs.map((bug, index): LedgerBug => {
    const match = held.find((edge) => edge.bugIndex === index);
    const isUndecided = match === undefined && pairs.some((pair) => pair.bugIndex === index && isOpen(pair));
    return {
      bugId: bug.id,
      category: bug.category,
      severity: bug.severity,
      state: match !== undefined ? "found" : isUndecided ? "unjudged" : "missed",
      finding: match?.findingIndex ?? null,
      theme: byTheme(index),
      file: byFile(index),
      location: byLocation(index),
      within: { 0: by0(index), 1: by1(index), 3: by3(index), 5: by5(index), 10: by10(index) },
    };
  });
}

/** A finding without lines cannot be told from one at the place, so it touches every place of its file. */
function touchedPlaces(source: Case, placed: readonly PlacedFinding[], settings: MatchSettings): Ledger["places"] {
  return (source.twin?.places ?? []).map(({ bugId, file, lines }) => ({
    bugId,
    touched: placed.some(({ finding, place }) => {
      if (finding.file === undefined) return settings.location === "optional";
      if (place?.file !== file) return false;
      return place.lines === undefined || intervalDistance(place.lines, lines) <= settings.tolerance;
    }),
  }));
}
