import { z } from "zod";

/** How much a defect hurts, worst first; `nit` is a matter of taste that a suite may choose to ignore. */
export const severities = ["critical", "high", "medium", "low", "nit"] as const;
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

const lineNumber = z.int().min(1);

/** Inclusive, 1-based line range `[from, to]` with `from <= to`. */
export const LineRange = z
  .tuple([lineNumber, lineNumber])
  .refine(([from, to]) => from <= to, { error: "expected from <= to (swap the two numbers)" });
export type LineRange = z.infer<typeof LineRange>;

/** Where a bug is. `side: file` is a remark on the whole file (a missing test); a deletion is anchored on the old side. */
export const Anchor = z.strictObject({
  side: z.enum(["new", "old", "file"]),
  file: z.string().min(1),
  lines: LineRange.optional(),
});
export type Anchor = z.infer<typeof Anchor>;

/**
 * One known defect of a case. `category` is kebab-case and open: imported datasets bring their own words. A bug without
 * an anchor is known by its description alone; `elsewhere` has further places at which a finding is at the bug as well.
 */
export const Bug = z.strictObject({
  id: z.string().min(1),
  anchor: Anchor.optional(),
  elsewhere: z.array(Anchor).optional(),
  category: z.string().min(1),
  severity: Severity,
  description: z.string().min(1),
});
export type Bug = z.infer<typeof Bug>;

/** A review that a person wrote for the case; `author` lets a scorer compare voices, `tag` names its rationale. */
export const Reference = z.strictObject({
  text: z.string(),
  author: z.string().optional(),
  tag: z.string().optional(),
  anchor: Anchor.optional(),
});
export type Reference = z.infer<typeof Reference>;

/** What a reviewer may know beside the diff: the task, house rules, retrieved files, output of checks. */
export const CaseContext = z.strictObject({
  task: z.string().optional(),
  rules: z.string().optional(),
  retrieved: z.array(z.strictObject({ path: z.string(), text: z.string() })).optional(),
  checks: z.array(z.strictObject({ tool: z.string(), output: z.string() })).optional(),
});
export type CaseContext = z.infer<typeof CaseContext>;

/** All places of a bug, its anchor first; none where its place is not known. */
export function anchorsOf({ anchor, elsewhere = [] }: Pick<Bug, "anchor" | "elsewhere">): Anchor[] {
  return anchor === undefined ? [] : [anchor, ...elsewhere];
}

/** Where the bugs of the twin's case would be, were they still there. */
const TwinPlace = z.strictObject({ bugId: z.string(), file: z.string(), lines: LineRange });

/**
 * One diff with its ground truth, one JSON line of a dataset.
 * `bugs: []` is known to be clean; `bugs` absent is not annotated and is left out of detection. An empty `diff` is a
 * change that is known by its address alone (`pr`): only reviews that were recorded can be measured on it.
 */
export const Case = z.strictObject({
  id: z.string().min(1),
  diff: z.string(),
  language: z.string().min(1),
  title: z.string().optional(),
  context: CaseContext.optional(),
  files: z.record(z.string(), z.string()).optional(),
  bugs: z.array(Bug).optional(),
  references: z.array(Reference).default([]),
  changeAuthor: z.string().optional(),
  repo: z.string().optional(),
  pr: z.union([z.string(), z.int()]).optional(),
  time: z.string().optional(),
  cluster: z.string().optional(),
  split: z.string().optional(),
  license: z.string().optional(),
  twin: z.strictObject({ of: z.string(), places: z.array(TwinPlace) }).optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
});
export type Case = z.infer<typeof Case>;

/**
 * The part of a case that a reviewer may see: everything but the answers, who they belong to, and the id, which in many
 * datasets tells the answer ("cart.clean").
 */
export type BlindCase = Pick<Case, "diff" | "language" | "title" | "context" | "files" | "repo" | "changeAuthor">;

/** Strips the id and the ground truth (bugs, references, twin, meta) from a case: no provider can leak them. */
export function blindCase(source: Case): BlindCase {
  const { diff, language, title, context, files, repo, changeAuthor } = source;
  return {
    diff,
    language,
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    ...(files === undefined ? {} : { files }),
    ...(repo === undefined ? {} : { repo }),
    ...(changeAuthor === undefined ? {} : { changeAuthor }),
  };
}
