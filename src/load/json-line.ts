import type { z } from "zod";
import { UsageError } from "../core/errors.ts";
import { readLines } from "../io/lines.ts";
import { explainIssue, formatPath } from "./yaml.ts";

/**
 * Reads one JSON line by a schema.
 * @param place file and line, with which a message begins
 * @throws UsageError for the first mistake
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
  const mistakes = result.error.issues.map((issue) => {
    const path = formatPath(issue.path);
    return `${path === "" ? "" : `${path}: `}${explainIssue(issue, schema, json)}`;
  });
  throw new UsageError(`${place}: ${mistakes[0]}`);
}

/**
 * The lines of a file that this program wrote itself. They are not checked again: a run's own files are as long as its
 * dataset and were checked when they were made.
 */
export async function* readOwnLines<T>(file: string): AsyncGenerator<T> {
  for (const { text } of readLines(file)) yield JSON.parse(text) as T;
}
