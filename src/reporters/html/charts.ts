import { html } from "hono/html";
import type { Metric, Report, ReviewerReport } from "../../core/report.ts";
import { orderColumns, passRateTitle } from "../column-order.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { inQuestion, metricLabel, metricMeaning, rowOrder, showInterval, showValue, unitsOf } from "./numbers.ts";
import { axisRow, fewUnits, rowHeight, whiskers } from "./plot.ts";
import { renderSliceCharts } from "./slices.ts";
import { shortenApart } from "./text.ts";

type Marks = ReadonlyMap<string, Mark>;

const panels: Record<string, string> = {
  "detection.recall": "bugs that were found",
  "detection.precision": "findings that hold a bug",
  "detection.f1": "recall and precision in one",
  "judge.pass_rate": "reviews that pass the judge",
  "safety.pass_rate": "reviews that fail no safety check",
  "detection.false_alarm_rate": "clean cases with a finding",
  "detection.f1_published": "as leaderboards count",
  "ratings.relevance": "as people rated it",
  "ratings.conciseness": "as people rated it",
  "ratings.comprehensiveness": "as people rated it",
  "overlap.f1": "words of a reference",
};

const detectionPanels = ["detection.recall", "detection.precision", "detection.f1"];

/** As many as stand side by side; those named first are drawn, but of F1 recall and precision tell as well. */
const mostPanels = 4;

function panelNames(report: Report): string[] {
  const isScored = (name: string) =>
    report.reviewers.some((reviewer) => typeof reviewer.metrics[name]?.value === "number");
  const ordered = orderColumns(report, detectionPanels, Object.keys(panels)).filter(
    (name) => panels[name] !== undefined && isScored(name),
  );
  const dispensable =
    ordered.length > mostPanels && ordered.some((name) => /^(judge|safety)\./.test(name)) ? "detection.f1" : "";
  return ordered.filter((name) => name !== dispensable).slice(0, mostPanels);
}

/** Whether the run measures anything that can be drawn, scored or not. */
export function hasCharts({ reviewers }: Report): boolean {
  return reviewers.some(({ metrics }) => Object.keys(panels).some((name) => metrics[name] !== undefined));
}

/**
 * Dot and whisker of the rates, one panel a metric with the same rows and the same axis from 0 to 1. Positions are
 * percentages, so the pictures stretch with the page and their text does not. Empty where there is nothing to draw by.
 */
export function renderCharts(report: Report, marks: Marks): Html {
  if (!hasCharts(report)) return html``;
  const rows = rowOrder(report.reviewers);
  const shown = panelNames(report);
  return html`<section id="charts" class="block">
    <h2>Charts</h2>
    ${
      shown.length === 0
        ? html`<p class="aside">Nothing was scored, so there is nothing to draw.</p>`
        : html`<div class="forest panels-${shown.length}">
              ${shown.map((name) => forestPanel(name, rows, marks, report.judge))}
            </div>
            <p class="legend">
              Dot: value. Line: 95 % interval. Pale: n below ${fewUnits}. Rings: ceilings and floors. ↑ higher is
              better, ↓ lower is better.
            </p>`
    }
    ${renderSliceCharts(inQuestion(report.reviewers), marks)}
  </section>`;
}

function forestPanel(name: string, rows: ReturnType<typeof rowOrder>, marks: Marks, judge: Report["judge"]): Html {
  const { better } = metricMeaning(name);
  const isLexical = name === "judge.pass_rate" && judge?.engine === "lexical";
  const all = [...rows.measured, ...rows.company, ...rows.yardsticks];
  const labelOf = ({ id }: ReviewerReport) => marks.get(id)?.label ?? id;
  const names = shortenApart(all.map(labelOf), 21);
  const rowsOf = (reviewers: readonly ReviewerReport[], className: string) =>
    reviewers.map(
      (reviewer) =>
        html`<div class="row ${className}">
          <span class="row-name" title="${reviewer.id}"
            >${markIcon(marks.get(reviewer.id))}<span>${names.get(labelOf(reviewer))}</span></span
          >
          ${whiskers([{ metric: reviewer.metrics[name], mark: marks.get(reviewer.id) }], rowHeight)}
          ${rowNumbers(reviewer.metrics[name])}
        </div>`,
    );
  return html`<figure class="panel">
    <figcaption>
      <b>${isLexical ? passRateTitle(judge) : metricLabel(name)}</b>
      <span class="arrow">${better === "lower" ? "↓" : "↑"}</span
      ><span class="below quiet">${isLexical ? "by words alone; informs only" : (panels[name] ?? "")}</span>
    </figcaption>
    <p class="head">n ${unitsOf(...all.map((reviewer) => reviewer.metrics[name]))}</p>
    ${rowsOf(rows.measured, "measured")} ${rowsOf(rows.company, "company")} ${rowsOf(rows.yardsticks, "yardstick")}
    ${axisRow()}
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
