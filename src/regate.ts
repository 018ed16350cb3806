import { baselineOf, type NamedBaseline } from "./baseline.ts";
import { type Barred, applyGates, barsOfJudge } from "./core/apply-gates.ts";
import { type Baseline, standBeside } from "./core/apply-relative-gates.ts";
import { answerSweep, decideSweep } from "./core/describe-sweep.ts";
import { decideGate } from "./core/gate.ts";
import { formatOf } from "./core/format.ts";
import { judgeErrorOf, type KnownError } from "./core/judge/calibration.ts";
import { lexicalThreshold, lexicalVersion } from "./core/match/lexical.ts";
import { isMetricName, metricDefinitions } from "./core/metric.ts";
import { priceRows } from "./core/price-rows.ts";
import { measure } from "./core/reduce.ts";
import type { GateResult, Report, ReviewerReport } from "./core/report.ts";
import type { CaseRow } from "./core/row.ts";
import { Suite } from "./core/suite.ts";
import { closedRecordsOf, reachVerdict } from "./core/verdict.ts";

/** What a finished report is gated with again. */
export interface Regating {
  report: Report;
  /** Rows of every measured reviewer, and of a baseline of the same run, by id. */
  rowsOf: ReadonlyMap<string, readonly CaseRow[]>;
  /** Null where none is named: one that was measured in the same run is taken then. */
  baseline: NamedBaseline | null;
  allowInconclusive: boolean;
}

/** What of a report says who decided what counts. */
type WhoDecided = Pick<Report, "matcher" | "judge"> & {
  reviewers: readonly Pick<ReviewerReport, "id" | "role" | "provider">[];
};

/** The same report with its suite's gates applied to its case lines again, and the verdict that they give. */
export function regate({ report, rowsOf, baseline: named, allowInconclusive }: Regating): Report {
  const gap = whatIsMissing(report);
  if (gap !== null) return { ...report, verdict: { status: "incomplete", exitCode: 3, sentence: gap } };
  const { suite, run, judge } = report;
  const budget = Suite.shape.budget.parse(suite.budget);
  const barred = barredBy(report);
  const baseline = named === null ? ownBaseline(report, rowsOf) : baselineOf(named, report, []);
  const relative = { baseline, seed: run.seed, barred, budget, latency: report.latency ?? null };
  const stood = report.reviewers.map((reviewer) => {
    const rows = rowsOf.get(reviewer.id);
    if (reviewer.role !== "measured" || rows === undefined) return { reviewer, comparison: null };
    return standBeside(gateRows(reviewer, rows, report, barred), rows, {
      ...relative,
      alpha: alphaOf(reviewer, report.sweep),
    });
  });
  const reviewers = stood.map(({ reviewer }) => reviewer);
  const [rows = []] = reviewers.flatMap(({ id, role }) => (role === "measured" ? [rowsOf.get(id) ?? []] : []));
  const verdict = reachVerdict({
    reviewers,
    budget,
    isWhole: true,
    allowInconclusive,
    judged: judge?.engine === "model" ? rows.filter(({ fields }) => fields["references"] !== 0).length : null,
    closedRecords: closedRecordsOf(report),
  });
  const sweep = report.sweep === undefined ? null : decideSweep(report.sweep, reviewers, verdict);
  return {
    ...report,
    reviewers,
    comparisons: stood.flatMap(({ comparison }) => comparison ?? []),
    ...(sweep === null ? {} : { sweep }),
    verdict: sweep === null ? verdict : answerSweep(verdict, sweep),
  };
}

/** The best of several checkpoints may be held to more than .05. */
function alphaOf({ id }: ReviewerReport, sweep: Report["sweep"]): number | undefined {
  return id === sweep?.chosen?.reviewer ? sweep.alpha : undefined;
}

/** Why a report cannot be gated: a run that is not whole says nothing, whatever its figures are. */
function whatIsMissing({ run, dataset, suite, reviewers, verdict }: Report): string | null {
  if (verdict.status === "incomplete") return verdict.sentence;
  if (!run.isWhole) return "The run was cut short, so nothing is gated.";
  if (dataset.cases === 0) return "There is no case in the report, so nothing was scored.";
  const measured = reviewers.filter(({ role }) => role === "measured");
  if (measured.length === 0) return "Nobody was measured, so nobody is gated.";
  const planned = dataset.cases * suite.repeats;
  const cut = measured.find(({ cases }) => cases < planned);
  return cut === undefined
    ? null
    : `The report counts ${cut.cases} of ${planned} reviews of ${cut.id}: a part of the run is missing.`;
}

