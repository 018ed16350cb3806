import fc from "fast-check";
import { expect, test } from "vitest";
import { readDurationMs, readRetryAfterMs } from "../../src/providers/retry-after.ts";

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
