import { formatFixed, formatRate, formatValue, neutralise, noValue, plural, shortRef } from "../core/format.ts";
import type { LatencyFigures } from "../core/latency/latency-figures.ts";
import type { LatencyComparison, LatencyReport, LatencyStage } from "../core/latency/latency-report.ts";
import { explainNoValue, type QuantileFigure } from "../core/latency/quantiles.ts";
import { describeLevel } from "../core/latency/settings.ts";
import { fewestForQuantile } from "../core/stats/quantile.ts";

/** One column of the table of a level. */
export interface LatencyColumn {
  title: string;
  figureOf: (figures: LatencyFigures) => QuantileFigure | undefined;
  unit: "ms" | "count";
}

const at =
  (of: (figures: LatencyFigures) => readonly QuantileFigure[], p: number) =>
  (figures: LatencyFigures): QuantileFigure | undefined =>
    of(figures).find((figure) => figure.p === p);

const endToEnd = ({ endToEnd: all }: LatencyFigures) => all;
const firstToken = ({ firstToken: all }: LatencyFigures) => all;

/** In order of importance. Times are milliseconds. */
export const latencyColumns: readonly LatencyColumn[] = [
  { title: "p50", figureOf: at(endToEnd, 0.5), unit: "ms" },
  { title: "p95", figureOf: at(endToEnd, 0.95), unit: "ms" },
  { title: "p99", figureOf: at(endToEnd, 0.99), unit: "ms" },
  { title: "first finding p50", figureOf: at(({ firstFinding }) => firstFinding, 0.5), unit: "ms" },
  { title: "first token p50", figureOf: at(firstToken, 0.5), unit: "ms" },
  { title: "first token p95", figureOf: at(firstToken, 0.95), unit: "ms" },
  { title: "p90", figureOf: at(endToEnd, 0.9), unit: "ms" },
  { title: "tokens/s", figureOf: at(({ tokensPerS }) => tokensPerS, 0.5), unit: "count" },
];

/**
 * A figure and its interval apart; a value that rests on a miss is the least that it can be. Where there are too few
 * requests for it stands how many it takes.
 */
export function figureText(
  figure: QuantileFigure | undefined,
  unit: LatencyColumn["unit"],
): { value: string; interval: string } {
  if (figure === undefined) return { value: noValue, interval: "" };
  if (figure.value === null) {
    const isFew = figure.reason === undefined && figure.n > 0;
    return { value: isFew ? `n ≥ ${figure.needed}` : noValue, interval: "" };
  }
  const show = (number: number | null) => (unit === "ms" ? formatValue(number, "ms") : wholeOr(number));
  const { value, low, high, isLeast } = figure;
  // An end that no number of seconds bounds.
  const end = high === null ? "∞" : show(high);
  return { value: `${isLeast ? "≥ " : ""}${show(value)}`, interval: `${show(low)} ${end}` };
}

function wholeOr(number: number | null): string {
  if (number === null) return noValue;
  return formatFixed(number, number >= 100 ? 0 : 1);
}

/** What was measured at a level, as one line: `1 in flight, 200 requests each, cold`. */
export function levelTitle({ level, reviewers }: LatencyStage, { settings }: LatencyReport): string {
  const counts = reviewers.map(({ figures }) => figures.requests);
  const most = Math.max(0, ...counts);
  const each = reviewers.length > 1 ? " each" : "";
  const arrivals = level.mode === "open" ? ` (${level.arrivals})` : "";
  return `${describeLevel(level)}${arrivals}, ${plural(most, "request")}${each}, ${settings.cache}`;
}

/** What the client itself adds, and how late its event loop was, as one sentence without its end. */
export function clientWords({ overhead, loopLag }: LatencyStage): string {
  const lag = `its event loop was late by ${ms(loopLag.p99Ms)} at most in 99 of 100 looks`;
  if (overhead === null) return `measured in this process; ${lag}`;
  const { requests, endToEnd: added } = overhead;
  const p95 = requests < fewestForQuantile(0.95) ? "" : ` and ${ms(added.p95)} (p95)`;
  const own = `in ${plural(requests, "request")} to a server of its own`;
  return `the client itself adds ${ms(added.p50)} (p50)${p95}, ${own}; ${lag}`;
}

