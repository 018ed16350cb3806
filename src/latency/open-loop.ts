import { sendOne, type TurnOptions } from "./lane.ts";

/**
 * One turn of an open loop: requests are sent when they are due, whether earlier ones are answered or not, so that a
 * server which stalls is not spared the queue that would form. Ends once all answers are recorded.
 * @param options.arrivals moments in milliseconds from the start of the level, ascending; those of the turn begin with its first
 */
export async function openTurn(options: TurnOptions & { arrivals: Iterator<number> }): Promise<void> {
  const { lane, clock, signal, arrivals, requests, durationMs } = options;
  const underWay: ReturnType<typeof sendOne>[] = [];
  let startMs: number | null = null;
  let firstMs: number | null = null;
  for (let left = requests; left > 0; left -= 1) {
    const arrival = arrivals.next();
    if (arrival.done === true) break;
    firstMs ??= arrival.value;
    const sinceMs = arrival.value - firstMs;
    if (startMs !== null && sinceMs >= durationMs) {
      await clock.until(startMs + durationMs, signal);
      break;
    }
    // Taken before its time, so that it is written by then; and never to be thrown away.
    const next = await lane.take();
    if (next === null) break;
    startMs ??= clock.now();
    await clock.until(startMs + sinceMs, signal);
    if (signal.aborted) break;
    underWay.push(sendOne(next, startMs + sinceMs, options));
  }
  const sent = await Promise.all(underWay);
  await Promise.all(sent.map(({ recorded }) => recorded));
  signal.throwIfAborted();
}
