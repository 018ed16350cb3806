import { z } from "zod";
import { Severity } from "./case.ts";

/**
 * One remark of a review. `file` and `lines` are absent when the reviewer named no place; `side` is `new` unless the
 * remark is on deleted lines; `confidence` is in [0, 1]; `suggestion` is replacement code for `lines`.
 */
export const Finding = z.strictObject({
  file: z.string().optional(),
  lines: z.tuple([z.int().min(1), z.int().min(1)]).optional(),
  side: z.enum(["new", "old"]).optional(),
  message: z.string(),
  severity: Severity.optional(),
  category: z.string().optional(),
  confidence: z.number().min(0).max(1).optional(),
  suggestion: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

/** A parsed generation. No findings means that the reviewer had nothing to say. */
export const Review = z.strictObject({ findings: z.array(Finding) });
export type Review = z.infer<typeof Review>;

/** What the reviewer said, as one text: the messages of its findings, one a line. Empty for silence. */
export function reviewText(review: Review): string {
  return review.findings.map((finding) => finding.message).join("\n");
}
