import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readGgufFileInfo } from "node-llama-cpp";
import { describe, expect, test } from "vitest";
import { readGgufHeader } from "../../../src/load/gguf/read.ts";
import { type NewTensor, type TypedValue, writeGguf } from "../../../src/load/gguf/write.ts";
import { temporaryFolders } from "../../fixtures/temporary.ts";

const makeFolder = temporaryFolders();

const u32 = (value: number): TypedValue => ({ type: "u32", value });
const texts = (...values: string[]): TypedValue => ({ type: "array", of: "string", values });
const tensor = (name: string, shape: number[], fill = 1): NewTensor => ({
  name,
  type: "F32",
  shape,
  data: new Uint8Array(new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(fill).buffer),
});

/** A value of metadata with what a reader makes of it. */
const typedValues: fc.Arbitrary<TypedValue> = fc.oneof(
  ...(
    [
      ["u8", fc.nat(0xff)],
      ["i8", fc.integer({ min: -0x80, max: 0x7f })],
      ["u16", fc.nat(0xffff)],
      ["i16", fc.integer({ min: -0x8000, max: 0x7fff })],
      ["u32", fc.nat(0xffffffff)],
      ["i32", fc.integer()],
      ["f32", fc.float()],
      ["f64", fc.double()],
    ] as const
  ).flatMap(([type, values]) => [
    values.map((value): TypedValue => ({ type, value })),
    fc.array(values).map((all): TypedValue => ({ type: "array", of: type, values: all })),
  ]),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value): TypedValue => ({ type: "u64", value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): TypedValue => ({ type: "i64", value })),
  fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((values): TypedValue => ({
    type: "array",
    of: "i64",
    values,
  })),
  fc.boolean().map((value): TypedValue => ({ type: "bool", value })),
  fc.array(fc.boolean()).map((values): TypedValue => ({ type: "array", of: "bool", values })),
  fc.string({ unit: "grapheme" }).map((value): TypedValue => ({ type: "string", value })),
  fc.array(fc.string({ unit: "grapheme" })).map((values): TypedValue => ({ type: "array", of: "string", values })),
);

const metadataKeys = fc.string({ minLength: 1 }).filter((key) => key !== "general.alignment" && key !== "__proto__");

