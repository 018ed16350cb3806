import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { Rubric } from "../core/judge/rubric.ts";
import { type SelfTestCase, SelfTestPair, SelfTestReview } from "../core/judge/self-test.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { readLines } from "../io/lines.ts";
import { isFile, reading } from "../io/readable.ts";
import { rubricFolders } from "./rubric.ts";
import { displayPath } from "./suite.ts";

/** The reviews or pairs whose verdict is known, and where they stand. */
export interface SelfTest {
  cases: SelfTestCase[];
  file: string;
}

/** The self-test of any rubric without one of its own that asks for the same axes. */
const commonTest = { review: "review", pair: "same-bug" } as const;

type TestedRubric = Pick<Rubric, "name" | "judges" | "axes">;

/**
 * Reads the self-test of a rubric: `self-test/NAME.jsonl` beside the rubrics, or that of `review` (`same-bug` for one of
 * pairs), where this says what each required axis makes of its cases; of its negatives those that fail an axis which the
 * rubric asks for.
 * @throws UsageError where there is none, and with file and line for what is no case of a self-test, or lacks what an axis needs
 */
export function loadSelfTest(rubric: TestedRubric, folders: readonly string[] = rubricFolders()): SelfTest {
  const { name, judges, axes } = rubric;
  const path = [name, commonTest[judges]]
    .flatMap((test) => folders.map((folder) => join(folder, "self-test", `${test}.jsonl`)))
    .find(isFile);
  if (path === undefined) throw noSelfTest(name);
  const { cases, file } = readCases(path, rubric);
  const required = axes.filter((axis) => axis.required).map((axis) => axis.name);
  const known = new Set(cases.flatMap(({ fails = [] }) => fails));
  if (!required.every((axis) => known.has(axis))) throw noSelfTest(name);
  return {
    file,
    cases: cases.filter(({ fails }) => fails === undefined || fails.some((axis) => required.includes(axis))),
  };
}

function readCases(path: string, rubric: TestedRubric): SelfTest {
  const file = displayPath(path);
  const lineOf = new Map<string, number>();
  const lines = reading(`self-test "${file}"`, () => [...readLines(path)]).filter(({ text }) => text.trim() !== "");
  const cases = lines.map(({ text, number }) => {
    const one = readCase(text, `${file}:${number}`, rubric);
    const earlier = lineOf.get(one.id);
    if (earlier !== undefined)
      throw new UsageError(`${file}:${number}: id "${one.id}" stands already in line ${earlier} (give each its own)`);
    lineOf.set(one.id, number);
    return one;
  });
  return { cases, file };
}

function readCase(text: string, place: string, { name, judges, axes }: TestedRubric): SelfTestCase {
  if (judges === "pair") return parseJsonLine(SelfTestPair, text, place);
  const one = parseJsonLine(SelfTestReview, text, place);
  const lacking = axes.find(({ needs, required }) => required && needs !== "nothing" && one[needs] === undefined);
  if (lacking === undefined) return one;
  throw new UsageError(
    `${place}: ${lacking.needs}: missing, which the axis ${lacking.name} of the rubric ${name} needs (add it)`,
  );
}

function noSelfTest(name: string): UsageError {
  return new UsageError(`rubric ${name}: there is no self-test of its axes (write judges/self-test/${name}.jsonl)`);
}
