/** One finding with the confidence that the reviewer gave it, in [0, 1], and whether it holds a bug. */
export interface RankedFinding {
  confidence: number;
  isMatch: boolean;
}

/**
 * Average precision: the sum over distinct confidences, highest first, of the recall gained there times the precision
 * so far. Findings of one confidence are one block, since their order says nothing (VOC-style without interpolation;
 * Manning, Raghavan and Schütze 2008, 8.4).
 * @param positives bugs that there were to find
 * @returns a value in [0, 1]; null without a bug
 */
export function averagePrecision(findings: readonly RankedFinding[], positives: number): number | null {
  if (positives === 0) return null;
  const ranked = findings.toSorted((a, b) => b.confidence - a.confidence);
  let matched = 0;
  let sum = 0;
  for (let start = 0, end = 0; start < ranked.length; start = end) {
    const confidence = ranked[start]?.confidence;
    while (ranked[end]?.confidence === confidence && end < ranked.length) end += 1;
    const gained = ranked.slice(start, end).filter(({ isMatch }) => isMatch).length;
    matched += gained;
    sum += (gained / positives) * (matched / end);
  }
  return sum;
}
