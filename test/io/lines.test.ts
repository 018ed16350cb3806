import { closeSync, openSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLines, readText } from "../../src/io/lines.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const folder = temporaryFolders();
const chunkBytes = 1 << 20;

function linesIn(content: string | Uint8Array) {
  return [...readLines(writeBelow(folder(), "lines.txt", content))];
}

function textsIn(content: string | Uint8Array): string[] {
  return linesIn(content).map(({ text }) => text);
}

describe("reading lines", () => {
  test("gives each with its number and its place in bytes", () => {
    expect(linesIn("ä\nbc\n")).toMatchObject([
      { text: "ä", number: 1, offset: 0, bytes: 2 },
      { text: "bc", number: 2, offset: 3, bytes: 2 },
    ]);
  });

  test("counts empty lines and gives the last one without a line break", () => {
    expect(linesIn("a\n\n\nb").map(({ text, number }) => [number, text])).toEqual([
      [1, "a"],
      [2, ""],
      [3, ""],
      [4, "b"],
    ]);
  });

  test("tiles the file, and only the last line can lack its line break", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.boolean(), (parts, isEnded) => {
        const text = parts.map((part) => part.replaceAll("\n", " ")).join("\n") + (isEnded ? "\n" : "");
        const lines = linesIn(text);
        expect(lines.at(-1)?.endByte ?? 0).toBe(Buffer.byteLength(text));
        expect(lines.slice(1).map((line, index) => line.offset - (lines[index]?.endByte ?? -1))).toEqual(
          lines.slice(1).map(() => 0),
        );
        expect(lines.slice(0, -1).every(({ isWhole }) => isWhole)).toBe(true);
        expect(lines.at(-1)?.isWhole ?? true).toBe(text === "" || text.endsWith("\n"));
      }),
      { numRuns: 50 },
    );
  });

  test("gives nothing for an empty file", () => {
    expect(linesIn("")).toEqual([]);
  });

  test("drops the carriage return of a Windows line ending and no other", () => {
    expect(textsIn("a\r\nb\rc\r\n\r\n")).toEqual(["a", "b\rc", ""]);
  });

  test("drops a byte order mark at the start of the file only", () => {
    expect(linesIn("\uFEFFa\n\uFEFFb\n")).toMatchObject([
      { text: "a", number: 1, offset: 3, bytes: 1 },
      { text: "\uFEFFb", number: 2, offset: 5, bytes: 4 },
    ]);
  });

  test("keeps the separators that only some programs take for line breaks", () => {
    expect(textsIn("a\u2028b\u0085c\fd\n")).toEqual(["a\u2028b\u0085c\fd"]);
  });

  test("makes U+FFFD of bytes that are no UTF-8", () => {
    expect(textsIn(Uint8Array.of(0x61, 0xff, 0x62, 0x0a))).toEqual(["a\uFFFDb"]);
  });

  test("gives a line whole that is longer than what is read at once", () => {
    const long = "x".repeat(2 * chunkBytes + 17);
    expect(textsIn(`a\n${long}\nb\n`).map((text) => text.length)).toEqual([1, long.length, 1]);
  });

  test.each([-2, -1, 0, 1, 2])("joins lines that end %i bytes from the end of a chunk", (shift) => {
    const first = "x".repeat(chunkBytes - 1 + shift);
    expect(textsIn(`${first}\nsecond\n`)).toEqual([first, "second"]);
  });

  test.each([1, 2, 3])("keeps a character whole whose byte %i is the last of a chunk", (inside) => {
    const before = "x".repeat(chunkBytes - inside);
    expect(textsIn(`${before}😀 ende\nnext\n`)).toEqual([`${before}😀 ende`, "next"]);
  });

  test("keeps a Windows line ending whole that a chunk's end parts", () => {
    expect(textsIn(`${"x".repeat(chunkBytes - 1)}\r\nnext`).map((text) => text.length)).toEqual([chunkBytes - 1, 4]);
  });

  test("does not read on in what an earlier chunk left in the buffer", () => {
    expect(textsIn(`${"ab\n".repeat(chunkBytes / 2)}c`).at(-1)).toBe("c");
  });

  test("gives back any text when its lines are joined", () => {
    const unit = fc.constantFrom("a", "\n", "\r", "ü", "😀", " ");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const expected = text.split("\n").map((line) => line.replace(/\r$/, ""));
        if (expected.at(-1) === "" && !text.endsWith("\r")) expected.pop();
        expect(textsIn(text)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("closes the file when the reader stops early", () => {
    const file = writeBelow(folder(), "lines.txt", "a\nb\n");
    const before = openFiles();
    for (const { text } of readLines(file)) if (text === "a") break;
    expect(openFiles()).toBe(before);
  });
});

/** The next file gets the lowest free number, so a file left open shows. */
function openFiles(): number {
  const handle = openSync(import.meta.filename, "r");
  closeSync(handle);
  return handle;
}

describe("reading a part of a file", () => {
  test("gives just the bytes that were asked for", () => {
    const file = writeBelow(folder(), "lines.txt", "äbc\ndef\n");
    const handle = openSync(file, "r");
    try {
      expect(readText(handle, 0, 4)).toBe("äbc");
      expect(readText(handle, 5, 3)).toBe("def");
      expect(readText(handle, 5, 100)).toBe("def\n");
    } finally {
      closeSync(handle);
    }
  });

  test("finds every line again by its place", () => {
    const file = writeBelow(folder(), "lines.txt", `\uFEFFerste\r\n\n${"ü".repeat(chunkBytes)}\nlast`);
    const handle = openSync(file, "r");
    try {
      for (const { text, offset, bytes } of readLines(file))
        expect(readText(handle, offset, bytes).replace(/\r$/, "")).toBe(text);
      expect(readFileSync(file).length).toBe(2 * chunkBytes + 16);
    } finally {
      closeSync(handle);
    }
  });
});
