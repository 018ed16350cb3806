import type { CaseLine } from "../../core/report.ts";
import { visibleText } from "./text.ts";

/** What a judge said in one of its runs, as the browser reads it; its keys are short because there are many. */
export interface PackedVerdict {
  /** A letter for each axis of the rubric in turn: `p` pass, `f` fail, `u` unknown, a dash where nothing was said. */
  a: string;
  /** Null where the run is unscored. */
  p: boolean | null;
  /** Evidence and reasoning; absent where they are empty. */
  e?: string;
  w?: string;
  /** Why the run is unscored. */
  why?: string;
  isCut?: true;
}

/** The most characters kept of each evidence and reasoning; `one` keeps them of the first run only that says pass, fail or nothing valid. */
export interface SaidLimits {
  said: number;
  runs: "all" | "one";
}

/** How much a judge's words come to: characters, the longest piece, and how many pieces there are in all and with `one`. */
export interface SaidSize {
  total: number;
  longest: number;
  pieces: number;
  piecesOfOne: number;
}

const letters = { pass: "p", fail: "f", unknown: "u" } as const;

/** Packs what a judge said of a line, evidence and reasoning cut at the limits. */
export function packVerdicts(
  judged: NonNullable<CaseLine["judged"]>,
  axes: readonly string[],
  limits: SaidLimits,
): PackedVerdict[] {
  const verdicts = judged.map(({ axes: said, pass, evidence, reasoning, reason }): PackedVerdict => ({
    a: axes.map((axis) => (Object.hasOwn(said, axis) ? letters[said[axis] ?? "unknown"] : "-")).join(""),
    p: pass,
    ...(evidence.trim() === "" ? {} : { e: visibleText(evidence) }),
    ...(reasoning.trim() === "" ? {} : { w: visibleText(reasoning) }),
    ...(reason === undefined ? {} : { why: visibleText(reason) }),
  }));
  return cutVerdicts(verdicts, limits);
}

/** The verdicts with evidence and reasoning cut at the limits, each marked where that took something away. */
export function cutVerdicts(verdicts: readonly PackedVerdict[], { said, runs }: SaidLimits): PackedVerdict[] {
  return verdicts.map((verdict, index) => {
    const most = runs === "one" && !isFirst(verdicts, index) ? 0 : said;
    const { e, w, ...rest } = verdict;
    const isCut = [e, w].some((text) => text !== undefined && text.length > most);
    return isCut ? { ...rest, ...cutPiece("e", e, most), ...cutPiece("w", w, most), isCut: true } : verdict;
  });
}

/** Whether no earlier run with words came to the same outcome. */
function isFirst(verdicts: readonly PackedVerdict[], index: number): boolean {
  const hasWords = ({ e, w }: PackedVerdict) => e !== undefined || w !== undefined;
  return verdicts.findIndex((one) => one.p === verdicts[index]?.p && hasWords(one)) === index;
}

function cutPiece(key: "e" | "w", text: string | undefined, most: number): Partial<PackedVerdict> {
  return text === undefined || most === 0 ? {} : { [key]: text.slice(0, most).toWellFormed() };
}

/** How much evidence and reasoning there is to cut. */
export function sizeOfSaid(verdicts: readonly PackedVerdict[]): SaidSize {
  const lengths = verdicts.map(({ e, w }) => [e, w].flatMap((text) => text?.length ?? []));
  const all = lengths.flat();
  return {
    total: all.reduce((sum, length) => sum + length, 0),
    longest: Math.max(0, ...all),
    pieces: all.length,
    piecesOfOne: lengths.filter((_, index) => isFirst(verdicts, index)).flat().length,
  };
}

/** Whether the limits take nothing away. */
export function isWithin({ longest, pieces, piecesOfOne }: SaidSize, { said, runs }: SaidLimits): boolean {
  return longest <= said && (runs === "all" || pieces === piecesOfOne);
}

/** About how many characters the limits leave. */
export function sizeWithin({ total, pieces, piecesOfOne }: SaidSize, { said, runs }: SaidLimits): number {
  if (pieces === 0) return 0;
  return runs === "all" ? Math.min(total, pieces * said) : Math.min((total * piecesOfOne) / pieces, piecesOfOne * said);
}
