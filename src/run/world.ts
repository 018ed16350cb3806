/** The clock, chance and waiting that the runner uses; a test gives its own. */
export interface RunWorld {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when that is aborted before. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The longest delay that a timer takes; a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** The machine's own world. */
export const realWorld: RunWorld = {
  now: () => performance.now(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    const untilMs = performance.now() + ms;
    for (let left = ms; left > 0; left = untilMs - performance.now())
      await sleepOnce(Math.min(left, longestTimerMs), signal);
    signal?.throwIfAborted();
  },
};

function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
