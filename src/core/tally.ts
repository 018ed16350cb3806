import { outcomes } from "./generation.ts";
import { isUndecided } from "./ledger.ts";
import type { CaseLine } from "./report.ts";

const mostErrors = 5;

/** Many messages carry an id of their request, so that a long outage brings as many of them as it has requests. */
const mostMessages = 100;

/** Counts of one reviewer's generations as they come in. */
export interface Tally {
  outcomes: Record<(typeof outcomes)[number], number>;
  generations: number;
  fromCache: number;
  capped: number;
  cases: number;
  unscored: number;
  /** Of the unscored case lines, those that the reviewer cannot read. */
  notApplicable: number;
  /** Case lines with a bug or finding that the matcher could not decide. */
  undecided: number;
  /** Messages of failures with their counts: at most a hundred, of which the rarest and oldest gives way. */
  errors: Map<string, number>;
}

/** A tally of nothing yet. */
export function emptyTally(): Tally {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Tally["outcomes"];
  return {
    outcomes: counts,
    generations: 0,
    fromCache: 0,
    capped: 0,
    cases: 0,
    unscored: 0,
    notApplicable: 0,
    undecided: 0,
    errors: new Map(),
  };
}

/** Adds one case line to a tally. */
export function count(tally: Tally, line: CaseLine): void {
  tally.cases += 1;
  if (line.review === null) tally.unscored += 1;
  if (line.outcome === "not-applicable") tally.notApplicable += 1;
  if (line.ledger !== null && isUndecided(line.ledger)) tally.undecided += 1;
  for (const part of line.parts) {
    if (part.outcome === "not-applicable") continue;
    tally.generations += 1;
    tally.outcomes[part.outcome] += 1;
    if (part.fromCache) tally.fromCache += 1;
    if (part.isCapped) tally.capped += 1;
    if (part.error !== undefined) countError(tally.errors, part.error);
  }
}

function countError(errors: Tally["errors"], message: string): void {
  const earlier = errors.get(message);
  if (earlier === undefined && errors.size >= mostMessages) {
    const [rarest] = [...errors].reduce((least, one) => (one[1] < least[1] ? one : least));
    errors.delete(rarest);
  }
  errors.set(message, (earlier ?? 0) + 1);
}

/** The messages of a tally's transport errors, most frequent first, the first few only. */
export function frequentErrors(tally: Tally): { message: string; count: number }[] {
  return [...tally.errors]
    .map(([message, times]) => ({ message, count: times }))
    .sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1))
    .slice(0, mostErrors);
}
