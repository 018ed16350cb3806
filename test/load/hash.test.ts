import { describe, expect, test } from "vitest";
import { hashOf, sha256 } from "../../src/load/hash.ts";

test("sha256 gives the published digest of a known text", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

describe("the hash of a value", () => {
  test("does not depend on the order of keys, at any depth", () => {
    expect(hashOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(hashOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  });

  test("depends on the order of a list, on types and on keys", () => {
    const values = [{ a: [1, 2] }, { a: [2, 1] }, { a: ["1", 2] }, { b: [1, 2] }, { a: null }, {}];
    expect(new Set(values.map(hashOf)).size).toBe(values.length);
  });

  test("does not see keys without a value", () => {
    expect(hashOf({ a: 1, b: undefined })).toBe(hashOf({ a: 1 }));
  });
});
