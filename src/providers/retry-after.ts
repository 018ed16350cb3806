/**
 * How long a server asks to wait, from its answer's headers, in milliseconds; null where it asks for nothing.
 * Read in this order: `retry-after-ms`; `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3), counted from
 * the server's own `date` so that a wrong clock here does no harm; `x-ratelimit-reset-*` such as `6m0s` or `12ms`.
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
  const isOutOfTokens = headers.get("x-ratelimit-remaining-tokens")?.trim() === "0";
  return readDurationMs(headers.get(`x-ratelimit-reset-${isOutOfTokens ? "tokens" : "requests"}`) ?? "");
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
