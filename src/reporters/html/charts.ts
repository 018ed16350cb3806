import { html } from "hono/html";
import type { Metric, Report, ReviewerReport, Slice } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { metricLabel, metricMeaning, rowOrder, showInterval, showValue } from "./numbers.ts";
import { shortenApart, shortenMiddle } from "./text.ts";

type Marks = ReadonlyMap<string, Mark>;

/** Slices with fewer units than this are greyed: too few to say anything. */
export const fewUnits = 10;

const rowHeight = 28;
const panels: Record<string, string> = {
  "detection.recall": "bugs that were found",
  "detection.precision": "findings that hold a bug",
  "detection.f1": "recall and precision in one",
  "detection.false_alarm_rate": "clean cases with a finding",
};
const mostInSlices = 4;

/**
 * Dot and whisker of the rates, one panel a metric with the same rows and the same axis from 0 to 1. Positions are
 * percentages, so the pictures stretch with the page and their text does not.
 */
export function renderCharts(report: Report, marks: Marks): Html {
  const { contestants, yardsticks } = rowOrder(report.reviewers);
  const shown = Object.keys(panels).filter((name) =>
    report.reviewers.some((reviewer) => typeof reviewer.metrics[name]?.value === "number"),
  );
  const compared = compareInSlices(report);
  const bySlice = ["category", "language"].map((field) => sliceFigure(field, compared, marks));
  return html`<section id="charts" class="block">
    <h2>Charts</h2>
    ${
      shown.length === 0
        ? html`<p class="aside">Nothing was scored, so there is nothing to draw.</p>`
        : html`<div class="forest panels-${shown.length}">
              ${shown.map((name) => forestPanel(name, contestants, yardsticks, marks))}
            </div>
            <p class="legend">
              Dot: value. Line: 95 % interval. Pale: n below ${fewUnits}. Rings: ceilings and floors. ↑ higher is
              better, ↓ lower is better.
            </p>`
    }
    <div class="slices">${bySlice}</div>
  </section>`;
}

function forestPanel(
  name: string,
  contestants: readonly ReviewerReport[],
  yardsticks: readonly ReviewerReport[],
  marks: Marks,
): Html {
  const { better } = metricMeaning(name);
  const units = [...contestants, ...yardsticks]
    .map((reviewer) => reviewer.metrics[name]?.unitOfAnalysis)
    .find((unit) => unit !== undefined);
  const names = shortenApart(
    [...contestants, ...yardsticks].map((reviewer) => reviewer.id),
    21,
  );
  const rows = (reviewers: readonly ReviewerReport[], className: string) =>
    reviewers.map(
      (reviewer) =>
        html`<div class="row ${className}">
          <span class="row-name" title="${reviewer.id}"
            >${markIcon(marks.get(reviewer.id))}<span>${names.get(reviewer.id)}</span></span
          >
          ${whiskers([{ metric: reviewer.metrics[name], mark: marks.get(reviewer.id) }], rowHeight)}
          ${rowNumbers(reviewer.metrics[name])}
        </div>`,
    );
  return html`<figure class="panel">
    <figcaption>
      <b>${metricLabel(name)}</b> <span class="arrow">${better === "lower" ? "↓" : "↑"}</span
      ><span class="below quiet">${panels[name] ?? ""}</span>
    </figcaption>
    <p class="head">n ${name === "detection.f1" ? "bugs and findings" : `${units ?? "case"}s`}</p>
    ${rows(contestants, "")} ${rows(yardsticks, "yardstick")} ${axisRow()}
  </figure>`;
}

function rowNumbers(metric: Metric | undefined): Html {
  if (metric === undefined || metric.value === null) {
    const reason = metric?.reason ?? "not measured";
    return html`<span class="row-value null" title="${reason}">–</span><span class="row-n">${metric?.n ?? ""}</span>`;
  }
  return html`<span class="row-value" title="${showInterval(metric)}">${showValue(metric.value, metric.unit)}</span
    ><span class="row-n">${metric.n}</span>`;
}

interface Whisker {
  metric: Metric | undefined;
  mark: Mark | undefined;
}

const ticks = [0, 0.25, 0.5, 0.75, 1];
const percent = (value: number) => `${(Math.min(1, Math.max(0, value)) * 100).toFixed(2)}%`;

