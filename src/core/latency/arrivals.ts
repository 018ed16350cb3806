import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** How requests arrive: `poisson` as many people who know nothing of each other send them, `constant` one by one. */
export type Arrivals = "poisson" | "constant";

/**
 * When requests are due, in milliseconds from the start, without end: at `rate` a second. The same seed gives the same
 * moments. Constant arrivals begin at 0, Poisson arrivals after a gap drawn from the exponential distribution.
 */
export function* arrivalTimes(arrivals: Arrivals, rate: number, seed: number): Generator<number, never> {
  if (!(rate > 0 && Number.isFinite(rate)))
    throw new RangeError(`arrivalTimes: rate: expected a number above 0, got ${rate} (write 2 for two a second)`);
  const generator = xoroshiro128plus(seed);
  const gapMs = 1000 / rate;
  if (arrivals === "constant") for (let index = 0; ; index += 1) yield index * gapMs;
  for (let atMs = 0; ;) {
    // In (0, 1], so that its logarithm exists.
    const uniform = ((generator.next() >>> 0) + 1) / 2 ** 32;
    atMs -= Math.log(uniform) * gapMs;
    yield atMs;
  }
}
