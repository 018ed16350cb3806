import { z } from "zod";
import { TokenPrice } from "./cost.ts";
import { LatencySettings } from "./latency/settings.ts";

const text = (description: string) => z.string().min(1).meta({ description });

const rate = z.number().min(0).max(1);

const Dataset = z
  .strictObject({
    path: text("Folder with cases.jsonl, or a .jsonl file; relative to the suite file").optional(),
    source: text(
      "Public benchmark in place of a path, as github:OWNER/REPOSITORY@COMMIT; `bench list datasets` shows them",
    ).optional(),
    dir: text("Local copy of the source, in place of fetching it; relative to the working folder").optional(),
    judge: text("Whose recorded verdicts to use, where a source brings those of several judges").optional(),
    split: z.string().optional().meta({ description: "Keep the cases of this split only" }),
    where: z
      .string()
      .optional()
      .meta({ description: 'Keep the cases for which this holds, such as "language in [python, go]"' }),
    limit: z
      .int()
      .min(1)
      .optional()
      .meta({ description: "Keep this many cases, by hash of seed and cluster, clusters whole" }),
  })
  .refine(({ path, source }) => (path === undefined) !== (source === undefined), {
    error: "expected path or source, and one of them only",
  })
  .refine(({ source, dir, judge }) => source !== undefined || (dir === undefined && judge === undefined), {
    error: "dir and judge belong to a source (remove them, or name the source)",
  });

/** How a case is put to the reviewers, and what is expected back. */
const Reviewer = z
  .strictObject({
    prompt: text("Prompt template (Mustache); relative to the suite file").default("../prompts/review.md"),
    unit: z.enum(["case", "file", "hunk"]).default("case").meta({ description: "What one request carries" }),
    contract: z
      .enum(["findings", "prose"])
      .default("findings")
      .meta({ description: "findings: a JSON object; prose: plain text" }),
    structured: z
      .boolean()
      .default(false)
      .meta({ description: "Hold the model to the contract's JSON schema, where the engine can" }),
    maxTokens: z.int().min(1).default(1024),
    temperature: z.number().min(0).max(2).default(0),
    repeats: z
      .int()
      .min(1)
      .default(1)
      .meta({ description: "Generations per case; more than one asks for temperature > 0" }),
    concurrency: z.int().min(1).max(1024).default(8).meta({ description: "Requests in flight per reviewer" }),
    timeoutMs: z.int().min(1).default(120_000).meta({ description: "Limit of one request" }),
    caseDeadlineMs: z
      .int()
      .min(1)
      .default(600_000)
      .meta({ description: "Limit of one generation with all its retries" }),
    runDeadlineMs: z.int().min(1).optional().meta({ description: "Limit of the whole run" }),
    retries: z.int().min(0).max(20).default(5).meta({ description: "Further tries after a transport error" }),
    cache: z.boolean().default(false).meta({
      description:
        "Serve generations asked before from .nitbench/cache; only for weights that do not change under one name",
    }),
    base: text(
      "What to put an adapter on, in place of the base that it names: a GGUF file, or a name that the engine knows",
    ).optional(),
    engine: text(
      "The one engine that may serve a model from disk: vllm, ollama, llama-server or llama; all are asked unless told",
    ).optional(),
    baseUrl: z.url().optional().meta({ description: "Base URL where the reference names none" }),
    keyVariable: z.string().optional().meta({ description: "Name of the environment variable that holds the key" }),
    price: TokenPrice.optional().meta({
      description: "What a measured reviewer's tokens cost, before prices/models.json",
    }),
    usdPerHour: z
      .number()
      .min(0)
      .optional()
      .meta({ description: "What the machine of a measured reviewer costs, in place of a price of tokens" }),
  })
  .refine(({ price, usdPerHour }) => price === undefined || usdPerHour === undefined, {
    error: "expected price or usdPerHour, got both (remove one)",
    path: ["usdPerHour"],
  })
  .refine(({ structured, contract }) => !structured || contract === "findings", {
    error: "expected false with contract: prose, which has no JSON schema (write contract: findings, or remove it)",
    path: ["structured"],
  })
  .prefault({});

const Detection = z.strictObject({
  tolerance: z
    .int()
    .min(0)
    .default(3)
    .meta({ description: "Lines between a finding and a bug that still count as the same place" }),
  matcher: z.enum(["lexical", "recorded", "judge"]).default("lexical"),
  verdicts: z.string().optional().meta({
    description:
      "File of recorded verdicts, for matcher: recorded, where the source brings none; relative to the suite file",
  }),
  rubric: text(
    "Rubric of pairs, for matcher: judge: a name in judges/, or a path relative to the suite file; same-bug unless told",
  ).optional(),
  beta: z
    .number()
    .positive()
    .default(1)
    .meta({ description: "Weight of recall against precision in detection.f_beta" }),
  location: z.enum(["required", "optional"]).default("required"),
  counting: z.enum(["one-to-one", "published"]).default("one-to-one").meta({
    description:
      "published: show beside our own counts many-to-one ones, as benchmarks have that credit one finding with several bugs",
  }),
  ignoreNits: z.boolean().default(false).meta({ description: "Leave findings of severity nit out of precision" }),
});

const judgeUrl = z.url().optional().meta({ description: "Base URL where the reference names none" });
const judgeKey = z
  .string()
  .optional()
  .meta({ description: "Name of the environment variable that holds the judge's key" });
const judgePrice = TokenPrice.optional().meta({ description: "What its tokens cost, before prices/models.json" });

