/** One level of load with what it led to; times are null where they are not known or not to be trusted. */
export interface LevelOutcome {
  /** Requests in flight, or a second. */
  level: number;
  p95Ms: number | null;
  /** The one-sided upper 95 % bound of the p95. */
  boundMs: number | null;
  /** Share of requests that were missed, 0 to 1. */
  missed: number;
}

/** How far a level of load can go; `isBent` says whether a greater one was measured and was too much. */
export interface Knee {
  level: number | null;
  isBent: boolean;
}

/**
 * The knee of a curve of load against latency: the greatest level up to which the p95 stays within twice that of the
 * lowest level and at most 1 % of the requests are missed. Null where the lowest level has no p95, or misses more.
 */
export function findKnee(levels: readonly LevelOutcome[]): Knee {
  const base = ascending(levels)[0]?.p95Ms ?? null;
  return greatest(
    levels,
    ({ p95Ms, missed }) => base !== null && p95Ms !== null && p95Ms <= 2 * base && missed <= 0.01,
  );
}

/**
 * The greatest level up to which at least 95 of 100 requests keep an objective, as a gate would decide it: by the upper
 * bound of the p95. Null where the lowest level does not, undefined where nobody knows whether it does.
 */
export function findGreatestWithin(levels: readonly LevelOutcome[], objectiveMs: number): number | null | undefined {
  if ((ascending(levels)[0]?.p95Ms ?? null) === null) return undefined;
  return greatest(levels, ({ boundMs }) => boundMs !== null && boundMs <= objectiveMs).level;
}

function greatest(levels: readonly LevelOutcome[], isKept: (level: LevelOutcome) => boolean): Knee {
  const sorted = ascending(levels);
  const broken = sorted.findIndex((one) => !isKept(one));
  const last = broken === -1 ? sorted.at(-1) : sorted[broken - 1];
  return { level: last?.level ?? null, isBent: broken !== -1 };
}

function ascending(levels: readonly LevelOutcome[]): LevelOutcome[] {
  return levels.toSorted((a, b) => a.level - b.level);
}
