import { describe, expect, test } from "vitest";
import { z } from "zod";
import { verdictJsonSchema } from "../../../src/core/judge/verdict.ts";
import { plainSchema } from "../../../src/providers/llama/plain-schema.ts";
import { ask, tinyModels } from "./fixture.ts";

const { open } = tinyModels();

const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema) as Record<string, unknown>;

describe("plainSchema", () => {
  test.each<[string, z.ZodType, unknown]>([
    ["choices", z.literal(["pass", "fail"]), { enum: ["pass", "fail"] }],
    ["one value", z.literal(3), { const: 3 }],
    ["a narrow range of integers", z.int().min(1).max(3), { enum: [1, 2, 3] }],
    ["lengths", z.string().min(1).max(9), { type: "string", minLength: 1, maxLength: 9 }],
    ["unions", z.union([z.boolean(), z.null()]), { oneOf: [{ type: "boolean" }, { type: "null" }] }],
    [
      "lists",
      z.array(z.number()).min(1).max(2),
      { type: "array", items: { type: "number" }, minItems: 1, maxItems: 2 },
    ],
    ["objects", z.strictObject({ a: z.string() }), { type: "object", properties: { a: { type: "string" } } }],
  ])("keeps %s", (_name, schema, expected) => {
    expect(plainSchema(jsonSchema(schema))).toEqual({ schema: expected, dropped: [] });
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ["a pattern", { type: "string", pattern: "^a" }, ["pattern"]],
    ["a wide range", { type: "integer", minimum: 0, maximum: 1e6 }, ["maximum", "minimum"]],
    ["very long strings", { type: "string", maxLength: 1e5 }, ["maxLength"]],
    ["what is optional", { type: "object", properties: { a: { type: "null" } } }, ["optional properties"]],
    ["what is not", { not: { type: "null" } }, ["not"]],
    ["references out of the schema", { $ref: "https://example.org/s.json" }, ["$ref"]],
    ["references to nothing", { $ref: "#/$defs/a" }, ["$ref"]],
  ])("names %s, which a grammar cannot hold a model to", (_name, schema, dropped) => {
    expect(plainSchema(schema).dropped).toEqual(dropped);
  });

  test("joins the parts of an allOf", () => {
    const part = (name: string) => ({ type: "object", properties: { [name]: { type: "null" } }, required: [name] });
    expect(plainSchema({ allOf: [part("a"), part("b")] })).toEqual({
      schema: { type: "object", properties: { a: { type: "null" }, b: { type: "null" } } },
      dropped: [],
    });
  });
});

/**
 * A grammar counts what may be letters, zod the units of UTF-16. Random bytes make letters of two units, and others that
 * there are not, which are read as several marks of replacement: here each is one.
 */
const inUnits = (text: string) => text.replace(/[\u{10000}-\u{10ffff}]|\ufffd+/gu, "?");

describe("an answer held to a schema", () => {
  const schemas: Record<string, z.ZodType> = {
    verdict: z.strictObject({ evidence: z.string().max(20), theme: z.literal(["pass", "fail", "unknown"]) }),
    points: z.strictObject({
      points: z.union([z.literal([0, 1, 2, 3]), z.literal("unknown")]),
      why: z.string().max(20),
    }),
    lists: z.strictObject({
      tags: z
        .array(z.literal(["a", "b"]))
        .min(2)
        .max(3),
      ok: z.boolean(),
      none: z.null(),
    }),
    nested: z.strictObject({ at: z.strictObject({ lines: z.tuple([z.int().min(0).max(9), z.int().min(0).max(9)]) }) }),
  };
  test.each(Object.keys(schemas))("keeps it, greedy and sampled: %s", async (name) => {
    const schema = schemas[name] ?? z.never();
    const provider = await open();
    for (const temperature of [0, 1.5]) {
      const heard = await ask(provider, "judge", { schema: jsonSchema(schema), temperature, maxTokens: 400 });
      expect(heard).toMatchObject({ outcome: "completed", effective: { schema: "grammar" } });
      expect(heard.text).toMatch(/\}$/);
      expect(schema.safeParse(JSON.parse(inUnits(heard.text))).error).toBeUndefined();
    }
  });

  test("is checked by the engine even where only some keywords are known to it", async () => {
    const schema = { type: "object", properties: { a: { type: "integer", multipleOf: 7 } }, required: ["a"] };
    const heard = await ask(await open(), "judge", { schema, maxTokens: 400 });
    expect(heard.effective["schema"]).toBe("grammar without multipleOf");
    expect(heard.text).toMatch(/^\{\s*"a":/);
  });

  test("can be one of definitions that refer to themselves", async () => {
    const tree = { type: "object", properties: { of: { oneOf: [{ type: "null" }, { $ref: "#/$defs/tree" }] } } };
    const schema = { $ref: "#/$defs/tree", $defs: { tree: { ...tree, required: ["of"] } } };
    const heard = await ask(await open(), "judge", { schema, maxTokens: 60 });
    expect(heard.effective["schema"]).toBe("grammar");
    expect(heard.text).toMatch(/^\{\s*"of":/);
  });

  test("is a verdict's shape for a judge's schema, and cut where the token limit ends it", async () => {
    const axis = (name: string, scale: "verdict" | { points: 3; threshold: number }) =>
      ({ name, definition: "", needs: "nothing", scale, required: true }) as const;
    const schema = verdictJsonSchema({ axes: [axis("theme", "verdict"), axis("voice", { points: 3, threshold: 2 })] });
    expect(plainSchema(schema).dropped).toEqual([]);
    const heard = await ask(await open(), "judge", { schema, maxTokens: 30 });
    expect(heard).toMatchObject({ outcome: "truncated", effective: { schema: "grammar" } });
    expect(heard.text).toMatch(/^\{\s*"evidence":/);
  });

  test("is free where the engine refuses the schema, and the report says why", async () => {
    const schema = { $ref: "#/$defs/a", $defs: { a: { oneOf: [{ $ref: "#/$defs/a" }] } } };
    const heard = await ask(await open(), "judge", { schema, maxTokens: 5 });
    expect(heard).toMatchObject({ outcome: "truncated", usage: { completionTokens: 5 } });
    expect(heard.effective["schema"]).toMatch(/^none: /);
  });
});
