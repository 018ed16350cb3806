import type { MetricName } from "../metric.ts";
import type { Metric, Report } from "../report.ts";
import type { CaseRow } from "../row.ts";

/** One finished run as a leaderboard takes it. */
export interface BoardRun {
  report: Report;
  /** The report's file, as messages name it. */
  file: string;
  /** Where a page of the leaderboard finds the run's own page; null where it has none. */
  link: string | null;
}

/** Reads what metrics need of each case from a run, by reviewer, for those that are wanted. */
export type ReadRows = (run: BoardRun, wanted: ReadonlySet<string>) => ReadonlyMap<string, readonly CaseRow[]>;

export type Role = "measured" | "company" | "yardstick";

/** What of a run a row of the leaderboard rests on. */
export interface RunFacts {
  id: string;
  file: string;
  startedAt: string;
  link: string | null;
}

/** One reviewer; floors and ceilings are yardsticks, whoever asked for them. */
export interface Entry {
  id: string;
  role: Role;
  provider: string;
  model: string;
  /** The run that it is ranked by first; else the newest that it is in. */
  run: RunFacts;
  /** By name of the column, over the shared cases; times and sums of a machine's hours over all of the run. */
  columns: Record<string, Metric>;
}

export type Counting = "one-to-one" | "published";

/** By what reviewers can be ranked. */
export interface Measure {
  /** The metric of the contract; `detection.f_beta` for every F. */
  metric: MetricName;
  /** Weight of recall against precision; of F only. */
  beta?: number;
  /** Of detection, where the suite counts in both ways. */
  counting?: Counting;
  /** Whose verdicts it rests on: on findings and bugs for detection, on reviews for the judge's metrics; null for nobody's. */
  judge: string | null;
}

/** Where a measured reviewer stands by one measure. */
export interface RankedRow {
  reviewer: string;
  /** The run that its figures are of. */
  run: string;
  /** One more than the number of those with a better value. */
  rank: number;
  /** Between these ranks in 95 % of the resamples. */
  low: number;
  high: number;
  /** Share of the resamples in which none is better. */
  firstShare: number;
  value: Metric;
}

/** One that has no rank: company, floors and ceilings, and who has no value to be ranked by. */
export interface UnrankedRow {
  reviewer: string;
  run: string | null;
  value: Metric;
  reason: string;
}

export interface Ranking extends Measure {
  better: "higher" | "lower";
  /** Cases and clusters that all ranked reviewers have a score of; shared cases that one of them lacks. */
  cases: number;
  clusters: number;
  leftOut: number;
  /** Best first. */
  rows: RankedRow[];
  unranked: UnrankedRow[];
  /** Runs of rows, from and to, of which no two can be told apart; those within another are not listed. */
  joined: [from: number, to: number][];
}

/** One metric by the values of a field: what is a reviewer good at. */
export interface RoleGrid {
  field: string;
  metric: MetricName;
  /** Most cases first; severities worst first. */
  values: { value: string; cases: number }[];
  rows: { reviewer: string; cells: (Metric | null)[] }[];
}

/** One reviewer in several runs, oldest first, each over all of its own cases. */
export interface History {
  reviewer: string;
  metric: string;
  runs: (RunFacts & { value: Metric })[];
}

/** What was not taken in, and why. */
export interface Exclusion {
  run: string;
  file: string;
  /** `all`, or the scorer whose metrics are left out. */
  concerns: string;
  reason: string;
}

/** Reviewers of one or many runs beside each other, on the cases that all of the runs share. */
export interface Leaderboard {
  version: 1;
  /** The suite, where it is one; else the dataset. */
  name: string;
  dataset: Pick<Report["dataset"], "name" | "hash">;
  seed: number;
  /** The answer in one sentence. */
  sentence: string;
  /** Shared by all, and those that only some of the runs have. */
  cases: number;
  clusters: number;
  leftOut: number;
  /** Measured, company, then ceilings and floors. */
  reviewers: Entry[];
  /** Columns in their order. */
  columns: string[];
  /** The first one leads. */
  rankings: Ranking[];
  roles: RoleGrid[];
  histories: History[];
  excluded: Exclusion[];
  notes: string[];
}
