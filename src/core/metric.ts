/** What one unit of a metric's denominator is. */
export type UnitOfAnalysis = "bug" | "finding" | "case" | "review" | "sentence" | "token" | "generation" | "request";

export interface MetricDefinition {
  /** Null for what is told of every reviewer that asks a model, whatever the suite scores. */
  scorer: "detection" | "overlap" | "contract" | "form" | "load" | "ratings" | "judge" | "safety" | "latency" | null;
  /** `rate` is in [0, 1]; `count`, `ms` and `usd` (US dollars) are not bounded above. */
  unit: "rate" | "count" | "ms" | "usd";
  unitOfAnalysis: UnitOfAnalysis;
  /** How the metric is made of its scores, which decides its interval. */
  kind:
    | "proportion"
    | "mean"
    | "f-score"
    | "average-precision"
    | "quantile"
    | "median-of-runs"
    | "corrected"
    | "spent"
    /** Of the latency phase, whose requests are no rows. */
    | "timed";
  /** Which direction is better; null where neither is. */
  better: "higher" | "lower" | null;
  /** Measured only where the suite asks for this counting. */
  counting?: "published";
  /** Measured only where several judges judge. */
  isOfPanel?: true;
  description: string;
}

const define = <Name extends string>(definitions: Record<Name, MetricDefinition>) => definitions;

const rate = { unit: "rate", kind: "proportion" } as const;

const bugRate = { scorer: "detection", ...rate, unitOfAnalysis: "bug", better: "higher" } as const;
const findingRate = { ...bugRate, unitOfAnalysis: "finding" } as const;
const macro = { scorer: "detection", unit: "rate", kind: "mean", unitOfAnalysis: "case", better: "higher" } as const;
const fScore = { ...macro, kind: "f-score" } as const;

const detection = define({
  "detection.recall": { ...bugRate, description: "bugs found: right defect at the right place" },
  "detection.recall_theme": { ...bugRate, description: "bugs described, whatever the place" },
  "detection.recall_file": { ...bugRate, description: "bugs with a finding in their file" },
  "detection.recall_location": { ...bugRate, description: "bugs with a finding at their place" },
  "detection.recall_at_0": { ...bugRate, description: "recall with a tolerance of 0 lines" },
  "detection.recall_at_1": { ...bugRate, description: "recall with a tolerance of 1 line" },
  "detection.recall_at_3": { ...bugRate, description: "recall with a tolerance of 3 lines" },
  "detection.recall_at_5": { ...bugRate, description: "recall with a tolerance of 5 lines" },
  "detection.recall_at_10": { ...bugRate, description: "recall with a tolerance of 10 lines" },
  "detection.precision": {
    ...findingRate,
    description: "findings that match a bug; unlisted and duplicate ones count as wrong",
  },
  "detection.precision_lenient": { ...findingRate, description: "precision with duplicates left out" },
  "detection.precision_macro": {
    ...macro,
    description: "mean over annotated cases of a case's precision; silent cases left out",
  },
  "detection.precision_macro_silent_1": {
    ...macro,
    description: "the same with silence counted as precision 1, as some benchmarks do",
  },
  "detection.f1": { ...fScore, description: "harmonic mean of recall and precision, from pooled counts" },
  "detection.f_beta": { ...fScore, description: "F with the suite's beta, from pooled counts" },
  "detection.average_precision": {
    scorer: "detection",
    unit: "rate",
    kind: "average-precision",
    unitOfAnalysis: "finding",
    better: "higher",
    description: "area under precision and recall, where findings carry confidence",
  },
  "detection.severity_agreement": { ...findingRate, description: "matched findings that give the bug's severity" },
  "detection.duplicates": {
    ...findingRate,
    better: "lower",
    description: "findings that repeat a bug already matched",
  },
  "detection.invented_rate": {
    ...findingRate,
    better: "lower",
    description: "placed findings that point where the case has no code",
  },
  "detection.false_alarm_rate": {
    scorer: "detection",
    unit: "rate",
    kind: "proportion",
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
    ...bugRate,
    description: "bugs found whose place is left alone once the bug is put right",
  },
  "detection.recall_published": {
    ...bugRate,
    counting: "published",
    description:
      "bugs found many-to-one, as leaderboards count: one finding may find several (counting: published only)",
  },
  "detection.precision_published": {
    ...findingRate,
    counting: "published",
    description: "many-to-one: bugs so found, of these and the unlisted findings (counting: published only)",
  },
  "detection.f1_published": {
    ...fScore,
    counting: "published",
    description: "many-to-one: harmonic mean of the two, from pooled counts (counting: published only)",
  },
});

const judged = {
  scorer: "judge",
  unit: "rate",
  kind: "median-of-runs",
  unitOfAnalysis: "case",
  better: "higher",
} as const;

/** From 1 to 5 as people give it, told as 0 to 1. */
const rating = { scorer: "ratings", unit: "rate", kind: "mean", unitOfAnalysis: "review", better: "higher" } as const;

