import { z } from "zod";
import { BaselineComparison } from "./comparison.ts";
import { Price } from "./cost.ts";
import { CaseSigns } from "./diagnosis/case-signs.ts";
import { ReportedCause } from "./diagnosis/cause.ts";
import { Outcome, Usage } from "./generation.ts";
import { JudgeReport, PanelMember } from "./judge/judge-report.ts";
import { Ledger } from "./ledger.ts";
import { LatencyReport } from "./latency/latency-report.ts";
import { MatcherCalibration } from "./match/calibration.ts";
import { WrittenScores } from "./score.ts";
import { Finding } from "./review.ts";
import { ServedModel } from "./served.ts";
import { ShardReport } from "./shard.ts";
import { Gate } from "./suite.ts";
import { Sweep } from "./sweep.ts";

export { JudgeReport, PanelMember };

const nullableNumber = z.number().nullable();

/** One metric of one reviewer. `low`/`high` are two-sided 95 %; the one-sided 95 % bounds are what gates decide by. */
export const Metric = z.strictObject({
  value: nullableNumber,
  low: nullableNumber,
  high: nullableNumber,
  lowOneSided: nullableNumber,
  highOneSided: nullableNumber,
  /** How the interval was made, such as `wilson, effective n` or `bca bootstrap`. */
  method: z.string(),
  /** Units of analysis that were scored. */
  n: z.number(),
  /** Independent units that would carry as much information; of proportions only. */
  effectiveN: z.number().optional(),
  /** Case lines (of times: generations) that could have had this metric and have none, or only a part of it. */
  unscored: z.number(),
  numerator: z.number().optional(),
  denominator: z.number().optional(),
  unitOfAnalysis: z.string(),
  clusters: z.number(),
  unit: z.enum(["rate", "count", "ms", "usd"]),
  /** Why the value is null; of times, a judge's rates, tokens and costs also what they leave out. */
  reason: z.string().optional(),
});
export type Metric = z.infer<typeof Metric>;

/** Reviews that a judge left without a verdict, of those that a gate is about; `judge` is one of several. */
const LeftOpen = z.strictObject({
  unscored: z.int(),
  of: z.int(),
  judge: z.string().optional(),
  reason: z.string().optional(),
});
export type LeftOpen = z.infer<typeof LeftOpen>;

export const GateResult = z.strictObject({
  gate: Gate,
  status: z.enum(["pass", "fail", "inconclusive"]),
  value: nullableNumber,
  bound: nullableNumber,
  reason: z.string(),
  /** About how many more units would decide; null when none would or none is needed. */
  casesToDecide: nullableNumber,
  /** Of a gate against a baseline: positive differences are better; `detectable` is found 8 times in 10 if true. */
  versus: z
    .strictObject({
      baseline: nullableNumber,
      difference: nullableNumber,
      low: nullableNumber,
      high: nullableNumber,
      detectable: nullableNumber,
      /** Cases that both have. */
      cases: z.int(),
    })
    .optional(),
  warning: z.string().optional(),
  /** Of a gate on what a judge says. */
  leftOpen: LeftOpen.optional(),
});
export type GateResult = z.infer<typeof GateResult>;

/** Metrics over the part of the cases (or bugs) where `field` is `value`. */
export const Slice = z.strictObject({
  field: z.string(),
  value: z.string(),
  cases: z.int(),
  metrics: z.record(z.string(), Metric),
});
export type Slice = z.infer<typeof Slice>;

export const ReviewerReport = z.strictObject({
  id: z.string(),
  ref: z.string(),
  role: z.enum(["measured", "company"]),
  provider: z.string(),
  model: z.string(),
  /** The split that it was measured on beside those of the report; absent for one measured on just these. */
  split: z.string().optional(),
  /** How a model from disk was served; absent for all others. */
  served: ServedModel.optional(),
  prompt: z.strictObject({ file: z.string(), hash: z.string() }),
  effective: z.record(z.string(), z.unknown()),
  hosts: z.array(z.string()),
  /** Generations by outcome. */
  outcomes: z.record(Outcome.exclude(["not-applicable"]), z.int()),
  generations: z.int(),
  fromCache: z.int(),
  /** Generations of which only the beginning was read; absent where there are none. */
  capped: z.int().optional(),
  /** Case lines: all, and those without a scored review. */
  cases: z.int(),
  unscored: z.int(),
  /** Of the unscored ones, those that the reviewer cannot read, such as a linter's; absent where there are none. */
  notApplicable: z.int().optional(),
  /** Case lines with a bug or finding that the matcher could not decide; absent where there are none. */
  undecided: z.int().optional(),
  /** Messages of transport errors with their counts, most frequent first, at most five. */
  errors: z.array(z.strictObject({ message: z.string(), count: z.int() })),
  /** What its tokens or its machine cost; null where nobody knows, absent for one that asks no model. */
  price: Price.nullable().optional(),
  metrics: z.record(z.string(), Metric),
  /** What each of several judges says by itself, in their order; absent where one judges or none. */
  judges: z.array(z.strictObject({ ref: z.string(), metrics: z.record(z.string(), Metric) })).optional(),
  slices: z.array(Slice),
  gates: z.array(GateResult),
  /** Likely causes of its failures, most general first; of measured reviewers only. */
  diagnosis: z.array(ReportedCause),
});
export type ReviewerReport = z.infer<typeof ReviewerReport>;

