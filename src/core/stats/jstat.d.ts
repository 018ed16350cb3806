declare module "jstat" {
  interface JStat {
    beta: { inv(probability: number, alpha: number, beta: number): number };
    studentt: {
      inv(probability: number, degreesOfFreedom: number): number;
      cdf(t: number, degreesOfFreedom: number): number;
    };
    normal: {
      inv(probability: number, mean: number, standardDeviation: number): number;
      cdf(x: number, mean: number, standardDeviation: number): number;
    };
    binomial: { cdf(successes: number, n: number, chance: number): number };
    ibeta(x: number, alpha: number, beta: number): number;
    gammaln(x: number): number;
  }
  const jstat: JStat;
  export default jstat;
}