/** How long the second takes beside the first, as one sentence without its end. */
export function comparisonWords(
  { first, second, pairs, median, p95, p, reason }: LatencyComparison,
  nameOf: (ref: string) => string = (ref) => neutralise(shortRef(ref)),
): string {
  const who = `${nameOf(second)} against ${nameOf(first)}`;
  if (median === null && p95 === null) return `${who}: not compared (${reason ?? "no pair of requests"})`;
  const parts = [
    median === null ? null : `${speedWords(median)} in the median of ${plural(pairs, "pair")}`,
    p95 === null ? null : `${speedWords(p95)} by the p95`,
    p === null ? null : p < 0.001 ? "p < .001" : `p ${formatFixed(p, 3).replace(/^0/, "")}`,
    reason === undefined ? null : `the rest not compared (${reason})`,
  ];
  return `${who}: ${parts.filter((part) => part !== null).join(", ")}`;
}

/** Such as `12.1x faster [11.6 12.7]`: how often one fits into the other, by its first number greater than 1. */
function speedWords({ value, low, high }: NonNullable<LatencyComparison["median"]>): string {
  const isFaster = value < 1;
  const show = (ratio: number) => formatFixed(ratio, ratio >= 10 ? 1 : 2);
  const [from, to] = isFaster ? [high, low] : [low, high];
  const times = (ratio: number) => show(isFaster ? 1 / ratio : ratio);
  const interval = from === null || to === null ? "" : ` [${times(from)} ${times(to)}]`;
  return `${times(value)}x ${isFaster ? "faster" : "slower"}${interval}`;
}

/** Up to which load a reviewer goes, one sentence without its end for each that is known. */
export function loadWords(
  { knees, settings }: LatencyReport,
  nameOf: (ref: string) => string = (ref) => neutralise(shortRef(ref)),
): string[] {
  const unit = settings.mode === "open" ? "a second" : "in flight";
  return knees.flatMap(({ reviewer, level, isBent, within }) => {
    const last = isBent ? "" : ", the most that was measured";
    const knee = level === null ? [] : [`its p95 stays within twice its least up to ${level} ${unit}${last}`];
    const objective = `${formatValue(settings.objectiveMs ?? null, "ms")} ms in 95 of 100 requests`;
    const kept =
      within === undefined
        ? []
        : [within === null ? `keeps ${objective} at no level` : `keeps ${objective} up to ${within} ${unit}`];
    return [...kept, ...knee].map((words) => `${nameOf(reviewer)}: ${words}`);
  });
}

/** What else there is to say of a reviewer's requests, in short pieces: those that kept the objective, misses, throughput. */
export function requestWords(figures: LatencyFigures): string[] {
  const { withinObjective, goodputPerS, answersPerS, outputTokensPerS, requests, answered } = figures;
  const { cachedShare, loading, dispatchLag } = figures;
  const lateMs = dispatchLag.find(({ p }) => p === 0.95)?.value ?? null;
  const missed = requests - answered;
  return [
    withinObjective === null || answered === 0
      ? null
      : `${formatRate(withinObjective.share)} within ${formatValue(withinObjective.objectiveMs, "ms")} ms`,
    missed === 0 ? null : `${missed} of ${requests} missed`,
    answersPerS === null || answered === 0 ? null : `${perS(answersPerS)} answers/s`,
    goodputPerS === null || answered === 0 ? null : `${perS(goodputPerS)} of them in time`,
    outputTokensPerS === null ? null : `${perS(outputTokensPerS)} tokens/s in all`,
    cachedShare === null ? null : `${formatFixed(100 * cachedShare, 0)} % of the prompts cached`,
    loading === null || loading.mostMs < 1 ? null : `up to ${ms(loading.mostMs)} of loading`,
    lateMs === null || lateMs < 1 ? null : `sent late by ${ms(lateMs)} (p95)`,
  ].filter((part) => part !== null);
}

/** Why there is no p95, or at least no p50; null where there are both. */
export function missingWords({ endToEnd: all }: LatencyFigures): string | null {
  const reasons = [0.95, 0.5].flatMap((p) =>
    all.filter((figure) => figure.p === p).flatMap((one) => explainNoValue(one) ?? []),
  );
  return reasons[0] ?? null;
}

function perS(value: number): string {
  return formatFixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

function ms(value: number): string {
  return `${formatFixed(value, Math.abs(value) < 10 ? 1 : 0)} ms`;
}