/** One of several judges, with what is its own. */
const PanelMember = z.union([
  text("The judge, as a model reference"),
  z.strictObject({
    model: text("The judge, as a model reference"),
    baseUrl: judgeUrl,
    keyVariable: judgeKey,
    price: judgePrice,
  }),
]);

/** How a judge is asked, or several. */
export const JudgeSettings = z.strictObject({
  rubric: text("Rubric: a name in judges/, or a path relative to the suite file").default("review"),
  model: z
    .union([text("The judge, as a model reference"), z.array(PanelMember).min(1)])
    .optional()
    .meta({
      description:
        "The judge, as a model reference, or an odd number of them as a panel; --judge REF comes before it, NITBENCH_JUDGE after",
    }),
  runs: z.int().min(1).optional().meta({ description: "How often each question is asked, in place of the rubric's" }),
  concurrency: z.int().min(1).max(1024).default(8).meta({ description: "Questions in flight at once, of each judge" }),
  timeoutMs: z.int().min(1).default(120_000).meta({ description: "Limit of one question" }),
  retries: z.int().min(0).max(20).default(5).meta({ description: "Further tries after a transport error" }),
  baseUrl: judgeUrl,
  keyVariable: judgeKey,
  price: judgePrice,
  allowSelf: z.boolean().default(false).meta({ description: "Let a model judge its own reviews" }),
});
export type JudgeSettings = z.infer<typeof JudgeSettings>;

const empty = z.strictObject({});

const Scorers = z.strictObject({
  detection: Detection.optional(),
  overlap: empty.optional(),
  judge: JudgeSettings.optional(),
  safety: empty.optional(),
  contract: empty.optional(),
  form: empty.optional(),
  load: empty.optional(),
  ratings: empty.optional(),
  latency: LatencySettings.optional(),
});

/** A pass rule on one metric of each measured reviewer. */
export const Gate = z
  .strictObject({
    metric: text("A metric name; `bench list metrics` shows them"),
    where: z
      .string()
      .optional()
      .meta({ description: 'The slice that the gate looks at, such as "severity == critical"' }),
    min: z.number().optional(),
    max: z.number().optional(),
    warnAbove: z.number().optional().meta({ description: "Warn when the value is above this: too good is suspicious" }),
    vsBaseline: z
      .strictObject({
        margin: z
          .number()
          .positive()
          .optional()
          .meta({ description: "Not worse than the baseline by this much: non-inferiority" }),
        improve: z
          .number()
          .min(0)
          .nullable()
          .transform((least) => least ?? 0)
          .optional()
          .meta({ description: "Better than the baseline by more than this, 0 where left empty: superiority" }),
      })
      .refine(({ margin, improve }) => (margin === undefined) !== (improve === undefined), {
        error: "expected margin or improve, and one of them only (write margin: 0.05, or improve: 0)",
      })
      .optional()
      .meta({ description: "What the paired difference to --baseline must show, in the unit of the metric" }),
    required: z.boolean().default(true),
    decide: z
      .enum(["bound", "point"])
      .default("bound")
      .meta({ description: "Decide by the one-sided 95 % bound or by the value" }),
  })
  .refine((gate) => gate.min !== undefined || gate.max !== undefined || gate.vsBaseline !== undefined, {
    error: "expected min, max or vsBaseline, got none (write what the metric must reach)",
  })
  .refine((gate) => gate.vsBaseline === undefined || (gate.min === undefined && gate.max === undefined), {
    error: "expected min and max, or vsBaseline, got both (write two gates)",
  });
export type Gate = z.infer<typeof Gate>;

const Budget = z
  .strictObject({
    unscored: rate
      .default(0.02)
      .meta({ description: "Share of cases that may stay unscored before the run is incomplete" }),
    errors: rate.default(0.02).meta({ description: "Share of generations that may end in a transport error" }),
    costUsd: z
      .number()
      .positive()
      .optional()
      .meta({ description: "US dollars that reviewers and judges may cost together; above them the run stops" }),
    tokens: z
      .int()
      .positive()
      .optional()
      .meta({ description: "Tokens in and out that reviewers and judges may take together; above them the run stops" }),
  })
  .prefault({});

/** How the checkpoints of one training run are measured, where a reviewer is a folder of them. */
const SweepSettings = z.strictObject({
  every: z.int().min(1).default(1).meta({ description: "Measure every so many checkpoints, the last one always" }),
  metric: text(
    "What the best is chosen by, in place of the metric of the first required gate, or F1 where there is none",
  ).optional(),
});

/** One suite: which cases, how they are put to the reviewers, what is scored, and what must hold. */
export const Suite = z.strictObject({
  version: z.literal(1),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, { error: "expected lower-case words joined by dashes (write my-suite)" }),
  description: z.string().default(""),
  dataset: Dataset,
  reviewer: Reviewer,
  reviewers: z.array(z.string()).default([]).meta({ description: "Measured when no --model is given" }),
  company: z.array(z.string()).default([]).meta({ description: "Always measured beside, never gated" }),
  scorers: Scorers,
  gates: z.array(Gate).default([]),
  budget: Budget,
  sweep: SweepSettings.optional().meta({ description: "How a folder of checkpoints is measured" }),
});
export type Suite = z.infer<typeof Suite>;
export type DetectionSettings = z.infer<typeof Detection>;

/** The JSON schema of a suite file, for completion in editors. */
export function suiteJsonSchema(): unknown {
  return z.toJSONSchema(Suite, { io: "input", target: "draft-7" });
}
