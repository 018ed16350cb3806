import { z } from "zod";

/** What came of asking an adapter and its base the same prompts with temperature 0. */
export const AdapterProof = z.strictObject({
  /** How many both were asked. */
  prompts: z.int(),
  /** Of these, those that the adapter answered otherwise than its base. */
  different: z.int(),
  /** Of these, those that the base answered otherwise when it was asked again: what differs without any adapter. */
  unsteady: z.int(),
});
export type AdapterProof = z.infer<typeof AdapterProof>;

/** How a model or an adapter from disk was served. */
export const ServedModel = z.strictObject({
  kind: z.enum(["adapter", "gguf-adapter", "model"]),
  /** SHA-256 of what decides how it answers. */
  hash: z.string(),
  /** What it says it was trained on; null where it does not say. */
  trainedOn: z.string().nullable(),
  /** Of an adapter; null where it is not known. */
  rank: z.number().nullable(),
  engine: z.string(),
  /** The base as the engine calls it; null for a whole model. */
  base: z.string().nullable(),
  /** SHA-256 of the base's file, or what the engine calls its digest; null where nobody says, absent in early reports. */
  baseDigest: z.string().nullable().optional(),
  /** What the pre-flight warned of. */
  warnings: z.array(z.string()),
  /** That the adapter is applied; null for a whole model, and before it was proved. */
  proof: AdapterProof.nullable(),
});
export type ServedModel = z.infer<typeof ServedModel>;
