import { html } from "hono/html";
import type { Metric, Report, ReviewerReport, Slice } from "../../core/report.ts";
import { fewUnits } from "./charts.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { isLandmark, showInterval, showValue } from "./numbers.ts";
import { grouped } from "./text.ts";

const mostRows = 10;

/** Where each reviewer finds least: its slices by recall, the ones too small to say anything last and greyed. */
export function renderWeakSpots(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const measured = report.reviewers.filter((reviewer) => reviewer.role === "measured");
  const shown = (measured.length > 0 ? measured : report.reviewers).filter((one) => !isLandmark(one) && weakest(one).length > 0);
  const isAlone = shown.length === 1;
  return html`<section id="weak" class="block">
    <h2>Weak spots</h2>
    ${shown.length === 0 ? html`<p class="aside">No slice has a scored bug.</p>` : html`<p class="lede">Slices by recall, lowest first. Grey: fewer than ${fewUnits} bugs, too few to conclude from.</p>`}
    ${shown.map((reviewer, index) => {
      const name = html`${markIcon(marks.get(reviewer.id))} <span class="name">${reviewer.id}</span>`;
      return isAlone
        ? html`<h3 class="reviewer-name">${name}</h3>${weakTable(reviewer)}`
        : html`<details class="weak-fold"${index === 0 ? html` open` : ""}><summary>${name}</summary>${weakTable(reviewer)}</details>`;
    })}
  </section>`;
}

function weakest(reviewer: ReviewerReport): Slice[] {
  const scored = reviewer.slices.filter((slice) => typeof slice.metrics["detection.recall"]?.value === "number");
  const recall = (slice: Slice) => slice.metrics["detection.recall"] as Metric;
  const isFew = (slice: Slice) => (recall(slice).n < fewUnits ? 1 : 0);
  return scored
    .sort((a, b) => isFew(a) - isFew(b) || (recall(a).value ?? 0) - (recall(b).value ?? 0) || recall(b).n - recall(a).n)
    .slice(0, mostRows);
}

function weakTable(reviewer: ReviewerReport): Html {
  const overall = reviewer.metrics["detection.recall"];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Weak spots of ${reviewer.id}">
    <table class="weak">
      <thead>
        <tr><th scope="col">Slice</th><th scope="col" class="num">Recall ↑</th><th scope="col" class="num">Found</th><th scope="col" class="num">Precision ↑</th><th scope="col" class="num">False alarms ↓</th><th scope="col" class="num">Cases</th></tr>
      </thead>
      <tbody>
        ${weakest(reviewer).map((slice) => weakRow(slice))}
        ${overall === undefined ? "" : html`<tr class="overall"><th scope="row">all cases</th>${numberCell(overall)}${countCell(overall)}${numberCell(reviewer.metrics["detection.precision"])}${numberCell(reviewer.metrics["detection.false_alarm_rate"])}<td class="num">${grouped(reviewer.cases)}</td></tr>`}
      </tbody>
    </table>
  </div>
  ${reviewer.diagnosis.length === 0 ? "" : html`<ul class="diagnosis">${reviewer.diagnosis.map((line) => html`<li>${line}</li>`)}</ul>`}`;
}

function weakRow(slice: Slice): Html {
  const recall = slice.metrics["detection.recall"] as Metric;
  return html`<tr class="${recall.n < fewUnits ? "few" : ""}">
    <th scope="row"><span class="quiet">${slice.field}</span> ${slice.value}</th>
    ${numberCell(recall)}${countCell(recall)}${numberCell(slice.metrics["detection.precision"])}${numberCell(slice.metrics["detection.false_alarm_rate"])}
    <td class="num">${grouped(slice.cases)}</td>
  </tr>`;
}

function numberCell(metric: Metric | undefined): Html {
  if (metric === undefined || metric.value === null) return html`<td class="num null" title="${metric?.reason ?? "does not apply to this slice"}">–<span class="interval inline"></span></td>`;
  return html`<td class="num">${showValue(metric.value, metric.unit)} <span class="interval inline">${showInterval(metric)}</span></td>`;
}

function countCell(metric: Metric): Html {
  const { numerator, denominator, n } = metric;
  return html`<td class="num">${numerator !== undefined && denominator !== undefined ? `${numerator} of ${denominator}` : `n ${n}`}</td>`;
}
