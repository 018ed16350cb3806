import type { Case } from "./case.ts";
import type { LatencyLine } from "./latency/journal.ts";
import type { CaseLine, Report } from "./report.ts";

/** A finished run as its folder holds it. The streams can be opened more than once. */
export interface RunData {
  report: Report;
  /** cases.jsonl: one line per reviewer, case and repeat, in the order in which they were finished. */
  lines: () => AsyncIterable<CaseLine>;
  /** latency.jsonl: every request of the latency phase; absent where there was none. */
  latency?: () => readonly LatencyLine[];
  /** dataset.jsonl: the cases that were measured, in dataset order. */
  cases: () => AsyncIterable<Case>;
}

/** A file that a reporter made; `path` is relative to the run's folder. */
export interface RenderedFile {
  path: string;
  content: string;
}

/** Renders a run. Writes nothing itself: one place writes what all reporters return. */
export interface Reporter {
  readonly name: string;
  render(run: RunData): Promise<RenderedFile[]>;
}
