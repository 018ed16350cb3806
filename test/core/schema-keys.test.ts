import { expect, test } from "vitest";
import { z } from "zod";
import { knownKeys } from "../../src/core/schema-keys.ts";
import { Suite } from "../../src/core/suite.ts";

const schema = z.strictObject({
  plain: z.string(),
  deep: z.strictObject({ inner: z.strictObject({ leaf: z.int() }).optional() }).prefault({}),
  list: z.array(z.strictObject({ item: z.string().nullable() })).default([]),
  open: z.record(z.string(), z.string()),
});

test.each([
  [[], ["plain", "deep", "list", "open"]],
  [["deep"], ["inner"]],
  [["deep", "inner"], ["leaf"]],
  [["list", 3], ["item"]],
  [["plain"], []],
  [["open"], []],
  [["open", "any"], []],
  [["ghost"], []],
  [["plain", "below"], []],
])("at %j stand the keys %j", (path, keys) => {
  expect(knownKeys(schema, path)).toEqual(keys);
});

test("a suite's keys are found through all its wrappers", () => {
  expect(knownKeys(Suite, ["gates", 0])).toContain("warnAbove");
  expect(knownKeys(Suite, ["scorers", "detection"])).toContain("tolerance");
  expect(knownKeys(Suite, ["reviewer"])).toContain("maxTokens");
});
