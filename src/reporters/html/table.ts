import { html } from "hono/html";
import { metricNames } from "../../core/metric.ts";
import type { Metric, Report, ReviewerReport } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { metricLabel, metricMeaning, rowOrder, sharedDecimals, showInterval, showValue } from "./numbers.ts";
import { plural, shortenApart } from "./text.ts";

type Reviewers = readonly ReviewerReport[];
type Marks = ReadonlyMap<string, Mark>;

const mainColumns = [
  "detection.recall",
  "detection.precision",
  "detection.f1",
  "detection.false_alarm_rate",
  "detection.twin_discrimination",
  "overlap.f1_code",
  "contract.valid_rate",
  "load.p50_ms",
  "load.p95_ms",
];

/** Why values are missing: every reason once, with the letter that stands beside the dashes. */
interface Footnotes {
  letterOf: (reason: string) => string;
  render: () => Html;
}

/** The reviewers side by side: values, their intervals quieter below, floors and ceilings apart; then every metric, folded. */
export function renderReviewers(report: Report, marks: Marks): Html {
  const { contestants, yardsticks } = rowOrder(report.reviewers);
  const columns = chooseColumns(report.reviewers);
  const footnotes = collectFootnotes();
  const decimals = new Map(
    columns.map((name) => [name, sharedDecimals(report.reviewers.map((one) => one.metrics[name]?.value ?? null))]),
  );
  const rows = (reviewers: Reviewers) =>
    reviewers.map((reviewer) => mainRow(reviewer, columns, decimals, marks, footnotes));
  return html`<section id="reviewers" class="block">
    <h2>Reviewers</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Metrics of all reviewers">
      <table class="metrics">
        <thead>
          <tr>
            <th scope="col">Reviewer</th>
            ${columns.map(columnHeading)}
          </tr>
        </thead>
        <tbody>
          ${rows(contestants)}
        </tbody>
        ${
          yardsticks.length === 0
            ? ""
            : html`<tbody class="yardsticks">
                <tr class="divider">
                  <th colspan="${columns.length + 1}" scope="rowgroup">Ceilings and floors, for scale</th>
                </tr>
                ${rows(yardsticks)}
              </tbody>`
        }
      </table>
    </div>
    <p class="legend">Under each value its 95 % interval. ↑ higher is better, ↓ lower is better.</p>
    ${footnotes.render()} ${allMetrics([...contestants, ...yardsticks], marks)}
  </section>`;
}

function chooseColumns(reviewers: Reviewers): string[] {
  const gated = reviewers.flatMap((reviewer) => reviewer.gates.map((result) => result.gate.metric));
  const isPresent = (name: string) => reviewers.some((reviewer) => reviewer.metrics[name] !== undefined);
  return [...new Set([...mainColumns, ...gated])].filter(isPresent);
}

function columnHeading(name: string): Html {
  const { description, better } = metricMeaning(name);
  const unit = name.endsWith("_ms") ? html` <span class="unit">ms</span>` : "";
  const arrow =
    better === null
      ? ""
      : html` <span class="arrow" aria-label="${better} is better">${better === "higher" ? "↑" : "↓"}</span>`;
  return html`<th scope="col" class="num" title="${description}">${metricLabel(name)}${unit}${arrow}</th>`;
}

function mainRow(
  reviewer: ReviewerReport,
  columns: readonly string[],
  decimals: ReadonlyMap<string, number>,
  marks: Marks,
  footnotes: Footnotes,
): Html {
  const silent = reviewer.unscored > 0 ? `, ${reviewer.unscored} unscored` : "";
  return html`<tr>
    <th scope="row">
      <span class="reviewer">${markIcon(marks.get(reviewer.id))}<span class="name">${reviewer.id}</span></span>
      ${reviewer.role === "measured" ? html`<span class="quiet below">measured, ${plural(reviewer.cases, "case")}${silent}</span>` : reviewer.unscored > 0 ? html`<span class="quiet below">${reviewer.unscored} unscored</span>` : ""}
    </th>
    ${columns.map((name) => metricCell(reviewer.metrics[name], decimals.get(name) ?? 2, footnotes))}
  </tr>`;
}

function metricCell(metric: Metric | undefined, decimals: number, footnotes: Footnotes): Html {
  if (metric === undefined || metric.value === null) {
    const reason = metric?.reason ?? "not measured for this reviewer";
    const letter = footnotes.letterOf(reason);
    return html`<td class="num null" title="${reason}">–<sup>${letter}</sup></td>`;
  }
  const counts =
    metric.numerator !== undefined && metric.denominator !== undefined
      ? `${round(metric.numerator)} of ${round(metric.denominator)} ${metric.unitOfAnalysis}s; `
      : "";
  const title = `${counts}n = ${metric.n}${metric.effectiveN === undefined ? "" : ` (worth ${round(metric.effectiveN)} independent ones)`}, ${plural(metric.clusters, "cluster")}; ${metric.method}`;
  return html`<td class="num" title="${title}">
    ${showValue(metric.value, metric.unit, decimals)}<span class="interval">${showInterval(metric, decimals)}</span>
  </td>`;
}

const round = (count: number) => Math.round(count * 10) / 10;

function collectFootnotes(): Footnotes {
  const reasons: string[] = [];
  const letter = (index: number) => String.fromCodePoint(97 + (index % 26)).repeat(1 + Math.floor(index / 26));
  return {
    letterOf: (reason) => {
      if (!reasons.includes(reason)) reasons.push(reason);
      return letter(reasons.indexOf(reason));
    },
    render: () =>
      reasons.length === 0
        ? html``
        : html`<ol class="footnotes">
            ${reasons.map((reason, index) => html`<li><sup>${letter(index)}</sup> ${reason}</li>`)}
          </ol>`,
  };
}

function allMetrics(reviewers: Reviewers, marks: Marks): Html {
  const measured = new Set(reviewers.flatMap((reviewer) => Object.keys(reviewer.metrics)));
  const ordered = [...metricNames.filter((name) => measured.delete(name)), ...measured];
  if (ordered.length === 0) return html``;
  const names = shortenApart(
    reviewers.map((reviewer) => reviewer.id),
    24,
  );
  return html`<details class="all-metrics">
    <summary>All ${ordered.length} metrics, with n</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="All metrics">
      <table class="every">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            ${reviewers.map((reviewer) => html`<th scope="col" class="num" title="${reviewer.id}">${markIcon(marks.get(reviewer.id))} ${names.get(reviewer.id)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${ordered.map((name) => {
            const values = reviewers.map((reviewer) => reviewer.metrics[name]);
            const decimals = sharedDecimals(values.map((metric) => metric?.value ?? null));
            return html`<tr>
              <th scope="row">
                <code>${name}</code><span class="quiet below">${metricMeaning(name).description}</span>
              </th>
              ${values.map((metric) => everyCell(metric, decimals))}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </details>`;
}

function everyCell(metric: Metric | undefined, decimals: number): Html {
  if (metric === undefined) return html`<td class="num null">–</td>`;
  if (metric.value === null)
    return html`<td class="num null">–<span class="interval">${metric.reason ?? ""}</span></td>`;
  return html`<td class="num">
    ${showValue(metric.value, metric.unit, decimals)}<span class="interval">${showInterval(metric, decimals)}</span
    ><span class="interval">n ${metric.n}</span>
  </td>`;
}
