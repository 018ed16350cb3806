import type { Leaderboard, Ranking } from "../../core/leaderboard/board.ts";
import { formatRanks, nameBasis, nameMeasure } from "../../core/leaderboard/describe-board.ts";
import type { Metric } from "../../core/report.ts";
import type { Mark } from "../html/marks.ts";
import { showInterval, showValue, unitsOf } from "../html/numbers.ts";
import { grouped, plural } from "../html/text.ts";
import { moved, ordinal } from "./words.ts";

/** A rule beside a row: it begins there, goes on, or ends. */
export type Rule = [lane: number, part: "begin" | "on" | "end"];

/** What the page shows of one reviewer by one measure. Places are in percent of the axis. */
export interface RowView {
  id: string;
  rank: string;
  value: string;
  interval: string;
  n: string;
  title: string;
  at: number | null;
  low: number | null;
  high: number | null;
  isFew: boolean;
  rules: Rule[];
  /** Against the ranking that leads. */
  move: string;
  /** Why it has no rank; empty where it has one. */
  reason: string;
}

/** One ranking as the page shows it, and as its script puts it there. */
export interface RankingView {
  measure: string;
  counting: string;
  judge: string;
  better: "higher" | "lower";
  caption: string;
  /** What all values count, where that is the same for all; else empty. */
  count: string;
  scale: string;
  rows: RowView[];
  unranked: RowView[];
  yardsticks: number[];
}

const fewUnits = 10;

/** Every ranking as the page shows it, the leading one first. */
export function viewRankings(board: Leaderboard, marks: ReadonlyMap<string, Mark>): RankingView[] {
  const [lead] = board.rankings;
  return board.rankings.map((ranking) => viewRanking(ranking, lead, board, marks));
}

function viewRanking(
  ranking: Ranking,
  lead: Ranking | undefined,
  { reviewers }: Leaderboard,
  marks: ReadonlyMap<string, Mark>,
): RankingView {
  const lanes = laneRules(ranking);
  const before = new Map(lead?.rows.map(({ reviewer, rank }) => [reviewer, rank]));
  const labelOf = (id: string) => marks.get(id)?.label ?? id;
  const rows = ranking.rows.map((row, index): RowView => {
    const share = row.firstShare >= 0.005 ? `; first in ${Math.round(100 * row.firstShare)} % of resamples` : "";
    return {
      ...viewMetric(row.reviewer, row.value),
      rank: formatRanks(row),
      title: `${ordinal(row.rank)} by value, ${row.low} to ${row.high} in 95 % of resamples${share}; run ${row.run}`,
      rules: lanes[index] ?? [],
      move: moved(before.get(row.reviewer), row.rank),
      reason: "",
    };
  });
  const without = reviewers
    .filter(({ id, role }) => role !== "yardstick" && ranking.rows.every(({ reviewer }) => reviewer !== id))
    .map(({ id, role }): RowView => {
      const found = ranking.unranked.find(({ reviewer }) => reviewer === id);
      const reason = found?.reason ?? "no run of it that is scored so";
      const metric = found === undefined ? null : found.value;
      const short = role === "company" ? "in company" : reason;
      return { ...viewMetric(id, metric), rank: "–", title: reason, rules: [], move: "", reason: short };
    });
  const isSame = new Set(rows.map(({ n }) => n)).size < 2;
  const scale = ranking.unranked.filter(({ reviewer }) =>
    reviewers.some(({ id, role }) => id === reviewer && role === "yardstick"),
  );
  const shown = scale.flatMap(({ reviewer, value }) =>
    value.value === null ? [] : [`${labelOf(reviewer)} ${showValue(value.value, value.unit)}`],
  );
  const basis = nameBasis(ranking);
  const size = `${plural(ranking.cases, "case")}, ${plural(ranking.clusters, "cluster")}`;
  return {
    measure: nameMeasure(ranking),
    counting: ranking.counting ?? "",
    judge: ranking.judge ?? "",
    better: ranking.better,
    caption: `${[nameMeasure(ranking), basis].filter(Boolean).join(", ")}; ${size}`,
    count: isSame ? (rows[0]?.n ?? "") : "",
    scale: shown.join(", "),
    rows: isSame ? rows.map((row) => ({ ...row, n: "" })) : rows,
    unranked: without,
    yardsticks: scale.flatMap(({ value }) => (value.value === null ? [] : [percentOf(value.value)])),
  };
}

type MetricView = Pick<RowView, "id" | "value" | "interval" | "n" | "at" | "low" | "high" | "isFew">;

function viewMetric(id: string, metric: Metric | null): MetricView {
  if (metric === null || metric.value === null)
    return { id, value: "–", interval: "", n: "", at: null, low: null, high: null, isFew: false };
  const { value, low, high, unit, n } = metric;
  return {
    id,
    value: showValue(value, unit),
    interval: showInterval(metric),
    n: `n ${grouped(n)} ${unitsOf(metric)}`,
    at: percentOf(value),
    low: low === null ? null : percentOf(low),
    high: high === null ? null : percentOf(high),
    isFew: n < fewUnits,
  };
}

function percentOf(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 100;
}

/** Most rules that stand beside each other. */
export function laneCount(views: readonly RankingView[]): number {
  return Math.max(0, ...views.flatMap(({ rows }) => rows.flatMap(({ rules }) => rules.map(([lane]) => lane + 1))));
}

/** The rules of each row: those that overlap stand in lanes of their own, each from its first row to its last. */
export function laneRules({ rows, joined }: Pick<Ranking, "rows" | "joined">): Rule[][] {
  const ends: number[] = [];
  const rules: Rule[][] = rows.map(() => []);
  for (const [from, to] of joined) {
    const free = ends.findIndex((end) => end < from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = to;
    for (let row = from; row <= to; row++) rules[row]?.push([lane, row === from ? "begin" : row === to ? "end" : "on"]);
  }
  return rules;
}
