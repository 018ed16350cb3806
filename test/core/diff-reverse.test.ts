import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDiff, serializeDiff } from "../../src/core/diff.ts";
import { reverseDiff } from "../../src/core/diff-reverse.ts";
import { UsageError } from "../../src/core/errors.ts";

const diff = (...all: string[]) => `${all.join("\n")}\n`;
const reverse = (text: string) => serializeDiff(reverseDiff(parseDiff(text)));

const pairs: Record<string, [string, string]> = {
  "sides, checksums and numbers": [
    diff(
      "diff --git a/x.c b/x.c",
      "index 1111111..2222222 100644",
      "--- a/x.c",
      "+++ b/x.c",
      "@@ -3,3 +3,4 @@ int f()",
      " a",
      "-b",
      "+c",
      "+d",
      " e",
    ),
    diff(
      "diff --git a/x.c b/x.c",
      "index 2222222..1111111 100644",
      "--- a/x.c",
      "+++ b/x.c",
      "@@ -3,4 +3,3 @@ int f()",
      " a",
      "-c",
      "-d",
      "+b",
      " e",
    ),
  ],
  "an added file": [
    diff("diff --git a/n b/n", "new file mode 100755", "--- /dev/null", "+++ b/n", "@@ -0,0 +1 @@", "+a"),
    diff("diff --git a/n b/n", "deleted file mode 100755", "--- a/n", "+++ /dev/null", "@@ -1 +0,0 @@", "-a"),
  ],
  "a change of mode": [
    diff("diff --git a/r b/r", "old mode 100644", "new mode 100755"),
    diff("diff --git a/r b/r", "old mode 100755", "new mode 100644"),
  ],
  "marks for missing line breaks": [
    diff("--- a/x", "+++ b/x", "@@ -1,2 +1,2 @@", " a", "-b", "+c", "\\ No newline at end of file"),
    diff("--- a/x", "+++ b/x", "@@ -1,2 +1,2 @@", " a", "-c", "\\ No newline at end of file", "+b"),
  ],
  "a mark on both sides": [
    diff("--- a/x", "+++ b/x", "@@ -2,2 +2 @@", "-a", " b", "\\ No newline at end of file"),
    diff("--- a/x", "+++ b/x", "@@ -2 +2,2 @@", "+a", " b", "\\ No newline at end of file"),
  ],
  "quoted names and time stamps": [
    diff('--- "a/\\303\\244"\t2024-01-01', "+++ /dev/null\t2024-01-02", "@@ -1 +0,0 @@", "-a"),
    diff("--- /dev/null\t2024-01-02", '+++ "b/\\303\\244"\t2024-01-01', "@@ -0,0 +1 @@", "+a"),
  ],
  "a folder named b without prefixes": [
    diff("diff --git b/x b/x", "--- b/x", "+++ b/x", "@@ -1 +1 @@", "-a", "+b"),
    diff("diff --git b/x b/x", "--- b/x", "+++ b/x", "@@ -1 +1 @@", "-b", "+a"),
  ],
  "CRLF lines": [
    diff("--- a/x", "+++ b/x", "@@ -1,2 +1 @@", "-a", "-b", "+c").replaceAll("\n", "\r\n"),
    diff("--- a/x", "+++ b/x", "@@ -1 +1,2 @@", "-c", "+a", "+b").replaceAll("\n", "\r\n"),
  ],
};

describe("reverseDiff", () => {
  test.each(Object.entries(pairs))("turns %s, there and back", (_, [one, other]) => {
    expect(reverse(one)).toBe(other);
    expect(reverse(other)).toBe(one);
  });

  test("gives lines that read the same as the text that they are written to", () => {
    for (const text of Object.values(pairs).flat()) {
      const reversed = reverseDiff(parseDiff(text));
      expect(parseDiff(serializeDiff(reversed))).toEqual(reversed);
    }
  });

  test("gives the diff of the same two texts the other way round", () => {
    const code = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 20 }).map((all) => diff(...all));
    fc.assert(
      fc.property(code, code, (old, next) => {
        fc.pre(old !== next);
        const make = (from: string, to: string) => {
          const text = createTwoFilesPatch("a/x", "b/x", from, to);
          return text.slice(text.indexOf("---"));
        };
        const forward = make(old, next);
        const sides = (text: string) => {
          const lines = parseDiff(text).flatMap((file) => file.hunks.flatMap((hunk) => hunk.lines));
          const texts = (side: "oldLine" | "newLine") =>
            lines.flatMap((line) => (line[side] === null ? [] : [`${line[side]} ${line.text}`]));
          return { old: texts("oldLine"), new: texts("newLine") };
        };
        expect(sides(reverse(forward))).toEqual({ old: sides(forward).new, new: sides(forward).old });
        expect(reverse(reverse(forward))).toBe(forward);
      }),
    );
  });

  test.each([
    [
      "a renamed file",
      diff("diff --git a/o b/n", "similarity index 100%", "rename from o", "rename to n"),
      "n: cannot",
    ],
    ["a binary file", diff("diff --git a/i b/i", "Binary files a/i and b/i differ"), "i: cannot reverse a binary file"],
  ])("refuses %s", (_, text, message) => {
    expect(() => reverse(text)).toThrow(UsageError);
    expect(() => reverse(text)).toThrow(message);
  });
});
