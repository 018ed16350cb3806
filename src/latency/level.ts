import { arrivalTimes } from "../core/latency/arrivals.ts";
import type { Level } from "../core/latency/settings.ts";
import { isMiss } from "../core/latency/times.ts";
import type { TimedRequest } from "../core/latency/timed-request.ts";
import { roundOrder, type Turn, turnOf } from "../core/latency/turns.ts";
import type { LatencyClock } from "./clock.ts";
import { closedTurn } from "./closed-loop.ts";
import type { Lane, TurnOptions } from "./lane.ts";
import { type LagWatch, watchLoopLag } from "./loop-lag.ts";
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
  /** A word of its own for each request, that begins its prompt; null for prompts as they are. */
  nextWord: () => string | null;
  clock: LatencyClock;
  signal: AbortSignal;
  /** Why nothing more may be asked; null while it may. */
  refuse: () => string | null;
  /** Is told before a reviewer is asked, for it is not another's turn any more. */
  onTurn?: (target: Target) => void;
  /** Takes every line, warm-up requests included, in the order in which they were answered. */
  onLine: (line: TimedRequest) => void;
}

/** What is known of a level once it is over. */
export interface LevelEnd {
  /** Reviewers that were given up, each with the reason. */
  givenUp: { reviewer: string; reason: string }[];
  /** How late the event loop was while requests were timed. */
  loopLag: ReturnType<LagWatch["stop"]>;
}

/**
 * A reviewer none of whose first requests was answered is given up after so many, or as many as are in flight; where its
 * limit was waited for each time, after fewer.
 */
const firstMisses = 10;
const firstTimeouts = 3;

/**
 * Runs one level of load on all reviewers in turns, after a warm-up of each.
 * @throws the signal's reason once the run is stopped; what the supply or `onLine` throw
 */
export async function runLevel(options: LevelOptions): Promise<LevelEnd> {
  const { level, targets, limits, clock } = options;
  const lanes = targets.map((target) => openLane(target, options));
  for (const lane of lanes) {
    await warmUp(lane.target, options);
    await lane.supply.fill();
  }
  const turn = turnOf(level, limits, lanes.length);
  const lag = watchLoopLag(clock.now);
  await takeTurns(lanes, turn, options).finally(() => lag.stop());
  const givenUp = lanes.flatMap((lane) => {
    const reason = lane.givenUp();
    return reason === null ? [] : [{ reviewer: lane.reviewer, reason }];
  });
  return { givenUp, loopLag: lag.stop() };
}

async function takeTurns(lanes: readonly OpenLane[], turn: Turn, options: LevelOptions): Promise<void> {
  let block = 0;
  for (let round = 0; lanes.some((lane) => !lane.isOver()); round += 1) {
    for (const index of roundOrder(lanes.length, round)) {
      const lane = lanes[index];
      if (lane === undefined || lane.isOver()) continue;
      options.onTurn?.(lane.target);
      const startMs = options.clock.now();
      const facts = { ...lane.remaining(turn), stage: options.stage, isWarmup: false, block };
      await runTurn(lane, lane.arrivals, facts, options);
      lane.spend(options.clock.now() - startMs);
      block += 1;
    }
  }
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
  const { level, limits, questions, seed, nextWord, refuse, onLine } = options;
  const supply = openSupply(target, questions, limits.requests, nextWord);
  const losesPatience = watchFirsts(level);
  let [taken, spentMs] = [0, 0];
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
      const missed = losesPatience(line);
      if (missed !== null)
        givenUp ??= `given up after its first ${missed} requests had all failed (${line.error ?? line.outcome})`;
    },
  };
}

/** Looks at line after line; gives how many requests were missed once none of the first was answered and that is enough. */
function watchFirsts(level: Level): (line: TimedRequest) => number | null {
  const inFlight = level.mode === "closed" ? level.concurrency : 0;
  let [answered, missed, timeouts] = [0, 0, 0];
  return (line) => {
    if (isMiss(line)) missed += 1;
    else answered += 1;
    if (line.outcome === "timeout") timeouts += 1;
    const isEnough = missed >= Math.max(firstMisses, inFlight) || timeouts >= Math.max(firstTimeouts, inFlight);
    return answered === 0 && isEnough ? missed : null;
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
  const { level, questions, warmup, nextWord, clock, signal, stage, onLine } = options;
  const concurrency = level.mode === "closed" ? level.concurrency : Math.max(1, Math.min(warmup, firstMisses));
  const requests = warmup === 0 ? 0 : Math.max(warmup, concurrency);
  const supply = openSupply(target, { ...questions, at: (index) => questions.warmup(index) }, requests, nextWord);
  await supply.fill();
  const losesPatience = watchFirsts(level);
  let isHopeless = false;
  const lane: Lane = {
    reviewer: target.ref,
    take: async () => (isHopeless || options.refuse() !== null ? null : await supply.take()),
    record(line) {
      onLine(line);
      isHopeless ||= losesPatience(line) !== null;
    },
  };
  const facts = { stage, isWarmup: true, block: 0 };
  options.onTurn?.(target);
  await closedTurn({ lane, clock, signal, facts, requests, durationMs: Number.POSITIVE_INFINITY, concurrency });
}
