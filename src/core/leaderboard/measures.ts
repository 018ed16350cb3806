import { type Contributions, contributionsTo } from "../contributions.ts";
import { metricDefinitions, type MetricName } from "../metric.ts";
import { measure } from "../reduce.ts";
import { medianRate } from "../reduce-judge.ts";
import type { Metric, Report } from "../report.ts";
import type { CaseRow } from "../row.ts";
import type { Counting, Measure } from "./board.ts";
import type { Scale } from "./sort-runs.ts";

/** Precision counts for more, as much, or less than recall. */
const usualBetas = [1, 0.5, 2];

const others: Record<Scale, readonly MetricName[]> = {
  detection: ["detection.twin_discrimination", "detection.false_alarm_rate"],
  judge: ["judge.pass_rate"],
  safety: ["safety.pass_rate"],
  overlap: ["overlap.f1", "overlap.f1_code"],
  ratings: ["ratings.relevance"],
  contract: ["contract.valid_rate"],
};

/** What a suite counts as one finding's work, in each way in which it counts, its headline first. */
const scoresOf = {
  "one-to-one": { f: "detection.f1", recall: "detection.recall", precision: "detection.precision" },
  published: {
    f: "detection.f1_published",
    recall: "detection.recall_published",
    precision: "detection.precision_published",
  },
} as const satisfies Record<Counting, Record<string, MetricName>>;

/** Every measure of a scorer under one judge, as the suite of a run counts; the first is what it is best ranked by. */
export function measuresOf(scale: Scale, { suite }: Report, judge: string | null): Measure[] {
  const plain = others[scale].map((metric): Measure => ({ metric, judge }));
  if (scale !== "detection") return plain;
  const { beta, counting } = detectionSettings(suite);
  const countings: Counting[] = counting === "published" ? ["published", "one-to-one"] : ["one-to-one"];
  const betas = [...new Set([beta, ...usualBetas])];
  return [
    ...countings.flatMap((one): Measure[] => [
      ...betas.map((weight): Measure => ({ metric: "detection.f_beta", beta: weight, counting: one, judge })),
      { metric: "detection.recall", counting: one, judge },
      { metric: "detection.precision", counting: one, judge },
    ]),
    ...plain,
  ];
}

/** How a suite weighs recall and counts; stored settings are whole. */
function detectionSettings(suite: Report["suite"]): { beta: number; counting: unknown } {
  const { beta, counting } = Object(suite.scorers["detection"]) as Record<string, unknown>;
  return { beta: typeof beta === "number" ? beta : 1, counting };
}

/** Which end of a measure is the better one. */
export function betterEnd({ metric }: Pick<Measure, "metric">): "higher" | "lower" {
  return metricDefinitions[metric].better === "lower" ? "lower" : "higher";
}

/** Measures that are functions of the same sums, so that one round of resampling serves them all. */
export function familyOf({ metric, counting }: Measure): string {
  return counting ?? metric;
}

/** What each case adds to the sums that a measure is made of: for F, recall and precision hits, wrong findings and misses. */
export function contributionsOf(one: Measure, rows: readonly CaseRow[]): Contributions["of"] {
  if (one.counting === undefined) return sumsOf(one.metric, rows);
  const { f, precision } = scoresOf[one.counting];
  const found = sumsOf(precision, rows);
  return new Map(
    [...sumsOf(f, rows)].map(([id, { cluster, sums }]) => {
      const [twice = 0, all = 0] = sums;
      const [hits = 0, findings = 0] = found.get(id)?.sums ?? [];
      return [id, { cluster, sums: [hits, findings - hits, all - twice - (findings - hits)] }];
    }),
  );
}

function sumsOf(metric: MetricName, rows: readonly CaseRow[]): Contributions["of"] {
  const contributions = contributionsTo(metric, rows);
  if (contributions === null) throw new RangeError(`${metric} is no function of sums over cases`);
  return contributions.of;
}

/** A measure from those sums, higher being better whatever the measure; null where it is undefined. */
export function statisticOf(one: Measure): (sums: ArrayLike<number>) => number | null {
  const { metric, beta, counting } = one;
  const ratio = (numerator: number, denominator: number) => (denominator > 0 ? numerator / denominator : null);
  const at = (sums: ArrayLike<number>, index: number) => sums[index] ?? 0;
  if (beta !== undefined) {
    const [hit, miss] = [1 + beta * beta, beta * beta];
    return (sums) => ratio(hit * at(sums, 0), hit * at(sums, 0) + miss * at(sums, 2) + at(sums, 1));
  }
  if (counting !== undefined) {
    const other = metric === "detection.recall" ? 2 : 1;
    return (sums) => ratio(at(sums, 0), at(sums, 0) + at(sums, other));
  }
  if (metricDefinitions[metric].kind === "median-of-runs") return medianRate;
  const sign = betterEnd(one) === "lower" ? -1 : 1;
  return (sums) => ratio(sign * at(sums, 0), at(sums, 1));
}

/** The value of a measure with its interval, as reports have it. */
export function valueOf(one: Measure, rows: readonly CaseRow[], seed: number): Metric {
  return measure(scoreName(one), weighted(one, rows), seed);
}

/** The name under which the rows of a run hold what a measure is made of. */
export function scoreName({ metric, beta, counting = "one-to-one" }: Measure): MetricName {
  if (beta !== undefined) return scoresOf[counting].f;
  if (metric === "detection.recall") return scoresOf[counting].recall;
  return metric === "detection.precision" ? scoresOf[counting].precision : metric;
}

/** The name under which a report tells a measure; null where it tells none, as with a beta of nobody's suite. */
export function reportedName(one: Measure, { suite }: Report): MetricName | null {
  if (one.beta === undefined || one.beta === 1) return scoreName(one);
  return one.counting !== "published" && one.beta === detectionSettings(suite).beta ? "detection.f_beta" : null;
}

/** Rows whose F1 is an F of another beta, made anew from its counts: F1 = 2TP / (2TP + FP + FN), precision TP / (TP + FP). */
function weighted({ beta = 1, counting = "one-to-one" }: Measure, rows: readonly CaseRow[]): readonly CaseRow[] {
  if (beta === 1) return rows;
  const { f, precision } = scoresOf[counting];
  const weight = beta * beta;
  return rows.map((row) => {
    const [own, found] = [row.scores[f], row.scores[precision]];
    if (own === undefined || found === undefined || "reason" in own || "reason" in found) return row;
    const hits = found.numerator;
    const wrong = found.denominator - hits;
    const missed = own.denominator - 2 * hits - wrong;
    const numerator = (1 + weight) * hits;
    const score = { numerator, denominator: numerator + weight * missed + wrong };
    return { ...row, scores: { ...row.scores, [f]: score } };
  });
}

/** What rows hold of scores that a leaderboard asks for. */
const scoresAsked: readonly string[] = [
  ...Object.values(scoresOf).flatMap((names) => Object.values<string>(names)),
  ...Object.values(others).flat(),
];

/** What it asks of a case's fields: what metrics are about, and the roles. */
const fieldsAsked = ["bugs", "references", "twin", "language", "tag"];

/** A row with no more than a leaderboard asks for, since the rows of all runs are held at once. */
export function slimRow(row: CaseRow): CaseRow {
  const keep = <Value>(from: Record<string, Value>, names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name): [string, Value][] => {
        const value = from[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  return {
    ...row,
    fields: keep(row.fields, fieldsAsked),
    scores: keep(row.scores, scoresAsked),
    ranked: null,
    durationsMs: [],
  };
}
