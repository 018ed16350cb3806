import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { Level } from "../../src/core/latency/settings.ts";
import type { TimedRequest } from "../../src/core/latency/timed-request.ts";
import { endToEndMs } from "../../src/core/latency/times.ts";
import { realClock } from "../../src/latency/clock.ts";
import { runLevel } from "../../src/latency/level.ts";
import { openTarget } from "../../src/latency/target.ts";
import { providerOf } from "../fixtures/asking.ts";
import { plainQuestions } from "../fixtures/virtual-load.ts";

const answer = 'data: {"choices":[{"delta":{"content":"LGTM"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const stallMs = 600;

/** Answers at once, but for the time after its 20th request, in which all that come wait. */
async function startStalling() {
  let seen = 0;
  let openAtMs = 0;
  const server = createServer((request, response) => {
    request.resume();
    seen += 1;
    if (seen === 20) openAtMs = performance.now() + stallMs;
    const waitMs = openAtMs - performance.now();
    setTimeout(() => response.setHeader("content-type", "text/event-stream").end(answer), Math.max(0, waitMs));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function timesAt(level: Level): Promise<number[]> {
  await using server = await startStalling();
  const provider = providerOf(() => Promise.reject(new Error("asked by the wire alone")), {
    wire: async () => ({ url: server.url, headers: {}, body: "{}", shape: "chat", scrub: (text) => text }),
  });
  const target = openTarget(provider, { contract: "findings", timeoutMs: 60_000, now: realClock.now });
  const lines: TimedRequest[] = [];
  await runLevel({
    stage: 0,
    level,
    targets: [target],
    questions: plainQuestions,
    limits: { requests: 60, durationMs: Infinity },
    warmup: 0,
    seed: 1,
    nextWord: () => null,
    clock: realClock,
    signal: new AbortController().signal,
    refuse: () => null,
    onLine: (line) => void lines.push(line),
  });
  target.close();
  expect(lines.every(({ outcome }) => outcome === "answered")).toBe(true);
  return lines.map((line) => endToEndMs(line) ?? 0);
}

test("over real connections a stall is one slow request to a closed loop, and all that were due to an open one", async () => {
  const slow = (times: number[]) => times.filter((ms) => ms > stallMs / 4).length;
  const closed = await timesAt({ mode: "closed", concurrency: 1 });
  const open = await timesAt({ mode: "open", rate: 60, arrivals: "constant" });
  expect([closed.length, open.length]).toEqual([60, 60]);
  expect(Math.max(...closed)).toBeGreaterThanOrEqual(stallMs - 1);
  // 60 a second for three quarters of .6 seconds are 27; of the closed loop it is one, and what the machine adds.
  expect(slow(open)).toBeGreaterThanOrEqual(20);
  expect(slow(open)).toBeGreaterThan(3 * slow(closed));
});
