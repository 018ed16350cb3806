import { html } from "hono/html";
import type { Metric } from "../../core/report.ts";
import type { Html, Mark } from "./marks.ts";
import { showInterval, showValue } from "./numbers.ts";

/** Values of fewer units than this are greyed: too few to say anything. */
export const fewUnits = 10;

/** Height of one row of a chart with one dot in it, in pixels. */
export const rowHeight = 28;

/** What one dot with its whisker shows; nothing is drawn where there is no value. */
interface Whisker {
  metric: Metric | undefined;
  mark: Mark | undefined;
}

const ticks = [0, 0.25, 0.5, 0.75, 1];
const percent = (value: number) => `${(Math.min(1, Math.max(0, value)) * 100).toFixed(2)}%`;

/** One row of a chart: its piece of the grid, and a dot with its whisker for every reviewer, one above the other. */
export function whiskers(all: readonly Whisker[], height: number): Html {
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

/** The axis from 0 to 1 below the rows of a chart. */
export function axisRow(): Html {
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
