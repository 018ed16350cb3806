import { describe, expect, test } from "vitest";
import { z } from "zod";
import { explainIssue, explainIssues, formatPath } from "../../src/core/explain.ts";

function explain(schema: z.ZodType, input: unknown): string {
  const { error } = schema.safeParse(input);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) throw new Error("expected a mistake, got none");
  return explainIssue(issue, schema, input);
}

test("a path is written as people write it", () => {
  expect(formatPath(["gates", 0, "min"])).toBe("gates[0].min");
  expect(formatPath([])).toBe("");
});

describe("a mistake", () => {
  const wordOrNumber = z.strictObject({ pr: z.union([z.string(), z.int()]) });

  test.each<[string, z.ZodType, unknown, string]>([
    ["a wrong type", z.boolean(), "yes", 'expected true or false, got "yes"'],
    ["neither of two types", wordOrNumber, { pr: {} }, "expected text or a number, got a mapping"],
    [
      "too little for one of two types",
      z.union([z.boolean(), z.array(z.int()).min(2)]),
      [1],
      "expected at least 2 items, got a list of 1",
    ],
    ["nothing for one of two types", wordOrNumber, {}, "missing (write text or a number)"],
    [
      "none of a word and a list",
      z.union([z.literal("all"), z.enum(["a", "b"]), z.array(z.string()).min(1)]),
      3,
      "expected all, one of a, b or a list, got 3",
    ],
    [
      "none of two mappings",
      z.union([z.strictObject({ path: z.string() }), z.strictObject({ url: z.string() })]),
      { path: 3, url: 4 },
      "expected path to be text or url to be text, got a mapping",
    ],
    ["a format", z.string().regex(/^a$/, { error: "Expected the letter a" }), "b", 'expected the letter a, got "b"'],
  ])("says what was expected and what was got: %s", (_, schema, input, expected) => {
    expect(explain(schema, input)).toBe(expected);
  });
});

test("all mistakes of a value are named with their paths, each once, in one line", () => {
  const schema = z.strictObject({ a: z.string(), list: z.array(z.int()) });
  const input = { a: 1, list: ["x", 2, "y"], other: 0 };
  const { error } = schema.safeParse(input);
  expect(explainIssues(error?.issues ?? [], schema, input)).toBe(
    'a: expected text, got 1; list[0]: expected a number, got "x"; list[2]: expected a number, got "y"; unknown key "other" (known: a, list)',
  );
});
