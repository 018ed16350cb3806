import { html } from "hono/html";
import type { LatencyLine } from "../../core/latency/journal.ts";
import type { LatencyReport, LatencyStage } from "../../core/latency/latency-report.ts";
import type { QuantileFigure } from "../../core/latency/quantiles.ts";
import { sizeClasses } from "../../core/latency/size-class.ts";
import type { TimedRequest } from "../../core/latency/timed-request.ts";
import { endToEndMs, isMiss } from "../../core/latency/times.ts";
import { quantile } from "../../core/stats/quantile.ts";
import { axisOf } from "./axis.ts";
import { crosses, crossing, dots, line, renderFrame, type Scale, shapeAt, upright } from "./latency-frame.ts";
import type { Html, Mark } from "./marks.ts";
import { showValue } from "./numbers.ts";

type Marks = ReadonlyMap<string, Mark>;

/** As many as can be told apart by their hues. */
const mostDrawn = 8;
const mostDots = 400;

/** The times of one reviewer at the first level. */
interface Drawn {
  reviewer: string;
  mark: Mark | undefined;
  requests: readonly TimedRequest[];
  /** Answered ones alone, ascending. */
  sorted: Float64Array;
  stage: LatencyStage["reviewers"][number];
}

/** How the times of the first level lie, and what they hang on; empty where no time is to be shown. */
export function renderLatencyCharts(
  report: LatencyReport,
  lines: readonly LatencyLine[],
  marks: Marks,
): { charts: Html; drawn: string[]; left: number } {
  const [stage] = report.stages;
  const shown = (stage?.reviewers ?? []).filter(({ figures }) => at(figures.endToEnd, 0.5)?.value != null);
  const drawn = shown.slice(0, mostDrawn).map((one): Drawn => {
    const requests = lines.filter(
      (request): request is TimedRequest =>
        request.kind === "request" &&
        request.stage === 0 &&
        !request.isWarmup &&
        request.reviewer === one.reviewer &&
        request.outcome !== "not-applicable",
    );
    const times = requests.flatMap((request) => endToEndMs(request) ?? []);
    return {
      reviewer: one.reviewer,
      mark: marks.get(one.reviewer),
      requests,
      sorted: Float64Array.from(times).sort(),
      stage: one,
    };
  });
  const known = drawn.filter(({ sorted }) => sorted.length > 0);
  if (known.length === 0) return { charts: html``, drawn: [], left: 0 };
  const top = Math.max(...known.map(({ sorted }) => 1.05 * (quantile(sorted, 0.99) ?? 0)));
  const times = timeScale(top);
  return {
    charts: html`<div class="timings">
      ${ecdf(known, times, report.settings.objectiveMs ?? null)} ${bySize(known, times)} ${byLoad(report, marks)}
      ${timeline(known, times)}
    </div>`,
    drawn: known.map(({ reviewer }) => reviewer),
    left: shown.length - known.length,
  };
}

function at(figures: readonly QuantileFigure[], p: number): QuantileFigure | undefined {
  return figures.find((figure) => figure.p === p);
}

/** From 0 to a round number of milliseconds. */
function timeScale(top: number): Scale {
  const { ticks } = axisOf([0, top], 100, [0, Infinity]);
  const end = ticks.at(-1) ?? 1;
  return { at: (ms) => ms / end, ticks: ticks.map((value) => ({ value, text: showValue(value, "ms") })) };
}

