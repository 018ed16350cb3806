import type { Severity } from "../../core/case.ts";

/** The new side of one changed file. */
export interface ChangedFile {
  path: string;
  /** The complete new text; null where the case does not hold it. */
  text: string | null;
  /** Text of each added line by its 1-based number. */
  added: ReadonlyMap<number, string>;
}

/** One remark of a linter; `rule` is the linter's own name of it, `line` is 1-based in the new text. */
export interface Diagnostic {
  path: string;
  line: number;
  rule: string;
  message: string;
  severity: Severity;
}

/** Runs a real linter over the files of one case and reports what lies on added lines, in any order. */
export type Lint = (files: readonly ChangedFile[]) => Promise<Diagnostic[]>;

/**
 * The first of a diagnostic's lines that was added; null when none was. A line after the end, where linters put what is
 * missing there, is taken as the last one.
 */
export function firstAddedLine(file: ChangedFile, lines: readonly number[]): number | null {
  const last = file.text === null ? Infinity : file.text.replace(/\n$/, "").split("\n").length;
  return lines.map((line) => Math.min(line, last)).find((line) => file.added.has(line)) ?? null;
}
