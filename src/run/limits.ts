import { backoffMs } from "./backoff.ts";
import type { RunWorld } from "./world.ts";

/** Leave to send one request to a host; given back with what became of it. */
export interface Slot {
  readonly host: string;
  /** The host's round when the slot was given: a new one begins with every cut of its concurrency. */
  readonly round: number;
}

export type SlotResult =
  | { kind: "answered" }
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
  waiters: Waiter[];
  /** Ends the sleep that lasts as long as the pause; null while nobody waits for it. */
  alarm: AbortController | null;
}

/**
 * Starts every host at the full concurrency. A 429 halves it (once for all requests of the same round, for they were
 * sent before the host said so), pauses the host for as long as it asks or by exponential back-off, and then lets the
 * concurrency grow by one after as many answers in a row as it is high. Other failures change nothing.
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
    return { host: host.name, round: host.round };
  }

  function serveWaiters(host: Host): void {
    const pauseMs = pauseLeftMs(host);
    if (pauseMs > 0) return setAlarm(host, pauseMs);
    while (host.inFlight < host.limit) {
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
      if (left === 0 && host.inFlight < host.limit && host.waiters.length === 0) return admit(host);
      return await wait(host, acquireOptions);
    },
    release(slot, result) {
      const host = hostOf(slot.host);
      host.inFlight -= 1;
      if (result.kind === "answered" && slot.round === host.round) countAnswer(host, concurrency);
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
