import { formatValue, neutralise, noValue, plural, shortRef } from "../../core/format.ts";
import type { Leaderboard, Ranking } from "../../core/leaderboard/board.ts";
import { formatRanks, nameBasis, nameMeasure, sayExclusion } from "../../core/leaderboard/describe-board.ts";
import { drawTable, fitTable, tableWidth } from "../fit-table.ts";
import { metricCells } from "../metric-cells.ts";
import { fold, type TerminalStyle } from "../terminal-text.ts";
import { laneRules, type Rule } from "./view.ts";
import { columnTitle, moved, type Moves, movesOf, nameVariant } from "./words.ts";

const longestName = 28;

/** The leaderboard as a terminal shows it: who leads, the ranking, how ranks move, what has to be known. */
export function renderBoard(board: Leaderboard, style: TerminalStyle): string {
  const [lead] = board.rankings;
  const measured = board.reviewers.filter(({ role }) => role === "measured").length;
  const head = [
    style.paint("bold", `nitbench leaderboard ${neutralise(board.name)}`),
    plural(measured, "reviewer"),
    `${plural(board.cases, "case")}, ${plural(board.clusters, "cluster")}`,
    `seed ${board.seed}`,
  ].join(" · ");
  if (lead === undefined) return `${head}\n`;
  const title = [nameMeasure(lead), nameBasis(lead)].filter(Boolean).join(", ");
  return [
    fold(head, style.columns),
    "",
    fold(neutralise(board.sentence), style.columns),
    "",
    fold(`  ${style.paint("dim", neutralise(title))}`, style.columns),
    rankTable(board, lead, style),
    ...asideLines(board, lead).map((line) => fold(style.paint("dim", ` ${line}`), style.columns)),
    ...movesOf(board).flatMap((moves) => ["", movesTable(moves, style)]),
    "",
    ...[...board.notes, ...board.excluded.map(sayExclusion)].map((note) => fold(neutralise(note), style.columns)),
    "",
  ].join("\n");
}

function rankTable(board: Leaderboard, lead: Ranking, style: TerminalStyle): string {
  const rules = laneRules(lead);
  const names = lead.rows.map(({ reviewer }) => nameOf(reviewer));
  const values = metricCells(
    lead.rows.map(({ value }) => value),
    style,
  );
  const isCounted = new Set(lead.rows.map(({ value }) => value.n)).size > 1;
  const countAt = (row: number) => (isCounted ? style.paint("dim", ` n ${lead.rows[row]?.value.n}`) : "");
  const first = [
    {
      title: "rank",
      cells: lead.rows.map((row, index) => `${formatRanks(row).padEnd(5)} ${drawRules(rules[index] ?? [])}`.trimEnd()),
    },
    { title: "reviewer", cells: names },
    { title: nameMeasure(lead), cells: values.map((cell, row) => `${cell}${countAt(row)}`) },
  ];
  const others = board.columns.map((name, index) => ({
    title: columnTitle(name),
    cells: metricCells(
      lead.rows.map(({ reviewer }) => board.reviewers.find(({ id }) => id === reviewer)?.columns[name]),
      style,
    ),
    rank: -index,
  }));
  return fitTable([...first, ...others], "on the page", style);
}

/** Who has no rank, and what floors and ceilings score. */
function asideLines({ reviewers }: Leaderboard, { unranked }: Ranking): string[] {
  const roleOf = (id: string) => reviewers.find((one) => one.id === id)?.role;
  const show = (one: Ranking["unranked"][number]) =>
    `${nameOf(one.reviewer)} ${formatValue(one.value.value, one.value.unit)}`;
  const others = unranked.filter(({ reviewer }) => roleOf(reviewer) !== "yardstick");
  const scale = unranked.filter(({ reviewer }) => roleOf(reviewer) === "yardstick");
  return [
    "ranks are 95 % intervals; rows joined by a rule are not told apart for sure",
    ...others.map((one) => `not ranked: ${show(one)} (${neutralise(one.reason)})`),
    ...(scale.length === 0 ? [] : [`for scale: ${scale.map(show).join(", ")}`]),
  ];
}

/** The rules beside a row in their lanes: rows that one of them joins cannot be told apart. */
function drawRules(rules: readonly Rule[]): string {
  const lanes: string[] = [];
  for (const [lane, part] of rules) lanes[lane] = { begin: "╷", on: "│", end: "╵" }[part];
  return Array.from(lanes, (sign) => sign ?? " ").join("");
}

function movesTable({ measure, rankings }: Moves, style: TerminalStyle): string {
  const before = rankings[0]?.rows ?? [];
  const names = { title: `${nameMeasure(measure)} ranks by`, cells: before.map(({ reviewer }) => nameOf(reviewer)) };
  const columns = rankings.map((ranking) => ({
    title: neutralise(nameVariant(ranking, rankings)),
    cells: before.map(({ reviewer, rank }) => {
      const row = ranking.rows.find((one) => one.reviewer === reviewer);
      if (row === undefined) return noValue;
      return `${formatRanks(row).padEnd(5)} ${style.paint("dim", moved(rank, row.rank))}`.trimEnd();
    }),
  }));
  if (tableWidth([names, ...columns]) <= style.columns) return drawTable([names, ...columns], style);
  const letterAt = (index: number) => String.fromCodePoint(65 + index);
  const lettered = columns.map(({ cells }, index) => ({ title: letterAt(index), cells }));
  const key = columns.map(({ title }, index) => style.paint("dim", ` ${letterAt(index)}  ${title}`));
  return [drawTable([names, ...lettered], style), ...key].join("\n");
}

function nameOf(id: string): string {
  const name = neutralise(shortRef(id));
  return name.length <= longestName ? name : `${name.slice(0, longestName - 12)}…${name.slice(-11)}`;
}