/** The reviewer with the gates that look at no baseline applied to its rows, and its counts taken from them. */
function gateRows(
  reviewer: ReviewerReport,
  rows: readonly CaseRow[],
  { suite, run, judge, sweep }: Report,
  barred: Barred,
): ReviewerReport {
  const priced = priceRows(rows, reviewer.price ?? null);
  const judgeError = errorOfOne(judge);
  const foreign = rows.filter(({ isForeign }) => isForeign === true).length;
  const undecided = rows.filter(({ isUndecided }) => isUndecided).length;
  return {
    ...reviewer,
    cases: rows.length,
    unscored: rows.filter(({ isScored }) => !isScored).length,
    ...(foreign === 0 ? {} : { notApplicable: foreign }),
    ...(undecided === 0 ? {} : { undecided }),
    gates: suite.gates.flatMap((gate) =>
      isInRows(gate, reviewer)
        ? applyGates([gate], priced, run.seed, barred, judgeError, alphaOf(reviewer, sweep))
        : [gateStored(gate, reviewer)],
    ),
  };
}

/** How often the only judge errs; several have an error each. */
function errorOfOne(judge: Report["judge"]): KnownError {
  return judge === null || judge.members !== undefined ? null : judgeErrorOf(judge);
}

/**
 * A gated figure that the case lines give otherwise than the report has it, in words; null where all agree. One of the
 * two was changed then, and no gate holds on it.
 */
export function differingFigure(
  { reviewers, suite, run, judge }: Report,
  rowsOf: ReadonlyMap<string, readonly CaseRow[]>,
): string | null {
  for (const reviewer of reviewers) {
    const rows = rowsOf.get(reviewer.id);
    if (reviewer.role !== "measured" || rows === undefined) continue;
    const priced = priceRows(rows, reviewer.price ?? null);
    for (const gate of suite.gates) {
      const { metric } = gate;
      if (!isMetricName(metric) || !isInRows(gate, reviewer)) continue;
      const told = reviewer.metrics[metric]?.value ?? null;
      const { value } = measure(metric, priced, run.seed, null, null, errorOfOne(judge));
      if (told === value || Math.abs((told ?? Infinity) - (value ?? -Infinity)) < 1e-9) continue;
      const [now, then] = [value, told].map((one) => (one === null ? "unknown" : formatOf(metric, one)));
      return `${metric} of ${reviewer.id} is ${now} by its case lines and ${then} in the report`;
    }
  }
  return null;
}

/** Times of a phase of its own and the hours of a machine are in the report alone. */
function isInRows({ metric }: GateResult["gate"], { price }: ReviewerReport): boolean {
  if (!isMetricName(metric)) return false;
  const scorer: string | null = metricDefinitions[metric].scorer;
  const isHourly = price !== undefined && price !== null && "usdPerHour" in price;
  return scorer !== "latency" && !(isHourly && metric.startsWith("cost."));
}

function gateStored(gate: GateResult["gate"], { metrics }: ReviewerReport): GateResult {
  const metric = metrics[gate.metric];
  const value = gate.where === undefined ? (metric?.value ?? null) : null;
  const common = { gate, value, casesToDecide: null };
  if (metric === undefined || value === null || (gate.min === undefined && gate.max === undefined)) {
    const why = gate.where === undefined ? (metric?.reason ?? "the report has no such metric") : noSlice;
    return { ...common, status: "inconclusive", bound: null, reason: why };
  }
  return { ...common, ...decideGate(metric, gate) };
}

const noSlice = "the case lines do not hold what this slice is made of (run the suite again)";

/** Which scorers may not gate, as the report tells it. */
export function barredBy({ matcher, judge, reviewers }: WhoDecided): Barred {
  const measured = new Set(reviewers.filter(({ role }) => role === "measured").map(({ id }) => id));
  const byWords = (matcher?.lexicalFor ?? []).some((id) => measured.has(id));
  const { calibration = null } = matcher ?? {};
  const isCurrent = calibration?.version === lexicalVersion && calibration.threshold === lexicalThreshold;
  const detection =
    matcher?.asked?.informsBecause ??
    (matcher?.name === "lexical" && !isCurrent
      ? "the lexical matcher has no current calibration, so it informs but does not gate"
      : byWords
        ? "a measured reviewer has no recorded verdicts, so it was matched by words"
        : null);
  return { ...(detection === null ? {} : { detection }), ...barsOfJudge(judge) };
}

/** A baseline that was measured in the same run; null where there was none. */
function ownBaseline({ comparisons, reviewers }: Report, rowsOf: Regating["rowsOf"]): Baseline | null {
  const compared = comparisons.find(({ baseline }) => baseline.run === undefined);
  const reviewer = reviewers.find(({ id }) => id === compared?.baseline.reviewer);
  if (compared === undefined || reviewer === undefined) return null;
  return { name: compared.baseline.name, run: null, reviewer, rows: rowsOf.get(reviewer.id) ?? [], obstacles: [] };
}
