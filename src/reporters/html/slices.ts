import { html } from "hono/html";
import type { Metric, ReviewerReport } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { showValue, unitsOf } from "./numbers.ts";
import { axisRow, fewUnits, rowHeight, whiskers } from "./plot.ts";
import { plural, shortenApart, shortenMiddle } from "./text.ts";

type Marks = ReadonlyMap<string, Mark>;

/** Slices with fewer units than this are folded away: their values are noise. */
const leastUnits = 5;
const mostReviewers = 4;
const mostSlices = 16;
const mostFolded = 40;
const metricName = "detection.recall";

/** Recall by category and by language, for at most four reviewers; small slices are folded. */
export function renderSliceCharts(reviewers: readonly ReviewerReport[], marks: Marks): Html {
  const compared = reviewers.slice(0, mostReviewers);
  return html`<div class="slices">
    ${["category", "language"].map((field) => sliceFigure(field, compared, marks))}
  </div>`;
}

/** One value of a field, with the recall of each reviewer there. */
interface SliceRow {
  value: string;
  metrics: (Metric | undefined)[];
  n: number;
}

/** The slices of one field that have a recall, with the most bugs first. */
function rowsOf(field: string, reviewers: readonly ReviewerReport[]): SliceRow[] {
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

function sliceFigure(field: string, reviewers: readonly ReviewerReport[], marks: Marks): Html {
  const rows = rowsOf(field, reviewers);
  if (rows.length === 0) return html``;
  const shown = rows.filter(({ n }) => n >= leastUnits);
  const folded = rows.filter(({ n }) => n < leastUnits);
  const units = unitsOf(...rows.flatMap(({ metrics }) => metrics));
  const labelOf = ({ id }: ReviewerReport) => marks.get(id)?.label ?? id;
  const names = shortenApart(reviewers.map(labelOf), 36);
  const draw = (some: readonly SliceRow[], most: number) =>
    html`<p class="head">n ${units}</p>
      ${some.slice(0, most).map((row) => sliceRow(row, reviewers, marks))} ${axisRow()}
      ${some.length > most ? html`<p class="legend">The ${most} largest of ${some.length}; the rest is in report.json.</p>` : ""}`;
  return html`<figure class="panel slice">
    <figcaption>
      <b>recall by ${field}</b> <span class="arrow">↑</span>
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
