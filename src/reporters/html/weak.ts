import { html } from "hono/html";
import type { Metric, Report, ReviewerReport, Slice } from "../../core/report.ts";
import { isYardstick } from "../../core/verdict.ts";
import { fewUnits } from "./charts.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { showInterval, showValue } from "./numbers.ts";
import { grouped } from "./text.ts";

const mostRows = 10;

/** Where each reviewer finds least: its slices by recall, the ones too small to say anything last and greyed. */
export function renderWeakSpots(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const measured = report.reviewers.filter((reviewer) => reviewer.role === "measured");
  const shown = (measured.length > 0 ? measured : report.reviewers).filter(
    (one) => !isYardstick(one) && weakest(one).length > 0,
  );
  const isAlone = shown.length === 1;
  return html`<section id="weak" class="block">
    <h2>Weak spots</h2>
    ${shown.length === 0 ? html`<p class="aside">No slice has a scored bug.</p>` : html`<p class="lede">Slices by recall, lowest first. Grey: fewer than ${fewUnits} bugs, too few to conclude from.</p>`}
    ${shown.map((reviewer, index) => {
      const name = html`${markIcon(marks.get(reviewer.id))} <span class="name">${reviewer.id}</span>`;
      return isAlone
        ? html`<h3 class="reviewer-name">${name}</h3>
            ${weakTable(reviewer)}`
        : html`<details class="weak-fold" ${index === 0 ? html` open` : ""}>
            <summary>${name}</summary>
            ${weakTable(reviewer)}
          </details>`;
    })}
  </section>`;
}

interface WeakSlice {
  slice: Slice;
  recall: Metric;
}

function weakest(reviewer: ReviewerReport): WeakSlice[] {
  const scored = reviewer.slices.flatMap((slice): WeakSlice[] => {
    const recall = slice.metrics["detection.recall"];
    return recall === undefined || recall.value === null ? [] : [{ slice, recall }];
  });
  const fewness = ({ recall }: WeakSlice) => (recall.n < fewUnits ? 1 : 0);
  return scored
    .sort((a, b) => fewness(a) - fewness(b) || (a.recall.value ?? 0) - (b.recall.value ?? 0) || b.recall.n - a.recall.n)
    .slice(0, mostRows);
}

function weakTable(reviewer: ReviewerReport): Html {
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
          ${weakest(reviewer).map(weakRow)}
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
    </div>
    ${
      reviewer.diagnosis.length === 0
        ? ""
        : html`<ul class="diagnosis">
            ${reviewer.diagnosis.map((line) => html`<li>${line}</li>`)}
          </ul>`
    }`;
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
    ${numerator !== undefined && denominator !== undefined ? `${tenths(numerator)} of ${tenths(denominator)}` : `n ${n}`}
  </td>`;
}

// Repeats are averaged, so a count may be a fraction.
const tenths = (count: number) => Math.round(count * 10) / 10;
