import { html } from "hono/html";
import type { History, Leaderboard, Ranking, RoleGrid } from "../../core/leaderboard/board.ts";
import { formatRanks, nameMeasure } from "../../core/leaderboard/describe-board.ts";
import type { Metric } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "../html/marks.ts";
import { metricLabel, showInterval, showValue, unitsOf } from "../html/numbers.ts";
import { axisRow, fewUnits, rowHeight, whiskers } from "../html/plot.ts";
import { grouped, shortenMiddle } from "../html/text.ts";
import { moved, type Moves, movesOf, nameVariant, ordinal } from "./words.ts";

type Marks = ReadonlyMap<string, Mark>;

const mostValues = 16;
const heatSteps = 5;

/** How ranks move where who judged or how was counted is another. Empty where there is but one way. */
export function renderMoves(board: Leaderboard, marks: Marks): Html {
  const all = movesOf(board);
  if (all.length === 0) return html``;
  return html`<section id="moves" class="block">
    <h2>How ranks move</h2>
    ${all.map((moves) => movesTable(moves, marks))}
    <p class="legend">
      The rank interval, below it the place by value, and how many places that is up or down against the first column.
    </p>
  </section>`;
}

function movesTable({ measure, rankings }: Moves, marks: Marks): Html {
  const [first] = rankings;
  const rows = first?.rows ?? [];
  return html`<h3 class="grid-title">${nameMeasure(measure)}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Ranks by ${nameMeasure(measure)} in several ways">
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">Reviewer</th>
            ${rankings.map((ranking) => html`<th scope="col" class="num">${nameVariant(ranking, rankings)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ reviewer, rank }) =>
              html`<tr>
                ${nameCell(reviewer, marks)}${rankings.map((ranking) => movesCell(ranking, reviewer, rank))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function movesCell({ rows, unranked }: Ranking, reviewer: string, before: number): Html {
  const row = rows.find((one) => one.reviewer === reviewer);
  if (row === undefined) {
    const reason = unranked.find((one) => one.reviewer === reviewer)?.reason ?? "no run of it that is scored so";
    return html`<td class="num null" title="${reason}">–</td>`;
  }
  const move = moved(before, row.rank);
  return html`<td class="num">
    ${formatRanks(row)}<span class="interval"
      >${ordinal(row.rank)},
      ${showValue(row.value.value, row.value.unit)}${move === "" ? "" : html` <b class="move">${move}</b>`}</span
    >
  </td>`;
}

function nameCell(id: string, marks: Marks): Html {
  const mark = marks.get(id);
  return html`<th scope="row" title="${id}">
    <span class="row-name">${markIcon(mark)}<span>${shortenMiddle(mark?.label ?? id, 32)}</span></span>
  </th>`;
}

/** What each reviewer is worth by language, tag, category and severity. */
export function renderRoles({ roles }: Leaderboard, marks: Marks): Html {
  if (roles.length === 0) return html``;
  return html`<section id="roles" class="block">
    <h2>By role</h2>
    ${roles.map((grid) => roleTable(grid, marks))}
    <p class="legend">
      The value, below it what it counts; the darker the higher. Grey: fewer than ${fewUnits} cases, or of what it
      counts, a hint rather than proof.
    </p>
  </section>`;
}

function roleTable({ field, metric, values, rows }: RoleGrid, marks: Marks): Html {
  const shown = values.slice(0, mostValues);
  const more = values.length - shown.length;
  return html`<h3 class="grid-title">${metricLabel(metric)} by ${field}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="${metricLabel(metric)} by ${field}">
      <table class="grid-table heat">
        <thead>
          <tr>
            <th scope="col">Reviewer</th>
            ${shown.map(({ value, cases }) => html`<th scope="col" class="num" title="${value}">${shortenMiddle(value, 20)}<span class="below quiet">${grouped(cases)} ${cases === 1 ? "case" : "cases"}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ reviewer, cells }) =>
              html`<tr>
                ${nameCell(reviewer, marks)} ${shown.map(({ cases }, index) => roleCell(cells[index] ?? null, cases))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more > 0 ? html`<p class="legend">The ${mostValues} with most cases; ${more} more are in leaderboard.json.</p>` : ""}`;
}

function roleCell(metric: Metric | null, cases: number): Html {
  if (metric === null || metric.value === null)
    return html`<td class="num null" title="${metric?.reason ?? "no case of this kind"}">–</td>`;
  const isFew = Math.min(cases, metric.n) < fewUnits;
  const step = Math.min(heatSteps - 1, Math.floor(metric.value * heatSteps));
  return html`<td
    class="num ${isFew ? "few" : `heat-${step}`}"
    title="${showInterval(metric)}; ${metric.n} ${unitsOf(metric)}"
  >
    ${showValue(metric.value, metric.unit)}<span class="interval">n ${grouped(metric.n)}</span>
  </td>`;
}

/** How reviewers that are in several runs came along. */
export function renderHistories({ histories }: Leaderboard, marks: Marks): Html {
  if (histories.length === 0) return html``;
  return html`<section id="history" class="block">
    <h2>History</h2>
    <div class="slices">${histories.map((history) => historyFigure(history, marks))}</div>
    <p class="legend">Each run over all of its own cases. Dot: value. Line: 95 % interval.</p>
  </section>`;
}

function historyFigure({ reviewer, metric, runs }: History, marks: Marks): Html {
  const mark = marks.get(reviewer);
  return html`<figure class="panel slice">
    <figcaption>
      <span class="row-name" title="${reviewer}"
        >${markIcon(mark)}<b>${shortenMiddle(mark?.label ?? reviewer, 40)}</b></span
      ><span class="below quiet">${metricLabel(metric)}, oldest run first</span>
    </figcaption>
    <p class="head">n ${unitsOf(...runs.map(({ value }) => value))}</p>
    ${runs.map(({ id, startedAt, link, value }) => {
      const name = startedAt.slice(0, 16).replace("T", " ");
      return html`<div class="row">
        <span class="row-name" title="${id}, ${startedAt}"
          ><span>${link === null ? name : html`<a href="${link}">${name}</a>`}</span></span
        >
        ${whiskers([{ metric: value, mark }], rowHeight)}
        <span class="row-value" title="${showInterval(value)}">${showValue(value.value, value.unit)}</span
        ><span class="row-n">${value.n}</span>
      </div>`;
    })}
    ${axisRow()}
  </figure>`;
}