export const Verdict = z.strictObject({
  status: z.enum(["pass", "fail", "inconclusive", "incomplete", "ungated"]),
  exitCode: z.int(),
  /** The answer in one sentence, made from the numbers. */
  sentence: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

/** How a judge was asked about pairs of a finding and a bug. */
const PairsAsked = JudgeReport.omit({ ref: true, engine: true, axes: true });

/** The versioned report of one run: aggregates only; `cases.jsonl` holds the rest. */
export const Report = z.strictObject({
  version: z.literal(1),
  run: z.strictObject({
    id: z.string(),
    name: z.string().optional(),
    startedAt: z.string(),
    durationMs: z.number(),
    seed: z.int(),
    tool: z.string(),
    host: z.strictObject({ platform: z.string(), arch: z.string(), node: z.string(), cpus: z.int() }),
    /** The line that repeats the run. */
    command: z.string(),
    isWhole: z.boolean(),
    /** The run whose reviews these are, where they were only scored again. */
    scored: z.strictObject({ of: z.string(), startedAt: z.string(), tool: z.string() }).optional(),
    /** The runs that were joined, in the order of their shards; absent for a run in one piece. */
    shards: z.array(z.strictObject({ id: z.string(), startedAt: z.string(), durationMs: z.number() })).optional(),
  }),
  suite: z.strictObject({
    name: z.string(),
    description: z.string(),
    file: z.string(),
    hash: z.string(),
    unit: z.string(),
    contract: z.string(),
    repeats: z.int(),
    scorers: z.record(z.string(), z.unknown()),
    gates: z.array(Gate),
    budget: z.record(z.string(), z.unknown()),
  }),
  dataset: z.strictObject({
    name: z.string(),
    hash: z.string(),
    cases: z.int(),
    clusters: z.int(),
    bugs: z.int(),
    clean: z.int(),
    unannotated: z.int(),
    licenses: z.array(z.string()),
    /** Its file as messages name it; absent for a public benchmark. */
    file: z.string().optional(),
    /** The split that alone is told of here, where a sweep chose on another one. */
    split: z.string().optional(),
    where: z.string().optional(),
    limit: z.int().optional(),
    /** The public benchmark that the cases were made of. */
    source: z.strictObject({ reference: z.string(), licence: z.string(), citation: z.string() }).optional(),
  }),
  /** Which part of a run this is, so that it decides nothing by itself; absent for a whole run. */
  shard: ShardReport.optional(),
  /** Best first by detection F1; a reviewer without one comes last. */
  reviewers: z.array(ReviewerReport),
  /** Measured reviewers beside the baseline; empty without one. */
  comparisons: z.array(BaselineComparison),
  /** The checkpoints of a training run; absent where no folder of them was measured. */
  sweep: Sweep.optional(),
  matcher: z
    .strictObject({
      name: z.string(),
      calibration: MatcherCalibration.nullable(),
      /** Who gave the recorded verdicts; of a judge its reference. */
      judge: z.string().optional(),
      /** How the judge was asked about pairs of a finding and a bug, and what that took; of the matcher judge only. */
      asked: PairsAsked.optional(),
      /** The reviewers that were matched by words, since nobody recorded verdicts on them. */
      lexicalFor: z.array(z.string()).optional(),
    })
    .nullable(),
  judge: JudgeReport.nullable(),
  /** What the latency phase found; absent where the suite has none. */
  latency: LatencyReport.optional(),
  verdict: Verdict,
  warnings: z.array(z.string()),
});
export type Report = z.infer<typeof Report>;

/** One line of cases.jsonl: one reviewer, case and repeat, with everything that a table or an interval is made of. */
export const CaseLine = z.strictObject({
  v: z.literal(1),
  reviewer: z.string(),
  caseId: z.string(),
  repeat: z.int(),
  cluster: z.string(),
  /** What slices and `where` can see, beside the bugs' own severity and category. */
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string()), z.null()])),
  /** The worst outcome of the case's parts. */
  outcome: Outcome,
  parts: z.array(
    z.strictObject({
      outcome: Outcome,
      error: z.string().optional(),
      durationMs: nullableNumber,
      fromCache: z.boolean(),
      /** How many tries it took, where more than one: it has no time of its own then. */
      tries: z.int().min(2).optional(),
      /** Tokens as the server counted them; absent where no answer came, and for a reviewer that asks no model. */
      usage: Usage.optional(),
      isCapped: z.literal(true).optional(),
    }),
  ),
  /** Null when the case is unscored (a transport error). */
  review: z.strictObject({ findings: z.array(Finding) }).nullable(),
  /** Null when the case is unscored or not annotated. */
  ledger: Ledger.nullable(),
  scores: WrittenScores,
  /** What a judge said in each of its runs, with its evidence; absent for a case that was not judged. */
  judged: z
    .array(
      z.strictObject({
        axes: z.record(z.string(), z.enum(["pass", "fail", "unknown"])),
        pass: z.boolean().nullable(),
        evidence: z.string(),
        reasoning: z.string(),
        reason: z.string().optional(),
        /** Whose run it is, where several judge. */
        judge: z.string().optional(),
      }),
    )
    .optional(),
  /** What each of several judges makes of the review; null is unscored. */
  panel: z
    .array(
      z.strictObject({
        judge: z.string(),
        /** What most of its runs say of the review as a whole. */
        pass: z.boolean().nullable(),
        /** What its runs say axis by axis, put together; runs of earlier versions have it as `pass`. */
        consensus: z.boolean().nullable().optional(),
      }),
    )
    .optional(),
  /** What a diagnosis needs of the review's texts; absent for a case without a review. */
  signs: CaseSigns.optional(),
  /** The raw generation, parts joined by a blank line, at most 100,000 characters. */
  text: z.string(),
  isTextCut: z.boolean(),
});
export type CaseLine = z.infer<typeof CaseLine>;
