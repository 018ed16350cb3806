import { expect, test } from "vitest";
import { inBatches } from "../../../src/providers/static/batch.ts";

test("inputs that come while a run is under way share the next one", async () => {
  const runs: number[][] = [];
  const double = inBatches(async (inputs: readonly number[]) => {
    runs.push([...inputs]);
    await Promise.resolve();
    return inputs.map((input) => input * 2);
  });
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
  expect(runs).toEqual([[1], [2, 3]]);
  expect(await double(4)).toBe(8);
  expect(runs).toEqual([[1], [2, 3], [4]]);
});

test("one input that fails does not take the others of its run with it", async () => {
  const root = inBatches(async (inputs: readonly number[]) => {
    if (inputs.some((input) => input < 0)) throw new Error(`bad: ${inputs.join()}`);
    return inputs.map(Math.sqrt);
  });
  const results = await Promise.allSettled([1, 4, -1, 9].map(root));
  expect(results.map((result) => (result.status === "fulfilled" ? result.value : String(result.reason)))).toEqual([
    1,
    2,
    "Error: bad: -1",
    3,
  ]);
});
