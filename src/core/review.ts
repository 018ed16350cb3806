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

/**
 * The review as the author of the change reads it: each remark after its place, with the code that it proposes. Empty for
 * silence.
 */
export function reviewWithPlaces({ findings }: Review): string {
  const said = findings.filter(({ message, suggestion }) => message.trim() !== "" || suggestion !== undefined);
  return said.map(writeFinding).join("\n\n");
}

function writeFinding({ file, lines, message, suggestion }: Finding): string {
  const [from, to] = lines ?? [];
  const range = from === undefined ? "" : from === to ? `:${from}` : `:${from}-${to}`;
  const place = file === undefined ? "" : `${file}${range}: `;
  return `${place}${message}${suggestion === undefined ? "" : `\n${fenceOf(suggestion)}`}`;
}

function fenceOf(suggestion: string): string {
  const ticks = suggestion.match(/`{3,}/g) ?? [];
  const fence = "`".repeat(1 + Math.max(2, ...ticks.map((run) => run.length)));
  return `${fence}suggestion\n${suggestion}\n${fence}`;
}
