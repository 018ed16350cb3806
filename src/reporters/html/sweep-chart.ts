import { html } from "hono/html";
import type { Metric } from "../../core/report.ts";
import type { Sweep } from "../../core/sweep.ts";
import type { SweepRow } from "../sweep-words.ts";
import type { Html } from "./marks.ts";
import { metricLabel, showInterval, showValue } from "./numbers.ts";
import { type Axis, axisOf } from "./axis.ts";

const scoreHeight = 200;
const lossHeight = 128;
/** Labels of steps need so much of the width, on a telephone too. */
const labelShare = 0.18;
/** Two labels need so many pixels between them. */
const lineHeight = 16;

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** Where a step stands, as a share of the width. */
type Across = (step: number) => number;

/**
 * The score by step with its interval, the base as a line through it, and below it, on an axis of its own, the losses
 * that the trainer noted. Positions across are shares of the width, so that the picture stretches and its text does not.
 */
export function renderSweepChart(sweep: Sweep, rows: readonly SweepRow[]): Html {
  const { points, losses, evalLosses } = sweep;
  const all = [...points.map(({ step }) => step), ...[...losses, ...evalLosses].map(({ step }) => step)];
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const across: Across = (step) => (first === last ? 0.5 : 0.03 + (0.94 * (step - first)) / (last - first));
  if (rows.every(({ metric }) => metric?.value == null)) return html``;
  return html`<figure class="curves">
    ${scorePanel(sweep, rows, across)} ${losses.length + evalLosses.length === 0 ? "" : lossPanel(sweep, across)}
    ${stepLabels(
      points.map(({ step }) => step),
      across,
    )}
    <figcaption class="legend">
      Disc: chosen. Ring: cannot be told from it; grey ring: worse. Line: 95 % interval.
      ${sweep.base === null ? "" : "Dashed: the base, with its interval."}
      ${points.some((point) => point.isTrainersBest && point.evalLoss !== null) ? "Disc on the eval loss: the trainer's best." : ""}
    </figcaption>
  </figure>`;
}

function scorePanel(sweep: Sweep, rows: readonly SweepRow[], across: Across): Html {
  const metrics = rows.flatMap(({ metric }) => metric ?? []);
  const values = metrics.flatMap(({ value, low, high }) => [value, low, high]).filter((value) => value !== null);
  const isRate = metrics.some(({ unit }) => unit === "rate");
  const axis = axisOf(values, scoreHeight, isRate ? [0, 1] : [0, Infinity]);
  const base = rows.find(({ point }) => point === null);
  const scored = rows.filter(({ point, metric }) => point !== null && metric?.value != null);
  const line = scored.map(({ point, metric }) => [across(point?.step ?? 0), axis.at(metric?.value ?? 0)] as const);
  const words = rows.map(({ point, metric }) => `${point === null ? "base" : `step ${point.step}`} ${spoken(metric)}`);
  const labels = base?.metric?.value == null ? [] : [{ text: "base", y: axis.at(base.metric.value), hue: "hue-none" }];
  const title = metricLabel(sweep.metric);
  const where = sweep.choice.split === null ? "" : ` on the ${sweep.choice.split} split`;
  const unit = metrics[0]?.unit ?? "rate";
  return panel(
    capital(`${title}${where}`),
    `${title} by step: ${words.join("; ")}`,
    axis,
    (tick) => showValue(tick, unit),
    labels,
    html`${base === undefined ? "" : baseBand(base.metric, axis)}${polyline(line, axis, "hue-0 thin")}
    ${scored.map((row) => scoreDot(row, across, axis))}`,
  );
}

function spoken(metric: Metric | undefined): string {
  if (metric === undefined || metric.value === null) return "no value";
  const interval = showInterval(metric);
  return `${showValue(metric.value, metric.unit)}${interval === "" ? "" : ` (${interval})`}`;
}

function baseBand(metric: Metric | undefined, axis: Axis): Html {
  if (metric === undefined || metric.value === null) return html``;
  const { value, low, high } = metric;
  const band =
    low === null || high === null
      ? ""
      : html`<rect class="band" x="0" width="100%" y="${axis.at(high)}" height="${axis.at(low) - axis.at(high)}" />`;
  return html`<g class="hue-none"
    >${band}<line class="base" x1="0" x2="100%" y1="${axis.at(value)}" y2="${axis.at(value)}"
  /></g>`;
}

function scoreDot({ point, metric, isChosen }: SweepRow, across: Across, axis: Axis): Html {
  if (point === null || metric === undefined || metric.value === null) return html``;
  const x = percent(across(point.step));
  const hue = point.beside?.isToldApart === true ? "hue-none" : "hue-0";
  const whisker =
    metric.low === null || metric.high === null
      ? ""
      : html`<line class="whisker" x1="${x}" x2="${x}" y1="${axis.at(metric.low)}" y2="${axis.at(metric.high)}" />`;
  const radius = isChosen ? 6.5 : 4.5;
  return html`<g class="${hue}"
    >${whisker}<circle class="${isChosen ? "disc" : "ring"}" cx="${x}" cy="${axis.at(metric.value)}" r="${radius}"
  /></g>`;
}

