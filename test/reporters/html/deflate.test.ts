import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflatedLength, deflateToBase64 } from "../../../src/reporters/html/deflate.ts";
import { keptBytes, openStore } from "../../../src/reporters/html/store.ts";

const inflated = (encoded: string) => inflateRawSync(Buffer.from(encoded, "base64"));

describe("deflateToBase64", () => {
  it("gives back all pieces in order, the empty, the small and those larger than what is passed on at once", async () => {
    const pieces = [0, 3, 200_000, 100_000, 1_000_000, 1].map((length, index) =>
      Uint8Array.from({ length }, (_, at) => (at * (index + 1)) % 251),
    );
    expect(inflated(await deflateToBase64(pieces, 8)).equals(Buffer.concat(pieces))).toBe(true);
  });

  it("gives something that inflates to nothing where there is nothing", async () => {
    expect(inflated(await deflateToBase64([], 8))).toHaveLength(0);
  });

  it("gives as much as is foretold for little data", async () => {
    const pieces = ["one", "two", "three"].map((word) => Buffer.from(word.repeat(50)));
    expect(deflatedLength(pieces, 8)).toBe((await deflateToBase64(pieces, 8)).length);
  });
});

describe("the store", () => {
  it("gives back every text that it was given, whatever the lengths", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 0, max: 900_000 }).map((length) => "é".repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 8 }), (texts) => {
        const store = openStore();
        const kept = texts.map((pieces) => store(pieces));
        expect(kept.map((one) => Buffer.from(keptBytes(one)).toString())).toEqual(
          texts.map((pieces) => pieces.join("")),
        );
      }),
      { numRuns: 30 },
    );
  });
});
