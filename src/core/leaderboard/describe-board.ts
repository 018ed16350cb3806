import { formatInterval, formatValue, plural, shortRef } from "../format.ts";
import { normalQuantile } from "../stats/distributions.ts";
import { reviewersOf } from "./sort-runs.ts";
import type { BoardRun, Exclusion, Leaderboard, Measure, RankedRow, Ranking } from "./board.ts";

/** From these on rank intervals hold the true rank as often as they say, of reviewers that differ. */
const enoughClusters = 10;

/** What a measure is called: `F1`, `F.5`, `recall`, `judge pass rate`. */
export function nameMeasure({ metric, beta }: Pick<Measure, "metric" | "beta">): string {
  if (beta !== undefined) return `F${String(beta).replace(/^0\./, ".")}`;
  return names[metric] ?? metric.replace(/^[^.]*\./, "").replaceAll("_", " ");
}

const names: Record<string, string> = {
  "detection.twin_discrimination": "twins told apart",
  "detection.false_alarm_rate": "false alarms",
  "judge.pass_rate": "judge pass rate",
  "safety.pass_rate": "safety",
  "overlap.f1": "token F1",
  "overlap.f1_code": "code F1",
  "contract.valid_rate": "valid",
};

/** What else a measure rests on: `published counting, judge opus`; empty where nothing. */
export function nameBasis({ counting, judge }: Pick<Measure, "counting" | "judge">): string {
  const parts = [
    counting === undefined ? "" : `${counting} counting`,
    judge === null ? "" : `judge ${shortRef(judge)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** Ranks as people read them: `1`, `2–5`. */
export function formatRanks({ low, high }: Pick<RankedRow, "low" | "high">): string {
  return low === high ? String(low) : `${low}–${high}`;
}

/** Who leads, or who may, in one sentence. */
export function answer({ rows, joined, ...measure }: Ranking, nameOf: (id: string) => string): string {
  const [first] = rows;
  if (first === undefined) return "Nobody has a rank.";
  const name = nameMeasure(measure);
  const shown = `${name} ${formatValue(first.value.value, first.value.unit)}${withInterval(first)}`;
  if (rows.length === 1) return `${nameOf(first.reviewer)} alone was measured: ${shown}.`;
  const may = rows.filter(({ low }) => low === 1);
  if (may.length === 1) {
    const like = joined[0]?.[0] === 0 ? joined[0][1] : 0;
    const doubt =
      like === 0 ? "" : `, though pair by pair it is not told from the next${like === 1 ? "" : ` ${like}`} for sure`;
    return `${nameOf(first.reviewer)} is first of ${rows.length}: ${shown}, best in ${percent(first.firstShare)} of resamples${doubt}.`;
  }
  const named = may.slice(0, 3).map(({ reviewer }) => nameOf(reviewer));
  const more = may.length > named.length ? ` and ${may.length - named.length} more` : "";
  const all = more === "" ? `${named.slice(0, -1).join(", ")} or ${named.at(-1)}` : `${named.join(", ")}${more}`;
  return `Nobody is first for sure: it may be ${all}. Highest is ${nameOf(first.reviewer)} with ${shown}.`;
}

function withInterval({ value }: RankedRow): string {
  const interval = formatInterval(value);
  return interval === "" ? "" : ` ${interval}`;
}

/** Never all of them where it is not all. */
function percent(share: number): string {
  if (share >= 1) return "all";
  return `${Math.min(99, Math.round(100 * share))} %`;
}

/**
 * By how much the best of some equal reviewers shows more than all of them are worth, by luck alone: the expected largest
 * of k normal values is near the quantile (k - .375) / (k + .25) (Blom 1958, Statistical Estimates and Transformed Beta-Variables).
 * @param se standard error of each
 */
export function luckOfTheBest(reviewers: number, se: number): number {
  return reviewers < 2 ? 0 : se * normalQuantile((reviewers - 0.375) / (reviewers + 0.25));
}

/** What has to be known beside the table. */
export function notesOf(board: Pick<Leaderboard, "cases" | "clusters" | "leftOut">, lead: Ranking): string[] {
  const { cases, clusters, leftOut } = board;
  const shared = `Ranked on the ${plural(cases, "case")} (${plural(clusters, "cluster")}) that all runs share`;
  const left =
    leftOut === 0 ? "no case is left out" : `${plural(leftOut, "case")} that only some of them have left out`;
  const lacking =
    lead.leftOut === 0 ? "" : `; ${plural(lead.leftOut, "case")} more without a score of one of the ranked`;
  return [`${shared}, ${left}${lacking}.`, ...fewNote(lead), ...luckNote(lead)];
}

/** How often intervals hold the true rank is from the simulations in the tests of rank intervals. */
function fewNote({ clusters }: Ranking): string[] {
  if (clusters >= enoughClusters) return [];
  return [
    `Of ${clusters} clusters rank intervals come out too narrow: of five they hold the true rank in some 86 of 100 simulations, not 95.`,
  ];
}

/** Judges whose word is not good enough to decide by, with the reason. */
export function judgeNotes(runs: readonly BoardRun[]): string[] {
  const told = runs.flatMap(({ report: { judge, matcher } }) => [
    { ref: judge?.ref, why: judge?.informsBecause, of: "reviews" },
    { ref: matcher?.judge, why: matcher?.asked?.informsBecause, of: "findings" },
  ]);
  const notes = told.flatMap(({ ref, why, of }) =>
    ref === undefined || why === undefined || why === null
      ? []
      : [`What ${shortRef(ref)} says of ${of} may inform and not decide: ${why}.`],
  );
  return [...new Set(notes)];
}

function luckNote({ rows, ...measure }: Ranking): string[] {
  const errors = rows.flatMap(({ value: { low, high } }) =>
    low === null || high === null ? [] : [(high - low) / (2 * normalQuantile(0.975))],
  );
  const middle = errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)];
  if (middle === undefined || rows.length < 3 || rows[0]?.value.unit !== "rate") return [];
  const luck = formatValue(luckOfTheBest(rows.length, middle), "rate");
  return [
    `The first of many looks better than it is: of ${rows.length} equal reviewers with intervals as wide the best would show about ${luck} more ${nameMeasure(measure)} by luck alone.`,
  ];
}

/** Reviewers that are called the same and are not, since only the newest run of each is ranked. */
export function changeNotes(runs: readonly BoardRun[]): string[] {
  const measured = runs.flatMap(reviewersOf).filter(({ role }) => role === "measured");
  return [...Map.groupBy(measured, ({ id }) => id)].flatMap(([id, same]) => {
    const isChanged = (hashes: readonly (string | undefined)[]) => new Set(hashes).size > 1;
    const what = [
      isChanged(same.map(({ prompt }) => prompt.hash)) ? "prompts" : "",
      isChanged(same.map(({ served }) => served?.hash)) ? "weights" : "",
    ].filter(Boolean);
    if (what.length === 0) return [];
    return [`${shortRef(id)} stands for different ${what.join(" and ")} in its runs; the newest run counts.`];
  });
}

/** Why a run has no part in it, in one sentence. */
export function sayExclusion({ run, concerns, reason }: Exclusion): string {
  return `Run ${run} ${concerns === "all" ? "is left out" : `is left out of ${concerns}`}: ${reason}.`;
}
