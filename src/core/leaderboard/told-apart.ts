import { holm } from "../stats/adjust.ts";
import { tCdf } from "../stats/distributions.ts";
import type { Resampled } from "../stats/rank.ts";

const usualLevel = 0.05;

/**
 * Which rows stand together because no two of them can be told apart: runs of neighbours, best first, as long as they can
 * be, each with its first and last row; a run of one, or within another, is left out. Two are told apart where a t test of
 * their paired difference, its standard error from the resamples they share, has p < .05 after Holm over all pairs.
 * @param order indices into the resampled reviewers, best first
 */
export function joinRows(
  { observed, drawn }: Resampled,
  order: readonly number[],
  clusters: number,
): [number, number][] {
  const pairs = order.flatMap((_, second) => order.slice(0, second).map((__, first) => ({ first, second })));
  const adjusted = holm(
    pairs.map(({ first, second }) => {
      const [a = 0, b = 0] = [order[first], order[second]];
      const difference = (observed[a] ?? 0) - (observed[b] ?? 0);
      return pairedP(difference, standardError(drawn[a], drawn[b]), clusters);
    }),
  );
  const apart = new Set(
    pairs.flatMap(({ first, second }, index) => ((adjusted[index] ?? 1) < usualLevel ? [`${first} ${second}`] : [])),
  );
  const joined: [number, number][] = [];
  for (let first = 0; first < order.length; first++) {
    let last = first;
    while (last + 1 < order.length && isLike(apart, first, last + 1)) last += 1;
    if (last > first && last > (joined.at(-1)?.[1] ?? -1)) joined.push([first, last]);
  }
  return joined;
}

/** Whether a row can be told from none of those from `first` on. */
function isLike(apart: ReadonlySet<string>, first: number, row: number): boolean {
  for (let other = first; other < row; other++) if (apart.has(`${other} ${row}`)) return false;
  return true;
}

/**
 * Two-sided p that two are alike; 1 where nothing can be said. Where the difference is the same in every resample each
 * cluster says the same, as likely by chance as a coin that always falls on one side.
 */
function pairedP(difference: number, se: number | null, clusters: number): number {
  if (se === null || clusters < 2 || difference === 0) return 1;
  if (se < 1e-12) return Math.min(1, 2 ** (1 - clusters));
  return 2 * (1 - tCdf(Math.abs(difference) / (se * Math.sqrt(clusters / (clusters - 1))), clusters - 1));
}

/** Standard deviation of the difference over the resamples; null where one of them has no value in most. */
function standardError(first: Float64Array | undefined, second: Float64Array | undefined): number | null {
  let [n, sum, squares] = [0, 0, 0];
  first?.forEach((own, resample) => {
    const difference = own - (second?.[resample] ?? Number.NaN);
    if (!Number.isFinite(difference)) return;
    n += 1;
    sum += difference;
    squares += difference * difference;
  });
  if (n * 2 <= (first?.length ?? 0)) return null;
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}
