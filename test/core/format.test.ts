import { expect, test } from "vitest";
import { formatInterval, formatRate, formatValue, neutralise } from "../../src/core/format.ts";
import type { Metric } from "../../src/core/report.ts";

test.each([
  [0.5494, ".55"],
  [0, ".00"],
  [1, "1.00"],
  [0.999, "1.00"],
  [-0.25, "-.25"],
])("the rate %d is shown as %s", (rate, shown) => {
  expect(formatRate(rate)).toBe(shown);
});

test.each([
  [null, "rate", "–"],
  [0.5, "rate", ".50"],
  [1234.6, "ms", "1235"],
  [3.14, "ms", "3.1"],
  [2.5, "count", "2.50"],
  [0.5, "count", "0.50"],
] as const)("%s in %s is shown as %s", (value, unit, shown) => {
  expect(formatValue(value, unit)).toBe(shown);
});

test("an interval stands in brackets, an open end as a dash, and none is empty", () => {
  const metric = (value: number | null, low: number | null, high: number | null) =>
    ({ value, low, high, unit: "rate" }) as Metric;
  expect(formatInterval(metric(0.5, 0.44, 0.66))).toBe("[.44 .66]");
  expect(formatInterval(metric(0.5, 0.44, null))).toBe("[.44 –]");
  expect(formatInterval(metric(0.5, null, null))).toBe("");
  expect(formatInterval(metric(null, 0, 1))).toBe("");
});

test("control characters are shown and not obeyed, line breaks and letters are left", () => {
  expect(neutralise("a\u001b[31m\tb\r\nc\u202ed\u009b é☺")).toBe("a\\u001b[31m\\u0009b\\u000d\nc\\u202ed\\u009b é☺");
});
