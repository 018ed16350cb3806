import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Up to this many differences every assignment of signs is looked at (a million of them). */
const mostEnumerated = 20;
const resamples = 100_000;

/** `p` is two-sided; `isExact` says whether all assignments of signs were looked at or 100,000 drawn ones. */
export interface SignFlip {
  p: number;
  isExact: boolean;
}

/**
 * Fisher's sign-flip test (The Design of Experiments, 1935, section 21) that paired differences are symmetric about 0:
 * the share of assignments of signs whose sum is at least as far from 0 as the one seen. Exact up to 20 differences that
 * are not 0; beyond that 100,000 assignments are drawn by `seed` and p is (reached + 1) / (drawn + 1), never 0 (Phipson
 * and Smyth 2010). p is 1 for no differences. Where units are clustered pass the sum of each cluster.
 */
export function signFlip(differences: readonly number[], seed: number): SignFlip {
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs);
  if (differences.some((difference) => !Number.isFinite(difference)))
    throw new RangeError("signFlip: expected finite differences");
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const seen = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  // Sums in another order differ by rounding; a tie counts as reached.
  const reach = seen - 1e-9 * total;
  if (sizes.length === 0) return { p: 1, isExact: true };
  return sizes.length <= mostEnumerated
    ? { p: countAll(sizes, reach) / 2 ** sizes.length, isExact: true }
    : { p: (countDrawn(sizes, reach, seed) + 1) / (resamples + 1), isExact: false };
}

/** Walks through all assignments so that one sign changes at a step (Gray code). */
function countAll(sizes: readonly number[], reach: number): number {
  const signs = sizes.map(() => 1);
  let reached = 0;
  for (let step = 1; step <= 2 ** sizes.length; step++) {
    const sum = sizes.reduce((all, size, index) => all + size * (signs[index] ?? 0), 0);
    if (Math.abs(sum) >= reach) reached += 1;
    const flipped = 31 - Math.clz32(step & -step);
    if (flipped < signs.length) signs[flipped] = -(signs[flipped] ?? 0);
  }
  return reached;
}

function countDrawn(sizes: readonly number[], reach: number, seed: number): number {
  const generator = xoroshiro128plus(seed);
  let reached = 0;
  for (let draw = 0; draw < resamples; draw++) {
    let sum = 0;
    let bits = 0;
    sizes.forEach((size, index) => {
      if (index % 32 === 0) bits = generator.next();
      sum += bits & 1 ? size : -size;
      bits >>>= 1;
    });
    if (Math.abs(sum) >= reach) reached += 1;
  }
  return reached;
}
