import { html } from "hono/html";
import type { Metric, Report, ReviewerReport } from "../../core/report.ts";
import { renderCauses } from "./causes.ts";
import { type Html, type Mark, markedName } from "./marks.ts";
import { inQuestion, showInterval, showValue, unitsOf } from "./numbers.ts";
import { fewUnits } from "./plot.ts";
import { grouped } from "./text.ts";
import { findWeakness, type Weakness, type WeakSlice } from "./weak-slices.ts";

const mostUnfolded = 3;

/** Whether the run looks for bugs, so that there can be places where few are found, or anything is known of causes. */
export function hasWeakSpots({ reviewers }: Report): boolean {
  return reviewers.some(({ metrics, diagnosis }) => metrics["detection.recall"] !== undefined || diagnosis.length > 0);
}

/**
 * Where each reviewer finds clearly less than it does over all cases, one line where there is no such place, and what
 * likely makes it fail.
 */
export function renderWeakSpots(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  if (!hasWeakSpots(report)) return html``;
  const shown = inQuestion(report.reviewers).flatMap((reviewer) => {
    const weakness = findWeakness(reviewer);
    if (weakness === null && reviewer.diagnosis.length === 0) return [];
    return [{ reviewer, weakness: weakness ?? { slices: [], sentence: "" } }];
  });
  const isMany = shown.length > mostUnfolded;
  const hasPale = shown.some(({ weakness }) => weakness.slices.some(({ recall }) => recall.n < fewUnits));
  return html`<section id="weak" class="block">
    <h2>Weak spots</h2>
    ${shown.length === 0 ? html`<p class="aside">No slice has a scored bug.</p>` : ""}
    ${shown.map(({ reviewer, weakness }) => {
      const name = markedName(reviewer, marks.get(reviewer.id));
      const details = html`${weakness.slices.length === 0 ? "" : weakTable(reviewer, weakness)}
      ${renderCauses(reviewer)}`;
      if (!isMany)
        return html`<h3 class="reviewer-name">${name}</h3>
          ${weakness.sentence === "" ? "" : html`<p class="weak-line">${weakness.sentence}</p>`} ${details}`;
      const line = html`${name}<span class="below quiet">${weakness.sentence}</span>`;
      return weakness.slices.length === 0 && reviewer.diagnosis.length === 0
        ? html`<p class="weak-fold">${line}</p>`
        : html`<details class="weak-fold">
            <summary>${line}</summary>
            ${details}
          </details>`;
    })}
    ${hasPale ? html`<p class="legend">Grey: fewer than ${fewUnits} bugs, a hint rather than proof.</p>` : ""}
  </section>`;
}

function weakTable(reviewer: ReviewerReport, { slices }: Weakness): Html {
  const overall = reviewer.metrics["detection.recall"];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Weak spots of ${reviewer.id}">
    <table class="weak">
      <thead>
        <tr>
          <th scope="col">Slice</th>
          <th scope="col" class="num">Recall ↑</th>
          <th scope="col" class="num">Found</th>
          <th scope="col" class="num">Precision ↑</th>
          <th scope="col" class="num">False alarms ↓</th>
          <th scope="col" class="num">Cases</th>
        </tr>
      </thead>
      <tbody>
        ${slices.map(weakRow)}
        ${
          overall === undefined
            ? ""
            : html`<tr class="overall">
                <th scope="row">all cases</th>
                ${numberCell(overall)}${countCell(overall)}${numberCell(reviewer.metrics["detection.precision"])}${numberCell(reviewer.metrics["detection.false_alarm_rate"])}
                <td class="num">${grouped(reviewer.cases)}</td>
              </tr>`
        }
      </tbody>
    </table>
  </div>`;
}

function weakRow({ slice, recall }: WeakSlice): Html {
  return html`<tr class="${recall.n < fewUnits ? "few" : ""}">
    <th scope="row"><span class="quiet">${slice.field}</span> ${slice.value}</th>
    ${numberCell(recall)}${countCell(recall)}${numberCell(slice.metrics["detection.precision"])}${numberCell(slice.metrics["detection.false_alarm_rate"])}
    <td class="num">${grouped(slice.cases)}</td>
  </tr>`;
}

function numberCell(metric: Metric | undefined): Html {
  if (metric === undefined || metric.value === null)
    return html`<td class="num null" title="${metric?.reason ?? "does not apply to this slice"}">
      –<span class="interval inline"></span>
    </td>`;
  return html`<td class="num">
    ${showValue(metric.value, metric.unit)} <span class="interval inline">${showInterval(metric)}</span>
  </td>`;
}

function countCell(metric: Metric): Html {
  const { numerator, denominator, n } = metric;
  return html`<td class="num">
    ${numerator !== undefined && denominator !== undefined ? `${tenths(numerator)} of ${tenths(denominator)}` : `${n} ${unitsOf(metric)}`}
  </td>`;
}

// Repeats are averaged, so a count may be a fraction.
const tenths = (count: number) => Math.round(count * 10) / 10;
