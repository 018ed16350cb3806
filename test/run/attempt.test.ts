import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { parseModelRef } from "../../src/core/model.ts";
import { ProviderError, type Provider } from "../../src/core/provider.ts";
import { createProvider } from "../../src/providers/openai.ts";
import { attempt, type AttemptOptions } from "../../src/run/attempt.ts";
import { createLimits } from "../../src/run/limits.ts";
import { realWorld } from "../../src/run/world.ts";
import { answerOf, providerOf, requestOf } from "../fixtures/asking.ts";
import {
  cutsAfter,
  failsWith,
  hangs,
  limitsRate,
  says,
  startScriptedServer,
  type Behaviour,
  type ScriptedServer,
} from "../fixtures/scripted-server.ts";
import { virtualClock, type VirtualClock } from "../fixtures/virtual-clock.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

function optionsOf(clock: VirtualClock, more: Partial<AttemptOptions> = {}): AttemptOptions {
  const limits = createLimits({ concurrency: 4, world: clock });
  return { retries: 5, timeoutMs: 10_000, deadlineMs: 600_000, limits, world: clock, ...more };
}

async function serve(script: readonly Behaviour[]): Promise<{ provider: Provider; server: ScriptedServer }> {
  const server = await startScriptedServer(script);
  servers.push(server);
  const world = { fetch: globalThis.fetch, now: realWorld.now, env: {} };
  const provider = await createProvider(
    parseModelRef(`openai:m@${server.url}`),
    { contract: "findings", timeoutMs: 10_000 },
    world,
  );
  return { provider, server };
}

/** A provider that fails as told, one after the other, and then answers. */
function failing(...errors: readonly ProviderError[]): Provider & { asked: () => number } {
  let asked = 0;
  const provider = providerOf(async () => {
    const error = errors[asked++];
    if (error !== undefined) throw error;
    return answerOf("fine");
  });
  return { ...provider, asked: () => asked };
}

const busy = (details: { status?: number; retryAfterMs?: number } = { status: 503 }) =>
  new ProviderError("busy", { isRetryable: true, ...details });

describe("against a server", () => {
  test("a rate limit, failures and a cut stream are tried again until it answers", async () => {
    const clock = virtualClock();
    const script = [limitsRate({ "retry-after": "3" }), failsWith(500, "oops"), cutsAfter("half"), says("whole")];
    const { provider, server } = await serve(script);
    const result = await attempt(provider, requestOf(), optionsOf(clock));
    expect(result).toMatchObject({ outcome: "completed", text: "whole" });
    expect(result.attempts.map(({ status }) => status)).toEqual([429, 500, null]);
    expect(result.attempts[0]?.waitedMs).toBe(3000);
    expect(server.chats).toHaveLength(4);
  });

  test("a server that hangs is given up after the time limit and tried again", async () => {
    const { provider } = await serve([hangs]);
    let asked = 0;
    // Only the first question goes to the server: the second must be answered well within the real limit.
    const generate: Provider["generate"] = async (...question) =>
      asked++ === 0 ? await provider.generate(...question) : answerOf("fine");
    const result = await attempt({ ...provider, generate }, requestOf(), optionsOf(virtualClock(), { timeoutMs: 50 }));
    expect(result.text).toBe("fine");
    expect(result.attempts).toEqual([{ error: "no whole answer within 0.05 s", status: null, waitedMs: 375 }]);
  });

  test("a refused key ends at once", async () => {
    const { provider, server } = await serve([failsWith(401, { error: { message: "no" } })]);
    const result = await attempt(provider, requestOf(), optionsOf(virtualClock()));
    expect(result).toMatchObject({ outcome: "transport-error", text: "" });
    expect(result.error).toContain("refused the key (401)");
    expect(server.chats).toHaveLength(1);
  });
});

