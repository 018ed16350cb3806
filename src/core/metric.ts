/** What one unit of a metric's denominator is. */
export type UnitOfAnalysis = "bug" | "finding" | "case" | "review" | "sentence" | "token" | "generation";

export interface MetricDefinition {
  scorer: "detection" | "overlap" | "contract" | "form" | "load";
  /** `rate` is in [0, 1]; `count` and `ms` are not bounded above. */
  unit: "rate" | "count" | "ms";
  unitOfAnalysis: UnitOfAnalysis;
  /** How the metric is made of its scores, which decides its interval. */
  kind: "proportion" | "mean" | "f-score" | "average-precision" | "quantile";
  /** Which direction is better; null where neither is. */
  better: "higher" | "lower" | null;
  description: string;
}

const define = <Name extends string>(definitions: Record<Name, MetricDefinition>) => definitions;

const rate = { unit: "rate", kind: "proportion" } as const;

const detection = define({
  "detection.recall": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "bugs found: right defect at the right place",
  },
  "detection.recall_theme": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "bugs described, whatever the place",
  },
  "detection.recall_file": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "bugs with a finding in their file",
  },
  "detection.recall_location": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "bugs with a finding at their place",
  },
  "detection.recall_at_0": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "recall with a tolerance of 0 lines",
  },
  "detection.recall_at_1": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "recall with a tolerance of 1 line",
  },
  "detection.recall_at_3": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "recall with a tolerance of 3 lines",
  },
  "detection.recall_at_5": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "recall with a tolerance of 5 lines",
  },
  "detection.recall_at_10": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "recall with a tolerance of 10 lines",
  },
  "detection.precision": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "finding",
    better: "higher",
    description: "findings that match a bug; unlisted and duplicate ones count as wrong",
  },
  "detection.precision_lenient": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "finding",
    better: "higher",
    description: "precision with duplicates left out",
  },
  "detection.precision_macro": {
    scorer: "detection",
    unit: "rate",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "higher",
    description: "mean over annotated cases of a case's precision; silent cases left out",
  },
  "detection.precision_macro_silent_1": {
    scorer: "detection",
    unit: "rate",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "higher",
    description: "the same with silence counted as precision 1, as some benchmarks do",
  },
  "detection.f1": {
    scorer: "detection",
    unit: "rate",
    kind: "f-score",
    unitOfAnalysis: "case",
    better: "higher",
    description: "harmonic mean of recall and precision, from pooled counts",
  },
  "detection.f_beta": {
    scorer: "detection",
    unit: "rate",
    kind: "f-score",
    unitOfAnalysis: "case",
    better: "higher",
    description: "F with the suite's beta, from pooled counts",
  },
  "detection.average_precision": {
    scorer: "detection",
    unit: "rate",
    kind: "average-precision",
    unitOfAnalysis: "finding",
    better: "higher",
    description: "area under precision and recall, where findings carry confidence",
  },
  "detection.severity_agreement": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "finding",
    better: "higher",
    description: "matched findings that give the bug's severity",
  },
  "detection.duplicates": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "finding",
    better: "lower",
    description: "findings that repeat a bug already matched",
  },
  "detection.invented_rate": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "finding",
    better: "lower",
    description: "placed findings that point where the case has no code",
  },
  "detection.false_alarm_rate": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "case",
    better: "lower",
    description: "clean cases with at least one finding",
  },
  "detection.findings_per_clean_case": {
    scorer: "detection",
    unit: "count",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "lower",
    description: "findings per clean case",
  },
  "detection.twin_discrimination": {
    scorer: "detection",
    ...rate,
    unitOfAnalysis: "bug",
    better: "higher",
    description: "bugs found whose place is left alone once the bug is put right",
  },
});

const others = define({
  "overlap.f1": {
    scorer: "overlap",
    unit: "rate",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "higher",
    description: "SQuAD token F1 with the best reference",
  },
  "overlap.f1_code": {
    scorer: "overlap",
    unit: "rate",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "higher",
    description: "token F1 that keeps operators and splits identifiers",
  },
  "overlap.exact_match": {
    scorer: "overlap",
    ...rate,
    unitOfAnalysis: "case",
    better: "higher",
    description: "reviews equal to a reference after normalising",
  },
  "overlap.rouge_l": {
    scorer: "overlap",
    unit: "rate",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "higher",
    description: "ROUGE-L F1 with the best reference",
  },
  "overlap.bleu": {
    scorer: "overlap",
    unit: "rate",
    kind: "mean",
    unitOfAnalysis: "case",
    better: "higher",
    description: "BLEU-4 as CodeReviewer computes it, 0 to 1",
  },
  "contract.valid_rate": {
    scorer: "contract",
    ...rate,
    unitOfAnalysis: "generation",
    better: "higher",
    description: "generations that keep the output contract",
  },
  "form.sentences_per_finding": {
    scorer: "form",
    unit: "count",
    kind: "mean",
    unitOfAnalysis: "finding",
    better: null,
    description: "sentences per finding",
  },
  "form.words_per_review": {
    scorer: "form",
    unit: "count",
    kind: "mean",
    unitOfAnalysis: "review",
    better: null,
    description: "words per review",
  },
  "load.p50_ms": {
    scorer: "load",
    unit: "ms",
    kind: "quantile",
    unitOfAnalysis: "generation",
    better: "lower",
    description: "median time of a generation during the quality run",
  },
  "load.p95_ms": {
    scorer: "load",
    unit: "ms",
    kind: "quantile",
    unitOfAnalysis: "generation",
    better: "lower",
    description: "95th percentile of the time of a generation during the quality run",
  },
});

/** Every metric that this version measures, in the order in which tables list them. */
export const metricDefinitions = { ...detection, ...others };
export type MetricName = keyof typeof metricDefinitions;
export const metricNames = Object.keys(metricDefinitions) as MetricName[];

/** Metric names of the contract that later versions fill: known, so that a gate on one says so and not "unknown". */
export const plannedMetrics: readonly string[] = [
  "judge.pass_rate",
  "judge.pass_rate_consensus",
  "judge.pass_rate_corrected",
  "judge.theme",
  "judge.actionable",
  "judge.voice",
  "judge.flip_rate",
  "safety.pass_rate",
  "contract.verdict_accuracy",
  "suggestion.applies_rate",
  "suggestion.fixes_rate",
  "latency.p50_ms",
  "latency.p95_ms",
  "latency.p99_ms",
  "latency.ttft_p50_ms",
  "latency.ttft_p95_ms",
  "latency.tokens_per_s",
  "latency.first_finding_p50_ms",
  "cost.usd",
  "cost.usd_per_bug_found",
  "tokens.in",
  "tokens.out",
];

/** Whether a word is the name of a metric that this version measures. */
export function isMetricName(word: string): word is MetricName {
  return Object.hasOwn(metricDefinitions, word);
}
