import { wilson } from "../stats/proportion.ts";
import type { LatencyFigures } from "./latency-figures.ts";
import { type QuantileFigure, quantileFigure } from "./quantiles.ts";
import { sizeClasses, sizeClassOf } from "./size-class.ts";
import type { TimedRequest } from "./timed-request.ts";
import {
  endToEndMs,
  isAnswered,
  knownValues,
  serviceMs,
  timePerTokenMs,
  timesOf,
  timeToFirstOutputMs,
  timeToFirstTokenMs,
} from "./times.ts";

/** `limitMs` is what a request may take; `objectiveMs` what it should, null where nobody said. */
export interface FigureSettings {
  limitMs: number;
  objectiveMs: number | null;
}

const all = [0.5, 0.9, 0.95, 0.99];
const most = [0.5, 0.95];

/** The figures of one reviewer's requests at one level of load; warm-up requests are not to be among them. */
export function latencyFigures(requests: readonly TimedRequest[], settings: FigureSettings): LatencyFigures {
  const { limitMs } = settings;
  const answers = requests.filter(isAnswered);
  const of = (timeOf: (request: TimedRequest) => number | null, ps: readonly number[], among = requests) => {
    const { sorted, misses } = timesOf(among, timeOf, limitMs);
    return ps.map((p) => quantileFigure(sorted, p, misses));
  };
  const known = (valueOf: (request: TimedRequest) => number | null, ps: readonly number[]) => {
    const sorted = knownValues(answers.map(valueOf));
    return withReason(
      ps.map((p) => quantileFigure(sorted, p)),
      "no answer came in pieces, with its tokens counted by the server",
    );
  };
  const withFinding = requests.filter((request) => !isAnswered(request) || request.firstFindingMs !== null);
  const wallMs = wallOf(requests);
  const perS = (count: number) => (wallMs > 0 ? (count / wallMs) * 1000 : null);
  const tokens = knownValues(answers.map(({ usage }) => usage.completionTokens));
  const within = withinObjective(requests, settings.objectiveMs);
  const count = (outcome: TimedRequest["outcome"]) => requests.filter((one) => one.outcome === outcome).length;
  return {
    requests: requests.length,
    answered: answers.length,
    empty: count("empty"),
    timeouts: count("timeout"),
    failed: count("failed"),
    cut: answers.filter(({ finishReason }) => finishReason === "length" || finishReason === "max_tokens").length,
    errors: frequentErrors(requests),
    endToEnd: of(endToEndMs, all),
    service: of(serviceMs, all),
    dispatchLag: lagFigures(requests),
    firstToken: of(timeToFirstTokenMs, most),
    firstOutput: of(timeToFirstOutputMs, most),
    firstFinding: withReason(
      of(
        (one) => (isAnswered(one) && one.firstFindingMs !== null ? one.firstFindingMs - one.scheduledMs : null),
        most,
        withFinding,
      ),
      "no first finding was seen in any answer (prose, and a reviewer in this process, tell none)",
    ),
    withoutFinding: requests.length - withFinding.length,
    perToken: known(timePerTokenMs, most),
    tokensPerS: known((one) => tokensPerS(one), [0.5]),
    wallMs,
    answersPerS: perS(answers.length),
    outputTokensPerS: tokens.length === 0 ? null : perS(sum(tokens)),
    withinObjective: within,
    goodputPerS: within === null ? null : perS(within.count),
    cachedShare: cachedShare(answers),
    loading: loadingOf(answers),
    bySize: bySize(requests, limitMs),
  };
}

/** What no request tells takes no more requests, but a reason. */
function withReason(figures: readonly QuantileFigure[], reason: string): QuantileFigure[] {
  return figures.map((figure) => (figure.n === 0 ? { ...figure, reason } : figure));
}

function lagFigures(requests: readonly TimedRequest[]): QuantileFigure[] {
  const lags = knownValues(requests.map(({ dispatchedMs, scheduledMs }) => dispatchedMs - scheduledMs));
  return most.map((p) => quantileFigure(lags, p));
}

function tokensPerS(request: TimedRequest): number | null {
  const perToken = timePerTokenMs(request);
  return perToken === null || perToken <= 0 ? null : 1000 / perToken;
}

/** Each block of requests from the first that was due to the last that ended: reviewers that take turns do not share. */
function wallOf(requests: readonly TimedRequest[]): number {
  const blocks = [...Map.groupBy(requests, ({ block }) => block).values()];
  return sum(
    blocks.map((block) => {
      const start = block.reduce((least, { scheduledMs }) => Math.min(least, scheduledMs), Number.POSITIVE_INFINITY);
      return block.reduce((last, { endMs }) => Math.max(last, endMs), start) - start;
    }),
  );
}

function withinObjective(
  requests: readonly TimedRequest[],
  objectiveMs: number | null,
): LatencyFigures["withinObjective"] {
  if (objectiveMs === null || requests.length === 0) return null;
  const count = requests.filter((one) => (endToEndMs(one) ?? Number.POSITIVE_INFINITY) <= objectiveMs).length;
  const interval = wilson(count, requests.length);
  return { objectiveMs, count, share: count / requests.length, low: interval?.low ?? 0, high: interval?.high ?? 1 };
}

/** Of the answers whose server tells both counts. */
function cachedShare(answers: readonly TimedRequest[]): number | null {
  const told = answers.filter(({ usage }) => usage.cachedTokens !== null && (usage.promptTokens ?? 0) > 0);
  if (told.length === 0) return null;
  return sum(told.map(({ usage }) => usage.cachedTokens ?? 0)) / sum(told.map(({ usage }) => usage.promptTokens ?? 0));
}

function loadingOf(answers: readonly TimedRequest[]): LatencyFigures["loading"] {
  const told = answers.flatMap(({ serverTiming }) => serverTiming?.loadMs ?? []);
  return told.length === 0
    ? null
    : { mostMs: told.reduce((greatest, ms) => Math.max(greatest, ms), 0), requests: told.length };
}

function bySize(requests: readonly TimedRequest[], limitMs: number): LatencyFigures["bySize"] {
  return sizeClasses.flatMap(({ name }, index) => {
    const own = requests.filter(({ diffLines }) => sizeClassOf(diffLines) === index);
    if (own.length === 0) return [];
    const { sorted, misses } = timesOf(own, endToEndMs, limitMs);
    return [{ name, requests: own.length, endToEnd: most.map((p) => quantileFigure(sorted, p, misses)) }];
  });
}

function frequentErrors(requests: readonly TimedRequest[]): LatencyFigures["errors"] {
  const counts = new Map<string, number>();
  for (const { error } of requests) if (error !== undefined) counts.set(error, (counts.get(error) ?? 0) + 1);
  return [...counts]
    .map(([message, count]) => ({ message, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 5);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
