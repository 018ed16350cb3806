import type { RunWorld } from "./run/world.ts";

/** What ends the asking before all is asked: a deadline, a budget. */
export interface Ending {
  /** Why nothing more may be asked; null while the run may go on. Who is told so has cut the run short. */
  refuse(): string | null;
  /** Aborted when what is under way is to be given up as well. */
  readonly signal: AbortSignal;
  /** Whether anybody was refused. */
  wasHeard(): boolean;
}

/** The end of a run's time: what is under way then is given up, for reviewers and judges alike. */
export interface Deadline extends Ending {
  /** On the world's clock; undefined where the run may take its time. */
  readonly atMs: number | undefined;
  /** Forgets the alarm. */
  close(): void;
}

const tooLate = "the run's deadline came first";

/** Sets the alarm of a run. @param limitMs how long the run may take from now on; undefined for as long as it takes */
export function setDeadline(limitMs: number | undefined, world: Pick<RunWorld, "now" | "sleep">): Deadline {
  const atMs = limitMs === undefined ? undefined : world.now() + limitMs;
  const over = new AbortController();
  const alarm = new AbortController();
  let isHeard = false;
  if (limitMs !== undefined)
    world.sleep(limitMs, alarm.signal).then(
      () => over.abort(new Error(tooLate)),
      () => {},
    );
  return {
    atMs,
    refuse() {
      if (atMs === undefined || (world.now() < atMs && !over.signal.aborted)) return null;
      isHeard = true;
      return tooLate;
    },
    signal: over.signal,
    wasHeard: () => isHeard,
    close: () => alarm.abort(),
  };
}

/** What there is to ask as long as the run may go on. */
export function* takeUntil<Item>(ending: Pick<Ending, "refuse">, items: () => Iterable<Item>): Generator<Item> {
  for (const item of items()) {
    if (ending.refuse() !== null) return;
    yield item;
  }
}

/** The end that comes first. */
export function firstOf(endings: readonly Ending[]): Ending {
  return {
    refuse: () => endings.map((ending) => ending.refuse()).find((reason) => reason !== null) ?? null,
    signal: AbortSignal.any(endings.map(({ signal }) => signal)),
    wasHeard: () => endings.some((ending) => ending.wasHeard()),
  };
}
