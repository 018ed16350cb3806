import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textLimit } from "../../../src/core/judge/block.ts";
import {
  batchPairs,
  mostPairs,
  mostText,
  numberPairs,
  type PairTexts,
  tokensFor,
} from "../../../src/core/judge/batch.ts";

const pair = (finding: string, bug: string): PairTexts => ({ finding, bug });
const matrix = (findings: number, bugs: number, text = (name: string) => name) =>
  Array.from({ length: findings * bugs }, (_, at) => pair(text(`f${Math.floor(at / bugs)}`), text(`b${at % bugs}`)));
const anyPairs = fc.array(
  fc.record({ finding: fc.constantFrom("a", "b", "c", "d", "e", "f"), bug: fc.constantFrom("v", "w", "x", "y", "z") }),
  { maxLength: 60 },
);

describe("pairs of one change", () => {
  test("are put into one call, in the order of their texts", () => {
    const pairs = [pair("b", "y"), pair("a", "z"), pair("b", "x")];
    expect(batchPairs(pairs)).toEqual([[pair("a", "z"), pair("b", "x"), pair("b", "y")]]);
  });

  test("that are equal are one", () => {
    expect(batchPairs([pair("a", "x"), pair("a", "x")])).toEqual([[pair("a", "x")]]);
  });

  test("that are none make no call", () => {
    expect(batchPairs([])).toEqual([]);
  });

  test("make the same calls whatever their order", () => {
    const shuffled = anyPairs.chain((pairs) =>
      fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
    );
    fc.assert(
      fc.property(shuffled, ([pairs, others]) => {
        expect(batchPairs(others)).toEqual(batchPairs(pairs));
      }),
    );
  });

  test("are each in exactly one call, and no call has more than it may", () => {
    fc.assert(
      fc.property(anyPairs, (pairs) => {
        const batches = batchPairs(pairs);
        const distinct = new Set(pairs.map(({ finding, bug }) => `${finding} ${bug}`));
        expect(
          batches
            .flat()
            .map(({ finding, bug }) => `${finding} ${bug}`)
            .toSorted(),
        ).toEqual([...distinct].toSorted());
        expect(batches.every((batch) => batch.length > 0 && batch.length <= mostPairs)).toBe(true);
      }),
    );
  });

  test.each([
    [4, 6, [24]],
    [5, 5, [24, 1]],
    [10, 5, [24, 24, 2]],
  ])("%d findings by %d bugs are calls of %j pairs", (findings, bugs, sizes) => {
    expect(batchPairs(matrix(findings, bugs)).map((batch) => batch.length)).toEqual(sizes);
  });

  test("are more calls where their texts are long, each text counted once", () => {
    const long = (name: string) => name.padEnd(mostText / 4, ".");
    expect(batchPairs(matrix(2, 2, long)).map((batch) => batch.length)).toEqual([4]);
    expect(batchPairs(matrix(3, 2, long)).map((batch) => batch.length)).toEqual([4, 2]);
  });

  test("count a text as long as it is shown, which has a limit", () => {
    const long = (name: string) => name.padEnd(10 * textLimit, ".");
    expect(batchPairs(matrix(3, 1, long)).map((batch) => batch.length)).toEqual([2, 1]);
  });
});

test("the pairs of a call are told by the numbers of their texts, of which each stands there once", () => {
  expect(numberPairs([pair("a", "z"), pair("b", "y"), pair("b", "z")])).toEqual({
    findings: ["a", "b"],
    bugs: ["y", "z"],
    pairs: [
      { finding: 1, bug: 2 },
      { finding: 2, bug: 1 },
      { finding: 2, bug: 2 },
    ],
  });
});

test.each([
  [1024, 1, 1024],
  [1024, 2, 1280],
  [1024, 24, 6912],
  [10, 2, 13],
])("%d tokens for one pair are for %d pairs %d", (tokens, pairs, expected) => {
  expect(tokensFor(tokens, pairs)).toBe(expected);
});
