import { formatFixed, formatSigned, formatValue, plural } from "../core/format.ts";
import { showConfidence, usualAlpha } from "../core/gate.ts";
import { metricDefinitions, type MetricName } from "../core/metric.ts";
import type { Metric, Report, ReviewerReport } from "../core/report.ts";
import type { Beside, Sweep, SweepCases, SweepPoint } from "../core/sweep.ts";

/**
 * The reviewers that a report's tables are of: those on the split that a sweep only chose by are told apart from them.
 * All of them where there are no others, as in a run that was cut short.
 */
export function reportedReviewers(reviewers: readonly ReviewerReport[]): readonly ReviewerReport[] {
  const reported = reviewers.filter(({ split }) => split === undefined);
  return reported.length === 0 ? reviewers : reported;
}

/** A row of a sweep's table: the base, or a checkpoint. */
export interface SweepRow {
  /** Null for the base. */
  point: SweepPoint | null;
  /** What it scored where the choice was made; undefined where it was not measured. */
  metric: Metric | undefined;
  isChosen: boolean;
  /** What sets it apart, such as `chosen; the trainer's best`. */
  note: string;
}

/** The base where there is one, then the checkpoints by step. */
export function sweepRows({ points, base, chosen, metric }: Sweep, reviewers: Report["reviewers"]): SweepRow[] {
  const metricOf = (id: string) => reviewers.find((reviewer) => reviewer.id === id)?.metrics[metric];
  const ofPoints = points.map((point) => {
    const isChosen = point.reviewer === chosen?.point;
    const notes = [
      ...(isChosen ? ["chosen"] : noteBeside(point.beside, metric)),
      ...(point.isTrainersBest ? ["the trainer's best"] : []),
    ];
    return { point, metric: metricOf(point.reviewer), isChosen, note: notes.join("; ") };
  });
  if (base === null) return ofPoints;
  return [{ point: null, metric: metricOf(base.reviewer), isChosen: false, note: "" }, ...ofPoints];
}

function noteBeside(beside: Beside | null, metric: MetricName): string[] {
  if (beside === null) return [];
  const { comparison, isToldApart, adjustedP } = beside;
  if (!isToldApart || comparison.difference === null) return ["not told apart"];
  const { unit } = metricDefinitions[metric];
  return [`worse by ${formatValue(Math.abs(comparison.difference), unit)} (${formatP(adjustedP)})`];
}

/** `p = .012`, `p < .001`. */
function formatP(p: number): string {
  return p < 0.001 ? "p < .001" : `p = ${formatFixed(p, 3).replace(/^0/, "")}`;
}

/** `chosen by recall on the validation split (24 cases), gated on the test split (36 cases)`. */
export function sweepMethod({ metric, choice, gated, points, alpha }: Sweep): string {
  const by = `chosen by ${metric}`;
  if (choice.split !== null) return `${by} on ${nameCases(choice)}, gated on ${nameCases(gated)}`;
  if (points.length < 2) return `gated on ${nameCases(gated)}`;
  const level = alpha === usualAlpha ? "" : ` at ${showConfidence(alpha)} (Holm over ${points.length} checkpoints)`;
  return `${by} and gated on the same ${plural(gated.cases, "case")}${level}`;
}

function nameCases({ split, cases }: SweepCases): string {
  return split === null ? plural(cases, "case") : `the ${split} split (${plural(cases, "case")})`;
}

/** What the chosen one gains over its base, with interval and p; null where they were not compared. */
export function besideBase({ base, chosen, metric, gated }: Sweep): string | null {
  const comparison = base?.beside?.comparison;
  if (chosen === null || comparison === undefined || comparison.difference === null) return null;
  const { unit } = metricDefinitions[metric];
  const signed = (value: number) => formatSigned(value, unit);
  const { difference, low, high, cases } = comparison;
  const interval = low === null || high === null ? "" : `, 95 % interval ${signed(low)} to ${signed(high)}`;
  const where = gated.split === null ? "" : ` on the ${gated.split} split`;
  const verdict = base?.beside?.isToldApart === true ? "" : ", which does not tell the two apart";
  return `checkpoint ${chosen.step} against its base${where}: ${metric} ${signed(difference)}${interval}, ${formatP(base?.beside?.adjustedP ?? 1)} (n = ${cases})${verdict}`;
}

/** A loss as trainers write it. */
export function formatLoss(loss: number | null): string {
  return loss === null ? "–" : loss >= 100 ? formatFixed(loss, 1) : formatFixed(loss, 3);
}