function ecdf(all: readonly Drawn[], times: Scale, objectiveMs: number | null): Html {
  const isInside = objectiveMs !== null && times.at(objectiveMs) <= 1;
  const shares: Scale = {
    at: (share) => share,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({
      value,
      text: value === 0 || value === 1 ? `${value}` : String(value).slice(1),
    })),
  };
  const curves = all.map(({ mark, requests, sorted }) => {
    const points: [number, number][] = [[0, 0]];
    const every = Math.ceil(sorted.length / mostDots);
    sorted.forEach((ms, rank) => {
      if (rank % every === 0 || rank === sorted.length - 1) points.push([times.at(ms), (rank + 1) / requests.length]);
    });
    return line({ mark, points });
  });
  const marked = all.flatMap(({ mark, stage }) =>
    [0.5, 0.95].flatMap((p) => {
      const figure = at(stage.figures.endToEnd, p);
      if (figure?.value == null || figure.isLeast) return [];
      return [shapeAt(mark, times.at(figure.value), p, `p${p * 100} ${showValue(figure.value, "ms")} ms`)];
    }),
  );
  const spoken = all.map(({ mark, reviewer, stage }) => {
    const [p50, p95] = [0.5, 0.95].map((p) => showValue(at(stage.figures.endToEnd, p)?.value ?? null, "ms"));
    return `${mark?.label ?? reviewer} p50 ${p50} ms, p95 ${p95} ms`;
  });
  return renderFrame({
    title: "How long reviews take",
    up: `share of requests that were answered by then; shapes at p50 and p95${isInside ? `, dashed the objective of ${showValue(objectiveMs, "ms")} ms` : ""}`,
    across: "ms from when a request was due",
    spoken: `Distribution of times: ${spoken.join("; ")}`,
    x: times,
    y: shares,
    drawing: html`${isInside ? upright(times.at(objectiveMs)) : ""} ${curves} ${marked}`,
  });
}

/** Lines of the diff on a logarithmic axis. */
function bySize(all: readonly Drawn[], times: Scale): Html {
  const sizes = all.flatMap(({ requests }) => requests.map(({ diffLines }) => diffLines));
  const greatest = sizes.reduce((most, size) => Math.max(most, size), 10);
  const end = Math.log10(greatest * 1.15);
  const across = (lines: number) => Math.log10(Math.max(1, lines)) / end;
  const ticks = [1, 10, 100, 1000, 10_000].filter((value) => value <= greatest * 1.15);
  const points = (one: Drawn) =>
    thinned(one.requests).flatMap((request): [number, number][] => {
      const ms = endToEndMs(request);
      return ms === null ? [] : [[across(request.diffLines), times.at(ms)]];
    });
  const medians = all.map(({ mark, stage }) =>
    stage.figures.bySize.map(({ name, endToEnd }) => {
      const value = at(endToEnd, 0.5)?.value ?? null;
      const index = sizeClasses.findIndex((one) => one.name === name);
      const [from, to] = [sizeClasses[index - 1]?.last ?? 1, Math.min(sizeClasses[index]?.last ?? 1, greatest)];
      if (value === null) return html``;
      return line(
        {
          mark,
          points: [
            [across(from), times.at(value)],
            [across(to), times.at(value)],
          ],
        },
        "median",
      );
    }),
  );
  return renderFrame({
    title: "Time by size of the diff",
    up: "ms; bars at the median of each class of size; what took longer stands at the edge",
    across: "lines that the diff adds or deletes",
    spoken: `Time by lines of the diff, ${all.length} reviewers`,
    x: { at: across, ticks: ticks.map((value) => ({ value, text: showValue(value, "ms") })) },
    y: times,
    drawing: html`${all.map((one) => dots({ mark: one.mark, points: points(one) }))} ${medians}`,
  });
}

