import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bitsOf, dtypes, emptyScan, joinScans, scanValues } from "../../../src/core/adapter/dtype.ts";
import { encode } from "../../fixtures/peft.ts";

const floats = ["F64", "F32", "F16", "BF16"] as const;

describe.each(floats)("values in %s", (dtype) => {
  test.each<[string, number[], { isZero: boolean; nonFinite: number }]>([
    ["zeros", [0, 0, 0], { isZero: true, nonFinite: 0 }],
    ["zeros of both signs", [0, -0], { isZero: true, nonFinite: 0 }],
    ["one value among zeros", [0, 0, 0, 0.5], { isZero: false, nonFinite: 0 }],
    ["negative values", [-1, -2], { isZero: false, nonFinite: 0 }],
    ["NaN", [1, Number.NaN, 0], { isZero: false, nonFinite: 1 }],
    ["infinities", [Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY], { isZero: false, nonFinite: 2 }],
    ["no values", [], { isZero: true, nonFinite: 0 }],
  ])("%s", (_, values, expected) => {
    expect(scanValues(dtype, encode(dtype, values))).toEqual(expected);
  });
});

test("the smallest values of a type are not zero", () => {
  expect(scanValues("F32", encode("F32", [2 ** -149]))).toEqual({ isZero: false, nonFinite: 0 });
  expect(scanValues("F64", encode("F64", [5e-324]))).toEqual({ isZero: false, nonFinite: 0 });
  expect(scanValues("BF16", Buffer.from([1, 0]))).toEqual({ isZero: false, nonFinite: 0 });
});

test("the largest finite values are finite", () => {
  expect(scanValues("F32", encode("F32", [3.4028234663852886e38]))).toMatchObject({ nonFinite: 0 });
  expect(scanValues("F64", encode("F64", [Number.MAX_VALUE]))).toMatchObject({ nonFinite: 0 });
  expect(scanValues("F16", Buffer.from([0xff, 0x7b]))).toMatchObject({ nonFinite: 0 });
  expect(scanValues("BF16", Buffer.from([0x7f, 0x7f]))).toMatchObject({ nonFinite: 0 });
});

test.each([
  ["F8_E5M2", [0x00, 0x80], { isZero: true, nonFinite: 0 }],
  ["F8_E5M2", [0x7b, 0x7c, 0xfe], { isZero: false, nonFinite: 2 }],
  ["F8_E4M3", [0x00, 0x80], { isZero: true, nonFinite: 0 }],
  ["F8_E4M3", [0x7e, 0x7f, 0xff], { isZero: false, nonFinite: 2 }],
  ["I8", [0, 0], { isZero: true, nonFinite: 0 }],
  ["I8", [0, 255], { isZero: false, nonFinite: 0 }],
  ["F4", [0, 1], { isZero: null, nonFinite: null }],
] as const)("%s bytes %j", (dtype, bytes, expected) => {
  expect(scanValues(dtype, Uint8Array.from(bytes))).toEqual(expected);
});

test("single-precision values are judged as JavaScript judges them", () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { maxLength: 20 }), (values) => {
      expect(scanValues("F32", encode("F32", values))).toEqual({
        isZero: values.every((value) => value === 0),
        nonFinite: values.filter((value) => !Number.isFinite(value)).length,
      });
    }),
  );
});

test("scans of parts are together that of the whole", () => {
  const part = fc.array(fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY), { maxLength: 6 });
  fc.assert(
    fc.property(part, part, (left, right) => {
      const scan = (values: number[]) => scanValues("F64", encode("F64", values));
      expect(joinScans(scan(left), scan(right))).toEqual(scan([...left, ...right]));
    }),
  );
  expect(joinScans(emptyScan, { isZero: null, nonFinite: null })).toEqual({ isZero: null, nonFinite: null });
});

test("every type takes some bits, none but F4 and F6 a part of a byte", () => {
  expect(dtypes.filter((dtype) => bitsOf(dtype) % 8 !== 0)).toEqual(["F4", "F6_E2M3", "F6_E3M2"]);
});
