import { html } from "hono/html";
import { isLeast } from "../../core/format.ts";
import type { Entry, Leaderboard } from "../../core/leaderboard/board.ts";
import type { Metric } from "../../core/report.ts";
import { breakable, type Html, type Mark, markIcon } from "../html/marks.ts";
import { sharedDecimals, showInterval, showValue, unitsOf } from "../html/numbers.ts";
import { grouped, shortenApart } from "../html/text.ts";
import { laneCount, type RankingView, type RowView } from "./view.ts";
import { columnBetter, columnTitle } from "./words.ts";

type Marks = ReadonlyMap<string, Mark>;

const laneWidth = 7;
const longestName = 34;

/** Where a rule begins and ends in a row, from its top. */
const ends = { begin: ["14", "100%"], on: ["0", "100%"], end: ["0", "26"] } as const;
/** Of a dot below the top of its row, in pixels. */
const dotAt = 20;

/** The ranking that leads, as a table that needs no script; the selectors above it show where there is one. */
export function renderRanking(board: Leaderboard, views: readonly RankingView[], marks: Marks): Html {
  const [lead] = views;
  if (lead === undefined) return html``;
  const width = laneCount(views) * laneWidth;
  const look: RowLook = {
    board,
    marks,
    width,
    names: namesOf(marks),
    decimals: decimalsOf(board),
    shared: sharedCounts(board),
  };
  return html`<section id="ranking" class="block">
    <h2>Ranking</h2>
    ${selectors(views)}
    <p class="aside" id="caption">${lead.caption}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Reviewers by rank">
      <table class="metrics board">
        <thead>
          <tr>
            <th scope="col" class="who">
              <div class="standing">
                <span class="rank-head">Rank</span><svg width="${width}" height="1" aria-hidden="true"></svg
                ><span>Reviewer</span>
              </div>
            </th>
            <th scope="col" class="num" id="measure">${measureTitle(lead)}</th>
            <th scope="col" class="chart">
              <span class="ends"><span>0</span><span>.5</span><span>1</span></span>
            </th>
            ${board.columns.map((name) => columnHeading(name, look))}
          </tr>
        </thead>
        <tbody id="ranked">
          ${lead.rows.map((row) => boardRow(row, look, lead))}
        </tbody>
        <tbody id="unranked" class="company" ${lead.unranked.length === 0 ? html`hidden` : ""}>
          <tr class="divider">
            <th colspan="${board.columns.length + 3}" scope="rowgroup">Not ranked</th>
          </tr>
          ${lead.unranked.map((row) => boardRow(row, look, lead))}
        </tbody>
      </table>
    </div>
    <p class="legend">
      Ranks are 95 % intervals, each of its reviewer alone. Rules beside them join rows of which no two are told apart
      for sure. Under each value its 95 % interval and what it counts. <span id="scale">${scaleLegend(lead)}</span>
    </p>
    ${missingLegend(board)}
  </section>`;
}

function measureTitle({ measure, better, count }: RankingView): Html {
  return html`<span>${measure}</span>&nbsp;<span class="arrow" aria-label="${better} is better"
      >${better === "higher" ? "↑" : "↓"}</span
    ><span class="below quiet">${count}</span>`;
}

function scaleLegend({ scale }: RankingView): string {
  return scale === "" ? "" : `Dashed lines: ${scale}.`;
}

function selectors(views: readonly RankingView[]): Html {
  const menu = (name: string, title: string, values: readonly string[]) => {
    const distinct = [...new Set(values)].filter((value) => value !== "");
    return distinct.length < 2
      ? ""
      : html`<label
          ><span>${title}</span
          ><select name="${name}">
            ${distinct.map((value) => html`<option value="${value}">${value}</option>`)}
          </select></label
        >`;
  };
  return html`<form class="selectors" id="selectors" hidden>
    ${menu(
      "measure",
      "Rank by",
      views.map(({ measure }) => measure),
    )}${menu(
      "counting",
      "Counting",
      views.map(({ counting }) => counting),
    )}${menu(
      "judge",
      "Judge",
      views.map(({ judge }) => judge),
    )}
  </form>`;
}

/** What is the same for every row. */
interface RowLook {
  board: Leaderboard;
  marks: Marks;
  /** Of the rules, in pixels. */
  width: number;
  /** What each is called here, by id. */
  names: ReadonlyMap<string, string>;
  decimals: ReadonlyMap<string, number>;
  /** What a column counts, where that is the same for all. */
  shared: ReadonlyMap<string, string>;
}

function namesOf(marks: Marks): Map<string, string> {
  const short = shortenApart(
    [...marks.values()].map(({ label }) => label),
    longestName,
  );
  return new Map([...marks].map(([id, { label }]) => [id, short.get(label) ?? label]));
}

function decimalsOf({ columns, reviewers }: Leaderboard): Map<string, number> {
  return new Map(
    columns.map((name) => [name, sharedDecimals(reviewers.map((one) => one.columns[name]?.value ?? null))]),
  );
}

function sharedCounts({ columns, reviewers }: Leaderboard): Map<string, string> {
  return new Map(
    columns.flatMap((name) => {
      const counts = new Set(
        reviewers.flatMap(({ role, columns: own }) => {
          const metric = own[name];
          return role !== "measured" || metric === undefined || metric.value === null ? [] : [countOf(metric)];
        }),
      );
      const [only] = counts;
      return counts.size === 1 && only !== undefined ? [[name, only]] : [];
    }),
  );
}

const countOf = (metric: Metric) => `n ${grouped(metric.n)} ${unitsOf(metric)}`;

function columnHeading(name: string, { board, shared }: RowLook): Html {
  const better = columnBetter(name);
  const units = unitsOf(...board.reviewers.map((one) => one.columns[name]));
  const count = shared.get(name) ?? `n ${units}`;
  return html`<th scope="col" class="num" title="${name}">
    ${columnTitle(name)}&nbsp;<span class="arrow" aria-label="${better} is better"
      >${better === "higher" ? "↑" : "↓"}</span
    >
    <span class="below quiet">${count}</span>
  </th>`;
}

function boardRow(row: RowView, look: RowLook, view: RankingView): Html {
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

/** Why dashes stand in the columns, every reason once. */
function missingLegend({ columns, reviewers }: Leaderboard): Html {
  const reasons = columns.flatMap((name) => {
    const own = reviewers.flatMap(({ role, columns: all }) => {
      const metric = all[name];
      return role !== "yardstick" && metric?.value === null ? [metric.reason ?? "not measured"] : [];
    });
    return [...new Set(own)].map((reason) => `${columnTitle(name)}: ${reason}`);
  });
  return reasons.length === 0 ? html`` : html`<p class="legend">– ${reasons.join("; ")}.</p>`;
}
