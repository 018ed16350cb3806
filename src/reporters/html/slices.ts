import { html } from "hono/html";
import type { Metric, ReviewerReport } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { metricLabel, showValue, unitsOf } from "./numbers.ts";
import { axisRow, fewUnits, rowHeight, whiskers } from "./plot.ts";
import { plural, shortenApart, shortenMiddle } from "./text.ts";

type Marks = ReadonlyMap<string, Mark>;

/** Slices with fewer units than this are folded away: their values are noise. */
const leastUnits = 5;
const mostReviewers = 4;
const mostSlices = 16;
const mostFolded = 40;
/** What is drawn slice by slice: the first of these that is scored. */
const sliced = ["detection.recall", "overlap.f1"];

/** Recall by category and by language, for at most four reviewers; small slices are folded. Without bugs another rate. */
export function renderSliceCharts(reviewers: readonly ReviewerReport[], marks: Marks): Html {
  const compared = reviewers.slice(0, mostReviewers);
  const slices = compared.flatMap((reviewer) => reviewer.slices);
  const name = sliced.find((one) => slices.some(({ metrics }) => typeof metrics[one]?.value === "number"));
  if (name === undefined) return html``;
  const figures = ["category", "language"].flatMap((field) => sliceFigure(field, name, compared, marks));
  return figures.length === 0 ? html`` : html`<div class="slices">${figures}</div>`;
}

/** One value of a field, with the metric of each reviewer there. */
interface SliceRow {
  value: string;
  metrics: (Metric | undefined)[];
  n: number;
}

/** The slices of one field in which the metric is scored, the largest first. */
function rowsOf(field: string, metricName: string, reviewers: readonly ReviewerReport[]): SliceRow[] {
  const values = new Set(
    reviewers.flatMap(({ slices }) => slices.flatMap((slice) => (slice.field === field ? [slice.value] : []))),
  );
  return [...values]
    .map((value): SliceRow => {
      const metrics = reviewers.map(
        ({ slices }) => slices.find((slice) => slice.field === field && slice.value === value)?.metrics[metricName],
      );
      return { value, metrics, n: Math.max(0, ...metrics.map((metric) => metric?.n ?? 0)) };
    })
    .filter(({ metrics }) => metrics.some((metric) => typeof metric?.value === "number"))
    .sort((a, b) => b.n - a.n);
}

function sliceFigure(field: string, name: string, reviewers: readonly ReviewerReport[], marks: Marks): Html[] {
  const rows = rowsOf(field, name, reviewers);
  if (rows.length === 0) return [];
  const shown = rows.filter(({ n }) => n >= leastUnits);
  const folded = rows.filter(({ n }) => n < leastUnits);
  const units = unitsOf(...rows.flatMap(({ metrics }) => metrics));
  const labelOf = ({ id }: ReviewerReport) => marks.get(id)?.label ?? id;
  const names = shortenApart(reviewers.map(labelOf), 36);
  const draw = (some: readonly SliceRow[], most: number) =>
    html`<p class="head">n ${units}</p>
      ${some.slice(0, most).map((row) => sliceRow(row, reviewers, marks))} ${axisRow()}
      ${some.length > most ? html`<p class="legend">The ${most} largest of ${some.length}; the rest is in report.json.</p>` : ""}`;
  const figure = html`<figure class="panel slice">
    <figcaption>
      <b>${metricLabel(name)} by ${field}</b> <span class="arrow">↑</span>
      <span class="key"
        >${reviewers.map((reviewer) => html`<span title="${reviewer.id}">${markIcon(marks.get(reviewer.id))} ${names.get(labelOf(reviewer))}</span>`)}</span
      >
    </figcaption>
    ${shown.length === 0 ? html`<p class="aside">No ${field} has ${leastUnits} ${units}.</p>` : draw(shown, mostSlices)}
    ${
      folded.length === 0
        ? ""
        : html`<details class="small-slices">
            <summary>${plural(folded.length, field)} with fewer than ${leastUnits} ${units}</summary>
            ${draw(folded, mostFolded)}
          </details>`
    }
  </figure>`;
  return [figure];
}

function sliceRow({ value, metrics, n }: SliceRow, reviewers: readonly ReviewerReport[], marks: Marks): Html {
  const only = metrics.length === 1 ? metrics[0] : undefined;
  const height = Math.max(rowHeight, 10 + reviewers.length * 12);
  return html`<div class="row tall-${reviewers.length} ${n < fewUnits ? "few" : ""}">
    <span class="row-name" title="${value}"><span>${shortenMiddle(value, 30)}</span></span>
    ${whiskers(
      reviewers.map((reviewer, index) => ({ metric: metrics[index], mark: marks.get(reviewer.id) })),
      height,
    )}
    <span class="row-value">${only === undefined || only.value === null ? "" : showValue(only.value, only.unit)}</span
    ><span class="row-n">${n}</span>
  </div>`;
}
