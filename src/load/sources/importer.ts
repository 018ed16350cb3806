import type { z } from "zod";
import type { Case } from "../../core/case.ts";
import type { RecordedVerdict } from "../../core/match/recorded.ts";
import type { Recording } from "../../core/recording.ts";
import type { RecordedRating } from "../../core/source.ts";

/** The upstream files of a source, whose checksums were found right. */
export interface SourceFiles {
  /** All paths, in the manifest's order. */
  readonly paths: readonly string[];
  /** A file's text. Its path is one of `paths`. */
  read(path: string): string;
  /** What messages call a file, and a line of it where one is given. */
  place(path: string, line?: number): string;
}

/** What a suite can choose of a source. */
export interface ImportSettings {
  /** Whose recorded verdicts are wanted; undefined takes the source's first choice. */
  judge: string | undefined;
}

/** What one recorded reviewer said of the cases, and what judges and people said of that. */
export interface RecordedReviewer {
  recordings: Recording[];
  verdicts?: RecordedVerdict[];
  ratings?: RecordedRating[];
}

/** A source in this program's own terms. Cases come in a fixed order; reviewers by their name, as in `recorded:NAME`. */
export interface ImportedSource {
  cases: z.input<typeof Case>[];
  reviewers: ReadonlyMap<string, RecordedReviewer>;
  /** Who gave the verdicts; null where there are none. */
  judge: string | null;
}

/**
 * Turns the upstream files of one source into cases and, where it has them, recorded reviews.
 * @throws UsageError that names file and line for what is not as the format has it
 */
export type ImportSource = (files: SourceFiles, settings: ImportSettings) => ImportedSource;