const tensors: fc.Arbitrary<NewTensor[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" }),
      type: fc.constantFrom("F32", "F16", "BF16"),
      shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  .map((all) =>
    all.map((one, index) => {
      const size = one.shape.reduce((product, length) => product * length, one.type === "F32" ? 4 : 2);
      const data = new Uint8Array(size).fill(index + 1);
      return { ...one, data: index % 2 === 0 ? data : async () => data };
    }),
  );

/** What the reader gives for a value: 64-bit integers as numbers where these are exact. */
function plain(value: TypedValue): unknown {
  const exact = (one: unknown) => {
    if (typeof one !== "bigint") return one;
    return BigInt.asIntN(54, one) === one && Number.isSafeInteger(Number(one)) ? Number(one) : one;
  };
  return value.type === "array" ? value.values.map(exact) : exact(value.value);
}

describe("a GGUF file", () => {
  test("reads as it was written", async () => {
    const folder = makeFolder();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(metadataKeys, typedValues), tensors, async (metadata, written) => {
        const file = join(folder, "any.gguf");
        await writeGguf(file, metadata, written);
        const header = await readGgufHeader(file);
        expect(Object.fromEntries(header.metadata)).toEqual(
          Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, plain(value)])),
        );
        expect(header.version).toBe(3);
        expect(header.tensors.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual(
          written.map(({ name, type, shape }) => ({ name, type, shape })),
        );
        const bytes = readFileSync(file);
        for (const [index, { name }] of written.entries()) {
          const place = header.tensors[index];
          const start = header.dataOffset + (place?.offset ?? 0);
          expect(start % 32).toBe(0);
          expect(place?.name).toBe(name);
          expect(bytes[start]).toBe(index + 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("reads in the engine's own reader as in this one", async () => {
    const file = join(makeFolder(), "model.gguf");
    await writeGguf(
      file,
      {
        "general.architecture": { type: "string", value: "llama" },
        "llama.block_count": u32(2),
        "llama.rope.freq_base": { type: "f32", value: 10_000 },
        "tokenizer.ggml.tokens": texts("a", "Ġb", "…"),
      },
      [tensor("blk.0.attn_q.weight", [3, 5]), tensor("output_norm.weight", [7])],
    );
    const theirs = await readGgufFileInfo(file, { sourceType: "filesystem", logWarnings: false });
    const ours = await readGgufHeader(file);
    expect(theirs.version).toBe(ours.version);
    expect(theirs.metadata).toEqual({
      general: { architecture: "llama" },
      llama: { block_count: 2, rope: { freq_base: 10_000 } },
      tokenizer: { ggml: { tokens: ["a", "Ġb", "…"] } },
    });
    expect(theirs.fullTensorInfo?.map(({ name, dimensions, offset }) => [name, dimensions, Number(offset)])).toEqual(
      ours.tensors.map(({ name, shape, offset }) => [name, shape, offset]),
    );
    expect(theirs.fullTensorInfo?.map(({ fileOffset }) => Number(fileOffset))).toEqual(
      ours.tensors.map(({ offset }) => ours.dataOffset + offset),
    );
  });

  test("passes over long arrays unless they are asked for, and reads on behind them", async () => {
    const file = join(makeFolder(), "model.gguf");
    const words = Array.from({ length: 50_000 }, (_, index) => `token ${index}`);
    await writeGguf(
      file,
      { words: texts(...words), scores: { type: "array", of: "f32", values: [1, 2, 3] }, end: u32(9) },
      [tensor("t", [4])],
    );
    const { metadata, tensors: found } = await readGgufHeader(file, { longestArray: 2 });
    expect([...metadata]).toEqual([
      ["words", { skipped: 50_000 }],
      ["scores", { skipped: 3 }],
      ["end", 9],
    ]);
    expect(found).toHaveLength(1);
    expect((await readGgufHeader(file, { longestArray: Infinity })).metadata.get("words")).toEqual(words);
  });

  test("stands whole under its name, or not at all", async () => {
    const folder = makeFolder();
    const file = join(folder, "model.gguf");
    const failing = { ...tensor("t", [4]), data: () => Promise.reject(new Error("the disk of the source is gone")) };
    await expect(writeGguf(file, {}, [tensor("s", [9]), failing])).rejects.toThrow("the disk of the source is gone");
    expect(readdirSync(folder)).toEqual([]);
    await writeGguf(file, {}, [tensor("t", [4], 1)]);
    await expect(writeGguf(file, {}, [{ ...tensor("t", [4]), data: new Uint8Array(3) }])).rejects.toThrow(
      "tensor t: expected 16 bytes for F32 [4], got 3",
    );
    expect(readdirSync(folder)).toEqual(["model.gguf"]);
    expect(readFileSync(file).subarray(-32, -16)).toEqual(Buffer.from(new Float32Array(4).fill(1).buffer));
    await expect(writeGguf(join(folder, "none", "model.gguf"), {}, [])).rejects.toThrow(
      /model\.gguf: cannot write it \(ENOENT.*choose another place\)$/,
    );
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  test.each([
    ["a name that the engine cuts", [tensor("n".repeat(64), [1])], /expected a name of 1 to 63 bytes, got 64/],
    ["a name twice", [tensor("t", [1]), tensor("t", [1])], /tensor t: given twice/],
    ["no dimension", [tensor("t", [])], /expected 1 to 4 positive dimensions, got \[\]/],
    ["an empty dimension", [tensor("t", [3, 0])], /expected 1 to 4 positive dimensions, got \[3, 0\]/],
  ])("is not written with %s", async (_, written, message) => {
    await expect(writeGguf(join(makeFolder(), "t.gguf"), {}, written)).rejects.toThrow(message);
  });
});

describe("a damaged GGUF file", () => {
  const u64 = (value: number | bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const word = (value: number) => u64(value).subarray(0, 4);
  const text = (value: string) => Buffer.concat([u64(value.length), Buffer.from(value)]);
  const start = (tensorCount: number | bigint, keyCount: number | bigint) =>
    Buffer.concat([Buffer.from("GGUF"), word(3), u64(tensorCount), u64(keyCount)]);
  const filler = Buffer.alloc(4096);
  const oneTensor = (name: string, shape: number[], offset = 0) =>
    Buffer.concat([text(name), word(shape.length), ...shape.map(u64), word(0), u64(offset)]);

  test.each([
    ["is empty", [], /is no GGUF file: expected it to begin with "GGUF", got ""$/],
    ["begins otherwise", [Buffer.from("PK\u0003\u0004")], /is no GGUF file: .* got "PK\\u0003\\u0004"$/],
    [
      "is of version 1",
      [Buffer.from("GGUF"), word(1)],
      /is GGUF version 1, expected 2 to 3 \(convert the model again\)$/,
    ],
    ["is of a later version", [Buffer.from("GGUF"), word(4)], /is GGUF version 4, expected 2 to 3/],
    ["is big-endian", [Buffer.from("GGUF"), Buffer.from([0, 0, 0, 3])], /is a big-endian GGUF file, expected a little/],
    ["ends in its version", [Buffer.from("GGUF"), Buffer.alloc(2)], /ends at byte 6, within its header \(it was cut/],
    ["has more tensors than bytes", [start(1000, 0)], /says that it has 1000 tensors, more than it can hold/],
    [
      "has more keys than bytes",
      [start(0, 1e6), filler],
      /says that it has 1000000 metadata keys, more than it can hold/,
    ],
    ["has an impossible count", [start(2n ** 63n, 0)], /holds the impossible size 9223372036854775808/],
    ["has a key beyond its end", [start(0, 1), u64(1 << 20), filler], /ends at byte 4128, within its header/],
    [
      "has a key beyond reason",
      [start(0, 1), u64(2 ** 40), filler],
      /holds a string of 1099511627776 bytes in its header/,
    ],
    ["has an unknown value type", [start(0, 1), text("a"), word(13), filler], /"a" has the unknown value type 13/],
    ["has an array of arrays", [start(0, 1), text("a"), word(9), word(9), filler], /"a" has the unknown value type 9/],
    [
      "has an array beyond its end",
      [start(0, 1), text("a"), word(9), word(6), u64(2000), filler],
      /"a" says that it has 2000 elements, more than follow/,
    ],
    [
      "has strings beyond its end",
      [start(0, 1), text("a"), word(9), word(8), u64(500), ...Array.from({ length: 500 }, () => u64(2 ** 50))],
      /ends at byte \d+, within its header/,
    ],
    [
      "has a key twice",
      [start(0, 2), text("a"), word(7), Buffer.from([1]), text("a"), word(7), Buffer.from([0]), filler],
      /metadata key "a" stands in it twice/,
    ],
    [
      "has an odd alignment",
      [start(0, 1), text("general.alignment"), word(4), word(24), filler],
      /"general\.alignment": expected a power of two up to 1048576, got 24 \(/,
    ],
    [
      "has an alignment of 64 bits",
      [start(0, 1), text("general.alignment"), word(10), u64(2n ** 63n), filler],
      /"general\.alignment": expected a power of two up to 1048576, got 9223372036854775808 \(/,
    ],
    [
      "has an alignment of gigabytes",
      [start(0, 1), text("general.alignment"), word(10), u64(2 ** 40), filler],
      /"general\.alignment": expected a power of two up to 1048576, got 1099511627776 \(/,
    ],
    [
      "has a list of alignments",
      [start(0, 1), text("general.alignment"), word(9), word(10), u64(1), u64(2n ** 63n), filler],
      /"general\.alignment": expected a power of two up to 1048576, got a list \(/,
    ],
    ["has a key without end", [start(0, 1), text("a".repeat(2000)), word(7), filler], /names a metadata key with 2000/],
    [
      "has a tensor with a line break in its name",
      [start(1, 0), oneTensor("a\n", [2]), filler],
      /names a tensor with control characters: "a\\n" \(/,
    ],
    [
      "has tensors that overlap",
      [start(2, 0), oneTensor("t", [16], 32), oneTensor("u", [9]), filler],
      /tensor "t" overlaps tensor "u" \(convert the model again\)/,
    ],
    [
      "has a tensor twice",
      [start(2, 0), oneTensor("t", [2]), oneTensor("t", [2], 32), filler],
      /tensor "t" stands in it twice/,
    ],
    ["has a tensor of five dimensions", [start(1, 0), oneTensor("t", [1, 1, 1, 1, 1]), filler], /has 5 dimensions/],
    [
      "has a tensor beyond its end",
      [start(1, 0), oneTensor("t", [2000]), filler],
      /tensor "t" ends at byte 8064, but the file has 4153 \(it was cut: copy it again\)/,
    ],
  ])("that %s is refused in one line that names it", async (_, parts, message) => {
    const file = join(makeFolder(), "bad.gguf");
    writeFileSync(file, Buffer.concat(parts));
    await expect(readGgufHeader(file, { longestArray: 100 })).rejects.toThrow(message);
    await expect(readGgufHeader(file)).rejects.toThrow(/^[^\n]*bad\.gguf: [^\n]+$/);
  });

  test("is refused wherever it was cut", async () => {
    const file = join(makeFolder(), "cut.gguf");
    await writeGguf(file, { a: u32(1), b: texts("x", "yy"), c: { type: "string", value: "zzz" } }, [
      tensor("t", [3]),
      tensor("u", [2, 2]),
    ]);
    const whole = statSync(file).size;
    // The last tensor's padding may be missing: its 16 bytes are followed by as many.
    truncateSync(file, whole - 16);
    expect((await readGgufHeader(file)).tensors).toHaveLength(2);
    const bytes = readFileSync(file);
    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(file, bytes.subarray(0, length));
      await expect(readGgufHeader(file)).rejects.toThrow(/cut\.gguf: (?:.*cut: copy it again|.*more than|is no GGUF)/);
    }
  });

  test("with any bytes changed reads as another one, or is refused", async () => {
    const file = join(makeFolder(), "changed.gguf");
    await writeGguf(file, { a: u32(1), b: texts("x", "yy"), "general.alignment2": u32(32) }, [tensor("t", [3, 2])]);
    const bytes = readFileSync(file);
    const outcomes = new Set<string>();
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(0xff));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        writeFileSync(file, changed);
        const outcome = await readGgufHeader(file).catch((error: unknown) => error);
        outcomes.add(outcome instanceof Error ? outcome.name : "read");
      }),
      { numRuns: 300 },
    );
    expect([...outcomes].sort()).toEqual(["UsageError", "read"]);
  });

  test("that is none is named with what the system says", async () => {
    const folder = makeFolder();
    await expect(readGgufHeader(join(folder, "none.gguf"))).rejects.toThrow(/none\.gguf: cannot be read \(ENOENT/);
    await expect(readGgufHeader(folder)).rejects.toThrow(/cannot be read \(EISDIR/);
  });
});
