/**
 * Holm's step-down adjustment (1979, Scandinavian Journal of Statistics 6, 65-70): p values that may each be compared
 * with the level at which any false alarm among all is to stay. In the order given, each from 0 to 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const n = pValues.length;
  let most = 0;
  return inOrder(pValues, (p, rank) => (most = Math.max(most, Math.min(1, (n - rank) * p))));
}

/**
 * Benjamini and Hochberg's adjustment (1995, Journal of the Royal Statistical Society B 57, 289-300): the expected share
 * of false ones among those below the level stays at it. In the order given, each from 0 to 1.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const n = pValues.length;
  const raised = inOrder(pValues, (p, rank) => Math.min(1, (n / (rank + 1)) * p));
  return raised.map((_, index) => {
    const own = pValues[index] ?? 1;
    return Math.min(...raised.filter((__, other) => (pValues[other] ?? 1) >= own));
  });
}

/** Adjusts ascending p values one after the other, and gives them back in the order they came in. */
function inOrder(pValues: readonly number[], adjust: (p: number, rank: number) => number): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`adjusting p values: expected numbers from 0 to 1, got ${p}`);
  }
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = Array<number>(pValues.length);
  order.forEach(({ p, index }, rank) => (adjusted[index] = adjust(p, rank)));
  return adjusted;
}
