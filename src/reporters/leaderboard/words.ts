import { shortRef } from "../../core/format.ts";
import type { Leaderboard, Measure, Ranking } from "../../core/leaderboard/board.ts";
import { nameBasis, nameMeasure } from "../../core/leaderboard/describe-board.ts";

/** Of the part of a judge's name that may stand for it. */
const fewestLetters = 4;

const columnTitles: Record<string, string> = {
  "detection.recall": "recall",
  "detection.precision": "precision",
  "detection.recall_published": "recall",
  "detection.precision_published": "precision",
  "judge.pass_rate": "judge passes",
  "safety.pass_rate": "safety",
  "contract.valid_rate": "valid",
  "latency.p50_ms": "p50 ms",
  "latency.p95_ms": "p95 ms",
  "load.p50_ms": "p50 ms, load",
  "load.p95_ms": "p95 ms, load",
  "cost.usd_per_review": "cost per review",
  "cost.usd_per_bug_found": "cost per bug found",
};

/** What a column beside the ranks is called. */
export function columnTitle(name: string): string {
  return columnTitles[name] ?? name;
}

/** Which end of a column is the better one. */
export function columnBetter(name: string): "higher" | "lower" {
  return /^(latency|load|cost)\./.test(name) ? "lower" : "higher";
}

/** Rankings by one measure, which differ in who judged or how was counted: how ranks move. */
export interface Moves {
  measure: Pick<Measure, "metric" | "beta">;
  rankings: readonly Ranking[];
}

/** How ranks move, by the leading measure and by the judge's pass rate, where they are told in several ways. */
export function movesOf({ rankings }: Leaderboard): Moves[] {
  const [lead] = rankings;
  if (lead === undefined) return [];
  const groups = [...Map.groupBy(rankings, nameMeasure).values()].filter(
    ([one]) => one !== undefined && (nameMeasure(one) === nameMeasure(lead) || one.metric === "judge.pass_rate"),
  );
  return groups.flatMap((group): Moves[] => {
    const [first] = group;
    return first === undefined || group.length < 2 ? [] : [{ measure: first, rankings: group }];
  });
}

/** What tells a ranking from the others of its measure, with a judge by the part of its name that is its own. */
export function nameVariant(ranking: Ranking, among: readonly Ranking[]): string {
  const judges = [...new Set(among.flatMap(({ judge }) => judge ?? []))];
  const countings = new Set(among.map(({ counting }) => counting));
  const judge = judges.length < 2 || ranking.judge === null ? null : ownPart(ranking.judge, judges);
  const counting = countings.size < 2 || ranking.counting === undefined ? null : ranking.counting;
  const words = [judge, counting].filter((word) => word !== null);
  return words.length === 0 ? nameBasis(ranking) : words.join(", ");
}

/** The shortest name of a judge that no other has: `opus-4-5-20251101` of `anthropic_claude-opus-4-5-20251101`. */
function ownPart(judge: string, judges: readonly string[]): string {
  const shared = sharedStart(judges);
  const cut = Math.max(...["-", "_", ":", "/", "@"].map((sign) => judge.lastIndexOf(sign, shared - 1) + 1));
  return cut > 0 && judge.length - cut >= fewestLetters ? judge.slice(cut) : shortRef(judge);
}

function sharedStart([first = "", ...others]: readonly string[]): number {
  let length = 0;
  while (length < first.length && others.every((other) => other[length] === first[length])) length += 1;
  return length;
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(rank: number): string {
  const teens = rank % 100 >= 11 && rank % 100 <= 13;
  return `${rank}${teens ? "th" : (["th", "st", "nd", "rd"][rank % 10] ?? "th")}`;
}

/** How far a rank moved against another: up is towards the first. */
export function moved(from: number | undefined, to: number): string {
  if (from === undefined || from === to) return "";
  return from > to ? `▲${from - to}` : `▼${to - from}`;
}
