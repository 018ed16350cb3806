import { shortRef } from "../format.ts";
import { quantile } from "../stats/quantile.ts";
import { compareTimes, pairTimes } from "./compare-times.ts";
import { latencyFigures } from "./figures.ts";
import type { LatencyLine } from "./journal.ts";
import { findGreatestWithin, findKnee } from "./knee.ts";
import type { LatencyFigures } from "./latency-figures.ts";
import type { LatencyComparison, LatencyReport, LatencyStage, ReviewerLatency } from "./latency-report.ts";
import { clientOverhead } from "./overhead.ts";
import { type QuantileFigure, refuseFigure } from "./quantiles.ts";
import { type Level, levelsOf } from "./settings.ts";
import type { TimedRequest } from "./timed-request.ts";
import { endToEndMs, knownValues, timesOf } from "./times.ts";
import { type ClientState, distrust, distrustRate } from "./trust.ts";

/** The slowest would be missing: what is under way when a run is stopped has no line. */
const brokenOff = "the level was broken off, and the requests that were under way are not known";

type Line<Kind extends LatencyLine["kind"]> = Extract<LatencyLine, { kind: Kind }>;

/**
 * Everything that the latency phase says, from its lines alone; null without a header. Reviewers stand in the order in
 * which they were asked. What the client cannot vouch for has no value and says why.
 */
export function summariseLatency(lines: readonly LatencyLine[]): LatencyReport | null {
  const of = <Kind extends LatencyLine["kind"]>(kind: Kind) =>
    lines.filter((line): line is Line<Kind> => line.kind === kind);
  const [header] = of("latency");
  if (header === undefined) return null;
  const { settings, limitMs, seed } = header;
  const requests = Map.groupBy(
    of("request").filter(({ isWarmup, outcome }) => !isWarmup && outcome !== "not-applicable"),
    ({ stage }) => stage,
  );
  const stages = levelsOf(settings).flatMap((level, index) => {
    const own = requests.get(index) ?? [];
    const end = of("stage").find(({ stage }) => stage === index);
    if (own.length === 0 && end === undefined) return [];
    const overhead = clientOverhead(of("calibration").filter(({ stage }) => stage === index));
    const loopLag = end?.loopLag ?? { p99Ms: 0, mostMs: 0 };
    const state = { overhead, loopLagMs: loopLag.p99Ms, isBrokenOff: end === undefined };
    const refs = header.reviewers.map(({ ref }) => ref).filter((ref) => own.some(({ reviewer }) => reviewer === ref));
    const reviewers = refs.map((reviewer): ReviewerLatency => {
      const givenUp = end?.givenUp.find((one) => one.reviewer === reviewer)?.reason ?? null;
      return ofReviewer(reviewer, own, level, { limitMs, objectiveMs: settings.objectiveMs ?? null }, state, givenUp);
    });
    const comparisons = comparePairs(refs, reviewers, own, limitMs, seed);
    return [{ level, overhead, loopLag, reviewers, comparisons } satisfies LatencyStage];
  });
  const isWhole = of("end").length > 0;
  const leftOut = of("left-out").map(({ reviewer, reason }) => ({ reviewer, reason }));
  return { settings, limitMs, stages, knees: kneesOf(stages, settings.objectiveMs ?? null), leftOut, isWhole };
}

function ofReviewer(
  reviewer: string,
  requests: readonly TimedRequest[],
  level: Level,
  settings: Parameters<typeof latencyFigures>[1],
  { isBrokenOff, ...state }: ClientState & { isBrokenOff: boolean },
  givenUp: string | null,
): ReviewerLatency {
  const own = requests.filter((one) => one.reviewer === reviewer);
  const figures = latencyFigures(own, settings);
  const rate = level.mode === "open" ? ratesOf(own) : null;
  const lags = knownValues(own.map(({ dispatchedMs, scheduledMs }) => dispatchedMs - scheduledMs));
  const p95 = (sorted: Float64Array) => quantile(sorted, 0.95) ?? 0;
  const unproduced =
    level.mode === "open"
      ? distrustRate(rate, p95(lags), p95(timesOf(own, endToEndMs, settings.limitMs).sorted))
      : null;
  // What HTTP adds says nothing of a reviewer in this process that is timed beside others.
  const isRemote = own.some(({ status }) => status !== null);
  const overhead = isRemote ? state.overhead : null;
  const refusal = isBrokenOff ? brokenOff : (unproduced ?? givenUp);
  return { reviewer, figures: withTrust(figures, { ...state, overhead }, refusal), rate, givenUp };
}

