import { html } from "hono/html";
import type { LatencyReport, LatencyStage } from "../../core/latency/latency-report.ts";
import type { RunData } from "../../core/reporter.ts";
import type { Report } from "../../core/report.ts";
import {
  clientWords,
  comparisonWords,
  figureText,
  latencyColumns,
  levelTitle,
  loadWords,
  missingWords,
  requestWords,
} from "../latency-words.ts";
import { renderLatencyCharts } from "./latency-charts.ts";
import { type Html, type Mark, markedName, markIcon } from "./marks.ts";
import { capital } from "./text.ts";

type Marks = ReadonlyMap<string, Mark>;

/** Whether the run timed anybody. */
export function hasLatency({ latency }: Report): boolean {
  return latency !== undefined && latency.stages.length > 0;
}

/** How long reviews take, in a phase of its own: in numbers level by level, then drawn. */
export function renderLatency(report: Report, run: Pick<RunData, "latency">, marks: Marks): Html {
  const { latency } = report;
  if (latency === undefined || !hasLatency(report)) return html``;
  const { charts, drawn, left } = renderLatencyCharts(latency, run.latency?.() ?? [], marks);
  return html`<section id="latency" class="block">
    <h2>Latency</h2>
    <p class="aside">
      From the moment at which a request was due to its last word, apart from the quality run. A request that had no
      answer counts as slower than all others, ${latency.limitMs / 1000} s at least. First finding: until the first one
      is complete.
    </p>
    ${latency.stages.map((stage) => renderStage(stage, latency, marks))} ${renderLoads(latency, marks)}
    ${
      drawn.length === 0
        ? ""
        : html`<p class="key">
              ${drawn.map((ref) => html`<span>${markIcon(marks.get(ref))} ${marks.get(ref)?.label ?? ref}</span>`)}
              ${left > 0 ? html`<span class="quiet">and ${left} more that are not drawn</span>` : ""}
            </p>
            ${charts}`
    }
  </section>`;
}

/** How far each reviewer goes, where several levels were measured. */
function renderLoads(latency: LatencyReport, marks: Marks): Html {
  const words = loadWords(latency, (ref) => marks.get(ref)?.label ?? ref);
  if (words.length === 0) return html``;
  return html`<h3 class="level">All levels</h3>
    <ul class="latency-notes">
      ${words.map((note) => html`<li>${note}.</li>`)}
    </ul>`;
}

function renderStage(stage: LatencyStage, latency: LatencyReport, marks: Marks): Html {
  const title = levelTitle(stage, latency);
  const nameOf = (ref: string) => marks.get(ref)?.label ?? ref;
  const columns = latencyColumns.filter(
    ({ figureOf }, index) => index < 3 || stage.reviewers.some(({ figures }) => figureOf(figures)?.value != null),
  );
  const notes = stage.reviewers.flatMap(({ reviewer, figures, givenUp }) => {
    const reason = givenUp ?? missingWords(figures);
    return reason === null ? [] : [`${nameOf(reviewer)}: ${reason}`];
  });
  const client = clientWords(stage);
  return html`<h3 class="level">${title}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Latency, ${title}">
      <table class="latency">
        <thead>
          <tr>
            <th scope="col">Reviewer</th>
            ${columns.map(
              (column) =>
                html`<th scope="col" class="num">
                  ${column.title}${column.unit === "ms" ? html`&nbsp;<span class="unit">ms</span>` : ""}
                </th>`,
            )}
            <th scope="col">Requests</th>
          </tr>
        </thead>
        <tbody>
          ${stage.reviewers.map(
            ({ reviewer, figures }) =>
              html`<tr>
                <th scope="row">${markedName({ id: reviewer }, marks.get(reviewer))}</th>
                ${columns.map(({ figureOf, unit }) => {
                  const { value, interval } = figureText(figureOf(figures), unit);
                  return html`<td class="num">
                    ${value}${interval === "" ? "" : html`<span class="interval">${interval.replace(" ", "–")}</span>`}
                  </td>`;
                })}
                <td class="why">${requestWords(figures).join(", ")}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <ul class="latency-notes">
      ${[...stage.comparisons.map((one) => comparisonWords(one, nameOf)), ...notes, capital(client)].map((note) => html`<li>${note}.</li>`)}
    </ul>`;
}
