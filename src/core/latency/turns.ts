import type { Level } from "./settings.ts";

/** How much one reviewer is asked before it is another's turn. */
export interface Turn {
  requests: number;
  durationMs: number;
}

/** Parts into which a level of the open loop is cut where reviewers take turns. */
const openParts = 4;

/**
 * How long a turn is. One reviewer has one turn. Several have short ones, so that what changes with time meets them all:
 * a single request where one is in flight, else four for each slot, and a quarter of a level of the open loop.
 */
export function turnOf(level: Level, limits: { requests: number; durationMs: number }, reviewers: number): Turn {
  if (reviewers === 1) return limits;
  if (level.mode === "open")
    return { requests: Math.ceil(limits.requests / openParts), durationMs: limits.durationMs / openParts };
  const requests = level.concurrency === 1 ? 1 : 4 * level.concurrency;
  return { requests, durationMs: Number.POSITIVE_INFINITY };
}

/** Who is asked in a round, in this order: A B in one, B A in the next, so that neither always comes second. */
export function roundOrder(reviewers: number, round: number): number[] {
  const order = Array.from({ length: reviewers }, (_, index) => index);
  return round % 2 === 0 ? order : order.toReversed();
}
