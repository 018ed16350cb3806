import { z } from "zod";
import { Severity } from "./case.ts";

const lineNumber = z.int().min(1);

/** What every finding has to bring: engines that enforce a schema take no field that may be left out. */
const always = {
  file: z.string(),
  lines: z.array(lineNumber).length(2),
  severity: Severity,
  category: z.string(),
  message: z.string(),
  confidence: z.number().min(0).max(1),
};

const suggestion = { suggestion: z.string() };
const deleted = { side: z.enum(["old"]) };

/** A finding as a model is held to: what may be left out makes another kind of finding. */
const HeldFinding = z.union([
  z.strictObject(always),
  z.strictObject({ ...always, ...suggestion }),
  z.strictObject({ ...always, ...deleted }),
  z.strictObject({ ...always, ...suggestion, ...deleted }),
]);

/**
 * The JSON schema of the contract `findings`, for engines that can hold a model to one. It is narrower than the contract,
 * so that each engine's own subset of JSON schema can say it; that `lines` are in order it cannot say.
 */
export function findingsJsonSchema(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(z.strictObject({ findings: z.array(HeldFinding) }), {
    // The largest safe integer bounds nothing, and grammars would spell it out.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return schema;
}
