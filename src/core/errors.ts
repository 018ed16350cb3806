import { closest, distance } from "fastest-levenshtein";

/** A mistake in the command, a suite or its data, found before anything was run: one line, exit 2, never a stack. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** An engine that cannot be reached or a run cut short: one line, exit 3. */
export class IncompleteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IncompleteError";
  }
}

/**
 * The known words as advice for an unknown one: the nearest first when it is near enough to be a slip, else all of them.
 * @returns for example `did you mean "recall"? known: recall, precision`
 */
export function suggestWord(got: string, known: readonly string[]): string {
  const list = `known: ${known.join(", ")}`;
  if (known.length === 0) return "none are known";
  const nearest = nearWord(got, known);
  return nearest === null ? list : `did you mean "${nearest}"? ${list}`;
}

/**
 * The same of very many words: the nearest of them, and where all are.
 * @param all where all can be read, such as `list metrics shows all`
 */
export function suggestNearest(got: string, known: readonly string[], all: string): string {
  const nearest = nearWord(got, known);
  if (nearest !== null) return `did you mean "${nearest}"? ${all}`;
  const near = known.toSorted((a, b) => distance(got, a) - distance(got, b)).slice(0, 3);
  return `the nearest: ${near.join(", ")}; ${all}`;
}

/** The known word that an unknown one is a slip of; null where none is near enough. */
export function nearWord(got: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const nearest = closest(got, known);
  return distance(got, nearest) <= Math.max(2, Math.floor(got.length / 3)) ? nearest : null;
}
