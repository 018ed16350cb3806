import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gather } from "../fixtures/asking.ts";
import { readLines, type FileLine } from "../../src/run/lines.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lines-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function linesOf(text: string): Promise<FileLine[]> {
  const file = join(folder, "lines");
  await writeFile(file, text);
  return await gather(readLines(file));
}

test("only a line feed ends a line", async () => {
  const lines = await linesOf("a\u2028b\u2029c\rd\ne\n");
  expect(lines.map(({ text }) => text)).toEqual(["a\u2028b\u2029c\rd", "e"]);
});

test("a line longer than the read buffer is whole", async () => {
  const long = "é".repeat(1_500_000);
  const lines = await linesOf(`${long}\nshort\n`);
  expect(lines.map(({ text }) => text.length)).toEqual([1_500_000, 5]);
});

test("lines tile the file, and only the last can lack its line feed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" })), fc.boolean(), async (parts, isEnded) => {
      const text = parts.map((part) => part.replaceAll("\n", " ")).join("\n") + (isEnded ? "\n" : "");
      const lines = await linesOf(text);
      expect(lines.map((line) => line.text + (line.isWhole ? "\n" : "")).join("")).toBe(text);
      expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
      let at = 0;
      for (const line of lines) {
        expect(line.startByte).toBe(at);
        at = line.endByte;
      }
      expect(at).toBe(Buffer.byteLength(text));
      expect(lines.slice(0, -1).every(({ isWhole }) => isWhole)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
