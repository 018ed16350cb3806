import type { Dtype } from "./dtype.ts";

/** The element types that become 32-bit floats without any loss. */
export type FloatDtype = "F32" | "F16" | "BF16";

/** Whether a type's values are 32-bit floats, or become such without any loss. */
export function isFloatDtype(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/** Reads little-endian values as 32-bit floats, exactly. @param bytes whole elements, at any offset of their buffer */
export function readFloats(dtype: FloatDtype, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const own = new Uint8Array(bytes);
  if (dtype === "F32") return new Float32Array(own.buffer);
  const words = new Uint16Array(own.buffer);
  const bits = new Uint32Array(words.length);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as number;
    bits[index] = dtype === "BF16" ? word << 16 : widen(word);
  }
  return new Float32Array(bits.buffer);
}

/** The bits of a half-precision float as those of a single-precision one (IEEE 754). */
function widen(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal single: its highest bit becomes the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
