import { html } from "hono/html";
import type { BaselineComparison, MetricComparison } from "../../core/comparison.ts";
import { formatRateBound, formatSigned, shortRef } from "../../core/format.ts";
import { metricDefinitions } from "../../core/metric.ts";
import type { Report } from "../../core/report.ts";
import { type Html, type Mark, markedName } from "./marks.ts";
import { metricLabel, showValue } from "./numbers.ts";
import { spentWords } from "../spent-words.ts";
import { capital, grouped, plural } from "./text.ts";

type Marks = ReadonlyMap<string, Mark>;

const mostCases = 30;

/** Whether reviewers were compared with a baseline. */
export function hasBaseline({ comparisons }: Report): boolean {
  return comparisons.length > 0;
}

/** Every measured reviewer beside the baseline: metrics in pairs, what was not compared, and the cases that turned. */
export function renderBaseline(report: Report, marks: Marks): Html {
  if (!hasBaseline(report)) return html``;
  return html`<section id="baseline" class="block">
    <h2>Against the baseline</h2>
    ${report.comparisons.map((comparison) => renderComparison(comparison, marks))}
    <p class="legend">
      Paired over the cases that both have; below each difference its 95 % interval. ↑ higher is better, ↓ lower is
      better. Would show: the true difference that these cases would find 8 times in 10.
    </p>
  </section>`;
}

function renderComparison(comparison: BaselineComparison, marks: Marks): Html {
  const { reviewer, baseline, obstacles, metrics, spent = [], flips } = comparison;
  const told = metrics.filter(({ difference }) => difference !== null);
  const mark = marks.get(baseline.reviewer);
  const name =
    mark === undefined
      ? html`<code title="${baseline.reviewer}">${shortRef(baseline.reviewer)}</code>`
      : markedName({ id: baseline.reviewer }, mark);
  const ofRun = baseline.run === undefined ? "" : html` <span class="quiet">of run ${baseline.run}</span>`;
  return html`<h3 class="reviewer-name">
      ${markedName({ id: reviewer }, marks.get(reviewer))} <span class="quiet">against</span> ${name}${ofRun}
    </h3>
    ${obstacles.map(
      ({ concerns, reason }) =>
        html`<p class="aside">
          Not compared${concerns === "all" ? " case by case" : html` (<code>${concerns}</code>)`}: ${reason}.
        </p>`,
    )}
    ${told.length === 0 ? html`<p class="aside">Nothing that both have can be compared.</p>` : metricTable(told, reviewer)}
    ${spent.map((one) => html`<p>${capital(spentWords(one, "the baseline's"))}.</p>`)}
    ${flips === null ? "" : renderFlips(reviewer, flips)}`;
}

function metricTable(metrics: readonly MetricComparison[], reviewer: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${reviewer} against its baseline">
    <table class="baseline">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" class="num">Baseline</th>
          <th scope="col" class="num">Now</th>
          <th scope="col" class="num">Difference</th>
          <th scope="col" class="num">Would show</th>
          <th scope="col" class="num">Cases</th>
        </tr>
      </thead>
      <tbody>
        ${metrics.map(metricRow)}
      </tbody>
    </table>
  </div>`;
}

function metricRow(one: MetricComparison): Html {
  const { unit, better, description } = metricDefinitions[one.metric];
  const signed = (value: number) => formatSigned(value, unit).replace("-", "−");
  const interval = one.low === null || one.high === null ? "" : `${signed(one.low)} to ${signed(one.high)}`;
  const arrow = better === null ? "" : better === "higher" ? " ↑" : " ↓";
  return html`<tr>
    <th scope="row" title="${description}">${metricLabel(one.metric)}${arrow}</th>
    <td class="num">${showValue(one.first, unit)}</td>
    <td class="num">${showValue(one.second, unit)}</td>
    <td class="num" title="${one.method}">
      ${one.difference === null ? "–" : signed(one.difference)} <span class="interval">${interval}</span>
    </td>
    <td class="num">
      ${one.detectable !== null && unit === "rate" ? formatRateBound(one.detectable) : showValue(one.detectable, unit)}
    </td>
    <td class="num">${grouped(one.cases)}</td>
  </tr>`;
}

function renderFlips(reviewer: string, flips: NonNullable<BaselineComparison["flips"]>): Html {
  const { fixed, broken, bothRight, bothWrong, untold } = flips;
  const open = untold === 0 ? "" : `, ${untold} open`;
  return html`<p>${plural(bothRight, "case")} right with both, ${bothWrong} wrong with both${open}.</p>
    ${caseList("Broken", broken, reviewer)} ${caseList("Fixed", fixed, reviewer)}`;
}

function caseList(word: string, ids: readonly string[], reviewer: string): Html {
  if (ids.length === 0) return html`<p><b>${word}</b>: none.</p>`;
  const more = ids.length > mostCases ? html` and ${ids.length - mostCases} more (report.json lists them)` : "";
  const links = ids
    .slice(0, mostCases)
    .map((id, index) => html`${index === 0 ? "" : ", "}<a href="${linkTo(id, reviewer)}">${id}</a>`);
  return html`<p><b>${word}</b>: ${plural(ids.length, "case")}: ${links}${more}.</p>`;
}

/** As the page itself names a case. */
function linkTo(id: string, reviewer: string): string {
  return `#case=${encodeURIComponent(id)}&reviewer=${encodeURIComponent(reviewer)}`;
}
