import { html } from "hono/html";
import { formatRateBound } from "../../core/format.ts";
import { formatDifference, ruleOf } from "../../core/relative-words.ts";
import type { GateResult, Metric, Report, ReviewerReport } from "../../core/report.ts";
import { type Html, type Mark, markedName, markIcon, statusBadge } from "./marks.ts";
import { metricLabel, rowOrder, showBeside, showInterval, showThreshold, type Unit, unitsOf } from "./numbers.ts";
import { grouped, plural, shortenApart } from "./text.ts";

const mostFullTables = 3;

/** The gates of every measured reviewer; above three reviewers a matrix first and the tables folded. */
export function renderGates(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const { measured, company, yardsticks } = rowOrder(report.reviewers);
  const gated = [...measured, ...company, ...yardsticks].filter((reviewer) => reviewer.gates.length > 0);
  if (gated.length === 0) {
    return report.verdict.status === "ungated"
      ? html`<p class="aside">The suite sets no gates, so nothing passes or fails here.</p>`
      : html``;
  }
  const isMany = gated.length > mostFullTables;
  return html`<section id="gates" class="block">
    <h2>Gates</h2>
    ${isMany ? gateMatrix(gated, marks) : ""}
    ${gated.map((reviewer) => {
      const name = markedName(reviewer, marks.get(reviewer.id));
      return isMany
        ? html`<details class="gate-fold">
            <summary>${name} <span class="quiet">gate by gate</span></summary>
            ${gateTable(reviewer)}
          </details>`
        : html`<h3 class="reviewer-name">${name}</h3>
            ${gateTable(reviewer)}`;
    })}
  </section>`;
}

function gateTable(reviewer: ReviewerReport): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Gates of ${reviewer.id}">
    <table class="gates">
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Gate</th>
          <th scope="col" class="num">Value</th>
          <th scope="col" class="num">Bound</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${reviewer.gates.map((result) => gateRow(reviewer, result))}
      </tbody>
    </table>
  </div>`;
}

function gateRow(reviewer: ReviewerReport, result: GateResult): Html {
  const { gate } = result;
  const metric: Metric | undefined = reviewer.metrics[gate.metric];
  const unit = gateUnit(reviewer, result);
  return html`<tr>
    <td>${statusBadge(result.status)}${gate.required ? "" : html`<span class="quiet below">not required</span>`}</td>
    <td>
      <code>${gate.metric}</code> <b class="rule">${gateRule(result, unit)}</b>
      ${gate.where === undefined ? "" : html`<span class="quiet below">where <code>${gate.where}</code></span>`}
    </td>
    <td class="num">
      ${showBeside(result.value, thresholdsOf(result), unit)}
      ${gate.where === undefined && metric !== undefined ? html`<span class="interval">${showInterval(metric)}</span>` : ""}
    </td>
    <td class="num bound">
      ${result.bound === null ? html`<span class="quiet">–</span>` : showBound(result, result.bound, unit)}
    </td>
    <td class="why">
      ${whatDecides(result, metric)}${whyDecided(result, metric, unit)}${whatShows(result)}
      ${result.warning === undefined ? "" : html`<span class="below caution">Warning: ${result.warning}</span>`}
    </td>
  </tr>`;
}

/** Of a gate against a baseline the bound is that of the difference. */
function showBound(result: GateResult, bound: number, unit: Unit): string {
  if (result.versus !== undefined) return formatDifference(bound, result.gate).replace("-", "−");
  return showBeside(bound, thresholdsOf(result), unit);
}

/** The effect that the shared cases would find, beside every comparison with a baseline. */
function whatShows({ versus }: GateResult): string {
  if (versus === undefined || versus.detectable === null) return "";
  return `. ${plural(versus.cases, "case")} would show a difference of ${formatRateBound(versus.detectable)} 8 times in 10.`;
}

function whatDecides({ casesToDecide, versus }: GateResult, metric: Metric | undefined): Html {
  if (casesToDecide === null || casesToDecide === 0) return html``;
  const one = versus === undefined ? (metric?.unitOfAnalysis ?? "case") : "case";
  const units = casesToDecide === 1 ? one : versus === undefined ? unitsOf(metric) : "cases";
  return html`<b>About ${grouped(casesToDecide)} more ${units} would decide.</b> `;
}

/** Why a gate stands as it does, without what other columns say, in the way in which they write numbers. */
function whyDecided({ reason, gate, versus }: GateResult, metric: Metric | undefined, unit: Unit): string {
  // The words of a comparison are whole.
  if (versus !== undefined)
    return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`.replaceAll(/(?<![\d.])0\.(?=\d)/g, ".");
  const n = Number(/\bn = (\d+)\b/.exec(reason)?.[1] ?? (gate.where === undefined ? metric?.n : undefined));
  const bare = reason
    .replaceAll(/ \((?:value|point)[^()]*\)/g, "")
    .replace(`min ${gate.min}`, `≥ ${showThreshold(gate.min ?? 0, unit)}`)
    .replace(`max ${gate.max}`, `≤ ${showThreshold(gate.max ?? 0, unit)}`);
  const written = unit === "rate" ? bare.replaceAll(/(?<![\d.])0\.(?=\d)/g, ".") : bare;
  const counted = Number.isNaN(n) ? "" : `, n = ${plural(n, metric?.unitOfAnalysis ?? "case")}`;
  // A model reference is written as it is.
  const begun = /^\S+:\S/.test(written) ? written : `${written.charAt(0).toUpperCase()}${written.slice(1)}`;
  return `${begun}${counted}`;
}

function gateUnit(reviewer: ReviewerReport, { gate }: GateResult): Unit {
  const unit = gate.metric.endsWith("_ms") ? "ms" : gate.metric.startsWith("cost.") ? "usd" : "rate";
  return reviewer.metrics[gate.metric]?.unit ?? unit;
}

const thresholdsOf = ({ gate }: GateResult) => [gate.min, gate.max].filter((threshold) => threshold !== undefined);

function gateRule({ gate }: GateResult, unit: Unit): string {
  const rules: string[] = [];
  if (gate.min !== undefined) rules.push(`≥ ${showThreshold(gate.min, unit)}`);
  if (gate.max !== undefined) rules.push(`≤ ${showThreshold(gate.max, unit)}`);
  if (gate.vsBaseline !== undefined) rules.push(ruleOf(gate).replace("-", "−"));
  return rules.join(", ");
}

function gateMatrix(gated: readonly ReviewerReport[], marks: ReadonlyMap<string, Mark>): Html {
  const [first] = gated;
  if (first === undefined) return html``;
  const columns = first.gates;
  const labelOf = ({ id }: ReviewerReport) => marks.get(id)?.label ?? id;
  const names = shortenApart(gated.map(labelOf), 44);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Gates of all reviewers">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">Reviewer</th>
          ${columns.map((column) => html`<th scope="col" title="${column.gate.metric}">${metricLabel(column.gate.metric)} ${gateRule(column, gateUnit(first, column))}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${gated.map(
          (reviewer) =>
            html`<tr>
              <th scope="row" title="${reviewer.id}">
                ${markIcon(marks.get(reviewer.id))} <span class="name">${names.get(labelOf(reviewer))}</span>
              </th>
              ${columns.map((_, index) => {
                const result = reviewer.gates[index];
                if (result === undefined) return html`<td>–</td>`;
                return html`<td>
                  ${statusBadge(result.status)}
                  <span class="quiet"
                    >${showBeside(result.value, thresholdsOf(result), gateUnit(reviewer, result))}</span
                  >
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
