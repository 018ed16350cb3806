import type { LikelyCause } from "./cause.ts";
import type { FailureCluster } from "./failures.ts";

/** What is told of one reviewer of a stored run. */
export interface DiagnosedRun {
  version: 1;
  run: string;
  /** The run as it was named. */
  word: string;
  reviewer: string;
  model: string;
  cases: number;
  /** Reviews that were scored. */
  scored: number;
  isWhole: boolean;
  /** Questions that had cases enough to be asked. */
  asked: number;
  causes: readonly LikelyCause[];
  clusters: readonly FailureCluster[];
}
