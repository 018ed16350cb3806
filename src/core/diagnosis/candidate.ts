import { formatFixed } from "../format.ts";
import type { CaseRow, Unit } from "../row.ts";
import type { Figure, LikelyCause } from "./cause.ts";
import { averageRepeats, chanceAbove, rateOf } from "./evidence.ts";

/** One review with what a diagnosis reads of it. */
export interface Reviewed {
  row: CaseRow;
  signs: NonNullable<CaseRow["signs"]>;
}

/** A cause that could be looked at, as there are cases enough; whether it is one, `isLarge` and `p` decide together. */
export interface Candidate extends LikelyCause {
  /** Not adjusted yet. */
  p: number;
  /** Whether the figures are large enough to matter, were they exact. */
  isLarge: boolean;
  /** Causes that make this one follow: where one of them speaks, this one does not. */
  coveredBy?: readonly string[];
  /** Whether its cases can make others look worse in a part of the cases that holds many of them. */
  explainsMisses?: boolean;
}

/** A rate that a cause asks for: at least `least` as it was seen, and shown to lie above `border`. */
export interface Asked {
  units: readonly Unit[];
  least: number;
  border: number;
}

/**
 * A candidate of a rule that asks for one rate or several together; of several its p is the greatest, since all must hold
 * (Berger 1982). The first one's figure and cases are the candidate's. Null where one of them has below ten cases.
 */
export function askRates(
  asked: readonly Asked[],
  told: Pick<Candidate, "name" | "cause" | "remedy" | "coveredBy" | "explainsMisses">,
  say: (...figures: Figure[]) => string,
): Candidate | null {
  const [first] = asked;
  const rates = asked.flatMap(({ units, least, border }) => {
    const rate = rateOf(averageRepeats(units, keyOf));
    if (rate === null) return [];
    const { figure, effectiveN } = rate;
    return [{ figure, p: chanceAbove(border, { value: figure.value, effectiveN }), isLarge: figure.value >= least }];
  });
  const figures = rates.map(({ figure }) => figure);
  const [figure] = figures;
  if (first === undefined || figure === undefined || rates.length < asked.length) return null;
  return {
    ...told,
    evidence: say(...figures),
    figure,
    p: Math.max(...rates.map(({ p }) => p)),
    isLarge: rates.every(({ isLarge }) => isLarge),
    cases: casesOf(first.units.filter(({ numerator }) => numerator > 0)),
  };
}

/** A unit of a case that counts several, such as its bugs. */
export type Part = Unit & { part?: string };

const keyOf = ({ caseId, part = "" }: Part) => `${caseId}\n${part}`;

/** A unit that counts once, as true or false. */
export function unitOf({ caseId, cluster }: CaseRow, isTrue: boolean, part?: string): Part {
  return { caseId, cluster, numerator: Number(isTrue), denominator: 1, ...(part === undefined ? {} : { part }) };
}

/** The distinct cases of some units, in their order. */
export function casesOf(units: readonly Unit[]): string[] {
  return [...new Set(units.map(({ caseId }) => caseId))];
}

/** A rate in a sentence: `58 of 60 bugs (97 %, 89 to 99)`. */
export function sayRate({ value, low, high, numerator, n }: Figure, noun = ""): string {
  const ends = low === null || high === null ? "" : `, ${percent(low)} to ${percent(high)}`;
  return `${count(numerator)} of ${count(n)}${noun === "" ? "" : ` ${noun}`} (${percent(value)} %${ends})`;
}

/** A share in whole percent. */
export function percent(rate: number): string {
  return formatFixed(100 * rate, 0);
}

/** Repeats are averaged, so a count may be a fraction. */
function count(number: number): string {
  return Number.isInteger(Math.round(number * 10) / 10) ? String(Math.round(number)) : formatFixed(number, 1);
}
