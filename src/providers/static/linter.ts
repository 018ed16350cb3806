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