test("an answer at once has no attempts and the answer's own fields", async () => {
  const result = await attempt(failing(), requestOf(), optionsOf(virtualClock()));
  expect(result).toEqual({
    outcome: "completed",
    text: "fine",
    finishReason: "stop",
    usage: { promptTokens: 1, completionTokens: 2, cachedTokens: null },
    timing: { scheduledMs: 0, dispatchedMs: 0, firstChunkMs: 1, lastChunkMs: 2, finishedMs: 0 },
    attempts: [],
    effective: { max_tokens: 64 },
  });
});

test("a recorded latency is kept", async () => {
  const provider = providerOf(async () => answerOf("fine", { recordedLatencyMs: 640 }));
  expect((await attempt(provider, requestOf(), optionsOf(virtualClock()))).timing.recordedLatencyMs).toBe(640);
});

test("what the server measured is kept", async () => {
  const serverTiming = { totalMs: 900, loadMs: 700, promptMs: 100, generationMs: 90 };
  const provider = providerOf(async () => answerOf("fine", { serverTiming }));
  expect((await attempt(provider, requestOf(), optionsOf(virtualClock()))).serverTiming).toEqual(serverTiming);
});

test("what a host says it still takes holds back the next case, which no deadline and no latency feels", async () => {
  const clock = virtualClock();
  const rateLimit = { remainingRequests: 0, requestsResetMs: 20_000, remainingTokens: null, tokensResetMs: null };
  const provider = providerOf(async () => answerOf("fine", { rateLimit }));
  const options = optionsOf(clock, { deadlineMs: 5000 });
  await attempt(provider, requestOf(), options);
  const result = await attempt(provider, requestOf(), options);
  expect(result).toMatchObject({ outcome: "completed", attempts: [] });
  expect(result.timing).toMatchObject({ scheduledMs: 0, dispatchedMs: 20_000, finishedMs: 20_000 });
});

test("pauses never enter the latency", async () => {
  const clock = virtualClock();
  const result = await attempt(
    failing(busy(), busy({ status: 429, retryAfterMs: 9000 })),
    requestOf(),
    optionsOf(clock),
  );
  expect(result.attempts.map(({ waitedMs }) => waitedMs)).toEqual([375, 9000]);
  expect(result.timing).toMatchObject({ scheduledMs: 0, dispatchedMs: 9375, finishedMs: 9375 });
});

test("no more tries than allowed", async () => {
  const provider = failing(...Array.from({ length: 9 }, () => busy()));
  const result = await attempt(provider, requestOf(), optionsOf(virtualClock(), { retries: 2 }));
  expect(provider.asked()).toBe(3);
  expect(result).toMatchObject({ outcome: "transport-error", error: "busy (gave up after 3 tries)" });
  expect(result.attempts).toHaveLength(3);
});

test.each([429, 503])("a Retry-After past the case deadline ends at once and says why (%d)", async (status) => {
  const clock = virtualClock();
  const provider = failing(busy({ status, retryAfterMs: 3_600_000 }));
  const result = await attempt(provider, requestOf(), optionsOf(clock, { deadlineMs: 60_000 }));
  expect(result.outcome).toBe("transport-error");
  expect(result.error).toBe("busy (the server asks to wait 3600 s, past the case deadline of 60 s)");
  expect(provider.asked()).toBe(1);
  expect(clock.now()).toBe(0);
});

test("a case that finds its host paused past the deadline is not sent at all", async () => {
  const clock = virtualClock();
  const options = optionsOf(clock, { deadlineMs: 60_000 });
  const provider = failing(busy({ status: 429, retryAfterMs: 3_600_000 }));
  await attempt(provider, requestOf(), options);
  const result = await attempt(provider, requestOf(), options);
  expect(result).toMatchObject({
    outcome: "transport-error",
    error: "h asks to wait 3600 s, past the case deadline of 60 s",
  });
  expect(provider.asked()).toBe(1);
});

test("all tries together end at the case deadline", async () => {
  const clock = virtualClock();
  const provider = failing(...Array.from({ length: 50 }, () => busy()));
  const result = await attempt(provider, requestOf(), optionsOf(clock, { retries: 20, deadlineMs: 10_000 }));
  expect(result.outcome).toBe("transport-error");
  expect(result.error).toContain("past the case deadline of 10 s");
  expect(clock.now()).toBeLessThan(10_000);
});

