/** How long work goes on before all else gets a turn, in milliseconds. */
const longestWorkMs = 20;

/**
 * For work that never waits by itself: unless the event loop turns, no timer fires and no interrupt is heard.
 * @returns to be called again and again: once 20 ms of work are done, a promise to wait for, which is over as soon as
 * all others had their turn; null before
 */
export function takeTurns(now: () => number): () => Promise<void> | null {
  let turnedMs = now();
  return () => {
    if (now() - turnedMs < longestWorkMs) return null;
    return new Promise((resolve) => {
      setImmediate(() => {
        turnedMs = now();
        resolve();
      });
    });
  };
}

/** The items as they are, with a turn for all else whenever 20 ms went into them and into what became of them. */
export async function* inTurns<T>(items: Iterable<T>, now: () => number): AsyncGenerator<T> {
  const turn = takeTurns(now);
  for (const item of items) {
    const others = turn();
    if (others !== null) await others;
    yield item;
  }
}
