import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import type { Draw } from "./resample.ts";

/** Below this mean, counting up is cheaper than rejection, whose bounds need it. */
const leastRejectionMean = 10;

/**
 * Draws how often each kind comes up in as many draws with replacement as there are members in all: the counts of a
 * bootstrap resample of members that are alike within a kind, at the cost of the kinds and not of the members.
 * @param sizes members of each kind: whole numbers, at least 1
 */
export function multinomialDraw(sizes: Float64Array, generator: RandomGenerator): Draw {
  const members = sizes.reduce((total, size) => total + size, 0);
  const logFactorial = logFactorials(members);
  const uniform = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
  return (counts) => {
    let draws = members;
    let rest = members;
    for (let kind = 0; kind < sizes.length; kind++) {
      const size = sizes[kind] ?? 0;
      const count = size >= rest ? draws : drawBinomial(draws, size / rest, uniform, logFactorial);
      counts[kind] = count;
      draws -= count;
      rest -= size;
    }
  };
}

function logFactorials(most: number): Float64Array {
  const table = new Float64Array(most + 1);
  for (let n = 2; n <= most; n++) table[n] = (table[n - 1] ?? 0) + Math.log(n);
  return table;
}

/** Binomial count of `n` draws at chance `p`, exact up to the resolution of `uniform`. */
function drawBinomial(n: number, p: number, uniform: () => number, logFactorial: Float64Array): number {
  if (n === 0) return 0;
  if (p > 0.5) return n - drawBinomial(n, 1 - p, uniform, logFactorial);
  return n * p < leastRejectionMean ? drawByCounting(n, p, uniform) : drawByRejection(n, p, uniform, logFactorial);
}

/** Geometric gaps between successes (Devroye 1986, X.4, "second waiting time"). */
function drawByCounting(n: number, p: number, uniform: () => number): number {
  const logMiss = Math.log1p(-p);
  let successes = 0;
  for (let position = Math.floor(Math.log(uniform()) / logMiss); position < n; successes++) {
    position += 1 + Math.floor(Math.log(uniform()) / logMiss);
  }
  return successes;
}

/** Transformed rejection (Hörmann 1993, "The generation of binomial random variates", algorithm BTRS). */
function drawByRejection(n: number, p: number, uniform: () => number, logFactorial: Float64Array): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const alpha = (2.83 + 5.1 / b) * spread;
  const squeeze = 0.92 - 4.2 / b;
  const logOdds = Math.log(p / (1 - p));
  const mode = Math.floor((n + 1) * p);
  const atMode = (logFactorial[mode] ?? 0) + (logFactorial[n - mode] ?? 0);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + n * p + 0.5);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= squeeze) return k;
    const height = Math.log((v * alpha) / (a / (us * us) + b));
    if (height <= atMode - (logFactorial[k] ?? 0) - (logFactorial[n - k] ?? 0) + (k - mode) * logOdds) return k;
  }
}
