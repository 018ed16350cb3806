import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { Rubric } from "../core/judge/rubric.ts";
import { SelfTestCase } from "../core/judge/self-test.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { readLines } from "../io/lines.ts";
import { isFile, reading } from "../io/readable.ts";
import { rubricFolders } from "./rubric.ts";
import { displayPath } from "./suite.ts";

/** The reviews whose verdict is known, and where they stand. */
export interface SelfTest {
  cases: SelfTestCase[];
  file: string;
}

/** The self-test of any rubric without one of its own that asks for the same axes. */
const commonTest = "review";

/**
 * Reads the self-test of a rubric: `self-test/NAME.jsonl` beside the rubrics, or that of `review`, where this says what
 * each required axis makes of its reviews; of its negatives those that fail an axis which the rubric asks for.
 * @throws UsageError where there is none, and with file and line for what is no case of a self-test
 */
export function loadSelfTest(
  { name, judges, axes }: Pick<Rubric, "name" | "judges" | "axes">,
  folders: readonly string[] = rubricFolders(),
): SelfTest {
  if (judges !== "review")
    throw new UsageError(
      `rubric ${name}: it judges ${judges}s, of which there is no self-test (nitbench judge calibrate)`,
    );
  const path = [name, commonTest]
    .flatMap((test) => folders.map((folder) => join(folder, "self-test", `${test}.jsonl`)))
    .find(isFile);
  if (path === undefined) throw noSelfTest(name);
  const { cases, file } = readCases(path);
  const required = axes.filter((axis) => axis.required).map((axis) => axis.name);
  const known = new Set(cases.flatMap(({ fails = [] }) => fails));
  if (!required.every((axis) => known.has(axis))) throw noSelfTest(name);
  return {
    file,
    cases: cases.filter(({ fails }) => fails === undefined || fails.some((axis) => required.includes(axis))),
  };
}

function readCases(path: string): SelfTest {
  const file = displayPath(path);
  const lineOf = new Map<string, number>();
  const lines = reading(`self-test "${file}"`, () => [...readLines(path)]).filter(({ text }) => text.trim() !== "");
  const cases = lines.map(({ text, number }) => {
    const one = parseJsonLine(SelfTestCase, text, `${file}:${number}`);
    const earlier = lineOf.get(one.id);
    if (earlier !== undefined)
      throw new UsageError(`${file}:${number}: id "${one.id}" stands already in line ${earlier} (give each its own)`);
    lineOf.set(one.id, number);
    return one;
  });
  return { cases, file };
}

function noSelfTest(name: string): UsageError {
  return new UsageError(`rubric ${name}: there is no self-test of its axes (write judges/self-test/${name}.jsonl)`);
}
