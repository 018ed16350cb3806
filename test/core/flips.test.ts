import { describe, expect, test } from "vitest";
import { findFlips, isRight } from "../../src/core/flips.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { bugAt, caseOf, findingAt } from "../fixtures/cases.ts";
import { rowsOf, twinPair } from "../fixtures/rows.ts";

const rowOf = async (...said: Parameters<typeof rowsOf>[0]): Promise<CaseRow> => (await rowsOf(said))[0] as CaseRow;

describe("a review is right", () => {
  test("of a case with bugs where all are found, and wrong where one is missed", async () => {
    const source = caseOf({ bugs: [bugAt(10), bugAt(60, { id: "b2" })] });
    expect(isRight(await rowOf({ source, findings: [findingAt(10), findingAt(60, "b2")] }))).toBe(true);
    expect(isRight(await rowOf({ source, findings: [findingAt(10)] }))).toBe(false);
  });

  test("of a clean case where nothing is said of it", async () => {
    const [, clean] = twinPair("c1");
    expect(isRight(await rowOf({ source: clean, findings: [] }))).toBe(true);
    expect(isRight(await rowOf({ source: clean, findings: [findingAt(10)] }))).toBe(false);
  });

  test("or nobody knows, where it failed on its way or the matcher could not decide", async () => {
    const source = caseOf({ bugs: [bugAt(10)] });
    expect(isRight(await rowOf({ source, findings: null }))).toBeNull();
    expect(isRight(await rowOf({ source, findings: [findingAt(10, "b1?")] }))).toBeNull();
  });

  test("of a case that nobody annotated as the judge has it", async () => {
    const row = await rowOf({ source: caseOf({ bugs: [bugAt(10)] }), findings: [] });
    const passed = (numerator: number) => ({ "judge.pass_rate_consensus": { numerator, denominator: 1 } });
    expect(isRight({ ...row, bugs: [], scores: passed(1) })).toBe(true);
    expect(isRight({ ...row, bugs: [], scores: passed(0) })).toBe(false);
    expect(isRight({ ...row, bugs: [], scores: {} })).toBeNull();
  });
});

describe("flips", () => {
  const source = (id: string) => caseOf({ id, bugs: [bugAt(10)] });
  const hit = [findingAt(10)];

  test("are the cases that one gets right and the other does not", async () => {
    const first = await rowsOf([
      { source: source("a"), findings: hit },
      { source: source("b"), findings: [] },
      { source: source("c"), findings: hit },
      { source: source("d"), findings: [] },
      { source: source("e"), findings: null },
    ]);
    const second = await rowsOf([
      { source: source("a"), findings: [] },
      { source: source("b"), findings: hit },
      { source: source("c"), findings: hit },
      { source: source("d"), findings: [] },
      { source: source("e"), findings: hit },
    ]);
    expect(findFlips(first, second)).toEqual({ fixed: ["b"], broken: ["a"], bothRight: 1, bothWrong: 1, untold: 1 });
  });

  test("go by most of a case's repeats, and leave open where as many are right as wrong", async () => {
    const repeats = (...findings: (typeof hit)[]) =>
      rowsOf(findings.map((one, repeat) => ({ source: source("a"), repeat, findings: one })));
    const silent = await repeats([], [], []);
    expect(findFlips(silent, await repeats(hit, [], hit)).fixed).toEqual(["a"]);
    expect(findFlips(silent, await repeats(hit, [])).untold).toBe(1);
  });
});
