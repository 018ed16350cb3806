/** One level of load with what it led to; `p95Ms` is null where it is not known or not to be trusted. */
export interface LevelOutcome {
  /** Requests in flight, or a second. */
  level: number;
  p95Ms: number | null;
  /** Share of requests that were missed, 0 to 1. */
  missed: number;
}

/**
 * The knee of a curve of load against latency: the greatest level up to which the p95 stays within twice that of the
 * lowest level and at most 1 % of the requests are missed. Null where the lowest level has no p95, or misses more.
 */
export function findKnee(levels: readonly LevelOutcome[]): number | null {
  const ascending = levels.toSorted((a, b) => a.level - b.level);
  const base = ascending[0]?.p95Ms ?? null;
  if (base === null) return null;
  const bent = ascending.findIndex(({ p95Ms, missed }) => p95Ms === null || p95Ms > 2 * base || missed > 0.01);
  return (bent === -1 ? ascending.at(-1) : ascending[bent - 1])?.level ?? null;
}
