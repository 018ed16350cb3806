import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { suggestWord, UsageError } from "../core/errors.ts";
import { JudgeLabel } from "../core/judge/labels.ts";
import type { Rubric } from "../core/judge/rubric.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { readLines } from "../io/lines.ts";
import { isFile, reading } from "../io/readable.ts";
import { sha256 } from "./hash.ts";
import { displayPath } from "./suite.ts";

/** A finding and a bug, and whether a person says that they are the same. */
export interface LabelledPair {
  bug: string;
  finding: string;
  isSame: boolean;
}

/** What a file holds, and its hash as records name it. */
export interface HashedFile<Item> {
  items: Item[];
  hash: string;
}

/**
 * Reads people's labels of reviews, a line each.
 * @param cases the ids of the dataset's cases
 * @throws UsageError with file and line for what is no label, an axis that the rubric lacks, a case that the dataset lacks,
 *   and for a review that one person labelled twice
 */
export function loadLabels(
  path: string,
  { axes, name }: Pick<Rubric, "axes" | "name">,
  cases: ReadonlySet<string>,
): HashedFile<JudgeLabel> {
  const known = axes.map((axis) => axis.name);
  const lineOf = new Map<string, number>();
  return loadLines(path, "labels", JudgeLabel, (label, place, number) => {
    const odd = Object.keys(label.axes).find((axis) => !known.includes(axis));
    if (odd !== undefined)
      throw new UsageError(`${place}: axes: the rubric ${name} has no axis "${odd}" (${suggestWord(odd, known)})`);
    if (!cases.has(label.caseId))
      throw new UsageError(`${place}: caseId: the dataset has no case "${label.caseId}" (name its own with --dataset)`);
    const key = JSON.stringify([label.caseId, label.review, label.by]);
    const earlier = lineOf.get(key);
    if (earlier !== undefined)
      throw new UsageError(`${place}: ${label.by} labelled this review in line ${earlier} already (remove one)`);
    lineOf.set(key, number);
    return label;
  });
}

const BcBenchPair = z.looseObject({
  expected: z.looseObject({ body: z.string().min(1) }),
  candidate: z.looseObject({ body: z.string() }),
  should_match: z.boolean(),
});

/** The name under which BC-Bench keeps its labelled pairs. */
export const bcBenchPairs = "judge_calibration.jsonl";

/** Reads BC-Bench's labelled pairs from a copy of it. @throws UsageError where they are not there, or not as they were */
export function loadBcBenchPairs(folder: string): HashedFile<LabelledPair> {
  return loadLines(join(folder, bcBenchPairs), "pairs", BcBenchPair, ({ expected, candidate, should_match }) => ({
    bug: expected.body,
    finding: candidate.body,
    isSame: should_match,
  }));
}

function loadLines<Schema extends z.ZodType, Item>(
  path: string,
  what: string,
  schema: Schema,
  itemOf: (line: z.infer<Schema>, place: string, number: number) => Item,
): HashedFile<Item> {
  const file = displayPath(path);
  if (!isFile(path)) throw new UsageError(`${what} "${file}": no such file`);
  return reading(`${what} "${file}"`, () => {
    const items: Item[] = [];
    for (const { text, number } of readLines(path)) {
      const place = `${file}:${number}`;
      if (text.trim() !== "") items.push(itemOf(parseJsonLine(schema, text, place), place, number));
    }
    if (items.length === 0) throw new UsageError(`${what} "${file}": no line in it`);
    return { items, hash: sha256(readFileSync(path, "utf8")) };
  });
}
