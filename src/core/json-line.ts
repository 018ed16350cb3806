import type { z } from "zod";
import { UsageError } from "./errors.ts";
import { explainIssues } from "./explain.ts";

/**
 * Reads one JSON line by a schema.
 * @param place file and line, with which a message begins
 * @throws UsageError that names all its mistakes
 */
export function parseJsonLine<T extends z.ZodType>(schema: T, text: string, place: string): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${place}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new UsageError(`${place}: ${explainIssues(result.error.issues, schema, json)}`);
}
