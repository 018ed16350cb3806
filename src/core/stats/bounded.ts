import { normalQuantile, tQuantile } from "./distributions.ts";
import { exactLowerBound, exactUpperBound, type Interval } from "./proportion.ts";
import { type Range, widenForUnseen } from "./unseen.ts";

/** Relative to the range, an error this small is one of rounding. */
const NEGLIGIBLE = 1e-9;

/** What `boundWithin` knows of an estimate: `se` is its standard error over that many clusters. */
export interface BoundedEstimate {
  value: number;
  se: number;
  clusters: number;
}

/**
 * Bounds of a statistic of known `range` from its standard error, each with confidence 1 - `alpha`: the exact bounds of
 * a proportion p (the place of the value in the range) on the sample that would have this error,
 * n* = p(1-p) / se^2 times (z / t(C-1))^2 for few clusters, after Korn and Graubard (1998, Survey Methodology 24,
 * 193-201), who ask no such range of n*; at least as far as `widenForUnseen` has them. Null below `fewestClusters`.
 */
export function boundWithin({ value, se, clusters }: BoundedEstimate, alpha: number, range: Range): Interval | null {
  const [least, greatest] = range;
  const width = greatest - least;
  const place = Math.min(1, Math.max(0, (value - least) / width));
  const isCertain = se < NEGLIGIBLE * width || place === 0 || place === 1;
  if (isCertain || clusters < 2) return widenForUnseen({ low: value, high: value }, value, clusters, alpha, range);
  const fewClusters = normalQuantile(1 - alpha) / tQuantile(1 - alpha, clusters - 1);
  const n = place * (1 - place) * (fewClusters * (width / se)) ** 2;
  const low = exactLowerBound(place * n, n, alpha) ?? 0;
  const high = exactUpperBound(place * n, n, alpha) ?? 1;
  return widenForUnseen({ low: least + width * low, high: least + width * high }, value, clusters, alpha, range);
}
