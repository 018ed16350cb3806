import { html } from "hono/html";
import type { Report } from "../../core/report.ts";
import type { Sweep } from "../../core/sweep.ts";
import { besideBase, formatLoss, sweepMethod, type SweepRow, sweepRows } from "../sweep-words.ts";
import type { Html } from "./marks.ts";
import { metricLabel, metricMeaning, showInterval, showValue } from "./numbers.ts";
import { renderSweepChart } from "./sweep-chart.ts";

const decisionWord = { promote: "Promote", reject: "Reject", undecided: "Undecided" } as const;

/** The checkpoints of a training run: the score by step above the trainer's own losses, and the same in numbers. */
export function renderSweep({ sweep, reviewers }: Report): Html {
  if (sweep === undefined) return html``;
  const rows = sweepRows(sweep, reviewers);
  const gain = besideBase(sweep);
  return html`<section id="sweep" class="block">
    <h2>Checkpoints</h2>
    <p class="sweep-answer">
      <b>${decisionWord[sweep.decision]}.</b> <code>${sweep.ref}</code>: ${sweepMethod(sweep)}.
      ${gain === null ? "" : `${gain.charAt(0).toUpperCase()}${gain.slice(1)}.`}
    </p>
    ${renderSweepChart(sweep, rows)} ${sweepTable(sweep, rows)}
    ${
      sweep.leftOut.length === 0
        ? ""
        : html`<p class="aside">
            Left out:
            ${sweep.leftOut.map(({ name, reason }, index) => html`${index === 0 ? "" : "; "}<code>${name}</code> ${reason}`)}.
          </p>`
    }
  </section>`;
}

function sweepTable({ metric }: Sweep, rows: readonly SweepRow[]): Html {
  const { description, better } = metricMeaning(metric);
  const hasEpochs = rows.some(({ point }) => point !== null && point.epoch !== null);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Checkpoints by step">
    <table class="sweep">
      <thead>
        <tr>
          <th scope="col" class="num">Step</th>
          ${hasEpochs ? html`<th scope="col" class="num">Epoch</th>` : ""}
          <th scope="col" class="num">Training loss</th>
          <th scope="col" class="num">Eval loss</th>
          <th scope="col" class="num" title="${description}">
            ${metricLabel(metric)} ${better === "lower" ? "↓" : "↑"}
          </th>
          <th scope="col">95 %</th>
          <th scope="col">Beside the best</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => sweepRow(row, hasEpochs))}
      </tbody>
    </table>
  </div>`;
}

function sweepRow({ point, metric, isChosen, note }: SweepRow, hasEpochs: boolean): Html {
  const value = metric?.value ?? null;
  const epoch = point === null || point.epoch === null ? "" : String(Math.round(point.epoch * 100) / 100);
  return html`<tr class="${isChosen ? "chosen" : ""}">
    <th scope="row" class="num">${point === null ? "base" : point.step}</th>
    ${hasEpochs ? html`<td class="num">${epoch}</td>` : ""}
    <td class="num">${point === null ? "" : formatLoss(point.loss)}</td>
    <td class="num">${point === null ? "" : formatLoss(point.evalLoss)}</td>
    <td class="num">${metric === undefined || value === null ? "–" : showValue(value, metric.unit)}</td>
    <td class="quiet">${metric === undefined ? "" : showInterval(metric)}</td>
    <td>${note}</td>
  </tr>`;
}