/** p50 and p95 level by level, where there are several. */
function byLoad({ stages, knees, settings }: LatencyReport, marks: Marks): Html {
  if (stages.length < 2) return html``;
  const refs = [...new Set(stages.flatMap(({ reviewers }) => reviewers.map(({ reviewer }) => reviewer)))].slice(
    0,
    mostDrawn,
  );
  const valueAt = (stage: LatencyStage, ref: string, p: number) =>
    at(stage.reviewers.find(({ reviewer }) => reviewer === ref)?.figures.endToEnd ?? [], p)?.value ?? null;
  const values = stages.flatMap((stage) =>
    refs.flatMap((ref) => [valueAt(stage, ref, 0.5), valueAt(stage, ref, 0.95)]),
  );
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return html``;
  const times = timeScale(Math.max(...known));
  const across = (index: number) => (index + 0.5) / stages.length;
  const levels = stages.map(({ level }) => (level.mode === "closed" ? level.concurrency : level.rate));
  const curve = (ref: string, p: number) =>
    stages.flatMap((stage, index): [number, number][] => {
      const value = valueAt(stage, ref, p);
      return value === null ? [] : [[across(index), times.at(value)]];
    });
  const kneeOf = (ref: string) => {
    const { level = null, isBent = false } = knees.find(({ reviewer }) => reviewer === ref) ?? {};
    if (!isBent) return html``;
    const index = level === null ? -1 : levels.indexOf(level);
    const value = index === -1 ? null : valueAt(stages[index] as LatencyStage, ref, 0.95);
    return value === null ? html`` : shapeAt(marks.get(ref), across(index), times.at(value), `knee: ${level}`);
  };
  const isOpen = stages[0]?.level.mode === "open";
  const objectiveMs = settings.objectiveMs ?? null;
  const isInside = objectiveMs !== null && times.at(objectiveMs) <= 1;
  return renderFrame({
    title: "Time by load",
    up: `ms; thick p95, thin p50; shape at the knee, the last level before the p95 doubles or requests are missed${isInside ? `; dashed the objective of ${showValue(objectiveMs, "ms")} ms` : ""}`,
    across: isOpen ? "requests a second" : "requests in flight",
    spoken: `p95 by load: ${refs.map((ref) => `${marks.get(ref)?.label ?? ref} ${stages.map((stage, index) => `${levels[index]}: ${showValue(valueAt(stage, ref, 0.95), "ms")} ms`).join(", ")}`).join("; ")}`,
    x: { at: across, ticks: levels.map((level, value) => ({ value, text: String(level) })) },
    y: times,
    drawing: html`${isInside ? crossing(times.at(objectiveMs)) : ""}
    ${refs.map(
      (ref) =>
        html`${line({ mark: marks.get(ref), points: curve(ref, 0.5) }, "thin")}
        ${line({ mark: marks.get(ref), points: curve(ref, 0.95) })} ${kneeOf(ref)}`,
    )}`,
  });
}

/** Request after request: a stall, a warm-up that never ends or a slow hour are seen here alone. */
function timeline(all: readonly Drawn[], times: Scale): Html {
  const due = all.flatMap(({ requests }) => requests.map(({ scheduledMs }) => scheduledMs));
  const startMs = due.reduce((least, ms) => Math.min(least, ms), Infinity);
  const endS = Math.max(0.001, due.reduce((most, ms) => Math.max(most, ms), startMs) - startMs) / 1000;
  const { ticks } = axisOf([0, endS], 100, [0, Infinity]);
  const across = (ms: number) => (ms - startMs) / 1000 / (ticks.at(-1) ?? 1);
  const drawing = all.map(({ mark, requests }) => {
    const some = thinned(requests);
    const points = some.flatMap((request): [number, number][] => {
      const ms = endToEndMs(request);
      return ms === null ? [] : [[across(request.scheduledMs), times.at(ms)]];
    });
    const missed = requests.filter(isMiss).slice(0, mostDots);
    return html`${dots({ mark, points })}
    ${crosses({ mark, points: missed.map(({ scheduledMs }) => [across(scheduledMs), 1]) })}`;
  });
  return renderFrame({
    title: "Time by time",
    up: "ms; what took longer stands at the edge; a cross is a request without an answer",
    across: "seconds since the first request",
    spoken: "Time of each request over the course of the measurement",
    x: {
      at: (seconds) => seconds / (ticks.at(-1) ?? 1),
      ticks: ticks.map((value) => ({ value, text: showValue(value, "ms") })),
    },
    y: times,
    drawing: html`${drawing}`,
  });
}

/** Every so many, so that a long measurement makes no long page. */
function thinned(requests: readonly TimedRequest[]): TimedRequest[] {
  const every = Math.ceil(requests.length / mostDots);
  return requests.filter((_, index) => index % every === 0);
}
