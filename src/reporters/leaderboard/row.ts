import { html } from "hono/html";
import { isLeast } from "../../core/format.ts";
import type { Entry, Leaderboard } from "../../core/leaderboard/board.ts";
import type { Metric } from "../../core/report.ts";
import { breakable, type Html, type Mark, markIcon } from "../html/marks.ts";
import { showInterval, showValue, unitsOf } from "../html/numbers.ts";
import { grouped } from "../html/text.ts";
import type { RankingView, RowView } from "./view.ts";

/** Between two rules that stand beside each other, in pixels. */
export const laneWidth = 7;

/** Where a rule begins and ends in a row, from its top. */
const ends = { begin: ["14", "100%"], on: ["0", "100%"], end: ["0", "26"] } as const;
/** Of a dot below the top of its row, in pixels. */
const dotAt = 20;

/** What is the same for every row. */
export interface RowLook {
  board: Leaderboard;
  marks: ReadonlyMap<string, Mark>;
  /** Of the rules, in pixels. */
  width: number;
  /** What each is called here, by id. */
  names: ReadonlyMap<string, string>;
  decimals: ReadonlyMap<string, number>;
  /** What a column counts, where that is the same for all. */
  shared: ReadonlyMap<string, string>;
}

/** One reviewer: its rank with the rules beside it, its value in figures and on the axis, and what else is known of it. */
export function boardRow(row: RowView, look: RowLook, view: RankingView): Html {
  const entry = look.board.reviewers.find(({ id }) => id === row.id);
  const mark = look.marks.get(row.id);
  if (entry === undefined) return html``;
  const { link } = entry.run;
  const name = html`<span class="name" title="${row.id}">${breakable(look.names.get(row.id) ?? row.id)}</span>`;
  return html`<tr data-id="${row.id}">
    <th scope="row" class="who">
      <div class="standing">
        <span class="rank" title="${row.title}">${row.rank}</span>
        <span class="lane"
          ><svg class="rules" width="${look.width}" height="100%" aria-hidden="true">
            ${row.rules.map(([lane, part]) => html`<line x1="${lane * laneWidth + 3}" x2="${lane * laneWidth + 3}" y1="${ends[part][0]}" y2="${ends[part][1]}" />`)}</svg
          ><svg width="${look.width}" height="1" aria-hidden="true"></svg>
        </span>
        <span class="entry">
          <span class="reviewer">${markIcon(mark)}${link === null ? name : html`<a href="${link}">${name}</a>`}</span>
          ${mark === undefined || mark.place === "" || mark.label.endsWith(mark.place) ? "" : html`<span class="place below">${mark.place}</span>`}
          <span class="below quiet facts">${factsOf(row)}</span>
        </span>
      </div>
    </th>
    <td class="num value">
      <span class="shown">${row.value}</span><span class="interval">${row.interval}</span
      ><span class="interval count">${row.n}</span>
    </td>
    <td class="chart">${rowPlot(row, view, mark)}</td>
    ${look.board.columns.map((column) => metricCell(entry, column, look))}
  </tr>`;
}

/** What stands quietly under a name: why it has no rank, or how it moved. */
function factsOf({ reason, move }: RowView): string {
  return reason === "" ? move : reason;
}

/** A dot with its whisker on an axis from 0 to 1, over the floors and the ceiling. */
function rowPlot(
  { at, low, high, isFew, value, interval }: RowView,
  { yardsticks }: RankingView,
  mark: Mark | undefined,
): Html {
  const label = at === null ? "no value" : `${value}, ${interval}`;
  return html`<svg class="plot" height="100%" role="img" aria-label="${label}">
    ${[0, 50, 100].map((tick) => html`<line class="grid${tick === 50 ? "" : " edge"}" x1="${tick}%" x2="${tick}%" y1="0" y2="100%" />`)}
    <g class="yards">${yardsticks.map((x) => html`<line class="yard" x1="${x}%" x2="${x}%" y1="0" y2="100%" />`)}</g>
    <g class="${mark?.hue ?? "hue-none"}${isFew ? " few" : ""}" ${at === null ? html`display="none"` : ""}>
      <line class="whisker" x1="${low ?? at ?? 0}%" x2="${high ?? at ?? 0}%" y1="${dotAt}" y2="${dotAt}" />
      <svg class="dot" x="${at ?? 0}%" y="${dotAt}" overflow="visible">
        <use href="#shape-${mark?.shape ?? "ring"}" x="-6" y="-6" width="12" height="12" />
      </svg>
    </g>
  </svg>`;
}

function metricCell({ columns }: Entry, name: string, { decimals, shared }: RowLook): Html {
  const metric = columns[name];
  if (metric === undefined || metric.value === null)
    return html`<td class="num null" title="${metric?.reason ?? "not measured"}">–</td>`;
  const digits = decimals.get(name) ?? 2;
  const count = countOf(metric);
  return html`<td
    class="num"
    title="${count}; ${metric.method}${metric.reason === undefined ? "" : `; ${metric.reason}`}"
  >
    ${isLeast(metric) ? "≥ " : ""}${showValue(metric.value, metric.unit, digits)}<span class="interval"
      >${showInterval(metric, digits)}</span
    >${shared.get(name) === count ? "" : html`<span class="interval count">n ${grouped(metric.n)}</span>`}
  </td>`;
}

/** What a value counts: `n 40 cases`. */
export function countOf(metric: Metric): string {
  return `n ${grouped(metric.n)} ${unitsOf(metric)}`;
}
