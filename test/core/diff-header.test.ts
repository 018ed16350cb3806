import { describe, expect, test } from "vitest";
import { identifyFile } from "../../src/core/diff-header.ts";

const identify = (...header: string[]) => {
  const identity = identifyFile(header);
  return identity === null ? null : [identity.oldPath, identity.newPath, identity.status];
};

describe("identifyFile", () => {
  test.each([
    ["an added file", ["diff --git a/x b/x", "new file mode 100644", "--- /dev/null", "+++ b/x"], [null, "x", "added"]],
    ["an added empty file", ["diff --git a/x b/x", "new file mode 100644", "index 0..1"], [null, "x", "added"]],
    [
      "a deleted file",
      ["diff --git a/x b/x", "deleted file mode 100644", "--- a/x", "+++ /dev/null"],
      ["x", null, "deleted"],
    ],
    [
      "a renamed file",
      ["diff --git a/o.ts b/n.ts", "similarity index 100%", "rename from o.ts", "rename to n.ts"],
      ["o.ts", "n.ts", "renamed"],
    ],
    ["a copied file", ["diff --git a/o b/n", "copy from o", "copy to n"], ["o", "n", "renamed"]],
    [
      "a change of mode",
      ["diff --git a/run.sh b/run.sh", "old mode 100644", "new mode 100755"],
      ["run.sh", "run.sh", "mode"],
    ],
    [
      "a change of mode and text",
      ["diff --git a/r b/r", "old mode 100644", "new mode 100755", "--- a/r", "+++ b/r"],
      ["r", "r", "modified"],
    ],
    [
      "a binary file",
      ["diff --git a/i.png b/i.png", "index 1..2", "Binary files a/i.png and b/i.png differ"],
      ["i.png", "i.png", "binary"],
    ],
    [
      "an added binary file",
      ["diff --git a/i b/i", "new file mode 100644", "Binary files /dev/null and b/i differ"],
      [null, "i", "binary"],
    ],
    ["a binary patch", ["diff --git a/i b/i", "GIT binary patch", "literal 0"], ["i", "i", "binary"]],
    ["binary files of a plain diff", ["Binary files old/i and new/i differ"], ["old/i", "new/i", "binary"]],
  ])("tells %s", (_, header, expected) => {
    expect(identify(...header)).toEqual(expected);
  });

  test.each([
    ["a space and git's tab", ["--- a/my file.ts\t", "+++ b/my file.ts\t"], "my file.ts"],
    ["spaces on the git line only", ["diff --git a/my b/x y b/my b/x y", "old mode 1", "new mode 2"], "my b/x y"],
    ["a date without a tab", ["--- x.c 2024-01-01 10:00:00 +0000", "+++ x.c 2024-01-02 10:00:00 +0000"], "x.c"],
    ["octal escapes", ['--- "a/\\303\\244 \\346\\227\\245.ts"', '+++ "b/\\303\\244 \\346\\227\\245.ts"'], "ä 日.ts"],
    ["quotes, backslashes and tabs", ['--- "a/\\"q\\"\\\\\\t"', '+++ "b/\\"q\\"\\\\\\t"'], '"q"\\\t'],
    ["quotes on the git line", ['diff --git "a/\\303\\244" "b/\\303\\244"', "old mode 1", "new mode 2"], "ä"],
    ["letters beyond ASCII and escapes together", ['--- "a/é\\t"', '+++ "b/é\\t"'], "é\t"],
    ["git's other prefixes", ["diff --git i/x w/x", "--- i/x", "+++ w/x"], "x"],
    ["a reversed diff", ["diff --git b/x a/x", "--- b/x", "+++ a/x"], "x"],
    ["no prefix in a folder named a", ["diff --git a/x a/x", "--- a/x", "+++ a/x"], "a/x"],
    [
      "no prefix for an added file in a folder named b",
      ["diff --git b/x b/x", "new file mode 1", "--- /dev/null", "+++ b/x"],
      "b/x",
    ],
    ["no prefix at all", ["diff --git src/x src/x", "--- src/x", "+++ src/x"], "src/x"],
    [
      "two names with a space in the prefixed form",
      ["diff --git a/one 1 b/two 2", "Binary files a/one 1 and b/two 2 differ"],
      "two 2",
    ],
    ["CRLF headers", ["--- a/x\r", "+++ b/x\r"], "x"],
  ])("reads a path with %s", (_, header, path) => {
    expect(identifyFile(header)?.path).toBe(path);
  });

  test("gives hunks without a header an empty path", () => {
    expect(identifyFile([])).toEqual({ oldPath: null, newPath: null, path: "", status: "modified" });
  });

  test("is null for a git line whose names cannot be told apart", () => {
    expect(identify("diff --git one two three")).toBeNull();
  });
});
