import { arrivalTimes } from "../core/latency/arrivals.ts";
import type { Level } from "../core/latency/settings.ts";
import { isAnswered } from "../core/latency/times.ts";
import type { TimedRequest } from "../core/latency/timed-request.ts";
import { roundOrder, type Turn, turnOf } from "../core/latency/turns.ts";
import type { LatencyClock } from "./clock.ts";
import { closedTurn } from "./closed-loop.ts";
import type { Lane, TurnOptions } from "./lane.ts";
import { openTurn } from "./open-loop.ts";
import type { Questions } from "./questions.ts";
import { openSupply, type Supply } from "./supply.ts";
import type { Target } from "./target.ts";

/** What one level of load is run with. */
export interface LevelOptions {
  stage: number;
  level: Level;
  targets: readonly Target[];
  questions: Questions;
  /** For each reviewer. */
  limits: { requests: number; durationMs: number };
  warmup: number;
  /** Of the arrivals. */
  seed: number;
  /** A word of its own for a request, that begins its prompt; null for prompts as they are. */
  wordFor: (target: Target, index: number, isWarmup: boolean) => string | null;
  clock: LatencyClock;
  signal: AbortSignal;
  /** Why nothing more may be asked; null while it may. */
  refuse: () => string | null;
  /** Is told before a reviewer is asked, for it is not another's turn any more. */
  onTurn?: (target: Target) => void;
  /** Takes every line, warm-up requests included, in the order in which they were answered. */
  onLine: (line: TimedRequest) => void;
}

/** Reviewers that were given up, each with the reason. */
export type GivenUp = ReadonlyMap<string, string>;

/** A reviewer none of whose first requests was answered is given up after so many, or as many as are in flight. */
const firstMisses = 10;

/**
 * Runs one level of load on all reviewers in turns, after a warm-up of each.
 * @throws the signal's reason once the run is stopped; what the supply or `onLine` throw
 */
export async function runLevel(options: LevelOptions): Promise<GivenUp> {
  const { level, targets, limits, clock } = options;
  const lanes = targets.map((target) => openLane(target, options));
  for (const lane of lanes) {
    await warmUp(lane.target, options);
    await lane.supply.fill();
  }
  const turn = turnOf(level, limits, lanes.length);
  let block = 0;
  for (let round = 0; lanes.some((lane) => !lane.isOver()); round += 1) {
    for (const index of roundOrder(lanes.length, round)) {
      const lane = lanes[index];
      if (lane === undefined || lane.isOver()) continue;
      options.onTurn?.(lane.target);
      const startMs = clock.now();
      await runTurn(
        lane,
        lane.arrivals,
        { ...lane.remaining(turn), stage: options.stage, isWarmup: false, block },
        options,
      );
      lane.spend(clock.now() - startMs);
      block += 1;
    }
  }
  return new Map(
    lanes.flatMap((lane) => {
      const reason = lane.givenUp();
      return reason === null ? [] : [[lane.reviewer, reason]];
    }),
  );
}

interface OpenLane extends Lane {
  target: Target;
  supply: Supply;
  arrivals: Iterator<number>;
  isOver(): boolean;
  givenUp(): string | null;
  /** What of a turn is left of the level. */
  remaining(turn: Turn): Turn;
  spend(ms: number): void;
}

function openLane(target: Target, options: LevelOptions): OpenLane {
  const { level, limits, questions, seed, wordFor, refuse, onLine } = options;
  const supply = openSupply(target, questions, 0, limits.requests, (index) => wordFor(target, index, false));
  const patience = Math.max(firstMisses, level.mode === "closed" ? level.concurrency : 0);
  let [taken, spentMs, answered, missed] = [0, 0, 0, 0];
  let givenUp: string | null = null;
  const isOver = () =>
    givenUp !== null || taken >= limits.requests || spentMs >= limits.durationMs || refuse() !== null;
  return {
    reviewer: target.ref,
    target,
    supply,
    arrivals: level.mode === "open" ? arrivalTimes(level.arrivals, level.rate, seed) : [][Symbol.iterator](),
    isOver,
    givenUp: () => givenUp,
    remaining: ({ requests, durationMs }) => ({
      requests: Math.min(requests, limits.requests - taken),
      durationMs: Math.min(durationMs, limits.durationMs - spentMs),
    }),
    spend: (ms) => void (spentMs += ms),
    async take() {
      if (isOver()) return null;
      taken += 1;
      return await supply.take();
    },
    record(line) {
      onLine(line);
      if (isAnswered(line) || line.outcome === "not-applicable") answered += 1;
      else missed += 1;
      if (answered === 0 && missed >= patience)
        givenUp ??= `given up after its first ${missed} requests had all failed (${line.error ?? line.outcome})`;
    },
  };
}

type TurnFacts = Turn & TurnOptions["facts"];

async function runTurn(
  lane: Lane,
  arrivals: Iterator<number>,
  { requests, durationMs, ...facts }: TurnFacts,
  { level, clock, signal }: LevelOptions,
): Promise<void> {
  const turn = { lane, clock, signal, facts, requests, durationMs };
  if (level.mode === "open") await openTurn({ ...turn, arrivals });
  else await closedTurn({ ...turn, concurrency: level.concurrency });
}

/** Opens as many connections as will be used, and lets a server load what it has to. */
async function warmUp(target: Target, options: LevelOptions): Promise<void> {
  const { level, questions, warmup, wordFor, clock, signal, stage, onLine } = options;
  const concurrency = level.mode === "closed" ? level.concurrency : Math.max(1, Math.min(warmup, firstMisses));
  const requests = warmup === 0 ? 0 : Math.max(warmup, concurrency);
  const supply = openSupply(target, { ...questions, at: (index) => questions.warmup(index) }, 0, requests, (index) =>
    wordFor(target, index, true),
  );
  await supply.fill();
  const lane: Lane = {
    reviewer: target.ref,
    take: async () => (options.refuse() === null ? await supply.take() : null),
    record: onLine,
  };
  const facts = { stage, isWarmup: true, block: 0 };
  options.onTurn?.(target);
  await closedTurn({ lane, clock, signal, facts, requests, durationMs: Number.POSITIVE_INFINITY, concurrency });
}
