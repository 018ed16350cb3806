import { html } from "hono/html";
import { shortRef } from "../../core/format.ts";
import type { Metric, Report } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { rowOrder, showInterval, showValue } from "./numbers.ts";

const columns = [
  { name: "judge.pass_rate", label: "passes" },
  { name: "judge.pass_rate_corrected", label: "corrected" },
  { name: "judge.flip_rate", label: "changes its mind" },
];

/** Each of several judges by itself: the rates that it alone gives every reviewer. Empty where one judges, or none. */
export function renderJudges(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const { measured, company, yardsticks } = rowOrder(report.reviewers);
  const judged = [...measured, ...company, ...yardsticks].filter((reviewer) => reviewer.judges !== undefined);
  const members = report.judge?.members ?? [];
  if (judged.length === 0 || members.length === 0) return html``;
  const shown = columns.filter(({ name }) =>
    judged.some(({ judges = [] }) => judges.some(({ metrics }) => (metrics[name]?.value ?? null) !== null)),
  );
  return html`<h3 class="judges-title">Each judge by itself</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="What each judge says by itself">
      <table class="every judges">
        <thead>
          <tr>
            <th scope="col">Reviewer</th>
            ${members.map(({ ref }) => html`<th scope="colgroup" class="num" colspan="${shown.length}" title="${ref}">${shortRef(ref)}</th>`)}
          </tr>
          <tr>
            <th></th>
            ${members.map(() => shown.map(({ label }) => html`<th scope="col" class="num">${label}</th>`))}
          </tr>
        </thead>
        <tbody>
          ${judged.map(
            ({ id, judges = [] }) =>
              html`<tr>
                <th scope="row" title="${id}">${markIcon(marks.get(id))} ${marks.get(id)?.label ?? id}</th>
                ${members.map(({ ref }) => {
                  const own = judges.find((one) => one.ref === ref)?.metrics ?? {};
                  return shown.map(({ name }) => cell(own[name]));
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function cell(metric: Metric | undefined): Html {
  if (metric === undefined || metric.value === null)
    return html`<td class="num null" title="${metric?.reason ?? "not measured"}">–</td>`;
  return html`<td class="num" data-value="${metric.value}">
    ${showValue(metric.value, metric.unit)}<span class="interval">${showInterval(metric)}</span>
  </td>`;
}