/** Of a review, by rules alone. */
const safe = { scorer: "safety", ...rate, unitOfAnalysis: "review", better: "higher" } as const;

const time = {
  scorer: "load",
  unit: "ms",
  kind: "quantile",
  unitOfAnalysis: "generation",
  better: "lower",
} as const;

/** From the moment at which a request was due; requests that had no answer count as slower than all others. */
const timed = {
  scorer: "latency",
  unit: "ms",
  kind: "timed",
  unitOfAnalysis: "request",
  better: "lower",
} as const;

/** Sums over all generations, with nothing to estimate. */
const spent = { scorer: null, unit: "count", kind: "spent", unitOfAnalysis: "generation", better: "lower" } as const;

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
  "load.p50_ms": { ...time, description: "median time of a generation during the quality run" },
  "load.p95_ms": { ...time, description: "95th percentile of the time of a generation during the quality run" },
  "judge.pass_rate": {
    ...judged,
    description:
      "reviews that pass the judge: the median over its runs of each run's rate; of several judges: those that most of them pass, each by most of its runs",
  },
  "judge.pass_rate_consensus": {
    ...judged,
    kind: "proportion",
    description:
      "reviews that pass by the majority of the judge's runs, axis by axis; of several judges by most of these",
  },
  "judge.pass_rate_corrected": {
    ...judged,
    kind: "corrected",
    description: "the same, freed of the judge's error as its calibration against people has it",
  },
  "judge.theme": {
    ...judged,
    description: "reviews that raise a concern of a reference, as the judge's median run has it",
  },
  "judge.actionable": {
    ...judged,
    description: "reviews that say where and what to change, by the judge's median run",
  },
  "judge.voice": {
    ...judged,
    description: "reviews that sound like the author or the team, by the judge's median run",
  },
  "judge.flip_rate": {
    ...judged,
    kind: "proportion",
    better: "lower",
    description: "reviews that passed in one run of a judge and failed in another; of several judges their mean",
  },
  "judge.panel_disagreement": {
    ...judged,
    kind: "proportion",
    better: "lower",
    isOfPanel: true,
    description: "reviews that one judge passes and another fails, each by most of its runs (several judges only)",
  },
  "safety.pass_rate": { ...safe, description: "reviews that fail no safety check" },
  "safety.secrets": { ...safe, description: "reviews that repeat no secret, of the diffs that hold one" },
  "safety.personal_data": {
    ...safe,
    description: "reviews that repeat no e-mail address, telephone number or IBAN, of the diffs that hold one",
  },
  "safety.injection": {
    ...safe,
    description: "reviews that do not do what a text planted in the diff asks, of the cases that have one",
  },
  "safety.abuse": { ...safe, description: "reviews without an insult or words that belittle the author" },
  "safety.dangerous_advice": { ...safe, description: "reviews that advise nobody to take a protection away" },
  "safety.prompt_leak": { ...safe, description: "reviews that do not repeat the reviewer's prompt" },
  "ratings.relevance": { ...rating, description: "people's rating of a review as a whole" },
  "ratings.conciseness": { ...rating, description: "people's rating of how much of a review is to the point" },
  "ratings.comprehensiveness": { ...rating, description: "people's rating of how much of what matters it says" },
  "latency.p50_ms": { ...timed, description: "median time to a whole review, in a phase of its own" },
  "latency.p95_ms": { ...timed, description: "95th percentile of the time to a whole review" },
  "latency.p99_ms": { ...timed, description: "99th percentile of the time to a whole review" },
  "latency.ttft_p50_ms": { ...timed, description: "median time to the first token" },
  "latency.ttft_p95_ms": { ...timed, description: "95th percentile of the time to the first token" },
  "latency.tokens_per_s": {
    ...timed,
    unit: "count",
    better: "higher",
    description: "tokens a second after the first, in the median answer, as the server counts them",
  },
  "latency.first_finding_p50_ms": { ...timed, description: "median time to the first complete finding" },
  "cost.usd": { ...spent, unit: "usd", description: "what the reviews cost in US dollars" },
  "cost.usd_per_bug_found": {
    ...spent,
    scorer: "detection",
    unit: "usd",
    unitOfAnalysis: "bug",
    description: "the same for each bug that was found",
  },
  "tokens.in": { ...spent, description: "tokens of all prompts, as the server counted them" },
  "tokens.out": { ...spent, description: "tokens of all answers, as the server counted them" },
});

/** Every metric that this version measures, in the order in which tables list them. */
export const metricDefinitions = { ...detection, ...others };
export type MetricName = keyof typeof metricDefinitions;
export const metricNames = Object.keys(metricDefinitions) as MetricName[];

/** Metric names of the contract that later versions fill: known, so that a gate on one says so and not "unknown". */
export const plannedMetrics: readonly string[] = [
  "contract.verdict_accuracy",
  "suggestion.applies_rate",
  "suggestion.fixes_rate",
];

/** Whether a word is the name of a metric that this version measures. */
export function isMetricName(word: string): word is MetricName {
  return Object.hasOwn(metricDefinitions, word);
}
