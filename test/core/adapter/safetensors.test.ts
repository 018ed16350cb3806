import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeaderError, parseSafetensorsHeader } from "../../../src/core/adapter/safetensors.ts";
import { safetensors } from "../../fixtures/peft.ts";

const start = 100;

/** Reads a header whose file ends where the last tensor does. */
function parse(entries: Record<string, unknown> | string, fileBytes = 108) {
  return parseSafetensorsHeader(typeof entries === "string" ? entries : JSON.stringify(entries), start, fileBytes);
}

const two = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

describe("a header", () => {
  test("gives absolute places, in file order whatever the header's", () => {
    const header = parse(
      {
        __metadata__: { format: "pt" },
        b: { dtype: "F16", shape: [2, 2], data_offsets: [4, 12] },
        a: { dtype: "F32", shape: [], data_offsets: [0, 4] },
      },
      112,
    );
    expect(header).toEqual({
      tensors: [
        { name: "a", dtype: "F32", shape: [], begin: 100, end: 104 },
        { name: "b", dtype: "F16", shape: [2, 2], begin: 104, end: 112 },
      ],
      metadata: { format: "pt" },
    });
  });

  test("may have tensors without values, and none at all", () => {
    expect(parse({ a: two, none: { dtype: "F32", shape: [0, 4], data_offsets: [8, 8] } }).tensors).toHaveLength(2);
    expect(parse({}, start)).toEqual({ tensors: [], metadata: {} });
  });

  test("may name a tensor like something that every object has", () => {
    const text = JSON.stringify({ constructor: two }).replace("constructor", "__proto__");
    expect(parse(text).tensors.map(({ name }) => name)).toEqual(["__proto__"]);
  });

  test.each<[string, Record<string, unknown> | string, string]>([
    ["no JSON", "{", "its header is not JSON"],
    ["no object", "[1]", "its header is no JSON object"],
    ["an entry that is none", { a: 3 }, 'tensor "a": expected an object in the header'],
    ["an unknown dtype", { a: { ...two, dtype: "BF32" } }, 'tensor "a": unknown dtype "BF32" (did you mean'],
    ["no dtype", { a: { shape: [2] } }, 'tensor "a": unknown dtype nothing (known: BOOL'],
    ["a negative size", { a: { ...two, shape: [-2] } }, 'tensor "a": expected a shape of whole numbers, got [-2]'],
    [
      "a shape that is no list",
      { a: { ...two, shape: "2" } },
      'tensor "a": expected a shape of whole numbers, got "2"',
    ],
    ["one offset", { a: { ...two, data_offsets: [8] } }, 'tensor "a": expected two data_offsets, got [8]'],
    ["huge offsets", { a: { ...two, data_offsets: [0, 2 ** 60] } }, 'tensor "a": expected two data_offsets, got'],
    [
      "offsets that run back",
      { a: { ...two, data_offsets: [8, 0] } },
      'tensor "a": F32 [2] takes 8 bytes, its data_offsets [8,0] span -8',
    ],
    [
      "a size that is not the shape's",
      { a: { ...two, shape: [3] } },
      'tensor "a": F32 [3] takes 12 bytes, its data_offsets [0,8] span 8',
    ],
    [
      "an overlap",
      { a: two, b: { ...two, data_offsets: [4, 12] } },
      'tensor "b" overlaps the one before it by 4 bytes',
    ],
    ["a gap", { b: { ...two, data_offsets: [4, 12] } }, '4 bytes before tensor "b" belong to no tensor'],
    [
      "a tensor past the end",
      { a: { ...two, shape: [4], data_offsets: [0, 16] } },
      'tensor "a" ends at byte 116, but the file has 108 (it was cut)',
    ],
    [
      "bytes without a tensor",
      { a: { ...two, shape: [1], data_offsets: [0, 4] } },
      "4 bytes at its end belong to no tensor",
    ],
    ["a dtype that is no word", { a: { ...two, dtype: { toString: 1 } } }, 'tensor "a": unknown dtype {"toString":1}'],
    ["lists within lists", { a: { ...two, shape: [[[[]]]] } }, "nests its header more than 3 levels deep"],
    ["nesting without end", `{"a": ${"[".repeat(200_000)}`, "nests its header more than 3 levels deep"],
    [
      "a name without end",
      { ["a".repeat(2000)]: two },
      "names a tensor with 2000 characters, more than the 1000 of any",
    ],
    [
      "a line break in a name",
      { "a\n\u001b[2J": two },
      String.raw`names a tensor with control characters: "a\n\u001b[2J"`,
    ],
    [
      "more tensors than any model",
      `{${Array.from({ length: 262_145 }, (_, index) => `"${index}":0`).join(",")}}`,
      "names more than 262144 tensors, which no model has",
    ],
    [
      "a name twice",
      `{"a": ${JSON.stringify(two)}, "\\u0061": ${JSON.stringify(two)}}`,
      'tensor "a" stands in the header twice',
    ],
  ])("with %s is refused", (_, entries, says) => {
    let message = "";
    try {
      parse(entries);
    } catch (error) {
      expect(error).toBeInstanceOf(HeaderError);
      message = (error as Error).message;
    }
    expect(message.startsWith(says) ? says : message).toBe(says);
  });
});

test("notes of its writer that are no text are kept as they are written", () => {
  expect(parse({ __metadata__: { format: "pt", odd: { toString: 1 } } }, start).metadata).toEqual({
    format: "pt",
    odd: '{"toString":1}',
  });
});

test("what was written is read, whatever the shapes", () => {
  const tensor = fc.record({
    dtype: fc.constantFrom("F64" as const, "F32" as const, "F16" as const, "BF16" as const, "U8" as const),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor), (tensors) => {
      const file = safetensors(tensors);
      const length = Number(file.readBigUInt64LE());
      const header = parseSafetensorsHeader(file.toString("utf8", 8, 8 + length), 8 + length, file.length);
      const read = header.tensors.map(({ name, dtype, shape }) => [name, { dtype, shape }]);
      expect(Object.fromEntries(read)).toEqual({ ...tensors });
      expect(header.tensors.at(-1)?.end ?? file.length).toBe(file.length);
    }),
  );
});
