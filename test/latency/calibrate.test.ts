import { describe, expect, test } from "vitest";
import { clientOverhead } from "../../src/core/latency/overhead.ts";
import { calibrate, calibrationConcurrency, startOwnServer } from "../../src/latency/calibrate.ts";
import { realClock } from "../../src/latency/clock.ts";
import { deadUrl } from "../fixtures/scripted-server.ts";

const never = new AbortController().signal;
const script = { firstMs: 20, gapMs: 4, pieces: 5 };

describe("the client against its own server", () => {
  test("is never faster than the server says that it was, and the server keeps its script at least", async () => {
    await using server = await startOwnServer(script);
    const times = await calibrate(server.url, 3, Infinity, realClock, never);
    expect(times).toHaveLength(72);
    for (const one of times) {
      expect(one.trueFirstTokenMs).toBeGreaterThanOrEqual(20);
      expect(one.trueEndToEndMs).toBeGreaterThanOrEqual(36);
      expect(one.firstTokenMs).toBeGreaterThan(one.trueFirstTokenMs);
      expect(one.endToEndMs).toBeGreaterThan(one.trueEndToEndMs);
    }
    expect(clientOverhead(times)?.endToEnd.p50).toBeGreaterThan(0);
  });

  test("asks no more than will be measured", async () => {
    await using server = await startOwnServer(script);
    expect(await calibrate(server.url, 2, 5, realClock, never)).toHaveLength(5);
  });

  test("counts what fails as slower than anything: such a client is not to be trusted", async () => {
    const overhead = clientOverhead(await calibrate(await deadUrl(), 1, 5, realClock, never));
    expect(overhead).toEqual({ requests: 5, firstToken: { p50: 5000, p95: 5000 }, endToEnd: { p50: 5000, p95: 5000 } });
  });

  test("keeps as many in flight as the level for several rounds, however many these are", async () => {
    await using server = await startOwnServer({ firstMs: 5, gapMs: 1, pieces: 2 });
    expect(await calibrate(server.url, 100, Infinity, realClock, never)).toHaveLength(400);
  });

  test("stops with the run", async () => {
    await using server = await startOwnServer({ ...script, firstMs: 60_000 });
    const stop = new AbortController();
    const running = calibrate(server.url, 2, 5, realClock, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(running).rejects.toThrow("stopped");
  });

  test("has as many in flight as the level", () => {
    expect(calibrationConcurrency({ mode: "closed", concurrency: 16 })).toBe(16);
    expect(
      calibrationConcurrency({ mode: "open", rate: 100, arrivals: "poisson" }, { firstMs: 50, gapMs: 10, pieces: 15 }),
    ).toBe(20);
    expect(calibrationConcurrency({ mode: "open", rate: 0.1, arrivals: "poisson" })).toBe(1);
  });
});
