import fc from "fast-check";
import { expect, test } from "vitest";
import { severities } from "../../src/core/case.ts";
import { findingsJsonSchema } from "../../src/core/findings-schema.ts";
import { keepsContract } from "../../src/core/parse/contract.ts";

const schema = findingsJsonSchema();

interface Node {
  type?: string;
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Node;
  anyOf?: Node[];
  enum?: string[];
}

/** Every object in the schema. */
function objectsIn(node: Node): Node[] {
  const below = [...Object.values(node.properties ?? {}), ...(node.items === undefined ? [] : [node.items])];
  const inside = [...below, ...(node.anyOf ?? [])].flatMap(objectsIn);
  return node.type === "object" ? [node, ...inside] : inside;
}

/** Values that a node of the schema lets through, with pairs of lines in order. */
function valuesOf(node: Node): fc.Arbitrary<unknown> {
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map(valuesOf));
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  if (node.type === "object")
    return fc.record(
      Object.fromEntries(
        Object.entries(node.properties ?? {}).map(([name, one]) => [name, name === "lines" ? lines : valuesOf(one)]),
      ),
    );
  if (node.type === "array") return fc.array(valuesOf(node.items ?? {}), { maxLength: 4 });
  if (node.type === "number") return fc.double({ min: 0, max: 1, noNaN: true });
  return fc.string({ minLength: 1 });
}

const lines = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 50 }))
  .map(([from, more]) => [from, from + more]);

test("whatever the schema lets through keeps the contract to the letter", () => {
  fc.assert(
    fc.property(valuesOf(schema), (answer) => {
      expect(keepsContract(JSON.stringify(answer), "findings")).toBe(true);
    }),
  );
});

test("every object is closed and asks for all its fields, as engines that enforce a schema want it", () => {
  const objects = objectsIn(schema);
  expect(objects).toHaveLength(5);
  for (const { properties, required, additionalProperties } of objects) {
    expect(additionalProperties).toBe(false);
    expect(required).toEqual(Object.keys(properties ?? {}));
  }
});

test("a suggestion and the old side may be left out, and severities are ours", () => {
  const text = JSON.stringify(schema);
  const kinds = objectsIn(schema)
    .slice(1)
    .map(({ required }) => (required ?? []).slice(6));
  expect(kinds).toEqual([[], ["suggestion"], ["side"], ["suggestion", "side"]]);
  expect(text).toContain(JSON.stringify(severities));
});

test("says nothing that some engine cannot read", () => {
  expect(JSON.stringify(schema)).not.toMatch(/\$schema|\$ref|prefixItems|oneOf|"const"|minLength|9007199254740991/);
});
