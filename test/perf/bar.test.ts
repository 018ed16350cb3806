import { expect, test } from "vitest";
import { judgeBar } from "../../perf/bar.ts";

test.each([
  ["<= 2.5 s, <= 220 MB", { seconds: 2.5, megabytes: 221 }, "<= 2.5 s met, <= 220 MB missed"],
  ["< 100 ms", { seconds: 0.1 }, "< 100 ms missed"],
  ["< 100 ms", { seconds: 0.0999 }, "< 100 ms met"],
  ["", { seconds: 1 }, ""],
])("the bar %j over %j reads %j", (bar, measured, expected) => {
  expect(judgeBar(bar, measured)).toBe(expected);
});

test("a bar on what was not measured is a mistake", () => {
  expect(() => judgeBar("<= 1 MB", { seconds: 1 })).toThrow("nothing was measured");
});
