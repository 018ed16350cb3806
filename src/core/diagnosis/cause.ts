import { z } from "zod";

const nullableNumber = z.number().nullable();

/** A rate with its 95 % interval; `numerator` of `n`, repeats of a case averaged, over so many cases. */
export const Figure = z.strictObject({
  value: z.number(),
  low: nullableNumber,
  high: nullableNumber,
  numerator: z.number(),
  n: z.number(),
  cases: z.int(),
});
export type Figure = z.infer<typeof Figure>;

/** A likely cause of a reviewer's failures, as reports keep it. */
export const ReportedCause = z.strictObject({
  /** Stable and short, such as `always-approves` or `weak:language:python`; the name of its cluster of cases as well. */
  name: z.string(),
  /** What is wrong, in a few words of everyday language. */
  cause: z.string(),
  /** What shows it, with numbers. */
  evidence: z.string(),
  remedy: z.string(),
  figure: Figure,
  /** The same over the other cases, where the cause is that some cases are worse. */
  elsewhere: Figure.optional(),
  /** Chance of such figures without the cause, adjusted for all that was looked at (Holm). */
  p: z.number(),
  /** Cases that show it. */
  cases: z.int(),
  /** The first few of them. */
  examples: z.array(z.string()),
});
export type ReportedCause = z.infer<typeof ReportedCause>;

/** A likely cause with all the cases that show it. */
export interface LikelyCause extends Omit<ReportedCause, "cases" | "examples"> {
  cases: string[];
}

const mostExamples = 5;

/** A cause as reports keep it: of its cases their number and the first few. */
export function reportCause({ cases, ...cause }: LikelyCause): ReportedCause {
  return { ...cause, cases: cases.length, examples: cases.slice(0, mostExamples) };
}
