import type { RateLimit } from "../core/provider.ts";
import { backoffMs } from "./backoff.ts";
import type { RunWorld } from "./world.ts";

/** A hold longer than this is not waited for: a host that really takes nothing says so with a 429. */
const longestHoldMs = 60_000;

/** Leave to send one request to a host; given back with what became of it. */
export interface Slot {
  readonly host: string;
  /** The host's round when the slot was given: a new one begins with every cut of its concurrency. */
  readonly round: number;
  /** How many slots the host had given before this one. */
  readonly place: number;
}

export type SlotResult =
  /** `rateLimit` is what the host says it still takes; `tokens` what this request took, null where that is not known. */
  | { kind: "answered"; rateLimit?: RateLimit | undefined; tokens?: number | null }
  /** 429; null where the host did not say how long to wait. */
  | { kind: "limited"; retryAfterMs: number | null }
  | { kind: "failed" };

export interface AcquireOptions {
  /** The longest pause of the host that is worth waiting for, in milliseconds; time in the queue is not counted. */
  maxPauseMs: number;
  /** A request that failed before goes first, so that it does not fail again behind newer ones. */
  isRetry: boolean;
  signal?: AbortSignal | undefined;
}

/** Adaptive concurrency per host, shared by all reviewers that ask the same host. */
export interface Limits {
  /** Waits for a slot; null when the host is paused for longer than `maxPauseMs`. Rejects when the signal is aborted. */
  acquire(host: string, options: AcquireOptions): Promise<Slot | null>;
  release(slot: Slot, result: SlotResult): void;
  /** How long the host is still paused, in milliseconds; 0 when it is not. */
  pauseMs(host: string): number;
  /** Requests to the host that may be in flight at once. */
  limit(host: string): number;
}

interface Waiter {
  maxPauseMs: number;
  settle: (slot: Slot | null) => void;
}

interface Host {
  readonly name: string;
  limit: number;
  inFlight: number;
  round: number;
  /** Answers in a row since the limit last changed. */
  streak: number;
  /** Rounds in a row that ended in 429. */
  limitedRounds: number;
  pausedUntilMs: number;
  /** Slots given since the run began. */
  given: number;
  allowance: Allowance | null;
  /** The most tokens that one request took so far. */
  mostTokens: number;
  waiters: Waiter[];
  /** Ends the sleep that lasts as long as the pause; null while nobody waits for it. */
  alarm: AbortController | null;
}

/** What a host said it still takes, and how much of it has been used up since. */
interface Allowance {
  /** Requests that may still be sent until then. */
  left: number;
  untilMs: number;
  /** The place of the slot whose answer said so: what an earlier request hears later is stale. */
  place: number;
}

/**
 * Starts every host at the full concurrency. A 429 halves it (once for all requests of the same round, for they were
 * sent before the host said so), pauses the host for as long as it asks or by exponential back-off, and then lets the
 * concurrency grow by one after as many answers in a row as it is high. Other failures change nothing. A host that says
 * how much it still takes is sent no more than that until the limit is full again, but is held back for a minute at most:
 * such a hold is part of the queue and ends no case.
 */
