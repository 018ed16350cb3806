import fc from "fast-check";
import { expect, test } from "vitest";
import { ageRateLimit, readDurationMs, readRateLimit, readRetryAfterMs } from "../../src/providers/retry-after.ts";

const wallMs = Date.parse("2026-11-20T12:00:00Z");
const read = (headers: Record<string, string>) => readRetryAfterMs(new Headers(headers), wallMs);

test("milliseconds are taken before seconds", () => {
  expect(read({ "retry-after-ms": "250", "retry-after": "9" })).toBe(250);
});

test("plain seconds, whole or not", () => {
  expect(read({ "retry-after": "7" })).toBe(7000);
  expect(read({ "retry-after": "0.5" })).toBe(500);
});

test("a date is counted from the server's own clock", () => {
  const headers = { "retry-after": "Fri, 20 Nov 2026 09:00:30 GMT", date: "Fri, 20 Nov 2026 09:00:00 GMT" };
  expect(read(headers)).toBe(30_000);
});

test("a date without a server clock is counted from this one, and never below zero", () => {
  expect(read({ "retry-after": "Fri, 20 Nov 2026 12:00:10 GMT" })).toBe(10_000);
  expect(read({ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" })).toBe(0);
});

test("the reset of the request limit is used when nothing else is said", () => {
  expect(read({ "x-ratelimit-reset-requests": "6m0s" })).toBe(360_000);
  expect(read({ "x-ratelimit-reset-requests": "12ms", "x-ratelimit-reset-tokens": "9s" })).toBe(12);
});

test("the reset of the token limit counts when the tokens are used up", () => {
  const headers = {
    "x-ratelimit-reset-requests": "12ms",
    "x-ratelimit-reset-tokens": "9s",
    "x-ratelimit-remaining-tokens": "0",
  };
  expect(read(headers)).toBe(9000);
});

test("no header and nonsense ask for nothing", () => {
  expect(read({})).toBeNull();
  expect(read({ "retry-after": "soon" })).toBeNull();
  expect(read({ "retry-after": "-3" })).toBeNull();
  expect(readDurationMs("6m0s and more")).toBeNull();
});

test("any duration that is written out is read back", () => {
  const part = fc.integer({ min: 0, max: 999 });
  fc.assert(
    fc.property(part, part, part, part, (h, m, s, ms) => {
      expect(readDurationMs(`${h}h${m}m${s}s${ms}ms`)).toBe(h * 3_600_000 + m * 60_000 + s * 1000 + ms);
    }),
  );
});

test("Anthropic's reset is an ISO time of the server's own clock", () => {
  const headers = {
    date: "Fri, 20 Nov 2026 09:00:00 GMT",
    "anthropic-ratelimit-requests-reset": "2026-11-20T09:00:12Z",
    "anthropic-ratelimit-tokens-reset": "2026-11-20T09:01:00Z",
  };
  expect(read(headers)).toBe(12_000);
  expect(read({ ...headers, "anthropic-ratelimit-tokens-remaining": "0" })).toBe(60_000);
  expect(read({ "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:05Z" })).toBe(5000);
  expect(read({ "anthropic-ratelimit-requests-reset": "tomorrow" })).toBeNull();
});

test("what a host still takes is read in both dialects", () => {
  const openAi = {
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "6m0s",
  };
  expect(readRateLimit(new Headers(openAi), wallMs)).toEqual({
    remainingRequests: 59,
    requestsResetMs: 1000,
    remainingTokens: 149_984,
    tokensResetMs: 360_000,
  });
  const anthropic = {
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:30Z",
  };
  expect(readRateLimit(new Headers(anthropic), wallMs)).toEqual({
    remainingRequests: 0,
    requestsResetMs: 30_000,
    remainingTokens: null,
    tokensResetMs: null,
  });
});

test("a host that does not count, or counts oddly, tells nothing", () => {
  expect(readRateLimit(new Headers(), wallMs)).toBeNull();
  expect(readRateLimit(new Headers({ "x-ratelimit-remaining-requests": "many" }), wallMs)).toBeNull();
  expect(readRateLimit(new Headers({ "x-ratelimit-reset-requests": "1s" }), wallMs)).toBeNull();
});

test("a limit grows old with the answer, and never below zero", () => {
  const limit = { remainingRequests: 1, requestsResetMs: 900, remainingTokens: null, tokensResetMs: 5000 };
  expect(ageRateLimit(limit, 2000)).toEqual({ ...limit, requestsResetMs: 0, tokensResetMs: 3000 });
});
