import type { Attempt, Generation, Usage } from "../core/generation.ts";
import { ProviderError, type GenerationRequest, type Provider, type ProviderAnswer } from "../core/provider.ts";
import { backoffMs } from "./backoff.ts";
import type { Limits } from "./limits.ts";
import { longestTimerMs, type RunWorld } from "./world.ts";

export interface AttemptOptions {
  /** Further tries after the first. */
  retries: number;
  /** Limit of one try, in milliseconds. */
  timeoutMs: number;
  /** Limit of the generation from its first dispatch, with all tries and pauses but without the host's queue. */
  deadlineMs: number;
  limits: Limits;
  world: RunWorld;
  /** The run's: an abort rejects, for what the run gave up is no generation. */
  signal?: AbortSignal | undefined;
}

/** All of a generation that the asking decides. */
export type Attempted = Pick<
  Generation,
  | "outcome"
  | "text"
  | "findings"
  | "error"
  | "finishReason"
  | "usage"
  | "timing"
  | "serverTiming"
  | "attempts"
  | "effective"
>;

/**
 * Asks until answered: the only retry layer. A failure that may pass is tried again after the pause that the server
 * asked for or an exponential back-off, unless that pause would end past the deadline; then, as after the last try, the
 * outcome is transport-error. `dispatchedMs` is that of the last try, so no pause is ever part of a latency.
 */
export async function attempt(
  provider: Provider,
  request: GenerationRequest,
  options: AttemptOptions,
): Promise<Attempted> {
  const { retries, deadlineMs, limits, world, signal } = options;
  const host = limitKey(provider);
  const scheduledMs = world.now();
  const attempts: Attempt[] = [];
  let dispatchedMs = scheduledMs;
  let failedMs = scheduledMs;
  let pauseMs = 0;
  let deadlineAtMs = Number.POSITIVE_INFINITY;
  const giveUp = (error: string) => failed({ error, attempts, scheduledMs, dispatchedMs, finishedMs: world.now() });

  for (;;) {
    const maxPauseMs = Math.min(deadlineMs, deadlineAtMs - world.now());
    const slot = await limits.acquire(host, { maxPauseMs, isRetry: attempts.length > 0, signal });
    if (slot === null) return giveUp(pausedTooLong(host, limits.pauseMs(host), deadlineMs));
    dispatchedMs = world.now();
    const last = attempts.at(-1);
    if (last === undefined) deadlineAtMs = dispatchedMs + deadlineMs;
    else {
      last.waitedMs = dispatchedMs - failedMs;
      deadlineAtMs += Math.max(0, last.waitedMs - pauseMs);
    }

    const limitMs = Math.min(options.timeoutMs, deadlineAtMs - dispatchedMs);
    const result = await tryOnce(provider, request, limitMs, signal).catch((reason: unknown) => {
      limits.release(slot, { kind: "failed" });
      throw reason;
    });
    if (!(result instanceof ProviderError)) {
      limits.release(slot, { kind: "answered", rateLimit: result.rateLimit, tokens: tokensOf(result.usage) });
      return answered(result, { attempts, scheduledMs, dispatchedMs, finishedMs: world.now() });
    }
    const isLimited = result.status === 429 && result.isRetryable;
    limits.release(slot, isLimited ? { kind: "limited", retryAfterMs: result.retryAfterMs } : { kind: "failed" });

    attempts.push({ error: result.message, status: result.status, waitedMs: 0 });
    if (!result.isRetryable) return giveUp(result.message);
    if (attempts.length > retries) return giveUp(`${result.message} (gave up after ${tries(attempts.length)})`);
    failedMs = world.now();
    pauseMs = isLimited ? limits.pauseMs(host) : (result.retryAfterMs ?? backoffMs(attempts.length, world.random));
    if (failedMs + pauseMs >= deadlineAtMs) {
      const wait = result.retryAfterMs === null ? "the next try is in" : "the server asks to wait";
      return giveUp(
        `${result.message} (${wait} ${seconds(pauseMs)}, past the case deadline of ${seconds(deadlineMs)})`,
      );
    }
    // A limited host is paused as a whole, so this case waits in its queue.
    if (!isLimited) await world.sleep(pauseMs, signal);
  }
}

/** What one host's limits are kept under: the hosts that a provider asks, or its reference when it asks none. */
function limitKey(provider: Provider): string {
  return provider.hosts.length === 0 ? provider.ref : provider.hosts.join(" ");
}

/** One try; its failure is returned. Rejects only with the reason of the run's signal. */
async function tryOnce(
  provider: Provider,
  request: GenerationRequest,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<ProviderAnswer | ProviderError> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    controller.abort(reason);
    stopped.reject(reason);
  };
  const onAbort = () => stop(signal?.reason);
  const timeout = () => stop(new ProviderError(`no whole answer within ${seconds(limitMs)}`, { isRetryable: true }));
  const timer = setTimeout(timeout, Math.min(limitMs, longestTimerMs));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    // Raced, so that a provider that does not heed its signal cannot hold up the run.
    return await Promise.race([provider.generate(request, controller.signal), stopped.promise]);
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof ProviderError ? error : defect(provider, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** One provider's defect must not lose the other generations of a long run: it is reported as this one's failure. */
function defect(provider: Provider, error: unknown): ProviderError {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ProviderError(`provider ${provider.name} failed unexpectedly: ${said}`, {
    isRetryable: false,
    cause: error,
  });
}

interface Course {
  attempts: Attempt[];
  scheduledMs: number;
  dispatchedMs: number;
  finishedMs: number;
}

function answered(answer: ProviderAnswer, { attempts, scheduledMs, dispatchedMs, finishedMs }: Course): Attempted {
  const { outcome, text, findings, finishReason, usage, firstChunkMs, lastChunkMs, effective } = answer;
  const { recordedLatencyMs, serverTiming } = answer;
  const recorded = recordedLatencyMs === undefined ? {} : { recordedLatencyMs };
  const timing = { scheduledMs, dispatchedMs, firstChunkMs, lastChunkMs, finishedMs, ...recorded };
  const asFindings = findings === undefined ? {} : { findings };
  const asServed = serverTiming === undefined ? {} : { serverTiming };
  return { outcome, text, ...asFindings, finishReason, usage, timing, ...asServed, attempts, effective };
}

/** All tokens of a request; null where the server counted none. */
function tokensOf({ promptTokens, completionTokens }: Usage): number | null {
  if (promptTokens === null && completionTokens === null) return null;
  return (promptTokens ?? 0) + (completionTokens ?? 0);
}

function failed({ error, attempts, scheduledMs, dispatchedMs, finishedMs }: Course & { error: string }): Attempted {
  return {
    outcome: "transport-error",
    text: "",
    error,
    finishReason: null,
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    timing: { scheduledMs, dispatchedMs, firstChunkMs: null, lastChunkMs: null, finishedMs },
    attempts,
    effective: {},
  };
}

function pausedTooLong(host: string, pauseMs: number, deadlineMs: number): string {
  return `${host} asks to wait ${seconds(pauseMs)}, past the case deadline of ${seconds(deadlineMs)}`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

function tries(count: number): string {
  return count === 1 ? "1 try" : `${count} tries`;
}
