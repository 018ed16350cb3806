import { quantile } from "../core/stats/quantile.ts";

/** How often the event loop is looked at, in milliseconds. */
const everyMs = 10;
/** A timer counts whole milliseconds, so a loop that is never late still seems to be by up to one. */
const grainMs = 1;
const mostLooks = 1_000_000;

/**
 * Watches how late the event loop is, for a clock is only looked at once it turns. What stood still for long counts once
 * for each look that was due meanwhile: one long stall is not one look among many.
 */
export interface LagWatch {
  /** Stops; gives how late it was in 99 of 100 looks and at most, in milliseconds, 0 where nobody looked. */
  stop(): { p99Ms: number; mostMs: number };
}

/** Starts watching. */
export function watchLoopLag(now: () => number): LagWatch {
  const lags: number[] = [];
  let dueMs = now() + everyMs;
  let timer = setTimeout(look, everyMs);

  function look(): void {
    const atMs = now();
    let lateMs = atMs - dueMs - grainMs;
    do {
      if (lags.length < mostLooks) lags.push(Math.max(0, lateMs));
      lateMs -= everyMs;
    } while (lateMs > 0);
    dueMs = atMs + everyMs;
    timer = setTimeout(look, everyMs);
  }

  return {
    stop() {
      clearTimeout(timer);
      const sorted = Float64Array.from(lags).sort();
      return { p99Ms: quantile(sorted, 0.99) ?? 0, mostMs: sorted.at(-1) ?? 0 };
    },
  };
}
