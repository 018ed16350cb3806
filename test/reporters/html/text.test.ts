import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  grouped,
  shortenApart,
  shortenMiddle,
  spokenDuration,
  visibleDeep,
  visibleJson,
  visibleText,
} from "../../../src/reporters/html/text.ts";

describe("visibleText", () => {
  it("leaves plain text, tabs and line ends alone", () => {
    expect(visibleText("a\tb\r\nc é 漢 👩‍🔬")).toBe("a\tb\r\nc é 漢 👩‍🔬");
  });

  it("leaves nothing invisible, and changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = visibleText(text);
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(shown.isWellFormed()).toBe(true);
        expect(visibleText(shown)).toBe(shown);
      }),
    );
  });

  it("shows a carriage return that ends no line", () => {
    expect(visibleText("safe\rEVIL")).toBe("safe⟨U+000D⟩EVIL");
  });
});

describe("visibleDeep", () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("\r", "\r\n", "\\r", "\\\r\\n", "\u007f", "\u0000", "\b", "\f", "\ud800"),
  );

  it("changes every string of a value, names of fields included, and leaves the value itself as it was", () => {
    const value = { "a\u0000": [1, null, { b: "\u202E" }], c: "plain" };
    expect(visibleDeep(value)).toEqual({ "a⟨U+0000⟩": [1, null, { b: "⟨U+202E⟩" }], c: "plain" });
    expect(value.c).toBe("plain");
    expect(value["a\u0000"]).toEqual([1, null, { b: "\u202E" }]);
  });

  it("copies nothing where nothing is hidden", () => {
    const value = { a: [1, { b: "plain\r\n" }] };
    expect(visibleDeep(value)).toBe(value);
  });

  it.each(["\u0000", "\b", "\f", "\r", "\u001b", "\u007f", "\u200b", "\u202e", "\ud800", "\udc00", "\u{e0001}"])(
    "finds %j in JSON where it is all that is hidden",
    (character) => {
      expect(visibleJson([`a${character}b`])).toBe(JSON.stringify([visibleText(`a${character}b`)]));
      expect(visibleJson([`a${character}b`])).not.toBe(JSON.stringify([`a${character}b`]));
    },
  );

  it("gives the same as JSON, whatever the strings", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(anyText, anyText)), (value) => {
        const shown = value.map((one) =>
          Object.fromEntries(Object.entries(one).map(([key, text]) => [visibleText(key), visibleText(text)])),
        );
        expect(JSON.stringify(visibleDeep(value))).toBe(JSON.stringify(shown));
        expect(visibleJson(value)).toBe(JSON.stringify(shown));
      }),
    );
  });
});

describe("shortening names", () => {
  it("never exceeds the limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 5, max: 40 }), (name, most) => {
        expect(Array.from(shortenMiddle(name, most)).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it("keeps names apart that share their end", () => {
    const names = [
      "vllm:lora-of-the-year-with-a-long-tail",
      "vllm:base-of-the-year-with-a-long-tail",
      "vllm:lora-of-the-year-with-a-long-tail-2",
    ];
    expect(new Set(shortenApart(names, 21).values()).size).toBe(3);
  });
});

describe("spoken numbers", () => {
  it("groups thousands", () => {
    expect(grouped(1_234_567)).toBe("1\u202f234\u202f567");
    expect(grouped(999)).toBe("999");
  });

  it.each([
    [840, "840 ms"],
    [3210, "3.2 s"],
    [125_000, "2 min 5 s"],
    [3_720_000, "1 h 2 min"],
  ])("says %i ms as %s", (ms, spoken) => {
    expect(spokenDuration(ms)).toBe(spoken);
  });
});
