import { z } from "zod";
import { UsageError } from "../core/errors.ts";
import { Generation } from "../core/generation.ts";
import { JournalHeader } from "../core/journal.ts";
import { type Line, readLines } from "../io/lines.ts";
import { parseJson } from "../core/json.ts";

export type JournalLine =
  | { kind: "run"; header: JournalHeader; endByte: number }
  | { kind: "generation"; generation: Generation; number: number; endByte: number };

/**
 * Reads a journal line by line, header first. A last line that was torn when the process died is left out.
 * @throws UsageError for what is no journal, for a version that is not known, and for a damaged line before the last
 */
export function* readJournalLines(file: string): Generator<JournalLine> {
  let torn: Line | null = null;
  let isHeaderRead = false;
  for (const line of readLines(file)) {
    if (torn !== null)
      throw new UsageError(
        `${file}:${torn.number}: this line is damaged (not JSON; restore the file or start a new run)`,
      );
    const value = line.isWhole ? parseJson(line.text) : undefined;
    if (!isHeaderRead) {
      yield { kind: "run", header: readHeader(file, value), endByte: line.endByte };
      isHeaderRead = true;
    } else if (value === undefined) torn = line;
    else
      yield {
        kind: "generation",
        generation: readGeneration(file, line, value),
        number: line.number,
        endByte: line.endByte,
      };
  }
  if (!isHeaderRead) throw new UsageError(`${file}: this is no journal: it is empty (start a new run)`);
}

const AnyVersion = z.object({ v: z.number(), kind: z.literal("run") });

function readHeader(file: string, value: unknown): JournalHeader {
  const start = AnyVersion.safeParse(value);
  if (!start.success)
    throw new UsageError(`${file}: this is no journal: its first line is no run header (start a new run)`);
  if (start.data.v !== 1) {
    throw new UsageError(
      `${file}: expected journal version 1, got ${start.data.v} (resume it with the version that wrote it)`,
    );
  }
  const header = JournalHeader.safeParse(value);
  if (!header.success)
    throw new UsageError(`${file}:1: damaged run header: ${firstProblem(header.error)} (start a new run)`);
  return header.data;
}

function readGeneration(file: string, line: Line, value: unknown): Generation {
  const generation = Generation.safeParse(value);
  if (generation.success) return generation.data;
  throw new UsageError(
    `${file}:${line.number}: this line is no generation: ${firstProblem(generation.error)} (restore the file or start a new run)`,
  );
}

function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "unreadable" : `${issue.path.join(".") || "line"}: ${issue.message}`;
}
