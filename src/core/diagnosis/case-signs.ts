import { z } from "zod";

const nullableNumber = z.number().nullable();

const count = z.int().min(0);

/** What a diagnosis needs of one review beside its scores, read once from its texts and those of its case. */
export const CaseSigns = z
  .strictObject({
    findings: count,
    /** Findings that match no bug, and how many of them are about style; 0 where the case is not annotated. */
    unlisted: count,
    style: count,
    /** Findings that point where the case has no code, of those that name a place; 0 where the case is not annotated. */
    invented: count,
    placed: count,
    /** Mean words of a finding's message; null without findings. */
    wordsPerFinding: nullableNumber,
    /** Mean words of a reference; null where the case has none. */
    referenceWords: nullableNumber,
    /** The language of the review, and that of the references or else of the bugs' descriptions; null where unknown. */
    language: z.string().nullable(),
    expectedLanguage: z.string().nullable(),
    /** Whether its verdict is that of words alone, from which nothing is concluded. */
    isJudgedByWords: z.boolean(),
  })
  .refine(
    ({ findings, unlisted, style, invented, placed }) =>
      style <= unlisted && unlisted <= findings && invented <= placed && placed <= findings,
    {
      error:
        "expected no more of a part than of the whole (the file was changed: score the run again with bench score)",
    },
  );
export type CaseSigns = z.infer<typeof CaseSigns>;