/** @param refusal why no time is to be printed at all; null where each is looked at by itself */
function withTrust(figures: LatencyFigures, state: ClientState, refusal: string | null): LatencyFigures {
  const check = (of: "firstToken" | "endToEnd") => (figure: QuantileFigure) => {
    if (figure.value === null && refusal === null) return figure;
    const reason = refusal ?? distrust(figure, of, state);
    return reason === null ? figure : refuseFigure(figure, reason);
  };
  const { endToEnd, service, firstToken, firstOutput, firstFinding, perToken, tokensPerS, bySize } = figures;
  const refuse = (all: readonly QuantileFigure[], reason: string) => all.map((figure) => refuseFigure(figure, reason));
  return {
    ...figures,
    ...(refusal === null
      ? {}
      : {
          perToken: refuse(perToken, refusal),
          tokensPerS: refuse(tokensPerS, refusal),
          answersPerS: null,
          outputTokensPerS: null,
          withinObjective: null,
          goodputPerS: null,
        }),
    endToEnd: endToEnd.map(check("endToEnd")),
    service: service.map(check("endToEnd")),
    firstToken: firstToken.map(check("firstToken")),
    firstOutput: firstOutput.map(check("firstToken")),
    firstFinding: firstFinding.map(check("firstToken")),
    bySize: bySize.map((size) => ({ ...size, endToEnd: size.endToEnd.map(check("endToEnd")) })),
  };
}

/** Requests a second between the first and the last of each block, as they were due and as they were sent. */
function ratesOf(requests: readonly TimedRequest[]): ReviewerLatency["rate"] {
  const blocks = [...Map.groupBy(requests, ({ block }) => block).values()];
  const [gaps, dueMs, sentMs] = [
    requests.length - blocks.length,
    total(blocks, ({ scheduledMs }) => scheduledMs),
    total(blocks, ({ dispatchedMs }) => dispatchedMs),
  ];
  if (gaps === 0 || dueMs <= 0 || sentMs <= 0) return null;
  return { duePerS: (gaps / dueMs) * 1000, sentPerS: (gaps / sentMs) * 1000 };
}

function total(blocks: readonly TimedRequest[][], timeOf: (request: TimedRequest) => number): number {
  return blocks.reduce((sum, block) => {
    const times = block.map(timeOf).sort((a, b) => a - b);
    return sum + (times.at(-1) ?? 0) - (times[0] ?? 0);
  }, 0);
}

/** Each reviewer against the first. */
function comparePairs(
  refs: readonly string[],
  reviewers: readonly ReviewerLatency[],
  requests: readonly TimedRequest[],
  limitMs: number,
  seed: number,
): LatencyComparison[] {
  const [first, ...others] = refs;
  if (first === undefined) return [];
  const own = (ref: string) => requests.filter(({ reviewer }) => reviewer === ref);
  return others.map((second) => {
    const named = { first, second };
    const reasonsAt = (wanted: number) =>
      reviewers
        .filter(({ reviewer }) => reviewer === first || reviewer === second)
        .flatMap(({ reviewer, figures }) =>
          figures.endToEnd.filter(({ p }) => p === wanted).flatMap((one) => whyNoRatio(reviewer, one) ?? []),
        );
    const [ofMedian, ofP95] = [reasonsAt(0.5)[0], reasonsAt(0.95)[0]];
    const times = pairTimes(own(first), own(second), limitMs);
    const compared = compareTimes(times.first, times.second, seed);
    const reason = ofMedian ?? ofP95;
    return {
      ...named,
      pairs: compared.pairs,
      median: ofMedian === undefined ? compared.median : null,
      p: ofMedian === undefined ? compared.p : null,
      p95: ofP95 === undefined ? compared.p95 : null,
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

/** A ratio of what was given up waiting for is none of times. */
function whyNoRatio(reviewer: string, { p, reason, isLeast }: QuantileFigure): string | null {
  if (reason !== undefined) return reason;
  return isLeast ? `the p${100 * p} of ${shortRef(reviewer)} is a request without an answer` : null;
}

function kneesOf(stages: readonly LatencyStage[], objectiveMs: number | null): LatencyReport["knees"] {
  if (stages.length < 2) return [];
  const refs = [...new Set(stages.flatMap(({ reviewers }) => reviewers.map(({ reviewer }) => reviewer)))];
  return refs.map((reviewer) => {
    const outcomes = stages.flatMap(({ level, reviewers }) => {
      const figures = reviewers.find((one) => one.reviewer === reviewer)?.figures;
      if (figures === undefined) return [];
      const p95 = figures.endToEnd.find(({ p }) => p === 0.95);
      const missed = figures.requests === 0 ? 1 : 1 - figures.answered / figures.requests;
      const [p95Ms, boundMs] = [p95?.value ?? null, p95?.highOneSided ?? null];
      return [{ level: level.mode === "closed" ? level.concurrency : level.rate, p95Ms, boundMs, missed }];
    });
    const within = objectiveMs === null ? undefined : findGreatestWithin(outcomes, objectiveMs);
    return { reviewer, ...findKnee(outcomes), ...(within === undefined ? {} : { within }) };
  });
}
