import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFloats } from "../../../src/core/adapter/floats.ts";

/** The value of a half by the standard's own formula. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe("readFloats", () => {
  test("reads each of the 65,536 halves as the standard says", () => {
    const halves = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
    const floats = readFloats("F16", new Uint8Array(halves.buffer));
    expect(floats).toEqual(Float32Array.from(halves, halfValue));
    expect(Object.is(floats[0x8000], -0)).toBe(true);
  });

  test("reads a BF16 as the upper half of a 32-bit float", () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        const [bits = 0] = new Uint32Array(new Float32Array([value]).buffer);
        const [cut] = new Float32Array(new Uint32Array([bits & 0xffff0000]).buffer);
        const bytes = new Uint8Array(new Uint16Array([bits >>> 16]).buffer);
        expect(readFloats("BF16", bytes)).toEqual(new Float32Array([cut ?? Number.NaN]));
      }),
    );
  });

  test("reads at any offset of a buffer and leaves the source alone", () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(new Float32Array([1.5, -2]).buffer), 1);
    const floats = readFloats("F32", bytes.subarray(1));
    expect([...floats]).toEqual([1.5, -2]);
    floats[0] = 7;
    expect(bytes[4]).toBe(0x3f);
  });
});
