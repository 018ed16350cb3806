/** Bits that one element of each type of a safetensors file takes. */
const bits = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
} as const;

/** An element type of a safetensors file. */
export type Dtype = keyof typeof bits;

/** The element types that are known, for messages. */
export const dtypes = Object.keys(bits) as readonly Dtype[];

/** Whether a word is an element type of a safetensors file. */
export function isDtype(word: unknown): word is Dtype {
  return typeof word === "string" && Object.hasOwn(bits, word);
}

/** How many bits one element takes. */
export function bitsOf(dtype: Dtype): number {
  return bits[dtype];
}

/** What some values of a tensor are. Null where the type cannot be judged cheaply. */
export interface ValueScan {
  /** Whether every value is 0 (or -0). */
  isZero: boolean | null;
  /** How many values are NaN or infinite. */
  nonFinite: number | null;
}

/** What is known of no values at all. */
export const emptyScan: ValueScan = { isZero: true, nonFinite: 0 };

/**
 * Looks for values other than 0, and for NaN and infinity, on the bits themselves (IEEE 754; BF16 is the upper half of an
 * F32, the F8 types are those of the OCP specification).
 * @param bytes whole elements in little-endian order, at an offset that suits the type's typed array
 */
export function scanValues(dtype: Dtype, bytes: Uint8Array): ValueScan {
  const { buffer, byteOffset, length } = bytes;
  switch (dtype) {
    case "F16":
      return scanWords(new Uint16Array(buffer, byteOffset, length / 2), 0x7fff, 0x7c00);
    case "BF16":
      return scanWords(new Uint16Array(buffer, byteOffset, length / 2), 0x7fff, 0x7f80);
    case "F32":
      return scanWords(new Uint32Array(buffer, byteOffset, length / 4), 0x7fffffff, 0x7f800000);
    case "F64":
      return scanDoubles(new Uint32Array(buffer, byteOffset, length / 4));
    case "F8_E5M2":
      return scanWords(bytes, 0x7f, 0x7c);
    case "F8_E4M3":
      return scanWords(bytes, 0x7f, 0x7f);
    case "BOOL":
    case "U8":
    case "I8":
    case "I16":
    case "U16":
    case "I32":
    case "U32":
    case "I64":
    case "U64":
      return { isZero: bytes.every((byte) => byte === 0), nonFinite: 0 };
    case "F8_E8M0":
    case "F8_E5M2FNUZ":
    case "F8_E4M3FNUZ":
    case "F4":
    case "F6_E2M3":
    case "F6_E3M2":
    case "C64":
      return { isZero: null, nonFinite: null };
  }
}

/**
 * @param magnitude all bits but the sign
 * @param exponent the bits that are all set in NaN and infinity alone
 */
function scanWords(words: Uint8Array | Uint16Array | Uint32Array, magnitude: number, exponent: number): ValueScan {
  let seen = 0;
  let nonFinite = 0;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as number;
    seen |= word & magnitude;
    if ((word & exponent) === exponent) nonFinite += 1;
  }
  return { isZero: seen === 0, nonFinite };
}

function scanDoubles(words: Uint32Array): ValueScan {
  let seen = 0;
  let nonFinite = 0;
  for (let index = 0; index + 1 < words.length; index += 2) {
    const high = words[index + 1] as number;
    seen |= (words[index] as number) | (high & 0x7fffffff);
    if ((high & 0x7ff00000) === 0x7ff00000) nonFinite += 1;
  }
  return { isZero: seen === 0, nonFinite };
}

/** What two runs of values are together. */
export function joinScans(a: ValueScan, b: ValueScan): ValueScan {
  return {
    isZero: a.isZero === null || b.isZero === null ? null : a.isZero && b.isZero,
    nonFinite: a.nonFinite === null || b.nonFinite === null ? null : a.nonFinite + b.nonFinite,
  };
}