export function createLimits(options: { concurrency: number; world: RunWorld }): Limits {
  const { concurrency, world } = options;
  const hosts = new Map<string, Host>();

  function hostOf(name: string): Host {
    let host = hosts.get(name);
    if (host === undefined) {
      host = newHost(name, concurrency);
      hosts.set(name, host);
    }
    return host;
  }

  function pauseLeftMs(host: Host): number {
    return Math.max(0, host.pausedUntilMs - world.now());
  }

  function admit(host: Host): Slot {
    host.inFlight += 1;
    host.given += 1;
    if (host.allowance !== null) host.allowance.left -= 1;
    return { host: host.name, round: host.round, place: host.given };
  }

  /** How long the host is held back because it takes no more, in milliseconds; 0 when it is not. */
  function holdLeftMs(host: Host): number {
    const { allowance } = host;
    if (allowance === null) return 0;
    const left = allowance.untilMs - world.now();
    if (left > 0) return allowance.left > 0 ? 0 : left;
    host.allowance = null;
    return 0;
  }

  function hear(host: Host, limit: RateLimit, place: number): void {
    if (host.allowance !== null && place < host.allowance.place) return;
    const { remainingRequests, requestsResetMs, remainingTokens, tokensResetMs } = limit;
    // Those that were sent after this one may not be counted yet.
    const sentSince = host.given - place;
    const byTokens = remainingTokens === null ? null : Math.floor(remainingTokens / Math.max(1, host.mostTokens));
    const limits = [
      { left: remainingRequests, resetMs: requestsResetMs },
      { left: byTokens, resetMs: tokensResetMs },
    ].flatMap(({ left, resetMs }) => (left === null || resetMs === null ? [] : [{ left: left - sentSince, resetMs }]));
    const tightest = limits.toSorted((a, b) => a.left - b.left || b.resetMs - a.resetMs)[0];
    if (tightest === undefined) return;
    const untilMs = world.now() + Math.min(tightest.resetMs, longestHoldMs);
    host.allowance = { left: tightest.left, untilMs, place };
  }

  function serveWaiters(host: Host): void {
    while (host.inFlight < host.limit) {
      const waitMs = Math.max(pauseLeftMs(host), holdLeftMs(host));
      if (waitMs > 0) return setAlarm(host, waitMs);
      const waiter = host.waiters.shift();
      if (waiter === undefined) return;
      waiter.settle(admit(host));
    }
  }

  function setAlarm(host: Host, pauseMs: number): void {
    if (host.alarm !== null || host.waiters.length === 0) return;
    const alarm = new AbortController();
    host.alarm = alarm;
    const ring = () => {
      if (host.alarm !== alarm) return;
      host.alarm = null;
      serveWaiters(host);
    };
    world.sleep(pauseMs, alarm.signal).then(ring, () => {});
  }

  function removeWaiter(host: Host, waiter: Waiter): void {
    const index = host.waiters.indexOf(waiter);
    if (index !== -1) host.waiters.splice(index, 1);
    if (host.waiters.length > 0) return;
    host.alarm?.abort();
    host.alarm = null;
  }

  function wait(host: Host, { maxPauseMs, isRetry, signal }: AcquireOptions): Promise<Slot | null> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        removeWaiter(host, waiter);
        reject(signal?.reason);
      };
      const settle = (slot: Slot | null) => {
        signal?.removeEventListener("abort", abort);
        resolve(slot);
      };
      const waiter: Waiter = { maxPauseMs, settle };
      signal?.addEventListener("abort", abort, { once: true });
      if (isRetry) host.waiters.unshift(waiter);
      else host.waiters.push(waiter);
      serveWaiters(host);
    });
  }

  function pause(host: Host, ms: number): void {
    host.pausedUntilMs = Math.max(host.pausedUntilMs, world.now() + ms);
    const left = pauseLeftMs(host);
    for (const waiter of host.waiters.filter(({ maxPauseMs }) => maxPauseMs < left)) {
      removeWaiter(host, waiter);
      waiter.settle(null);
    }
  }

  return {
    async acquire(name, acquireOptions) {
      acquireOptions.signal?.throwIfAborted();
      const host = hostOf(name);
      const left = pauseLeftMs(host);
      if (left > acquireOptions.maxPauseMs) return null;
      const isFree = left === 0 && holdLeftMs(host) === 0 && host.inFlight < host.limit;
      if (isFree && host.waiters.length === 0) return admit(host);
      return await wait(host, acquireOptions);
    },
    release(slot, result) {
      const host = hostOf(slot.host);
      host.inFlight -= 1;
      if (result.kind === "answered") {
        host.mostTokens = Math.max(host.mostTokens, result.tokens ?? 0);
        if (result.rateLimit !== undefined) hear(host, result.rateLimit, slot.place);
        if (slot.round === host.round) countAnswer(host, concurrency);
      }
      if (result.kind === "failed") host.streak = 0;
      if (result.kind === "limited") {
        if (slot.round === host.round) cut(host);
        pause(host, result.retryAfterMs || backoffMs(Math.max(1, host.limitedRounds), world.random));
      }
      serveWaiters(host);
    },
    pauseMs: (name) => pauseLeftMs(hostOf(name)),
    limit: (name) => hostOf(name).limit,
  };
}

function newHost(name: string, limit: number): Host {
  return {
    name,
    limit,
    inFlight: 0,
    round: 0,
    streak: 0,
    limitedRounds: 0,
    pausedUntilMs: 0,
    given: 0,
    allowance: null,
    mostTokens: 0,
    waiters: [],
    alarm: null,
  };
}

function countAnswer(host: Host, concurrency: number): void {
  host.limitedRounds = 0;
  host.streak += 1;
  if (host.streak < host.limit || host.limit >= concurrency) return;
  host.limit += 1;
  host.streak = 0;
}

function cut(host: Host): void {
  host.limit = Math.max(1, Math.floor(host.limit / 2));
  host.round += 1;
  host.limitedRounds += 1;
  host.streak = 0;
}
