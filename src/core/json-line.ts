import type { z } from "zod";
import { UsageError } from "./errors.ts";
import { explainIssues } from "./explain.ts";

/**
 * Reads one line of a file of JSON lines by a schema.
 * @param place file and line, with which a message begins
 * @throws UsageError that names all its mistakes, and how a list or objects over several lines are converted
 */
export function parseJsonLine<T extends z.ZodType>(schema: T, text: string, place: string): z.infer<T> {
  return parse(schema, text, place, (json) => {
    const isPart = json === undefined && /^[[{\s]+$/.test(text);
    if (isPart || isListOfObjects(json)) throw new UsageError(`${place}: ${oneEach}`);
  });
}

/** Reads a JSON document by a schema. @throws UsageError that begins with the place and names all its mistakes */
export function parseJsonDocument<T extends z.ZodType>(schema: T, text: string, place: string): z.infer<T> {
  return parse(schema, text, place, () => undefined);
}

/** @param explain throws where it knows better what is wrong with the value, undefined for no JSON */
function parse<T extends z.ZodType>(
  schema: T,
  text: string,
  place: string,
  explain: (json: unknown) => void,
): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    explain(undefined);
    throw new UsageError(`${place}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  explain(json);
  throw new UsageError(`${place}: ${explainIssues(result.error.issues, schema, json)}`);
}

const oneEach =
  "expected one whole JSON object on each line (a list is converted with jq -c '.[]' FILE, objects over several lines with jq -c . FILE)";

function isListOfObjects(json: unknown): boolean {
  return Array.isArray(json) && json.length > 0 && json.every((item) => typeof item === "object" && item !== null);
}
