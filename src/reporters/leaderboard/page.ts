import { html } from "hono/html";
import type { Leaderboard } from "../../core/leaderboard/board.ts";
import { readClient } from "../html/client.ts";
import { renderDocument } from "../html/document.ts";
import { type Html, sprite } from "../html/marks.ts";
import { plural, visibleDeep } from "../html/text.ts";
import { markEntries } from "./marks.ts";
import { renderRanking } from "./ranking.ts";
import { renderHistories, renderMoves, renderRoles } from "./sections.ts";
import { type RankingView, viewRankings } from "./view.ts";
import { movesOf } from "./words.ts";

const styles = ["colours", "base", "masthead", "tables", "method", "charts", "controls", "leaderboard", "print"];

/**
 * The leaderboard as one document that opens from disk and needs no network: the ranking that leads as a table, and all
 * others as data from which a script reorders it. Only this very script and style sheet may run in it.
 */
export async function renderBoardPage(given: Leaderboard): Promise<string> {
  const board = visibleDeep(given);
  const marks = markEntries(board);
  const views = viewRankings(board, marks);
  const { script, style } = await readClient(["leaderboard"], styles);
  const body = html`${sprite()}
    <a class="skip" href="#ranking">Skip to the ranking</a>
    <div class="sheet">
      ${renderHead(board)}
      <main>
        ${renderRanking(board, views, marks)} ${renderMoves(board, marks)} ${renderRoles(board, marks)}
        ${renderHistories(board, marks)} ${renderMethod(board)}
      </main>
      <footer><p>leaderboard version ${board.version} · numbers: leaderboard.json</p></footer>
    </div>`;
  const title = html`<title>${board.name} · leaderboard · nitbench</title>`;
  const data = `<script type="application/json" id="views">${packViews(views)}</script>`;
  return renderDocument({ title, body, data, script, style });
}

/** JSON that cannot end the element that it stands in. */
function packViews(views: readonly RankingView[]): string {
  return JSON.stringify(views).replaceAll("<", String.raw`\u003c`);
}

function renderHead(board: Leaderboard): Html {
  const { name, reviewers, cases, clusters, seed, sentence, excluded } = board;
  const measured = reviewers.filter(({ role }) => role === "measured").length;
  return html`<header class="masthead">
      <p class="wordmark">nitbench</p>
      <nav aria-label="Sections">
        <a href="#ranking">Ranking</a> ${movesOf(board).length === 0 ? "" : html`<a href="#moves">How ranks move</a>`}
        ${board.roles.length === 0 ? "" : html`<a href="#roles">By role</a>`}
        ${board.histories.length === 0 ? "" : html`<a href="#history">History</a>`} <a href="#method">Method</a>
      </nav>
    </header>
    <section class="answer" aria-label="Answer">
      <p class="dateline">
        <b>${name} leaderboard</b> <span>${plural(measured, "reviewer")}</span> <span>${plural(cases, "case")}</span>
        <span>${plural(clusters, "cluster")}</span> <span>seed ${seed}</span>
      </p>
      <h1 class="${sentence.length > 240 ? "long" : ""}"><span class="sentence">${sentence}</span></h1>
      ${
        excluded.length === 0
          ? ""
          : html`<aside class="warnings" aria-label="Left out">
              <h2>Left out</h2>
              <ul>
                ${excluded.map(({ run, concerns, reason }) => html`<li><code>${run}</code>${concerns === "all" ? "" : `, ${concerns}`}: ${reason}</li>`)}
              </ul>
            </aside>`
      }
    </section>`;
}

function renderMethod({ notes, dataset, seed, reviewers }: Leaderboard): Html {
  const runs = new Map(reviewers.map(({ run }) => [run.id, run]));
  return html`<section id="method" class="block">
    <h2>How this was ranked</h2>
    <ul class="conventions">
      ${notes.map((note) => html`<li>${note}</li>`)}
      <li>
        Rank intervals: whole clusters of cases are drawn with replacement 10,000 times (seed ${seed}), the same for
        every reviewer, who are ranked anew each time; 95 % of those ranks lie within the interval. In simulations that
        holds the true rank at least as often where reviewers differ, and in some 82 of 100 where a dozen are all but
        equal.
      </li>
      <li>
        Told apart: a t test of the paired difference with its standard error from the same resamples, p below .05 after
        Holm over all pairs. A rank interval says where one stands, a rule whether two differ, so that a row that is
        first for sure may still be joined to the next.
      </li>
      <li>Of a reviewer in several runs the newest counts. Company, floors and ceilings have no rank.</li>
    </ul>
    <dl class="facts">
      <div>
        <dt>Dataset</dt>
        <dd>${dataset.name} <code class="hash">${dataset.hash}</code></dd>
      </div>
      <div>
        <dt>Runs</dt>
        <dd>
          ${[...runs.values()].map(({ id, startedAt, link }) => html`<span class="below">${link === null ? id : html`<a href="${link}">${id}</a>`} <span class="quiet">${startedAt}</span></span>`)}
        </dd>
      </div>
    </dl>
  </section>`;
}
