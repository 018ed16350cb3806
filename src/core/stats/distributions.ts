import jstat from "jstat";

/** Beyond this the t quantile is its expansion around the normal one: jstat loses digits there, the expansion gains them. */
const LARGE_DEGREES_OF_FREEDOM = 1e4;

/**
 * Quantile of the standard normal distribution: the z with P(Z <= z) = `probability`.
 * `probability` lies in [0, 1]; 0 gives -Infinity and 1 gives Infinity. Within 3e-9 down to 1e-10 in either tail.
 */
export function normalQuantile(probability: number): number {
  requireProbability("normalQuantile", probability);
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  if (probability === 0.5) return 0;
  return jstat.normal.inv(probability, 0, 1);
}

/** P(Z <= z) of the standard normal distribution, 0 to 1; `z` may be infinite. */
export function normalCdf(z: number): number {
  if (z === -Infinity) return 0;
  if (z === Infinity) return 1;
  return jstat.normal.cdf(z, 0, 1);
}

/**
 * Quantile of Student's t distribution. `probability` lies in [0, 1]; `degreesOfFreedom` is any number above 0, Infinity
 * being the normal distribution. Within 4e-8 of the true value, relatively.
 * Above 1e4 degrees it is z + (z^3 + z) / 4v, Abramowitz and Stegun 26.7.5.
 */
export function tQuantile(probability: number, degreesOfFreedom: number): number {
  requireProbability("tQuantile", probability);
  requirePositive("tQuantile: degrees of freedom", degreesOfFreedom);
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  if (probability === 0.5) return 0;
  if (degreesOfFreedom <= LARGE_DEGREES_OF_FREEDOM) return jstat.studentt.inv(probability, degreesOfFreedom);
  const z = normalQuantile(probability);
  return z + (z ** 3 + z) / (4 * degreesOfFreedom);
}

/** P(T <= t) of Student's t distribution; `degreesOfFreedom` is any number above 0. */
export function tCdf(t: number, degreesOfFreedom: number): number {
  requirePositive("tCdf: degrees of freedom", degreesOfFreedom);
  return jstat.studentt.cdf(t, degreesOfFreedom);
}

/**
 * Quantile of the Beta(alpha, beta) distribution, 0 to 1, for any `alpha`, `beta` above 0, whole or not.
 * A parameter of 1 has a closed form and is exact; elsewhere within 2e-8.
 */
export function betaQuantile(probability: number, alpha: number, beta: number): number {
  requireProbability("betaQuantile", probability);
  requirePositive("betaQuantile: alpha", alpha);
  requirePositive("betaQuantile: beta", beta);
  if (probability === 0 || probability === 1) return probability;
  if (beta === 1) return Math.exp(Math.log(probability) / alpha);
  if (alpha === 1) return -Math.expm1(Math.log1p(-probability) / beta);
  const quantile = jstat.beta.inv(probability, alpha, beta);
  const solved = Math.abs(jstat.ibeta(quantile, alpha, beta) - probability) < 1e-6;
  return solved ? quantile : bisectBetaQuantile(probability, alpha, beta);
}

/** P(X <= `successes`) for X binomial with `n` trials of chance `chance`; `successes` below 0 gives 0, from `n` on 1. Within 2e-9 up to a million trials. */
export function binomialCdf(successes: number, n: number, chance: number): number {
  requireProbability("binomialCdf: chance", chance);
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`binomialCdf: n must be a whole number >= 0, got ${n}`);
  const k = Math.floor(successes);
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (chance === 0) return 1;
  if (chance === 1) return 0;
  return jstat.binomial.cdf(k, n, chance);
}

/** Newton's method goes astray where nearly all mass sits at an end; the integral itself is still right there. */
function bisectBetaQuantile(probability: number, alpha: number, beta: number): number {
  let below = 0;
  let above = 1;
  for (let step = 0; step < 100; step++) {
    const middle = (below + above) / 2;
    if (jstat.ibeta(middle, alpha, beta) < probability) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}

function requireProbability(what: string, probability: number): void {
  if (probability >= 0 && probability <= 1) return;
  throw new RangeError(`${what}: expected a probability from 0 to 1, got ${probability}`);
}

function requirePositive(what: string, value: number): void {
  if (value > 0) return;
  throw new RangeError(`${what}: expected a number above 0, got ${value}`);
}
