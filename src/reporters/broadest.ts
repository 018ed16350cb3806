import type { MetricComparison } from "../core/comparison.ts";

/** The comparison that is about the most cases, which tells how many both have; null where there is none. */
export function broadest(metrics: readonly MetricComparison[]): MetricComparison | null {
  const all = ({ cases, leftOut }: MetricComparison) => cases + leftOut;
  const [first = null] = metrics.toSorted((a, b) => all(b) - all(a) || a.leftOut - b.leftOut);
  return first;
}
