import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const resamples = 10_000;
/** Up to this many clusters every way to swap is looked at: fewer than would be drawn. */
const mostEnumerated = 13;

/** `p` is two-sided; `isExact` says whether all ways to swap were looked at or 10,000 drawn ones. */
export interface SwapTest {
  p: number;
  isExact: boolean;
}

/**
 * Approximate randomisation (Noreen 1989; Yeh 2000, COLING 947-953): whether two reviewers on the same clusters differ in
 * a statistic of sums, such as F1. If they were alike, whose result of a cluster is whose would not matter: p is the share
 * of ways to swap them whose difference is at least as far from 0 as the one seen. Where the statistic is a mean over
 * equal clusters this is the sign-flip test. Drawn ones count (reached + 1) / (drawn + 1), never 0.
 * @param first columns of the first reviewer: `first[j][c]` is what cluster c adds to sum j; `second` alike
 * @param statistic of one reviewer's sums (one array, reused); null where it is undefined
 * @returns null where the statistic is undefined for either
 */
export function swapTest(
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  statistic: (sums: Float64Array) => number | null,
  seed: number,
): SwapTest | null {
  const [own, other] = [totals(first), totals(second)];
  const difference = (a: Float64Array, b: Float64Array): number | null => {
    const [x, y] = [statistic(a), statistic(b)];
    return x === null || y === null ? null : Math.abs(y - x);
  };
  const seen = difference(own, other);
  if (seen === null) return null;
  const clusters = first[0]?.length ?? 0;
  const isExact = clusters <= mostEnumerated;
  const trials = isExact ? 2 ** clusters : resamples;
  const generator = xoroshiro128plus(seed);
  // Sums in another order differ by rounding; a tie counts as reached.
  const reach = seen - 1e-9;
  const [a, b] = [new Float64Array(own.length), new Float64Array(own.length)];
  let reached = 0;
  for (let trial = 0; trial < trials; trial++) {
    a.set(own);
    b.set(other);
    let bits = trial;
    for (let cluster = 0; cluster < clusters; cluster++) {
      if (!isExact && cluster % 32 === 0) bits = generator.next();
      if (bits & 1) swap(a, b, first, second, cluster);
      bits >>>= 1;
    }
    if ((difference(a, b) ?? Infinity) >= reach) reached += 1;
  }
  return { p: isExact ? reached / trials : (reached + 1) / (trials + 1), isExact };
}

function totals(columns: readonly Float64Array[]): Float64Array {
  return Float64Array.from(columns, (column) => column.reduce((sum, value) => sum + value, 0));
}

function swap(
  a: Float64Array,
  b: Float64Array,
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  cluster: number,
): void {
  for (let j = 0; j < a.length; j++) {
    const change = (second[j]?.[cluster] ?? 0) - (first[j]?.[cluster] ?? 0);
    a[j] = (a[j] ?? 0) + change;
    b[j] = (b[j] ?? 0) - change;
  }
}
