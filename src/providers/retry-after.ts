import type { RateLimit } from "../core/provider.ts";

/**
 * How long a server asks to wait, from its answer's headers, in milliseconds; null where it asks for nothing.
 * Read in this order: `retry-after-ms`; `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3), counted from
 * the server's own `date` so that a wrong clock here does no harm; `x-ratelimit-reset-*` such as `6m0s` or `12ms`, or
 * `anthropic-ratelimit-*-reset` as an ISO time.
 * @param wallMs wall-clock time for a date without a `date` header, in milliseconds since 1970
 */
export function readRetryAfterMs(headers: Headers, wallMs: number): number | null {
  const milliseconds = positive(Number(headers.get("retry-after-ms") ?? Number.NaN));
  if (milliseconds !== null) return milliseconds;
  const retryAfter = headers.get("retry-after")?.trim() ?? "";
  if (retryAfter !== "") {
    const seconds = positive(Number(retryAfter));
    if (seconds !== null) return seconds * 1000;
    // Date.parse alone takes almost anything for a date.
    const at = /^[A-Z][a-z]+, .+ GMT$/.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN;
    if (!Number.isNaN(at)) return Math.max(0, at - serverTimeMs(headers, wallMs));
  }
  return readResetMs(headers, readRemaining(headers, "tokens") === 0 ? "tokens" : "requests", wallMs);
}

/**
 * What a host still takes, from its answer's headers: `x-ratelimit-remaining-requests` and `-tokens` with their resets,
 * or `anthropic-ratelimit-requests-remaining` and its like. Null where it says nothing of the kind.
 * @param wallMs wall-clock time for a server without a `date`, in milliseconds since 1970
 */
export function readRateLimit(headers: Headers, wallMs: number): RateLimit | null {
  const limit = {
    remainingRequests: readRemaining(headers, "requests"),
    requestsResetMs: readResetMs(headers, "requests", wallMs),
    remainingTokens: readRemaining(headers, "tokens"),
    tokensResetMs: readResetMs(headers, "tokens", wallMs),
  };
  return limit.remainingRequests === null && limit.remainingTokens === null ? null : limit;
}

/** The same limit so many milliseconds later, for an answer goes on after its headers. */
export function ageRateLimit(limit: RateLimit, ageMs: number): RateLimit {
  const age = (ms: number | null) => (ms === null ? null : Math.max(0, ms - ageMs));
  return { ...limit, requestsResetMs: age(limit.requestsResetMs), tokensResetMs: age(limit.tokensResetMs) };
}

function readRemaining(headers: Headers, what: "requests" | "tokens"): number | null {
  const said = headers.get(`x-ratelimit-remaining-${what}`) ?? headers.get(`anthropic-ratelimit-${what}-remaining`);
  return said === null || said.trim() === "" ? null : positive(Number(said));
}

/** OpenAI tells a duration, Anthropic an ISO time, which is counted from the server's own `date`. */
function readResetMs(headers: Headers, what: "requests" | "tokens", wallMs: number): number | null {
  const duration = readDurationMs(headers.get(`x-ratelimit-reset-${what}`) ?? "");
  if (duration !== null) return duration;
  const time = headers.get(`anthropic-ratelimit-${what}-reset`) ?? "";
  const at = /^\d{4}-\d{2}-\d{2}T/.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - serverTimeMs(headers, wallMs));
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Reads `1h2m3.5s`, `6m0s`, `12ms` or plain seconds as milliseconds; null where the text is no duration. */
export function readDurationMs(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const seconds = positive(Number(trimmed));
  if (seconds !== null) return seconds * 1000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    total += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return total;
}

function serverTimeMs(headers: Headers, wallMs: number): number {
  const served = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(served) ? wallMs : served;
}

function positive(value: number): number | null {
  return Number.isFinite(value) && value >= 0 ? value : null;
}