/** One row of a chart: its piece of the grid, and a dot with its whisker for every reviewer, one above the other. */
function whiskers(all: readonly Whisker[], height: number): Html {
  const lane = height / (all.length + 1);
  const words = all.map(({ metric }) =>
    metric?.value == null ? "no value" : `${showValue(metric.value, metric.unit)}, ${showInterval(metric)}`,
  );
  return html`<svg class="plot" height="${height}" role="img" aria-label="${words.join("; ")}">
    ${ticks.map((tick) => html`<line class="grid${tick === 0 || tick === 1 ? " edge" : ""}" x1="${percent(tick)}" x2="${percent(tick)}" y1="0" y2="${height}" />`)}
    ${all.map(({ metric, mark }, index) => {
      if (metric === undefined || metric.value === null) return "";
      const y = lane * (index + 1);
      const isFew = metric.n < fewUnits ? " few" : "";
      return html`<g class="${mark?.hue ?? "hue-none"}${isFew}">
        ${
          metric.low === null || metric.high === null
            ? ""
            : html`<line
                class="whisker"
                x1="${percent(metric.low)}"
                x2="${percent(metric.high)}"
                y1="${y}"
                y2="${y}"
              />`
        }
        <svg class="dot" x="${percent(metric.value)}" y="${y}" overflow="visible">
          <use href="#shape-${mark?.shape ?? "ring"}" x="-6" y="-6" width="12" height="12" />
        </svg>
      </g>`;
    })}
  </svg>`;
}

function axisRow(): Html {
  return html`<div class="row axis" aria-hidden="true">
    <span class="row-name"></span>
    <svg class="plot" height="20">
      ${ticks
        .filter((tick) => tick !== 0.25 && tick !== 0.75)
        .map(
          (tick) =>
            html`<text x="${percent(tick)}" y="14" text-anchor="middle"
              >${tick === 0 ? "0" : tick === 1 ? "1" : ".5"}</text
            >`,
        )}
    </svg>
    <span class="row-value"></span><span class="row-n"></span>
  </div>`;
}

/** The reviewers that the slice charts compare: the measured ones, or the contestants where none was measured. */
function compareInSlices(report: Report): ReviewerReport[] {
  const measured = report.reviewers.filter((reviewer) => reviewer.role === "measured");
  const { contestants } = rowOrder(report.reviewers);
  return (measured.length > 0 ? measured : contestants).slice(0, mostInSlices);
}

/** Slices of one field that have `detection.recall`, with the most bugs first. */
function slicesOf(field: string, reviewers: readonly ReviewerReport[]): string[] {
  const sizes = new Map<string, number>();
  for (const slice of reviewers.flatMap((reviewer) => reviewer.slices)) {
    const metric = slice.metrics["detection.recall"];
    if (slice.field !== field || metric === undefined || metric.value === null) continue;
    sizes.set(slice.value, Math.max(sizes.get(slice.value) ?? 0, metric.n));
  }
  return [...sizes].sort((a, b) => b[1] - a[1]).map(([value]) => value);
}

const mostSlices = 16;

function sliceFigure(field: string, reviewers: readonly ReviewerReport[], marks: Marks): Html {
  const values = slicesOf(field, reviewers);
  if (values.length === 0) return html``;
  const find = (reviewer: ReviewerReport, value: string): Slice | undefined =>
    reviewer.slices.find((slice) => slice.field === field && slice.value === value);
  const names = shortenApart(
    reviewers.map((reviewer) => reviewer.id),
    36,
  );
  const height = Math.max(rowHeight, 10 + reviewers.length * 12);
  return html`<figure class="panel slice">
    <figcaption>
      <b>recall by ${field}</b> <span class="arrow">↑</span>
      <span class="key"
        >${reviewers.map((reviewer) => html`<span title="${reviewer.id}">${markIcon(marks.get(reviewer.id))} ${names.get(reviewer.id)}</span>`)}</span
      >
    </figcaption>
    <p class="head">n bugs</p>
    ${values.slice(0, mostSlices).map((value) => {
      const metrics = reviewers.map((reviewer) => find(reviewer, value)?.metrics["detection.recall"]);
      const n = Math.max(0, ...metrics.map((metric) => metric?.n ?? 0));
      const only = metrics.length === 1 ? metrics[0] : undefined;
      return html`<div class="row tall-${reviewers.length} ${n < fewUnits ? "few" : ""}">
        <span class="row-name" title="${value}"><span>${shortenMiddle(value, 30)}</span></span>
        ${whiskers(
          reviewers.map((reviewer, index) => ({ metric: metrics[index], mark: marks.get(reviewer.id) })),
          height,
        )}
        <span class="row-value"
          >${only === undefined || only.value === null ? "" : showValue(only.value, only.unit)}</span
        ><span class="row-n">${n}</span>
      </div>`;
    })}
    ${axisRow()}
    ${values.length > mostSlices ? html`<p class="legend">The ${mostSlices} largest of ${values.length}; the rest is in report.json.</p>` : ""}
  </figure>`;
}
