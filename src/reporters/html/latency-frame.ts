import { html } from "hono/html";
import type { Html, Mark } from "./marks.ts";

/** Height of one chart, in pixels. */
const chartHeight = 220;
const margin = 8;

/** A scale: where a value stands, as a share from 0 to 1, and the values that are written beside it. */
export interface Scale {
  at: (value: number) => number;
  ticks: readonly { value: number; text: string }[];
}

/** One reviewer's part of a chart. */
export interface Series {
  mark: Mark | undefined;
  points: readonly (readonly [x: number, y: number])[];
}

/** A picture between its two scales. */
export interface Frame {
  title: string;
  /** What the axis across shows, with its unit. */
  across: string;
  /** The same of the axis upwards. */
  up: string;
  spoken: string;
  x: Scale;
  y: Scale;
  drawing: Html;
}

const percent = (share: number) => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;

/** Pixels from the top to a share of the height. */
function pixels(share: number): number {
  return Math.round((margin + (1 - Math.min(1, Math.max(0, share))) * (chartHeight - 2 * margin)) * 10) / 10;
}

/** Positions across are shares of the width, so that the picture stretches with the page and its text does not. */
export function renderFrame({ title, across, up, spoken, x, y, drawing }: Frame): Html {
  return html`<figure class="timing">
    <figcaption><b>${title}</b> <span class="below quiet">${up}</span></figcaption>
    <div class="timing-plot">
      <svg class="scale" height="${chartHeight}" aria-hidden="true">
        ${y.ticks.map(({ value, text }) => html`<text x="100%" y="${pixels(y.at(value)) + 4}" text-anchor="end">${text}</text>`)}
      </svg>
      <svg class="plot" height="${chartHeight}" role="img" aria-label="${spoken}">
        ${y.ticks.map(({ value }) => html`<line class="grid" x1="0" x2="100%" y1="${pixels(y.at(value))}" y2="${pixels(y.at(value))}" />`)}
        ${drawing}
      </svg>
      <span></span>
      <svg class="plot" height="20" aria-hidden="true">
        ${x.ticks.map(({ value, text }) => html`<text x="${percent(x.at(value))}" y="14" text-anchor="${anchorAt(x.at(value))}">${text}</text>`)}
      </svg>
    </div>
    <p class="quiet across">${across}</p>
  </figure>`;
}

/** A label at an edge does not leave the picture. */
function anchorAt(share: number): string {
  return share > 0.95 ? "end" : "middle";
}

/** A dashed line upwards, at what should be kept. */
export function upright(x: number): Html {
  return html`<line class="objective" x1="${percent(x)}" x2="${percent(x)}" y1="0" y2="${chartHeight}" />`;
}

/** The same across. */
export function crossing(y: number): Html {
  return html`<line class="objective" x1="0" x2="100%" y1="${pixels(y)}" y2="${pixels(y)}" />`;
}

/** A line through points given as shares of both sides. */
export function line({ mark, points }: Series, className = ""): Html {
  if (points.length < 2) return html``;
  const text = points.map(([x, y]) => `${round(x)},${pixels(y)}`).join(" ");
  return stretched(html`<polyline class="${className}" points="${text}" vector-effect="non-scaling-stroke" />`, mark);
}

/** Many small dots, as one path. */
export function dots({ mark, points }: Series): Html {
  if (points.length === 0) return html``;
  const path = points.map(([x, y]) => `M${round(x)} ${pixels(y)}h0`).join("");
  return stretched(html`<path class="dots" d="${path}" vector-effect="non-scaling-stroke" />`, mark);
}

/** Small crosses at the top, for what has no place further down. */
export function crosses({ mark, points }: Series): Html {
  const { hue = "hue-none" } = mark ?? {};
  return html`<g class="${hue}">
    ${points.map(([x]) => html`<svg class="cross" x="${percent(x)}" y="${margin}" overflow="visible"><path d="m-3.5-3.5 7 7m0-7-7 7" /></svg>`)}
  </g>`;
}

/** The reviewer's own shape at a place, with what it means as its title. */
export function shapeAt(mark: Mark | undefined, x: number, y: number, title: string): Html {
  return html`<svg class="dot ${mark?.hue ?? "hue-none"}" x="${percent(x)}" y="${pixels(y)}" overflow="visible">
    <title>${title}</title>
    <use href="#shape-${mark?.shape ?? "ring"}" x="-6" y="-6" width="12" height="12" />
  </svg>`;
}

function round(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 10;
}

function stretched(drawing: Html, mark: Mark | undefined): Html {
  return html`<svg
    class="${mark?.hue ?? "hue-none"}"
    width="100%"
    height="${chartHeight}"
    viewBox="0 0 1000 ${chartHeight}"
    preserveAspectRatio="none"
  >
    ${drawing}
  </svg>`;
}
