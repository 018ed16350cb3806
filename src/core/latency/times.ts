import type { TimedRequest } from "./timed-request.ts";

/** Times of all requests, ascending; the misses come last and stand for something greater. */
export interface Times {
  sorted: Float64Array;
  misses: number;
}

/** When the first token came, reasoning or not; null where none did. */
function firstTokenMs({ firstReasoningMs, firstContentMs }: TimedRequest): number | null {
  if (firstReasoningMs === null || firstContentMs === null) return firstReasoningMs ?? firstContentMs;
  return Math.min(firstReasoningMs, firstContentMs);
}

/** Whether it was answered. */
export function isAnswered({ outcome }: Pick<TimedRequest, "outcome">): boolean {
  return outcome === "answered";
}

/** Whether an answer was due and did not come. */
export function isMiss({ outcome }: Pick<TimedRequest, "outcome">): boolean {
  return outcome !== "answered" && outcome !== "not-applicable";
}

/** From the scheduled time to the last piece of content, in milliseconds; null for a miss. What a person waits. */
export function endToEndMs(request: TimedRequest): number | null {
  return isAnswered(request) && request.lastContentMs !== null ? request.lastContentMs - request.scheduledMs : null;
}

/** From the dispatch to the last piece of content, in milliseconds; null for a miss. */
export function serviceMs(request: TimedRequest): number | null {
  return isAnswered(request) && request.lastContentMs !== null ? request.lastContentMs - request.dispatchedMs : null;
}

/** From the scheduled time to the first token, in milliseconds; null for a miss. */
export function timeToFirstTokenMs(request: TimedRequest): number | null {
  const first = firstTokenMs(request);
  return isAnswered(request) && first !== null ? first - request.scheduledMs : null;
}

/** From the scheduled time to the first token that is no reasoning, in milliseconds; null for a miss. */
export function timeToFirstOutputMs(request: TimedRequest): number | null {
  return isAnswered(request) && request.firstContentMs !== null ? request.firstContentMs - request.scheduledMs : null;
}

/**
 * Time per output token after the first, in milliseconds: (service time - time to the first token) / (n - 1), where n is
 * the server's own count, never that of pieces, without the tokens of a reasoning that it did not send: these were made
 * before the first token came. Null for a miss, an answer that came in one piece, and without a count.
 */
export function timePerTokenMs(request: TimedRequest): number | null {
  const first = firstTokenMs(request);
  const { completionTokens, reasoningTokens } = request.usage;
  if (!isAnswered(request) || first === null || request.lastContentMs === null || completionTokens === null)
    return null;
  const tokens = completionTokens - (request.firstReasoningMs === null ? (reasoningTokens ?? 0) : 0);
  if (request.pieces < 2 || tokens < 2) return null;
  return (request.lastContentMs - first) / (tokens - 1);
}

/**
 * The times of requests, none left out: one without a time is a miss, and counts as the limit that it did not keep, as
 * what was waited for it in vain, or as the slowest answer, whichever is greatest.
 */
export function timesOf(
  requests: readonly TimedRequest[],
  timeOf: (request: TimedRequest) => number | null,
  limitMs: number,
): Times {
  const times = requests.map(timeOf);
  const answered = times.filter((time) => time !== null).sort((a, b) => a - b);
  const least = Math.max(limitMs, answered.at(-1) ?? 0);
  const missed = requests
    .filter((_, index) => times[index] === null)
    .map(({ endMs, scheduledMs }) => Math.max(least, endMs - scheduledMs))
    .sort((a, b) => a - b);
  return { sorted: Float64Array.from([...answered, ...missed]), misses: missed.length };
}

/** Known values, ascending; where they do not exist they say nothing and are left out. */
export function knownValues(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values.filter((value) => value !== null)).sort();
}
