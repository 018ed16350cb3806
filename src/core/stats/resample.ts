import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** Fills `counts`, one place per cluster or kind of clusters, with how often each is in one resample. */
export interface Draw {
  (counts: Float64Array): void;
}

/** Draws as many clusters as there are, with replacement. */
export function clusterDraw(clusters: number, generator: RandomGenerator): Draw {
  const scale = clusters / 2 ** 32;
  return (counts) => {
    counts.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const index = ((generator.next() >>> 0) * scale) | 0;
      counts[index] = (counts[index] ?? 0) + 1;
    }
  };
}

/** What the clusters of a resample add up to; both arrays are of one length. */
export function weightedSum(column: Float64Array, counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += (column[i] as number) * (counts[i] as number);
  return sum;
}
