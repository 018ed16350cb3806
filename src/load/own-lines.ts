import { readLines } from "../io/lines.ts";

/**
 * The lines of a file that this program wrote itself. They are not checked again: a run's own files are as long as its
 * dataset and were checked when they were made.
 */
export async function* readOwnLines<T>(file: string): AsyncGenerator<T> {
  for (const { text } of readLines(file)) yield JSON.parse(text) as T;
}