function lossPanel({ losses, evalLosses, points }: Sweep, across: Across): Html {
  const axis = axisOf(
    [...losses, ...evalLosses].map(({ loss }) => loss),
    lossHeight,
    [0, Infinity],
  );
  const curve = (noted: typeof losses) => noted.map(({ step, loss }) => [across(step), axis.at(loss)] as const);
  const best = points.filter(({ isTrainersBest, evalLoss }) => isTrainersBest && evalLoss !== null);
  const labels = [
    { text: "training", noted: losses, hue: "hue-none" },
    { text: "eval", noted: evalLosses, hue: "hue-1" },
  ].flatMap(({ text, noted, hue }) => noted.slice(-1).map(({ loss }) => ({ text, y: axis.at(loss), hue })));
  return panel(
    "Loss, as the trainer noted it",
    `Losses by step: ${points.map(({ step, loss, evalLoss }) => `step ${step} training ${loss ?? "unknown"}, eval ${evalLoss ?? "unknown"}`).join("; ")}`,
    axis,
    (tick) => tick.toFixed(decimalsOf(axis.ticks)),
    labels,
    html`${polyline(curve(losses), axis, "hue-none")}${polyline(curve(evalLosses), axis, "hue-1")}
      <g class="hue-1">
        ${curve(evalLosses).length > 40 ? "" : curve(evalLosses).map(([x, y]) => html`<circle class="ring" cx="${percent(x)}" cy="${y}" r="3" />`)}
        ${best.map(({ step, evalLoss }) => html`<circle class="disc" cx="${percent(across(step))}" cy="${axis.at(evalLoss ?? 0)}" r="5" />`)}
      </g>`,
  );
}

/** As many as the longest of round numbers has, so that their points stand under each other. */
function decimalsOf(ticks: readonly number[]): number {
  return Math.max(...ticks.map((tick) => /\.(\d+)$/.exec(String(tick))?.[1]?.length ?? 0));
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A line through points given as shares of the width and pixels of the height. */
function polyline(points: readonly (readonly [x: number, y: number])[], { height }: Axis, className: string): Html {
  if (points.length < 2) return html``;
  const text = points.map(([x, y]) => `${(x * 1000).toFixed(1)},${y.toFixed(1)}`).join(" ");
  return html`<svg
    class="${className}"
    width="100%"
    height="${height}"
    viewBox="0 0 1000 ${height}"
    preserveAspectRatio="none"
  >
    <polyline points="${text}" vector-effect="non-scaling-stroke" />
  </svg>`;
}

interface EndLabel {
  text: string;
  y: number;
  hue: string;
}

/** A picture between its scale on the left and the names of its lines on the right. */
function panel(
  title: string,
  spokenAll: string,
  axis: Axis,
  write: (tick: number) => string,
  labels: readonly EndLabel[],
  drawing: Html,
): Html {
  const { height, ticks, at } = axis;
  return html`<p class="curve-title">${title}</p>
    <div class="curve">
      <svg class="scale" height="${height}" aria-hidden="true">
        ${ticks.map((tick) => html`<text x="100%" y="${at(tick) + 4}" text-anchor="end">${write(tick)}</text>`)}
      </svg>
      <svg class="plot" height="${height}" role="img" aria-label="${spokenAll}">
        ${ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${at(tick)}" y2="${at(tick)}" />`)}
        ${drawing}
      </svg>
      <svg class="ends" height="${height}" aria-hidden="true">
        ${spread(labels).map(({ text, y, hue }) => html`<text class="${hue}" x="0" y="${y + 4}">${text}</text>`)}
      </svg>
    </div>`;
}

/** Labels that would stand on each other are moved apart. */
function spread(labels: readonly EndLabel[]): EndLabel[] {
  const placed: EndLabel[] = [];
  for (const label of labels.toSorted((a, b) => a.y - b.y))
    placed.push({ ...label, y: Math.max(label.y, (placed.at(-1)?.y ?? -Infinity) + lineHeight) });
  return placed;
}

/** The steps of checkpoints, the last always; of others those that have room beside it. */
function stepLabels(steps: readonly number[], across: Across): Html {
  const shown: number[] = [];
  for (const step of steps.toReversed()) {
    const [next] = shown;
    if (next === undefined || across(next) - across(step) >= labelShare) shown.unshift(step);
  }
  return html`<div class="curve" aria-hidden="true">
    <svg class="scale" height="20"><text x="100%" y="14" text-anchor="end">step</text></svg>
    <svg class="plot" height="20">
      ${shown.map((step) => html`<text x="${percent(across(step))}" y="14" text-anchor="middle">${step}</text>`)}
    </svg>
  </div>`;
}
