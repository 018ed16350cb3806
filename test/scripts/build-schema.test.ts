import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rubricJsonSchema } from "../../src/core/judge/rubric.ts";
import { suiteJsonSchema } from "../../src/core/suite.ts";

test.each([
  ["suites/suite.schema.json", suiteJsonSchema],
  ["judges/judge.schema.json", rubricJsonSchema],
])("%s is current (pnpm schema writes it)", (path, schema) => {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  expect(text).toBe(`${JSON.stringify(schema(), null, 2)}\n`);
});
