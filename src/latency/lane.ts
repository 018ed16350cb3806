import type { TimedRequest } from "../core/latency/timed-request.ts";
import type { LatencyClock } from "./clock.ts";
import type { Supplied } from "./supply.ts";
import type { Asked } from "./target.ts";

/** What asking one reviewer at one level needs. */
export interface Lane {
  readonly reviewer: string;
  /** Gives the next question, written already; null once the level is over for this reviewer. */
  take(): Promise<Supplied | null>;
  /** Takes an answer in; a slot is free before it is read. */
  record(line: TimedRequest): void;
}

/** What a load generator is given for one turn of a reviewer. */
export interface TurnOptions {
  lane: Lane;
  clock: LatencyClock;
  /** Aborted when the run is stopped: what is under way then is not recorded. */
  signal: AbortSignal;
  /** Goes into every line. */
  facts: Pick<TimedRequest, "stage" | "isWarmup" | "block">;
  /** The most requests of the turn, and how long new ones are sent. */
  requests: number;
  durationMs: number;
}

/** The line of a request that was asked. */
function lineOf(
  reviewer: string,
  { index, question, promptChars }: Supplied,
  scheduledMs: number,
  asked: Asked,
  facts: TurnOptions["facts"],
): TimedRequest {
  const { caseId, part, diffLines } = question;
  const who = { v: 1, kind: "request", reviewer, ...facts, index, caseId, part, diffLines, promptChars } as const;
  return { ...who, scheduledMs, ...asked };
}

/** Sends a question; gives back once its slot is free, with the promise that its line is recorded. */
export async function sendOne(
  supplied: Supplied,
  scheduledMs: number,
  { lane, signal, facts }: TurnOptions,
): Promise<{ recorded: Promise<void> }> {
  const read = await supplied.ready.send(signal);
  // Reading an answer is work: what is due by now goes first.
  const record = async () => {
    await nextTurn();
    if (!signal.aborted) lane.record(lineOf(lane.reviewer, supplied, scheduledMs, read(), facts));
  };
  const recorded = record();
  // Whoever waits for it hears of it all the same.
  recorded.catch(() => undefined);
  return { recorded };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
