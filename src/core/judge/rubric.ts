import { z } from "zod";

const text = (description: string) => z.string().min(1).meta({ description });
const rate = (description: string, standard: number) =>
  z.number().min(0).max(1).default(standard).meta({ description });

/** Keys of an answer that are no axis. */
const reservedNames: readonly string[] = ["evidence", "reasoning", "nonce"];

const AxisName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/, {
    error: "expected lower-case words joined by dashes or underscores (write no_insult)",
  })
  .refine((name) => !reservedNames.includes(name), {
    error: `expected another name than ${reservedNames.join(", ")}, which every answer has besides`,
  });

const Points = z.strictObject({
  points: z.literal(3),
  threshold: z.int().min(1).max(3).meta({ description: "Points from which the axis passes" }),
});

const Axis = z.strictObject({
  name: AxisName.meta({ description: "Key of the axis in an answer and in metrics" }),
  definition: text("What passes and what fails, as the judge is told"),
  needs: z.enum(["nothing", "reference", "norm"]).default("nothing").meta({
    description: "What a case must have for the axis to be asked: a reference, or other reviews of its author",
  }),
  scale: z
    .union([z.literal("verdict"), Points])
    .default("verdict")
    .meta({ description: "verdict: pass, fail or unknown; or points from 0 to 3 with a threshold" }),
  required: z.boolean().default(true).meta({ description: "Whether a review passes only with this axis" }),
});
/** One dimension that a judge answers for. A `pair` rubric's reference is the bug. */
export type Axis = z.infer<typeof Axis>;

/** An even number is refused, but one out of range has a message of its own already. */
const isOdd = (runs: number) => runs % 2 === 1 || runs < 1 || runs > 25;

const Runs = z
  .int()
  .min(1)
  .max(25)
  .refine(isOdd, {
    error: ({ input }) => {
      const even = Number(input);
      const mend = even === 2 ? "1 or 3" : `${even - 1} or ${even + 1}`;
      return `expected an odd number, so that the median is a run's, got ${even} (write ${mend})`;
    },
  })
  .default(3)
  .meta({ description: "How often each question is asked; odd" });

/** What a judge is asked, how, and how well it must have done on known answers before a gate may rest on it. */
export const Rubric = z.strictObject({
  version: z.literal(1),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, { error: "expected lower-case words joined by dashes (write my-rubric)" }),
  description: z.string().default(""),
  judges: z
    .enum(["review", "pair"])
    .meta({ description: "review: a whole review; pair: whether a finding describes a given bug" }),
  engine: z
    .enum(["model", "lexical"])
    .default("model")
    .meta({ description: "lexical: built-in word comparison, which asks no model" }),
  axes: z.array(Axis).min(1),
  aggregate: z
    .union([z.literal("all"), z.strictObject({ points: z.int().min(1) })])
    .default("all")
    .meta({ description: "all: every required axis passes; points: N: and their points add up to N at least" }),
  prompt: text("Prompt template (Mustache); relative to the rubric").optional(),
  model: text("The judge, as a model reference; a suite or --judge may name another").optional(),
  runs: Runs,
  temperature: z.number().min(0).max(2).default(0),
  maxTokens: z.int().min(1).default(1024),
  axesPerCall: z
    .enum(["all", "one"])
    .default("all")
    .meta({ description: "Whether one request asks for all axes or for one" }),
  pairsPerCall: z.enum(["one", "case"]).default("one").meta({
    description: "Of a pair rubric. one: each finding and bug by itself; case: all that are asked about a case at once",
  }),
  silence: z
    .enum(["fail", "pass"])
    .default("fail")
    .meta({ description: "What becomes of a review that says nothing, which the judge is not asked about" }),
  floor: z
    .strictObject({
      tpr: rate("Share of people's passes that the judge must pass", 0.8),
      tnr: rate("Share of people's fails that the judge must fail", 0.8),
      selfTest: rate("Share of the self-test that the judge must get right, its critical ones aside", 0.9),
    })
    .prefault({})
    .meta({ description: "Below any of these the judge informs and decides no gate" }),
});
export type Rubric = z.infer<typeof Rubric>;

/** The JSON schema of a rubric file, for completion in editors. */
export function rubricJsonSchema(): unknown {
  return z.toJSONSchema(Rubric, { io: "input", target: "draft-7" });
}

/** What there is to show to a judge besides the change and the review. */
export interface Shown {
  hasReference: boolean;
  hasNorm: boolean;
}

/** The axes that can be asked with what a case has; none where it lacks all that they need. */
export function askableAxes({ axes }: Pick<Rubric, "axes">, { hasReference, hasNorm }: Shown): Axis[] {
  const has = { nothing: true, reference: hasReference, norm: hasNorm };
  return axes.filter((axis) => has[axis.needs]);
}

/** These axes as one call asks for them: all at once, or each by itself. */
export function axesByCall({ axesPerCall }: Pick<Rubric, "axesPerCall">, axes: readonly Axis[]): Axis[][] {
  if (axesPerCall === "one") return axes.map((axis) => [axis]);
  return axes.length === 0 ? [] : [[...axes]];
}
