import fc from "fast-check";
import { expect, test } from "vitest";
import { formatFixed, formatInterval, formatRate, formatValue, namesAmong, neutralise } from "../../src/core/format.ts";
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
  [0.5375, 3, "0.538"],
  [0.145, 2, "0.15"],
  [1.005, 2, "1.01"],
  [-0.145, 2, "-0.15"],
  [-0.001, 2, "0.00"],
  [0.1449, 2, "0.14"],
  [1e-7, 3, "0.000"],
  [2.5, 0, "3"],
])("%d with %i decimals is %s", (value, decimals, shown) => {
  expect(formatFixed(value, decimals)).toBe(shown);
});

test("what ends in a five is rounded up, with any digits before it", () => {
  fc.assert(
    fc.property(fc.nat(99_999), (digits) => {
      expect(formatFixed(Number(`${digits}.5e-4`), 4)).toBe(((digits + 1) / 10_000).toFixed(4));
    }),
  );
});

test.each([
  [null, "rate", "–"],
  [0.5, "rate", ".50"],
  [1234.6, "ms", "1235"],
  [3.14, "ms", "3.1"],
  [2.5, "count", "2.50"],
  [0.5, "count", "0.50"],
  [31.14, "count", "31.1"],
  [315.14, "count", "315"],
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

test.each([
  [1, 0.99537, 1, "[.995 1.00]"],
  [0, 0, 0.0046, "[.00 .005]"],
  [1, 0.99996, 1, "[>.999 1.00]"],
  [0.02, 0.0002, 0.07, "[<.001 .07]"],
  [0.5, 0.004, 0.996, "[.004 .996]"],
  [1, 1 - 1e-12, 1, "[1.00 1.00]"],
])("an interval of the rate %d from %d to %d does not look certain: %s", (value, low, high, shown) => {
  expect(formatInterval({ value, low, high, unit: "rate" } as Metric)).toBe(shown);
});

test.each([
  [
    ["openai:m@http://a:1/v1", "floor:lgtm"],
    ["openai:m", "floor:lgtm"],
  ],
  [
    ["openai:m@http://a:1/v1", "openai:m@http://a:2/v1/"],
    ["openai:m@a:1", "openai:m@a:2"],
  ],
  [
    ["openai:m@http://a:1/v1", "openai:m"],
    ["openai:m@a:1", "openai:m"],
  ],
  [
    ["openai:m@http://a:1", "openai:m@https://a:1"],
    ["openai:m@http://a:1", "openai:m@https://a:1"],
  ],
  [
    ["https://a/review?x=1", "https://a/review?x=2"],
    ["https://a/review?x=1", "https://a/review?x=2"],
  ],
])("beside each other %j are called %j", (refs, names) => {
  expect(refs.map(namesAmong(refs))).toEqual(names);
  expect(namesAmong(refs)("openai:other@http://a:1/v1")).toBe("openai:other");
});

test("control characters are shown and not obeyed, line breaks and letters are left", () => {
  expect(neutralise("a\u001b[31m\tb\r\nc\u202ed\u009b é☺")).toBe("a\\u001b[31m\\u0009b\\u000d\nc\\u202ed\\u009b é☺");
});
