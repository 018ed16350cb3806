import { formatInterval, noValue, plural, shortRef } from "../../core/format.ts";
import type { Leaderboard, Ranking } from "../../core/leaderboard/board.ts";
import { formatRanks, nameBasis, nameMeasure, sayExclusion } from "../../core/leaderboard/describe-board.ts";
import type { Metric } from "../../core/report.ts";
import { plain, table } from "../github/markdown.ts";
import { valueText } from "../metric-cells.ts";
import { columnTitle, moved, movesOf, nameVariant } from "./words.ts";

/** The leaderboard as Markdown: the ranking that leads, how ranks move, and what has to be known. */
export function renderBoardMarkdown(board: Leaderboard): string {
  const [lead] = board.rankings;
  if (lead === undefined) return "";
  const basis = nameBasis(lead);
  const size = `${plural(board.cases, "case")} in ${plural(board.clusters, "cluster")}, seed ${board.seed}`;
  return [
    `# ${plain(board.name)} leaderboard`,
    plain(board.sentence),
    `By ${plain([nameMeasure(lead), basis].filter(Boolean).join(", "))}; ${size}. Ranks are 95 % intervals.`,
    rankTable(board, lead),
    ...movesOf(board).map(
      ({ measure, rankings }) => `## How ranks move: ${plain(nameMeasure(measure))}\n\n${movesTable(rankings)}`,
    ),
    `## What to know\n\n${[...board.notes, ...board.excluded.map(sayExclusion)].map((note) => `- ${plain(note)}`).join("\n")}`,
    "",
  ].join("\n\n");
}

function rankTable({ reviewers, columns }: Leaderboard, lead: Ranking): string {
  const entryOf = (id: string) => reviewers.find((one) => one.id === id);
  const row = (reviewer: string, rank: string, value: Metric) => {
    const entry = entryOf(reviewer);
    const others = columns.map((name) => showMetric(entry?.columns[name]));
    return [rank, named(reviewer, entry?.run.link ?? null), showMetric(value), String(value.n), ...others];
  };
  return table(
    ["Rank", "Reviewer", plain(nameMeasure(lead)), "n", ...columns.map(columnTitle)],
    [
      ...lead.rows.map((one) => row(one.reviewer, formatRanks(one), one.value)),
      ...lead.unranked.map((one) =>
        row(
          one.reviewer,
          entryOf(one.reviewer)?.role === "measured" ? noValue : (entryOf(one.reviewer)?.role ?? noValue),
          one.value,
        ),
      ),
    ],
  );
}

/** A name with the way to its report; what would end a link's target is not in it. */
function named(reviewer: string, link: string | null): string {
  const name = plain(shortRef(reviewer));
  return link === null ? name : `[${name}](${link.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

function showMetric(metric: Metric | undefined): string {
  if (metric === undefined || metric.value === null) return noValue;
  const interval = formatInterval(metric);
  return `${valueText(metric)}${interval === "" ? "" : ` ${plain(interval)}`}`;
}

function movesTable(rankings: readonly Ranking[]): string {
  const [first] = rankings;
  return table(
    ["Reviewer", ...rankings.map((ranking) => plain(nameVariant(ranking, rankings)))],
    (first?.rows ?? []).map(({ reviewer, rank }) => [
      plain(shortRef(reviewer)),
      ...rankings.map(({ rows }) => {
        const row = rows.find((one) => one.reviewer === reviewer);
        return row === undefined ? noValue : `${formatRanks(row)} ${moved(rank, row.rank)}`.trim();
      }),
    ]),
  );
}
