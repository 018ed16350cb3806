/** The clock and the waiting that load is made by; a test gives its own. */
export interface LatencyClock {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Resolves at this reading or after it, never before; rejects with the signal's reason when that is aborted before. */
  until: (atMs: number, signal: AbortSignal) => Promise<void>;
}

/** A timer is set to end so long before the moment, for it may be late; the rest is waited for turn by turn. */
const earlyMs = 1;
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. A timer may fire early, so the clock is looked at again. */
export const realClock: LatencyClock = {
  now: () => performance.now(),
  until: async (atMs, signal) => {
    for (let leftMs = atMs - performance.now(); leftMs > 0; leftMs = atMs - performance.now()) {
      signal.throwIfAborted();
      await (leftMs > earlyMs ? sleep(Math.min(leftMs - earlyMs, longestTimerMs), signal) : nextTurn());
    }
  },
};

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