test("time in the queue of a busy host is not the case's own", async () => {
  const clock = virtualClock();
  const options = optionsOf(clock, { deadlineMs: 60_000, limits: createLimits({ concurrency: 1, world: clock }) });
  const slow = providerOf(async () => {
    await clock.sleep(100_000);
    return answerOf("slow");
  });
  const provider = failing(busy(), busy());
  const [result] = await Promise.all([
    attempt(provider, requestOf(), options),
    attempt(slow, requestOf(), { ...options, deadlineMs: 600_000 }),
  ]);
  expect(result).toMatchObject({ outcome: "completed", text: "fine" });
  expect(result.attempts[0]?.waitedMs).toBe(100_000);
});

test("a provider that does not heed its signal is given up all the same", async () => {
  const deaf = providerOf(() => new Promise(() => {}));
  const result = await attempt(deaf, requestOf(), optionsOf(virtualClock(), { retries: 0, timeoutMs: 10 }));
  expect(result.error).toBe("no whole answer within 0.01 s (gave up after 1 try)");
});

test("a defect of a provider is this generation's failure and is not tried again", async () => {
  const broken = providerOf(async () => {
    throw new TypeError("x is undefined");
  });
  const result = await attempt(broken, requestOf(), optionsOf(virtualClock()));
  expect(result).toMatchObject({
    outcome: "transport-error",
    error: "provider openai failed unexpectedly: TypeError: x is undefined",
  });
  expect(result.attempts).toHaveLength(1);
});

test("an abort of the run rejects with its reason and makes no generation", async () => {
  const clock = virtualClock();
  const reason = new Error("interrupted");
  const controller = new AbortController();
  const options = optionsOf(clock, { signal: controller.signal });
  const silent = providerOf(
    (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const asked = attempt(silent, requestOf(), options);
  setImmediate(() => controller.abort(reason));
  await expect(asked).rejects.toBe(reason);
  await expect(attempt(failing(), requestOf(), options)).rejects.toBe(reason);
});

test("an abort while pausing rejects too, and the slot is free again", async () => {
  const clock = virtualClock();
  const controller = new AbortController();
  const options = optionsOf(clock, {
    signal: controller.signal,
    limits: createLimits({ concurrency: 1, world: clock }),
  });
  const provider = providerOf(async () => {
    controller.abort(new Error("interrupted"));
    throw busy();
  });
  await expect(attempt(provider, requestOf(), options)).rejects.toThrow("interrupted");
  expect((await attempt(failing(), requestOf(), { ...options, signal: undefined })).text).toBe("fine");
});

test("whatever fails, the tries, the pauses and the deadline add up", async () => {
  const error = fc.record({
    isRetryable: fc.boolean(),
    status: fc.constantFrom(400, 429, 500, 503),
    retryAfterMs: fc.integer({ min: 0, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(error, { maxLength: 8 }), fc.integer({ min: 0, max: 6 }), async (errors, retries) => {
      const clock = virtualClock();
      const provider = failing(...errors.map((details) => new ProviderError("busy", details)));
      const deadlineMs = 30_000;
      const { outcome, attempts, timing } = await attempt(
        provider,
        requestOf(),
        optionsOf(clock, { retries, deadlineMs }),
      );
      expect(provider.asked()).toBe(attempts.length + (outcome === "completed" ? 1 : 0));
      expect(provider.asked()).toBeLessThanOrEqual(retries + 1);
      const waitedMs = attempts.reduce((sum, tried) => sum + tried.waitedMs, 0);
      expect(timing.dispatchedMs - timing.scheduledMs).toBeCloseTo(waitedMs);
      expect(timing.finishedMs).toBeLessThan(timing.scheduledMs + deadlineMs);
    }),
    { numRuns: 60 },
  );
});
