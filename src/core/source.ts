import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hexadecimal");
const relativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\\]+$/, "expected a relative path without ..");

/**
 * What is known of a public benchmark before it is fetched, `datasets/NAME/source.json`: where it comes from, under which
 * licence, and the checksum of every file. `upstream` is a file's path in the repository; `path` its path in a copy.
 */
export const SourceManifest = z.strictObject({
  version: z.literal(1),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, "expected OWNER/NAME"),
  commit: z.string().regex(/^[0-9a-f]{7,40}$/, "expected a commit in hexadecimal"),
  licence: z.string().min(1),
  citation: z.string().min(1),
  /** Set where it holds addresses of changes and no diffs, so that nobody can read a change there. */
  hasDiffs: z.literal(false).optional(),
  files: z.array(z.strictObject({ path: relativePath, upstream: relativePath, bytes: z.int().min(0), sha256 })).min(1),
});
export type SourceManifest = z.infer<typeof SourceManifest>;

/** `github:OWNER/NAME@COMMIT`, as a suite names a source. */
export function sourceReference({ repository, commit }: Pick<SourceManifest, "repository" | "commit">): string {
  return `github:${repository}@${commit}`;
}

/** One person's rating of one recorded review, each axis from 1 (worst) to 5. */
export const RecordedRating = z.strictObject({
  caseId: z.string().min(1),
  by: z.string().min(1),
  relevance: z.number().min(1).max(5).optional(),
  conciseness: z.number().min(1).max(5).optional(),
  comprehensiveness: z.number().min(1).max(5).optional(),
});
export type RecordedRating = z.infer<typeof RecordedRating>;
