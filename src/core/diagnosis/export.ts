import type { Case } from "../case.ts";
import type { CaseLine } from "../report.ts";
import type { Failure } from "./failures.ts";

/** One exported review: the case, what people said, what the reviewer said, and why that failed. */
export interface ExportedCase {
  cluster: string;
  caseId: string;
  repeat: number;
  /** Null where the dataset has no splits. */
  split: string | null;
  language: string;
  license: string | null;
  diff: string;
  references: Case["references"];
  bugs: NonNullable<Case["bugs"]> | null;
  /** What the reviewer said, as it was read and as it came. */
  findings: NonNullable<CaseLine["review"]>["findings"];
  text: string;
  why: string[];
  tags: string[];
}

/**
 * Whether a case must not be trained on unknowingly: it is of the split `test`, or of the one that a run's gates are
 * decided on.
 */
export function isHeldOut(split: string | null, gatedSplit: string | undefined): boolean {
  return split !== null && (split === "test" || split === gatedSplit);
}

/** One line of an export. */
export function exportedCase({
  source,
  line,
  failures,
  cluster,
  cause,
}: {
  source: Case;
  line: CaseLine;
  failures: readonly Failure[];
  cluster: string;
  /** The cause in words where the cluster is one. */
  cause: string | null;
}): ExportedCase {
  return {
    cluster,
    caseId: source.id,
    repeat: line.repeat,
    split: source.split ?? null,
    language: source.language,
    license: source.license ?? null,
    diff: source.diff,
    references: source.references,
    bugs: source.bugs ?? null,
    findings: line.review?.findings ?? [],
    text: line.text,
    why: [...(cause === null ? [] : [cause]), ...failures.map(({ why }) => why)],
    tags: [...new Set(failures.flatMap(({ tags }) => tags))],
  };
}
