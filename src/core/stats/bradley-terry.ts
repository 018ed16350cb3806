import { create, invDependencies } from "mathjs";

const mostRounds = 10_000;
const tolerance = 1e-12;

/** Strength of one of several that met in pairs, on the log-odds scale: a beats b with odds exp(a - b). */
export interface Strength {
  strength: number;
  /** Standard error of its difference from the last; 0 for the last itself. */
  se: number;
}

/**
 * Bradley and Terry's model of pairwise preferences (1952, Biometrika 39, 324-345), by the minorisation of Hunter (2004,
 * Annals of Statistics 32, 384-406), errors from the inverse of the Fisher information. `wins[i][j]` is how often i was
 * preferred to j; a tie is half a win for both. The last has strength 0.
 * Null where no finite answer exists: some group never lost to, or never met, the others.
 */
export function bradleyTerry(wins: readonly (readonly number[])[]): Strength[] | null {
  const n = wins.length;
  if (wins.some((row) => row.length !== n)) throw new RangeError("bradleyTerry: expected a square table of wins");
  if (n === 0 || !isConnected(wins)) return null;
  const odds = fitOdds(wins);
  const last = odds[n - 1] as number;
  const strengths = odds.map((one) => Math.log(one / last));
  const errors = standardErrors(wins, strengths);
  return strengths.map((strength, index) => ({ strength, se: errors[index] ?? 0 }));
}

function fitOdds(wins: readonly (readonly number[])[]): number[] {
  let odds = wins.map(() => 1);
  for (let round = 0; round < mostRounds; round++) {
    const next = odds.map((own, i) => {
      const won = odds.reduce((sum, _, j) => (i === j ? sum : sum + at(wins, i, j)), 0);
      const met = odds.reduce((sum, other, j) => (i === j ? sum : sum + meetings(wins, i, j) / (own + other)), 0);
      return won / met;
    });
    const scale = Math.exp(next.reduce((sum, one) => sum + Math.log(one), 0) / next.length);
    const scaled = next.map((one) => one / scale);
    const change = Math.max(...scaled.map((one, i) => Math.abs(one / (odds[i] ?? 1) - 1)));
    odds = scaled;
    if (change < tolerance) break;
  }
  return odds;
}

function standardErrors(wins: readonly (readonly number[])[], strengths: readonly number[]): number[] {
  const free = strengths.slice(0, -1);
  if (free.length === 0) return [];
  const weight = (i: number, j: number) => {
    const chance = 1 / (1 + Math.exp((strengths[j] ?? 0) - (strengths[i] ?? 0)));
    return meetings(wins, i, j) * chance * (1 - chance);
  };
  const information = free.map((_, i) =>
    free.map((__, j) => {
      if (i !== j) return -weight(i, j);
      return strengths.reduce((sum, ___, other) => (other === i ? sum : sum + weight(i, other)), 0);
    }),
  );
  const inverse = create({ ...invDependencies }).inv?.(information) ?? [];
  return inverse.map((row, i) => Math.sqrt(row[i] ?? 0));
}

/** Whether everyone can be reached from everyone along wins (Ford 1957): else the likelihood has no maximum. */
function isConnected(wins: readonly (readonly number[])[]): boolean {
  const reaches = (isWon: (from: number, to: number) => boolean) => {
    const seen = new Set([0]);
    for (const from of seen) wins.forEach((_, to) => isWon(from, to) && seen.add(to));
    return seen.size === wins.length;
  };
  return reaches((from, to) => at(wins, from, to) > 0) && reaches((from, to) => at(wins, to, from) > 0);
}

function meetings(wins: readonly (readonly number[])[], i: number, j: number): number {
  return at(wins, i, j) + at(wins, j, i);
}

function at(wins: readonly (readonly number[])[], i: number, j: number): number {
  return wins[i]?.[j] ?? 0;
}
