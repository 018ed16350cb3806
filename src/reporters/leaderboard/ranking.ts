import { html } from "hono/html";
import type { Leaderboard } from "../../core/leaderboard/board.ts";
import type { Html, Mark } from "../html/marks.ts";
import { sharedDecimals, unitsOf } from "../html/numbers.ts";
import { shortenApart } from "../html/text.ts";
import { boardRow, countOf, laneWidth, type RowLook } from "./row.ts";
import { laneCount, type RankingView } from "./view.ts";
import { columnBetter, columnTitle } from "./words.ts";

type Marks = ReadonlyMap<string, Mark>;

const longestName = 34;

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
