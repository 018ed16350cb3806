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

/** How much words of a judge come to, in characters, and in how many pieces. */
export interface SaidSize {
  total: number;
  longest: number;
  pieces: number;
}

const letters = { pass: "p", fail: "f", unknown: "u" } as const;

/** Packs what a judge said of a line, evidence and reasoning cut at `most` characters each. */
export function packVerdicts(
  judged: NonNullable<CaseLine["judged"]>,
  axes: readonly string[],
  most: number,
): PackedVerdict[] {
  const verdicts = judged.map(({ axes: said, pass, evidence, reasoning, reason }): PackedVerdict => ({
    a: axes.map((axis) => (Object.hasOwn(said, axis) ? letters[said[axis] ?? "unknown"] : "-")).join(""),
    p: pass,
    ...(evidence.trim() === "" ? {} : { e: visibleText(evidence) }),
    ...(reasoning.trim() === "" ? {} : { w: visibleText(reasoning) }),
    ...(reason === undefined ? {} : { why: visibleText(reason) }),
  }));
  return verdicts.map((verdict) => cutVerdict(verdict, most));
}

/** The verdict with evidence and reasoning cut at `most` characters each, marked where that took something away. */
export function cutVerdict(verdict: PackedVerdict, most: number): PackedVerdict {
  const { e, w, ...rest } = verdict;
  const isCut = [e, w].some((text) => text !== undefined && text.length > most);
  if (!isCut) return verdict;
  return { ...rest, ...cutPiece("e", e, most), ...cutPiece("w", w, most), isCut: true };
}

function cutPiece(key: "e" | "w", text: string | undefined, most: number): Partial<PackedVerdict> {
  return text === undefined || most === 0 ? {} : { [key]: text.slice(0, most).toWellFormed() };
}

/** How much evidence and reasoning there is to cut. */
export function sizeOfSaid(verdicts: readonly PackedVerdict[]): SaidSize {
  const lengths = verdicts.flatMap(({ e, w }) => [e, w]).flatMap((text) => text?.length ?? []);
  return {
    total: lengths.reduce((sum, length) => sum + length, 0),
    longest: Math.max(0, ...lengths),
    pieces: lengths.length,
  };
}
