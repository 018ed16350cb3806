import { sendOne, type TurnOptions } from "./lane.ts";

const instantMs = 1;

/**
 * One turn of a closed loop: so many slots, each of which sends the next request once its last one is answered. A request
 * is due when its slot is free. Ends once all answers are recorded.
 */
export async function closedTurn(options: TurnOptions & { concurrency: number }): Promise<void> {
  const { lane, clock, signal, concurrency, requests, durationMs } = options;
  const startMs = clock.now();
  let left = requests;
  const recorded: Promise<void>[] = [];

  /** Where a question cannot be had no slot asks another: whoever waits for them has gone. */
  async function take(): ReturnType<typeof lane.take> {
    try {
      return await lane.take();
    } catch (error) {
      left = 0;
      throw error;
    }
  }

  async function slot(): Promise<void> {
    let freeMs = startMs;
    while (left > 0 && !signal.aborted && freeMs - startMs < durationMs) {
      left -= 1;
      const next = await take();
      if (next === null) return;
      const sent = await sendOne(next, freeMs, options);
      recorded.push(sent.recorded);
      // What fails at once in this process would let nobody else have a turn, nor itself be given up.
      if (clock.now() - freeMs < instantMs) await sent.recorded;
      freeMs = clock.now();
    }
  }

  await Promise.all(Array.from({ length: concurrency }, slot));
  await Promise.all(recorded);
  signal.throwIfAborted();
}
